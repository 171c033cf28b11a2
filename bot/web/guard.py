"""Who may come in: the token, the Host and the Origin of every request, and the headers of every answer."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.seam import WebSettings

COOKIE = "xinglin_web"
COOKIE_SECONDS = 30 * 24 * 3600
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
TURNED_AWAY = 4403


class TokenMissing(ValueError):
    """An address other than loopback was asked for without a token; set `web.token`."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody is turned away: an HTTP status and words for people."""

    status: int
    words: str


NO_TOKEN = Refusal(
    401,
    "需要口令才能进入。请在网址后面加上 ?token=口令 再打开一次，之后就不用再写了。"
    "口令请向管理员要（设置里的 web.token）。",
)
WRONG_HOST = Refusal(403, "请用启动时终端里显示的网址打开，例如 http://127.0.0.1:8080。")
WRONG_ORIGIN = Refusal(403, "这个请求来自别的网站，已经拦下。请直接在本页面操作。")


def is_loopback(host: str) -> bool:
    """`localhost`, 127.0.0.0/8 or ::1."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """Wraps the whole application, the socket included."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        if settings.token is None and not is_loopback(settings.host):
            raise TokenMissing(f"网页聊天要在 {settings.host} 上开放，必须先设置口令 web.token")
        if settings.token == "":
            raise TokenMissing("口令 web.token 不能是空的")
        self._app = app
        self._token = settings.token
        self._pass = hashlib.sha256(f"xinglin-web:{settings.token}".encode()).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        came = HTTPConnection(scope)
        if refusal := self._refusal(came):
            return await self._turn_away(refusal, came, receive, self._dressed(came, send))
        await self._app(scope, receive, self._dressed(came, send))

    def _refusal(self, came: HTTPConnection) -> Refusal | None:
        if self._token is None and not is_loopback(_hostname(came.headers.get("host", ""))):
            return WRONG_HOST
        if self._token is not None and not (self._has_cookie(came) or self._has_token(came)):
            return NO_TOKEN
        changes = came.scope["type"] == "websocket" or came.scope["method"] not in ("GET", "HEAD")
        return WRONG_ORIGIN if changes and not _same_origin(came) else None

    def _has_cookie(self, came: HTTPConnection) -> bool:
        return _equal(came.cookies.get(COOKIE, ""), self._pass)

    def _has_token(self, came: HTTPConnection) -> bool:
        scheme, _, bearer = came.headers.get("authorization", "").partition(" ")
        shown = bearer if scheme.lower() == "bearer" else came.query_params.get("token", "")
        return _equal(shown, self._token or "")

    async def _turn_away(self, refusal: Refusal, came: HTTPConnection, receive: Receive, send: Send) -> None:
        if came.scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": TURNED_AWAY, "reason": refusal.words[:30]})
            return
        wants_page = "text/html" in came.headers.get("accept", "")
        answer: Response = _page(refusal) if wants_page else JSONResponse({"error": refusal.words}, refusal.status)
        await answer(came.scope, receive, send)

    def _dressed(self, came: HTTPConnection, send: Send) -> Send:
        """The same `send`, adding the headers; whoever came with the token in the address gets the cookie.

        The page is answered at once instead of redirecting: after a redirect from elsewhere a browser would hold back a
        SameSite=Strict cookie. The page takes the token out of the address bar itself.
        """
        brings_token = self._token is not None and "token" in came.query_params and self._has_token(came)

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-cache" if came.url.path.startswith("/static/") else "no-store")
                if brings_token:
                    headers.append("Set-Cookie", self._cookie(came))
            await send(message)

        return dressed

    def _cookie(self, came: HTTPConnection) -> str:
        cookie = SimpleCookie({COOKIE: self._pass})
        cookie[COOKIE].update({"path": "/", "samesite": "Strict", "max-age": str(COOKIE_SECONDS)})
        secure = "; Secure" if came.url.scheme == "https" else ""
        return f"{cookie[COOKIE].OutputString()}; HttpOnly{secure}"


def _equal(shown: str, known: str) -> bool:
    return hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), known.encode())


def _same_origin(came: HTTPConnection) -> bool:
    """Browsers name the origin of every socket and every POST; a tool that names none cannot be misled by a page."""
    origin = came.headers.get("origin")
    if origin is None:
        return came.headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    return origin.partition("://")[2].lower() == came.headers.get("host", "").lower() != ""


def _hostname(host_and_port: str) -> str:
    try:
        return urlsplit(f"//{host_and_port}").hostname or ""
    except ValueError:
        return ""


def _page(refusal: Refusal) -> HTMLResponse:
    """Words only; `refusal.words` is ours, nothing of the request is repeated."""
    return HTMLResponse(
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>杏林 · 还不能进入</title>'
        f"<h1>还不能进入</h1><p>{refusal.words}</p></html>",
        refusal.status,
    )
