"""What the page may ask, checked before anything is done, and how a refusal is worded."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from bot.web.clockstrip import Step

Form = TypeVar("Form", bound=BaseModel)

MAX_TEXT = 20_000
MAX_FORM_BYTES = 256 * 1024
KEY = r"^[0-9a-zA-Z-]{8,64}$"


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Say(Asked):
    """Text by `me` in a conversation. The same `key` again is the same message."""

    me: str
    conversation: str
    text: str = Field(min_length=1, max_length=MAX_TEXT)
    key: str = Field(pattern=KEY)


class Show(Asked):
    """A picture by `me`; its bytes are the body of the request."""

    me: str
    conversation: str
    key: str = Field(pattern=KEY)


class Look(Asked):
    """`me` has seen everything up to bubble `last`."""

    me: str
    conversation: str
    last: int = Field(ge=0, lt=2**62)


class Newcomer(Asked):
    """A new person, the room they come into, and who invited them."""

    name: str
    room: str
    inviter: str | None = None

    @field_validator("name")
    @classmethod
    def can_be_mentioned(cls, name: str) -> str:
        name = " ".join(name.split())
        if not 1 <= len(name) <= 12 or not name.isprintable() or set(name) & set("@＠,，"):
            raise ValueError("称呼要 1 到 12 个字，不能有 @ 和逗号")
        return name


class Move(Asked):
    step: Step


def problem(status: int, words: str) -> HTTPException:
    """A refusal that the page shows as it is."""
    return HTTPException(status, words)


async def body(request: Request, limit: int, too_large: str) -> bytes:
    """The whole body, never more than `limit` bytes of it in memory."""
    data = bytearray()
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > limit:
                raise problem(413, too_large)
    except ClientDisconnect:
        raise problem(400, "没有收全，请再试一次") from None
    return bytes(data)


async def form(request: Request, kind: type[Form]) -> Form:
    """The JSON body as `kind`."""
    data = await body(request, MAX_FORM_BYTES, "内容太长了，请分几条发")
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        raise problem(400, _words(error)) from None


def query(request: Request, kind: type[Form]) -> Form:
    """The query string as `kind`."""
    try:
        return kind.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise problem(400, _words(error)) from None


def _words(error: ValidationError) -> str:
    """Why, in Chinese; what was written is not repeated."""
    first = error.errors(include_input=False, include_url=False)[0]
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    return {
        "string_too_long": f"这条消息太长了，请控制在 {MAX_TEXT} 字以内",
        "string_too_short": "还没有写内容",
    }.get(first["type"], "这个请求不完整，请刷新页面再试一次")
