"""The web chat's own store: what a messenger's servers would keep."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Sealed, SealedBytes, Utc


class WebMessage(SQLModel, table=True):
    """One bubble. `conversation` is `room:<room id>` or `private:<person id>` (platform ids of the web channel)."""

    __table_args__ = (
        UniqueConstraint("key", name="uq_web_message_key"),
        Index("ix_web_message_conversation", "conversation", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str
    """The outbox key for the bot's bubbles (sending twice shows once), a random one for people's."""
    conversation: str
    sender: str
    """Platform id; `bot` for the assistant, empty for a notice line."""
    at: dt.datetime = Field(sa_type=Utc)
    text: str = Field(sa_type=Sealed)
    mentions: str = ""
    picture: bytes | None = Field(default=None, sa_type=SealedBytes)
    """PNG or JPEG bytes."""


class WebPerson(SQLModel, table=True):
    """Somebody one can be in the web chat."""

    id: str = Field(primary_key=True)
    name: str = Field(sa_type=Sealed)
    role: str
    avatar: str = ""


class WebMember(SQLModel, table=True):
    """Who sees which room in the web chat."""

    __table_args__ = (UniqueConstraint("room", "person", name="uq_web_member"),)
    id: int | None = Field(default=None, primary_key=True)
    room: str
    person: str = Field(index=True)


class WebRoom(SQLModel, table=True):
    """A room of the web chat."""

    id: str = Field(primary_key=True)
    topic: str
    position: int = 0


class WebSeen(SQLModel, table=True):
    """The last bubble somebody has looked at in a conversation."""

    __table_args__ = (UniqueConstraint("person", "conversation", name="uq_web_seen"),)
    id: int | None = Field(default=None, primary_key=True)
    person: str
    conversation: str
    last: int = 0
