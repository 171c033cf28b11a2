"""The typed edge of the gateway: every word of gRPC is in this file; nothing above it meets an untyped value.

Speaks through the stubs of `wechaty-grpc`. Token and TLS as wechaty-puppet-service expects them: the metadata
`authorization: Wechaty <token>`, and as server name (SNI) the part of the token before its last underscore.
"""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from grpclib.client import Channel
from grpclib.client import Stream as Call
from grpclib.config import Configuration
from grpclib.const import Cardinality
from wechaty_grpc.wechaty import PuppetStub, puppet  # type: ignore[import-untyped, unused-ignore]

from bot.channels.base import Contact
from bot.channels.wechaty.payloads import (
    EventType,
    Friendship,
    FriendshipType,
    GatewayEvent,
    MessagePayload,
    MessageType,
)


@dataclass(frozen=True, slots=True)
class Tls:
    """How to trust the gateway. Empty `ca_file`: the usual authorities; empty `server_name`: taken from the token."""

    ca_file: str = ""
    server_name: str = ""


class FileTooLarge(Exception):
    """The file is larger than we are willing to hold in memory."""


class Gateway:
    """Calls to one gateway over one connection, opened on the first call and reopened after `disconnect`.

    Raises `grpclib.GRPCError` (the gateway said no), `StreamTerminatedError` (the link broke under a call), `OSError`
    (no link) and `TimeoutError`. Must be made inside a running event loop.
    """

    def __init__(self, endpoint: str, token: str, tls: Tls | None, timeout: float, keepalive: float) -> None:
        host, _, port = endpoint.rpartition(":")
        self._metadata = {"authorization": f"Wechaty {token}"}
        self._link = Channel(
            host.strip("[]"),
            int(port),
            ssl=_ssl_context(tls) if tls else None,
            config=_configuration(keepalive, (tls.server_name or _server_name(token)) if tls else ""),
        )
        self._calls = PuppetStub(self._link, timeout=timeout, metadata=self._metadata)

    def disconnect(self) -> None:
        """Drop the connection at once, with every call on it."""
        self._link.close()

    async def start(self) -> None:
        await self._calls.start()

    async def stop(self) -> None:
        """Stop the puppet and end whatever event stream occupies the gateway."""
        await self._calls.stop()

    def events(self) -> AbstractAsyncContextManager[AsyncIterator[GatewayEvent]]:
        """Open the event stream. The gateway serves one at a time: a second raises ALREADY_EXISTS when first read."""
        return self._open_events()

    @asynccontextmanager
    async def _open_events(self) -> AsyncGenerator[AsyncIterator[GatewayEvent], None]:
        async with self._event_call() as call:
            await call.send_message(puppet.EventRequest(), end=True)
            yield (_event(item) async for item in call)

    def _event_call(self) -> Call[Any, Any]:
        return self._link.request(
            "/wechaty.Puppet/Event",
            Cardinality.UNARY_STREAM,
            puppet.EventRequest,
            puppet.EventResponse,
            metadata=self._metadata,
        )

    async def message(self, message_id: str) -> MessagePayload:
        reply = await self._calls.message_payload(id=message_id)
        return MessagePayload(
            id=reply.id or message_id,
            type=MessageType(int(reply.type)),
            talker=reply.from_id,
            room=reply.room_id,
            text=reply.text,
            mentions=tuple(reply.mention_ids),
            timestamp=float(reply.timestamp),
        )

    async def file(self, message_id: str, limit: int) -> bytes:
        """The bytes of a message's file; raises `FileTooLarge` as soon as `limit` bytes are passed."""
        data = bytearray()
        async with aclosing(self._calls.message_file_stream(id=message_id)) as replies:
            async for reply in replies:
                data += reply.file_box_chunk.data
                if len(data) > limit:
                    raise FileTooLarge(message_id)
        return bytes(data)

    async def contact(self, contact_id: str) -> Contact:
        reply = await self._calls.contact_payload(id=contact_id)
        return Contact(id=contact_id, name=reply.name)

    async def room_topic(self, room_id: str) -> str:
        reply = await self._calls.room_payload(id=room_id)
        return cast(str, reply.topic)

    async def friendship(self, friendship_id: str) -> Friendship:
        reply = await self._calls.friendship_payload(id=friendship_id)
        return Friendship(friendship_id, FriendshipType(int(reply.type)), reply.contact_id, reply.hello)

    async def accept_friendship(self, friendship_id: str) -> None:
        await self._calls.friendship_accept(id=friendship_id)

    async def send_text(self, conversation: str, text: str, mentions: tuple[str, ...]) -> str:
        """Returns the platform's id, empty when it gives none."""
        reply = await self._calls.message_send_text(
            conversation_id=conversation, text=text, mentonal_ids=list(mentions)
        )
        return reply.id or ""

    async def send_png(self, conversation: str, name: str, png: bytes) -> str:
        """Returns the platform's id, empty when it gives none. The file travels as the JSON of npm `file-box`."""
        box = {"boxType": 1, "type": 1, "name": name, "base64": base64.b64encode(png).decode(), "metadata": {}}
        reply = await self._calls.message_send_file(conversation_id=conversation, filebox=json.dumps(box))
        return reply.id or ""


def _event(item: Any) -> GatewayEvent:
    """A payload that is no JSON object must not kill the stream: it becomes an empty one."""
    try:
        payload = json.loads(item.payload)
    except ValueError:
        payload = None
    return GatewayEvent(EventType(int(item.type)), payload if isinstance(payload, dict) else {})


def _configuration(keepalive: float, server_name: str) -> Configuration:
    """Ping every `keepalive` seconds, for ever, and hang up when an answer takes as long: without it grpclib never
    notices a link that died in silence."""
    return Configuration(
        _keepalive_time=keepalive,
        _keepalive_timeout=keepalive,
        _keepalive_permit_without_calls=True,
        _http2_max_pings_without_data=0,
        _http2_min_sent_ping_interval_without_data=keepalive / 2,
        ssl_target_name_override=server_name or None,
    )


def _ssl_context(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    return context


def _server_name(token: str) -> str:
    return token.rpartition("_")[0].lower()
