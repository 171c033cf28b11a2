"""Who may come in: what the web chat answers to a browser that should not be there."""

from __future__ import annotations

import pytest
from starlette.websockets import WebSocketDisconnect

from bot.web.guard import COOKIE, HEADERS, TokenMissing
from bot.web.seam import WebSettings
from bot.web.server import build
from bot.web.serving import bind
from tests.browser.client import DIABETES, SAME_ORIGIN, ZHANG, Page, engine, opened, page
from tests.browser.fake import FakeEngine

__all__ = ["engine", "page"]  # fixtures
TOKEN = "一个很长的口令-1234567890"


def test_another_address_demands_a_token(engine: FakeEngine) -> None:
    for settings in (WebSettings(host="0.0.0.0"), WebSettings(host="192.168.1.5"), WebSettings(token="")):
        with pytest.raises(TokenMissing):
            build(engine, engine.channel, settings)
    build(engine, engine.channel, WebSettings(host="::1"))


@pytest.mark.parametrize("path", ["/", "/api/state", "/api/messages", "/media/1", "/health", "/metrics", "/static/chat.css"])
def test_the_token_opens_every_page_and_nothing_else_does(engine: FakeEngine, path: str) -> None:
    client = opened(engine, WebSettings(host="0.0.0.0", token=TOKEN))
    for tried in ({}, {"token": "错"}, {"token": ""}):
        assert client.get(path, params=tried).status_code == 401
    assert client.get(path, headers={"Cookie": f"{COOKIE}={'0' * 64}"}).status_code == 401
    assert client.get(path, params={"token": TOKEN}).status_code != 401


def test_the_token_becomes_a_cookie(engine: FakeEngine) -> None:
    client = opened(engine, WebSettings(host="0.0.0.0", token=TOKEN))
    refused = client.get("/", headers={"Accept": "text/html"})
    assert "?token=" in refused.text and "网址" in refused.text and COOKIE not in client.cookies
    cookie = client.get("/", params={"token": TOKEN}).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and TOKEN not in cookie
    assert client.get("/").status_code == 200
    assert opened(engine, WebSettings(token="plain-token")).get(
        "/health", headers={"Authorization": "Bearer plain-token"}
    ).status_code == 200


def test_the_socket_demands_the_token(engine: FakeEngine) -> None:
    client = opened(engine, WebSettings(host="0.0.0.0", token=TOKEN))
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect("/ws?me=x", headers=SAME_ORIGIN):
        pass
    assert refused.value.code == 4403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "192.168.1.5", "[", ""])
def test_another_host_name_is_refused_without_a_token(page: Page, host: str) -> None:
    assert page.client.get("/", headers={"Host": host}).status_code == 403
    with pytest.raises(WebSocketDisconnect), page.client.websocket_connect(f"/ws?me={ZHANG}", headers={"Host": host}):
        pass


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "127.8.0.1:1", "[::1]:8080"])
def test_loopback_names_are_fine(page: Page, host: str) -> None:
    assert page.client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("told", [
    {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:9999"}, {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
])
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
        assert HEADERS.items() <= {name.title(): value for name, value in got.items()}.items() | {
            (name, got[name]) for name in HEADERS
        }
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert page.client.get("/nowhere").json() == {"error": "没有这个页面"}


def test_the_page_itself(page: Page) -> None:
    shown = page.client.get("/").text
    assert "演示环境 · 自动助手，不能代替医生" in shown and "下一件事" in shown
    assert "style=" not in shown and "onclick" not in shown and "https://" not in shown


def test_health_and_metrics_carry_no_persons_data(page: Page, engine: FakeEngine) -> None:
    assert page.client.get("/health").json()["ok"] is True
    assert page.client.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")
    engine.health = lambda: {"ok": False}  # type: ignore[method-assign]
    assert page.client.get("/health").status_code == 503


def test_an_occupied_port_gives_the_next_free_one() -> None:
    first = bind(WebSettings(port=0))
    port = first.getsockname()[1]
    second = bind(WebSettings(port=port))
    assert port < second.getsockname()[1] <= port + 20
    first.close()
    second.close()
