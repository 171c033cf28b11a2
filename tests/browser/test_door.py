"""Who may come in, and how far: what the web chat answers to a browser that should not be there."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from bot.channels.base import Contact, Delivery, EventKind
from bot.web.guard import COOKIE, HEADERS, TokenMissing
from bot.web.seam import WebSettings
from bot.web.server import build, build_watch
from bot.web.serving import bind
from tests.browser.client import DIABETES, HOME, KNEE, LI, LIN, SAME_ORIGIN, STAFF, ZHANG, Page, photo, visit
from tests.browser.fake import FakeEngine

TOKEN = "一个很长的口令-1234567890"


def test_another_address_demands_a_token(engine: FakeEngine) -> None:
    for settings in (WebSettings(host="0.0.0.0"), WebSettings(host="192.168.1.5"), WebSettings(token="")):
        with pytest.raises(TokenMissing):
            build(engine, engine.channel, settings)
    build(engine, engine.channel, WebSettings(host="::1"))


@pytest.mark.parametrize(
    "path", ["/", "/api/state", "/api/messages", "/media/1", "/health", "/metrics", "/static/chat.css"]
)
def test_the_token_opens_every_page_and_nothing_else_does(engine: FakeEngine, path: str) -> None:
    client = visit(engine, WebSettings(host="0.0.0.0", token=TOKEN))
    for tried in ({}, {"token": "错"}, {"token": ""}):
        assert client.get(path, params=tried).status_code == 401
    assert client.get(path, headers={"Cookie": f"{COOKIE}={'0' * 64}"}).status_code == 401
    assert client.get(path, params={"token": TOKEN}).status_code != 401


def test_the_token_becomes_a_cookie(engine: FakeEngine) -> None:
    client = visit(engine, WebSettings(host="0.0.0.0", token=TOKEN))
    refused = client.get("/", headers={"Accept": "text/html"})
    assert "?token=" in refused.text and "网址" in refused.text and COOKIE not in client.cookies
    cookie = client.get("/", params={"token": TOKEN}).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and TOKEN not in cookie
    assert client.get("/").status_code == 200
    assert (
        visit(engine, WebSettings(token="plain-token"))
        .get("/health", headers={"Authorization": "Bearer plain-token"})
        .status_code
        == 200
    )


def test_the_socket_demands_the_token(engine: FakeEngine) -> None:
    client = visit(engine, WebSettings(host="0.0.0.0", token=TOKEN))
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect("/ws?me=x", headers=SAME_ORIGIN):
        pass
    assert refused.value.code == 4403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "192.168.1.5", "[", ""]
)
def test_another_host_name_is_refused_without_a_token(page: Page, host: str) -> None:
    assert page.client.get("/", headers={"Host": host}).status_code == 403
    with pytest.raises(WebSocketDisconnect), page.client.websocket_connect(f"/ws?me={ZHANG}", headers={"Host": host}):
        pass


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "127.8.0.1:1", "[::1]:8080"])
def test_loopback_names_are_fine(page: Page, host: str) -> None:
    assert page.client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "told",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_origin_changes_nothing(page: Page, engine: FakeEngine, told: dict[str, str]) -> None:
    before = len(engine.heard)
    form = {"me": ZHANG, "conversation": DIABETES, "text": "您好", "key": "key-12345"}
    assert page.client.post("/api/text", json=form, headers=told).status_code == 403
    with pytest.raises(WebSocketDisconnect), page.client.websocket_connect(f"/ws?me={ZHANG}", headers=told):
        pass
    assert len(engine.heard) == before


def test_every_answer_carries_the_headers(page: Page) -> None:
    for path in ("/", "/api/state", "/static/chat.css", "/nowhere", "/api/messages"):
        got = page.client.get(path).headers
        assert {name: got.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert page.client.get("/nowhere").json() == {"error": "没有这个页面"}


def test_the_page_itself(page: Page) -> None:
    shown = page.client.get("/").text
    assert "演示环境 · 自动助手，不能代替医生" in shown and "下一件事" in shown
    assert "style=" not in shown and "onclick" not in shown and "https://" not in shown


def test_another_channel_gets_health_and_metrics_only(engine: FakeEngine) -> None:
    client = TestClient(build_watch(engine, WebSettings()), HOME)
    assert [client.get(path).status_code for path in ("/health", "/metrics", "/", "/api/state")] == [200, 200, 404, 404]
    assert client.get("/health", headers={"Host": "evil.example"}).status_code == 403
    with pytest.raises(TokenMissing):
        build_watch(engine, WebSettings(host="0.0.0.0"))


def test_health_and_metrics_carry_no_persons_data(page: Page, engine: FakeEngine) -> None:
    assert page.client.get("/health").json()["ok"] is True
    assert page.client.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")
    engine.health = lambda: {"ok": False}  # type: ignore[method-assign]
    assert page.client.get("/health").status_code == 503


@pytest.mark.parametrize("where", [KNEE, STAFF, f"private:{LI}", "room:", "private:", "", "其他:x"])
def test_nobody_gets_into_a_conversation_of_others(page: Page, engine: FakeEngine, where: str) -> None:
    before = len(engine.heard)
    answers = [
        page.read(ZHANG, where),
        page.say(ZHANG, where, "您好"),
        page.show(ZHANG, where, photo()),
        page.post("/api/seen", me=ZHANG, conversation=where, last=1),
    ]
    assert [one.status_code for one in answers] == [403] * 4
    assert answers[0].json() == {"error": "您不在这个聊天里"} and len(engine.heard) == before


def test_the_list_holds_only_ones_own(page: Page) -> None:
    assert [one["id"] for one in page.state(ZHANG)["conversations"]] == [f"private:{ZHANG}", DIABETES]
    assert len(page.state(LIN)["conversations"]) == 7
    assert page.state("nobody")["me"] == ZHANG


def test_the_socket_tells_what_is_ones_own(page: Page, engine: FakeEngine) -> None:
    with page.client.websocket_connect(f"ws://127.0.0.1:8080/ws?me={ZHANG}", headers=SAME_ORIGIN) as socket:
        assert socket.receive_json() == {"type": "hello"}
        page.say(LI, KNEE, "膝盖还疼")
        page.say(LIN, DIABETES, "大家好")
        note = socket.receive_json()
        assert note["conversation"] == DIABETES and note["message"]["text"] == "大家好"
        for text in ("只说一次", "只说一次", "再见"):
            page.do(engine.channel.send, Delivery(text, text, room="room-diabetes"))
        assert [socket.receive_json()["message"]["text"] for _ in range(2)] == ["只说一次", "再见"]
        page.post("/api/clock", step="hour")
        assert socket.receive_json() == {"type": "clock", "now": 1772413200000}
        page.do(engine.channel.stop)
        assert socket.receive()["code"] == 1012


def test_the_socket_knows_its_people(page: Page) -> None:
    with pytest.raises(WebSocketDisconnect), page.client.websocket_connect("/ws?me=nobody", headers=SAME_ORIGIN):
        pass


def test_newcomers(page: Page, engine: FakeEngine) -> None:
    answer = page.post("/api/people", name=" 刘  叔 ", room="room-diabetes", inviter=ZHANG)
    liu, raw = answer.json()["id"], engine.heard[-1]
    assert raw.kind is EventKind.JOIN and raw.sender.id == ZHANG and raw.people == (Contact(liu, "刘 叔"),)
    assert page.texts(liu, DIABETES)[-2] == "张姐邀请刘 叔加入了群聊"
    for status, form in [
        (409, {"name": "刘 叔", "room": "room-knee"}),
        (400, {"name": "@谁", "room": "room-knee"}),
        (400, {"name": "", "room": "room-knee"}),
        (404, {"name": "钱叔", "room": "nowhere"}),
        (404, {"name": "钱叔", "room": "room-staff"}),
        (403, {"name": "钱叔", "room": "room-knee", "inviter": ZHANG}),
    ]:
        assert page.post("/api/people", **form).status_code == status
    assert len(page.state(LIN)["people"]) == 10


def test_an_occupied_port_gives_the_next_free_one() -> None:
    first = bind(WebSettings(port=0))
    port = first.getsockname()[1]
    second = bind(WebSettings(port=port))
    assert port < second.getsockname()[1] <= port + 20
    first.close()
    second.close()
