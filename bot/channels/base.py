"""What a channel is: it turns a platform's events into `RawEvent` and carries a `Delivery` out. It decides nothing.

A new channel implements `Channel`, declares its `Capabilities` truthfully and passes `tests/unit/test_channel_contract.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias


class EventKind(StrEnum):
    """What happened on the platform."""

    TEXT = "text"
    IMAGE = "image"
    JOIN = "join"
    LEAVE = "leave"
    FRIEND = "friend"


class LinkState(StrEnum):
    """Whether the channel can carry messages now."""

    DOWN = "down"
    CONNECTING = "connecting"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody on the platform. `id` is the platform's own id; roles are granted to it, never to `name`."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One event as the platform told it. `message_id` is unique within `channel`: it is what deduplicates.

    `at` is aware. `room` is the platform's room id, None in private. For `JOIN`/`LEAVE`, `people` are those who came or
    went and `sender` is the inviter (or the person themself when there is none). `image` holds the bytes as received.
    """

    channel: str
    message_id: str
    at: dt.datetime
    kind: EventKind
    sender: Contact
    room: str | None = None
    room_topic: str = ""
    text: str = ""
    mentions: tuple[str, ...] = ()
    mentions_bot: bool = False
    quote: str = ""
    image: bytes | None = None
    people: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform lets one account speak. Zero means: no limit. Seconds; messages a minute."""

    same_chat: float = 0.0
    jitter: float = 0.0
    per_minute: int = 0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do. What it cannot is refused before it is promised.

    `idempotent`: sending the same `Delivery.key` twice has one effect, so a send of unknown outcome may be repeated.
    `proactive`: may speak to somebody who has not just written. `stable_ids`: people keep their ids whoever is logged in;
    when False, `Channel.account` says who that is. `proactive_window`: how long after somebody wrote in private we may speak
    first; `pushes_unanswered`: how often until they write again; None: without end.
    """

    group_receive: bool = True
    group_send: bool = True
    private_send: bool = True
    mention: bool = True
    image_receive: bool = True
    image_send: bool = True
    member_events: bool = True
    friendship: bool = False
    proactive: bool = True
    idempotent: bool = False
    stable_ids: bool = True
    proactive_window: dt.timedelta | None = None
    pushes_unanswered: int | None = None
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to carry out. Exactly one of `room` and `person` (platform ids) is set. `picture` is PNG bytes.

    `key` is unique for ever: the outbox row it came from. `mentions` are people of `room` to notify; the channel writes
    the "@name" in the way of its platform.
    """

    key: str
    text: str
    room: str | None = None
    person: str | None = None
    mentions: tuple[Contact, ...] = ()
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's word that it has the message. `id` is its id for it, empty when the platform gives none."""

    id: str
    at: dt.datetime


class ChannelError(Exception):
    """Base of the ways a send can fail."""


class NotDelivered(ChannelError):
    """The message certainly did not arrive and may be tried again (link down, asked to slow down)."""


class Restricted(NotDelivered):
    """The platform warns us: too much, too fast, or the account is limited. Whatever is not needed should stop for a while."""


class Refused(ChannelError):
    """The platform will never take this message (unknown person, picture too large, not a friend)."""


class Unknown(ChannelError):
    """Nobody can say whether it arrived (time-out after the bytes left)."""


Accept: TypeAlias = Callable[[RawEvent], Awaitable[None]]
"""Hands an event to the process; returns once it is stored for good. Awaiting it before telling the platform is safe."""


class Channel(Protocol):
    """The seam between the process and a platform."""

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def state(self) -> LinkState: ...

    @property
    def account(self) -> str:
        """The platform's id of the account last logged in; "" before that, or when ids do not hang on it."""

    async def start(self, accept: Accept) -> None:
        """Begin to listen; returns when listening (or trying to) in the background."""

    async def stop(self) -> None:
        """Stop listening; nothing is accepted afterwards."""

    async def send(self, message: Delivery) -> Receipt:
        """Carry one message out. Raises a `ChannelError`; nothing else."""
