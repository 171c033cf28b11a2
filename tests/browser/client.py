"""The web chat without a browser: the endpoints as a page would use them, with the fake assistant behind."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image
from starlette.testclient import TestClient

from bot.web import demo
from bot.web.seam import WebSettings
from bot.web.server import build
from tests.browser.fake import FakeEngine

T = TypeVar("T")
HOME = "http://127.0.0.1:8080"
SAME_ORIGIN = {"Origin": HOME}
DIABETES, KNEE, STAFF = "room:room-diabetes", "room:room-knee", "room:room-staff"
ZHANG, LI, LIN = "demo-zhangjie", "demo-lige", "demo-xiaolin"


class Page:
    """What a page can do, as a person."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self._key = 0

    def do(self, work: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        """Call something of the server's in its own loop."""
        assert self.client.portal
        return self.client.portal.call(work, *arguments)

    def state(self, me: str) -> dict[str, Any]:
        return dict(self.client.get("/api/state", params={"me": me}).json())

    def conversation(self, me: str, id_: str) -> dict[str, Any]:
        return next(one for one in self.state(me)["conversations"] if one["id"] == id_)

    def read(self, me: str, id_: str, **more: Any) -> Any:
        return self.client.get("/api/messages", params={"me": me, "conversation": id_, **more})

    def texts(self, me: str, id_: str) -> list[str]:
        return [one["text"] for one in self.read(me, id_).json()["messages"]]

    def say(self, me: str, id_: str, text: str, key: str = "") -> Any:
        self._key += 1
        form = {"me": me, "conversation": id_, "text": text, "key": key or f"key-{self._key:06}"}
        return self.client.post("/api/text", json=form, headers=SAME_ORIGIN)

    def show(self, me: str, id_: str, data: bytes) -> Any:
        asked = {"me": me, "conversation": id_, "key": "picture-1"}
        return self.client.post("/api/image", params=asked, content=data, headers=SAME_ORIGIN)

    def post(self, path: str, **form: Any) -> Any:
        return self.client.post(path, json=form, headers=SAME_ORIGIN)


def photo(size: tuple[int, int] = (40, 30), kind: str = "JPEG", **more: Any) -> bytes:
    """The bytes of a picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def made(folder: Path) -> Iterator[FakeEngine]:
    """For a fixture: the assistant with an empty database."""
    engine = FakeEngine(folder / "web.db")
    yield engine
    engine.database.close()


def visit(engine: FakeEngine, settings: WebSettings) -> TestClient:
    app = build(engine, engine.channel, settings)
    return TestClient(app, HOME, headers={"Accept": "application/json"})


def opened(engine: FakeEngine) -> Iterator[Page]:
    """For a fixture: the started web chat with its demo community."""
    with visit(engine, WebSettings()) as client:
        page = Page(client)
        page.do(engine.channel.start, engine.accept)
        page.do(demo.begin, engine.database, engine.channel)
        yield page
