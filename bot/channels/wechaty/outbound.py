"""`Delivery` → gateway calls, and the gateway's failures → the three a sender understands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from grpclib import GRPCError, Status

from bot.channels.base import ChannelError, Delivery, NotDelivered, Refused, Restricted, Unknown
from bot.channels.wechaty.gateway import Gateway

log = structlog.get_logger(__name__)

PICTURE_LIMIT = 2_900_000
"""Bytes. The gateway reads at most 4 MiB a call, and base64 adds a third."""
AT_SEPARATOR = "\u2005"
"""What WeChat itself puts behind "@name"."""

REFUSALS = frozenset(
    {
        Status.INVALID_ARGUMENT,
        Status.NOT_FOUND,
        Status.PERMISSION_DENIED,
        Status.FAILED_PRECONDITION,
        Status.OUT_OF_RANGE,
        Status.UNIMPLEMENTED,
    }
)
"""The gateway looked at the message and will not take it."""
TRY_AGAIN = frozenset({Status.UNAUTHENTICATED})
"""The gateway turned the call away before looking at the message."""
TOO_MUCH = frozenset({Status.RESOURCE_EXHAUSTED})
"""The same, because we ask for too much."""
PUPPET_THREW = frozenset({Status.UNKNOWN, Status.INTERNAL})
"""What any exception inside a puppet becomes, whatever its reason."""


class Outbound:
    """Sends over one gateway; `bot` names the account that is logged in."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def send(self, message: Delivery, bot: str) -> str:
        """Returns the platform's id of the last part sent. Raises a `ChannelError`.

        Text and picture are two messages to WeChat. When the first arrived and the second failed, the outcome is
        `Unknown`: repeating it blindly would say the text twice.
        """
        target = _target(message)
        parts = 0
        try:
            async with self._failures(target, bot):
                message_id = ""
                if message.text:
                    message_id = await self._gateway.send_text(target, _spoken(message), _mention_ids(message))
                    parts += 1
                if message.picture:
                    message_id = await self._gateway.send_png(target, f"{message.key}.png", message.picture)
                return message_id
        except (NotDelivered, Refused) as error:
            if parts:
                raise Unknown("文字已送出，图片没有送出") from error
            raise

    @asynccontextmanager
    async def _failures(self, target: str, bot: str) -> AsyncIterator[None]:
        """What goes wrong inside leaves as a `ChannelError`, without the gateway's words: they may quote."""
        try:
            yield
        except TimeoutError as error:  # before OSError, of which it is a kind
            raise Unknown("网关没有在时限内答复") from error
        except OSError as error:
            raise NotDelivered("连不上网关") from error
        except GRPCError as error:
            raise await self._verdict(error.status, target, bot) from error
        except Exception as error:
            raise Unknown(f"发送中断：{type(error).__name__}") from error

    async def _verdict(self, status: Status, target: str, bot: str) -> ChannelError:
        if status in REFUSALS:
            return Refused(f"网关拒绝：{status.name}")
        if status in TOO_MUCH:
            return Restricted(f"网关嫌太多：{status.name}")
        if status in TRY_AGAIN:
            return NotDelivered(f"网关暂不受理：{status.name}")
        if status in PUPPET_THREW and await self._is_stranger(target, bot):
            return Refused("网关不认识这个联系人或群")
        return Unknown(f"网关出错：{status.name}")

    async def _is_stranger(self, target: str, bot: str) -> bool:
        """A puppet throws the same error for an unknown contact and for its own troubles. So ask whether it knows the
        recipient – and, as the control, ourselves: only when it still answers about us is its "no" about the other."""
        return not await self._knows(target) and await self._knows(bot)

    async def _knows(self, conversation: str) -> bool:
        for look_up in (self._gateway.contact, self._gateway.room_topic):
            try:
                await look_up(conversation)
                return True
            except GRPCError:
                continue
            except Exception as error:
                log.info("wechaty_lookup_failed", conversation=conversation, error=type(error).__name__)
                return True
        return False


def _target(message: Delivery) -> str:
    """The conversation; raises `Refused` for what can never be sent."""
    target = message.room or message.person
    if not target:
        raise Refused("消息没有收件人")
    if not message.text and not message.picture:
        raise Refused("消息没有内容")
    if message.picture and len(message.picture) > PICTURE_LIMIT:
        raise Refused(f"图片超过 {PICTURE_LIMIT} 字节")
    return target


def _mention_ids(message: Delivery) -> tuple[str, ...]:
    return tuple(person.id for person in message.mentions) if message.room else ()


def _spoken(message: Delivery) -> str:
    names = (f"@{person.name}{AT_SEPARATOR}" for person in message.mentions if person.name)
    return "".join(names) + message.text if message.room else message.text
