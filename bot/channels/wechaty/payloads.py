"""What the gateway tells, as values: the only shapes the rest of the channel knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class EventType(IntEnum):
    """What the event stream tells; the numbers of wechaty's event.proto."""

    OTHER = 0
    MESSAGE = 2
    FRIENDSHIP = 17
    ROOM_JOIN = 19
    ROOM_LEAVE = 20
    ROOM_TOPIC = 21
    SCAN = 22
    LOGIN = 25
    LOGOUT = 26
    DIRTY = 27

    @classmethod
    def _missing_(cls, value: object) -> EventType:
        return cls.OTHER


class MessageType(IntEnum):
    """Kinds of message we read.

    The gateway puts wechaty-puppet's numbers on the wire, not those message.proto declares (image 5, text 6).
    """

    OTHER = 0
    IMAGE = 6
    TEXT = 7

    @classmethod
    def _missing_(cls, value: object) -> MessageType:
        return cls.OTHER


class FriendshipType(IntEnum):
    """`RECEIVE` is somebody asking, `CONFIRM` a friendship that now stands."""

    OTHER = 0
    CONFIRM = 1
    RECEIVE = 2

    @classmethod
    def _missing_(cls, value: object) -> FriendshipType:
        return cls.OTHER


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """One item of the event stream; `payload` is its JSON object."""

    type: EventType
    payload: dict[str, object] = field(repr=False)

    def text(self, key: str) -> str:
        value = self.payload.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.payload.get(key)
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()

    def number(self, key: str) -> float:
        value = self.payload.get(key)
        return float(value) if isinstance(value, int | float) else 0.0


@dataclass(frozen=True, slots=True)
class MessagePayload:
    """A message as the gateway keeps it. `timestamp` is in seconds or milliseconds, as the puppet likes; 0: untold."""

    id: str
    type: MessageType
    talker: str
    room: str
    text: str = field(repr=False)
    mentions: tuple[str, ...]
    timestamp: float


@dataclass(frozen=True, slots=True)
class Friendship:
    """A friend request or its confirmation; `hello` is what the person wrote with it."""

    id: str
    type: FriendshipType
    contact: str
    hello: str = field(repr=False)
