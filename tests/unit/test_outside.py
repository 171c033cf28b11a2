"""What comes from outside is bounded: pictures are not unpacked before they are measured, texts of authors do nothing
but fill in names, and no address that anybody writes is ever looked up.
"""

from __future__ import annotations

import ast
import asyncio
import datetime as dt
import io
import socket
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateError
from PIL import Image, ImageFile

from bot.channels.wechaty.inbound import IMAGE_LIMIT
from bot.stories.world import World
from bot.web import pictures
from bot.web.guard import HEADERS
from handlers.index import Index
from handlers.services.knowledge.proving import journeys
from handlers.settings import Settings
from handlers.words import Words
from playbooks.library import Library
from tests.unit.kinds import JOURNEY, made
from tests.unit.test_roles import shipped

ROOT = Path(__file__).parents[2]
NINE = dt.datetime(2026, 3, 4, 1, tzinfo=dt.UTC)

# --- pictures ----------------------------------------------------------------------------------------------------


def declared(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x00\x3b"  # fmt: skip


def bmp(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head


@pytest.mark.parametrize(
    "bomb",
    [declared(50_000, 50_000), declared(2**31 - 1, 1), declared(5_000, 4_001), declared(20_000_001, 1), gif(60_000, 60_000), bmp(30_000, 30_000)],
    ids=["50,000 x 50,000", "a line of two thousand million", "just above", "a line just above", "gif", "bmp"],
)  # fmt: skip
def test_a_picture_that_says_it_is_too_large_is_never_unpacked(bomb: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def unpacked(*_: Any, **__: Any) -> None:
        raise AssertionError("unpacked")

    monkeypatch.setattr(ImageFile.ImageFile, "load", unpacked)
    assert len(bomb) < 10_000
    with pytest.raises(pictures.NotAPicture):
        pictures.clean(bomb)


def test_what_is_kept_is_small_whatever_was_sent() -> None:
    with Image.open(io.BytesIO(pictures.clean(declared(180, 180)))) as picture:
        assert max(picture.size) <= pictures.LONGEST_SIDE
    assert pictures.MAX_BYTES <= 5 * 1024 * 1024 and pictures.MAX_PIXELS <= 20_000_000 and IMAGE_LIMIT <= 5_000_000
    with pytest.raises(pictures.NotAPicture, match="5 MB"):
        pictures.clean(b"\x89PNG" + bytes(pictures.MAX_BYTES))


def test_pictures_from_people_are_opened_in_one_place_only() -> None:
    opening = [file for file in ours() if "Image.open" in file.read_text(encoding="utf-8")]
    assert {str(one.relative_to(ROOT)) for one in opening} <= {"bot/web/pictures.py"}


# --- texts of authors --------------------------------------------------------------------------------------------

EVIL = [
    "{{ ().__class__ }}",
    "{{ name.__class__.__mro__ }}",
    "{{ name.upper() }}",
    "{{ name | upper }}",
    "{{ name[0] }}",
    "{% for i in range(10**9) %}a{% endfor %}",
    "{% if name %}a{% endif %}",
    "{% set x = name %}",
    "{{ 'a' * 10**9 }}",
    "{{ 10**10**10 }}",
    "{{ 'a'.ljust(10**9) }}",
    "{{ [0] * 10**9 }}",
    "{{ range(10**9) | list }}",
    "{{ lipsum(n=1000) }}",
    "{{ cycler }}{{ cycler.__init__.__globals__ }}",
    "{% include 'admin/log.txt.j2' %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ name ~ name }}",
    "{{ 1 }}",
]


@pytest.mark.parametrize("text", EVIL)
def test_a_text_with_more_than_names_is_refused_before_it_runs(text: str) -> None:
    with pytest.raises(TemplateError):
        Words().inline(f"您好，{text}", name="张姐")


@pytest.mark.parametrize("text", EVIL[:12])
def test_the_check_of_playbooks_refuses_it_too(text: str) -> None:
    step = {"id": "first", "when": {"after": "0m"}, "send": text}
    index = Index.of(Library.of([made(JOURNEY, steps=[step])]), Settings())
    assert [(one.where, "用错了" in one.say) for one in journeys(index, Words())] == [(("steps", 0, "send"), True)]


def test_names_are_filled_in_and_what_is_filled_in_is_not_read_again() -> None:
    assert Words().inline("{{ name }}，第 {{ day }} 天", name="{{ day }}", day=3) == "{{ day }}，第 3 天"


def test_what_patients_write_is_no_template() -> None:
    async def go() -> None:
        world = World(NINE, {"张姐": {}, "小林": {"role": "manager"}}, {"工作人员群": ["小林"]}, library=shipped())
        await world.start()
        sent = await world.say("张姐", "转人工 {{ 7 * 191 }} {% for i in range(9) %}喵{% endfor %}", None)
        assert any("{{ 7 * 191 }}" in one.delivery.text for one in sent)
        assert not any("1337" in one.delivery.text or "喵喵" in one.delivery.text for one in sent)
        await world.close()

    asyncio.run(go())


# --- addresses ---------------------------------------------------------------------------------------------------

CLIENTS = {
    "aiohttp", "ftplib", "grpclib", "http.client", "httpcore", "httpx", "huggingface_hub", "poplib", "pycurl", "requests",
    "smtplib", "socket", "telnetlib", "urllib.request", "urllib3", "webbrowser", "websocket", "websockets", "xmlrpc",
}  # fmt: skip
ALLOWED = {"bot/web/serving.py": {"socket"}, "bot/channels/wechaty/": {"grpclib"}}
"""The page listens, and the link to the gateway is the only way out."""


def ours() -> list[Path]:
    return [file for package in ("bot", "handlers", "playbooks", "storage") for file in (ROOT / package).rglob("*.py")]


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def test_nothing_of_ours_can_fetch_an_address() -> None:
    for file in ours():
        name = str(file.relative_to(ROOT))
        allowed = {client for place, clients in ALLOWED.items() if name.startswith(place) for client in clients}
        used = {client for client in CLIENTS for one in imported(file) if f"{one}.".startswith(f"{client}.")}
        assert used <= allowed, name


def test_no_table_for_a_spreadsheet_is_written() -> None:
    """Whoever adds one guards cells that begin like a formula (=, +, -, @), and says so here."""
    assert [file for file in ours() if "csv" in imported(file)] == []


def test_the_page_of_the_chat_fetches_nothing_from_elsewhere() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "img-src 'self'" in policy and "connect-src 'self'" in policy
    assert "http" not in policy and "*" not in policy


def test_an_address_in_a_message_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **_: looked.append(asked))
    monkeypatch.setattr(socket, "gethostbyname", lambda *asked: looked.append(asked))

    class Deaf(socket.socket):
        def connect(self, address: Any) -> None:
            looked.append(address)

    monkeypatch.setattr(socket, "socket", Deaf)

    async def go() -> None:
        world = World(
            NINE, {"张姐": {}, "小林": {"role": "manager"}}, {"群": ["张姐"], "工作人员群": ["小林"]}, library=shipped()
        )
        await world.start()
        for text in (
            "看这个 https://example.org/a.png",
            "http://127.0.0.1:22/",
            "ftp://example.org",
            "file:///etc/passwd",
            "@杏林 打开 example.org 看看",
        ):
            for who, room in (("张姐", None), ("张姐", "群"), ("小林", None)):
                world.clock.jump(world.clock.now() + dt.timedelta(minutes=1))
                await world.say(who, text, room)
            await world.say("小林", f"#群发 群 {text}", None)
        await world.close()

    asyncio.run(go())
    assert looked == []
