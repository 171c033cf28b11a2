"""The words the decision layer speaks: a message in, replies and events out.

A handler decides and does not act: it returns `Handled`, or None when the message is not its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handlers.index import Index
    from handlers.settings import Settings
    from handlers.words import Words
    from storage.tables.people import Person, Room
    from storage.work import Work


class Kind(StrEnum):
    """Why a message is sent; the send gate treats each differently.

    REPLY answers somebody just now. REMINDER was asked for by its reader. PUSH is ours: quiet hours, caps, mute and lock
    apply. CARE is a push of a plan about just what its reader goes through (an operation, a stay in hospital): life events do
    not hold it back. SAFETY passes every gate. STAFF goes to staff.
    """

    REPLY = "reply"
    REMINDER = "reminder"
    PUSH = "push"
    CARE = "care"
    SAFETY = "safety"
    STAFF = "staff"


PUSHES = (Kind.PUSH, Kind.CARE)
"""What nobody asked for."""
UNASKED = (*PUSHES, Kind.REMINDER)
"""What comes when nobody has just written."""


class OnDoubt(StrEnum):
    """What to do with a send of unknown outcome."""

    RESEND = "resend"
    DROP = "drop"
    ASK_STAFF = "ask_staff"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to draw when the message is sent: a drawing's name in `handlers/services/pictures.py` and its numbers."""

    drawing: str
    data: dict[str, Any] = field(default_factory=dict)


class Private(str):
    """Words that hold somebody's values, plans or records: they can only be addressed to a person."""


PRIVATE_DRAWINGS = frozenset({"trend", "card"})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send. Use `to_person` or `to_room`: what is personal can only be addressed to a person.

    `key` is unique for ever when given: a second message with the same key is not stored. `after` (aware) is the
    earliest moment to send, `expires` the last.
    """

    text: str
    person_id: int | None = None
    room_id: int | None = None
    kind: Kind = Kind.REPLY
    by: str = ""
    mentions: tuple[int, ...] = ()
    picture: Picture | None = None
    key: str | None = None
    after: dt.datetime | None = None
    expires: dt.datetime | None = None
    on_doubt: OnDoubt = OnDoubt.RESEND
    about: int | None = None
    """Whose words or data are in it, when that is not its reader: goes when that person is erased."""

    @property
    def private(self) -> bool:
        """Whether somebody's values, plans or records are in it."""
        return isinstance(self.text, Private) or (self.picture is not None and self.picture.drawing in PRIVATE_DRAWINGS)

    def __post_init__(self) -> None:
        if self.room_id is None:
            return
        if self.person_id is not None:
            raise ValueError("a message goes to a person or to a room, not to both")
        if self.private:
            raise TypeError("what is private cannot be addressed to a room")


def to_person(person_id: int, text: str, **more: Any) -> Outgoing:
    """A private message."""
    return Outgoing(text=text, person_id=person_id, **more)


def to_room(room_id: int, text: str, **more: Any) -> Outgoing:
    """A message that everybody in the room reads. Never put a reading, a name's diagnosis or a dose here."""
    return Outgoing(text=text, room_id=room_id, **more)


@dataclass(frozen=True, slots=True)
class Happened:
    """A fact in the past tense (`check_in_recorded`) for the append-only event log. `data` holds ids and counts, no words."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    person_id: int | None = None
    room_id: int | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """A slot that was due and rightly did nothing; `reason` is one word for the books ("left", "condition")."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """A slot that was due and has to wait a little: `until` (aware) it is looked at again."""

    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Handled:
    """What a handler decided. `by` is the handler's name as metrics and logs show it."""

    by: str
    replies: tuple[Outgoing, ...] = ()
    events: tuple[Happened, ...] = ()


class What(StrEnum):
    """Kinds of incoming events after normalising."""

    TEXT = "text"
    IMAGE = "image"
    JOIN = "join"
    LEAVE = "leave"
    FRIEND = "friend"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message after normalising. `said` is what the person wrote; `text` the same made comparable (NFKC, simplified
    characters, no format characters, no @mention of the bot). Ids are ours, not the platform's.
    """

    inbox_id: int
    channel: str
    at: dt.datetime
    what: What
    person_id: int
    room_id: int | None
    said: str
    text: str
    addressed: bool
    """True in private, and in a room when the bot is @-mentioned."""
    mentions: tuple[int, ...] = ()
    quote: str = ""
    has_image: bool = False
    people: tuple[int, ...] = ()

    @property
    def private(self) -> bool:
        return self.room_id is None

    @property
    def with_picture(self) -> bool:
        return self.has_image or self.what is What.IMAGE


@dataclass(slots=True)
class Scene:
    """What a decision may look at. Times come from `now` (aware UTC); the database only through `work`."""

    now: dt.datetime
    work: Work
    index: Index
    settings: Settings
    words: Words
    noted: list[Happened] = field(default_factory=list, kw_only=True)
    """What services have already written into the event log (`aftermath.note`); rules have still to follow it."""


@dataclass(frozen=True, slots=True)
class Window:
    """How a platform limits speaking first: for how long after somebody wrote to us, how often until they write again."""

    within: dt.timedelta | None = None
    unanswered: int | None = None

    def __bool__(self) -> bool:
        return self.within is not None or self.unanswered is not None

    @property
    def never(self) -> bool:
        """We may only answer."""
        return self.within == dt.timedelta()


@dataclass(frozen=True, slots=True)
class Process:
    """What the process lends to handlers: who is staff, all handlers, the open question, the playbooks in force."""

    roles_of: Callable[[Work, Person], frozenset[str]]
    route: Callable[[Context, Incoming], Handled | None]
    questions: Callable[[Work, int, dt.datetime], dict[int, tuple[str, Any]]]
    reload: Callable[[int, int | None], None]
    """Have the playbook files looked at; this person is told in this room, or in private, what came of it."""
    serve: Callable[[Work], Index]
    """Take what was decided in this transaction into force; from here on nothing else is served."""
    keep_draft: Callable[[str, str], str]
    """(id, YAML) → the path of the new draft file; raises FileExistsError when the id is taken."""
    window: Callable[[str], Window] = lambda channel: Window()
    """How this channel limits speaking first."""


@dataclass(slots=True)
class Context(Scene):
    """A scene with somebody speaking in it."""

    person: Person
    room: Room | None
    process: Process
    _roles: frozenset[str] | None = None
    _questions: dict[int, tuple[str, Any]] | None = None

    @property
    def roles(self) -> frozenset[str]:
        """The sender's staff roles, by platform id; empty for a patient."""
        if self._roles is None:
            self._roles = self.process.roles_of(self.work, self.person)
        return self._roles

    def question(self, room_id: int | None) -> tuple[str, Any] | None:
        """(kind, data) of what the bot asked this person in this place; read once, as it was before the message."""
        if self._questions is None:
            self._questions = self.process.questions(self.work, self.person_id, self.now)
        return self._questions.get(room_id or 0)

    @property
    def person_id(self) -> int:
        return stored(self.person.id)


def stored(row_id: int | None) -> int:
    """The id of a row that has been stored."""
    if row_id is None:
        raise LookupError("this row has not been stored yet")
    return row_id


@dataclass(frozen=True, slots=True)
class Handler:
    """One capability. `match` is cheap and looks only (returns None for "not mine"); `act` decides.

    A handler that would keep something personal sets `needs_consent`: without consent the person is asked first, and
    the message is carried out after 同意. One that shows or changes what is kept already sets `own`: neither acts while it
    is unsure who writes (`Person.frozen_since`).
    """

    name: str
    match: Callable[[Context, Incoming], Any | None]
    act: Callable[[Context, Incoming, Any], Handled | None]
    needs_consent: bool = False
    own: bool = False


def reply(msg: Incoming, text: str, **more: Any) -> Outgoing:
    """An answer in the place where the message was written; in a room it mentions the sender."""
    if msg.room_id is None:
        return to_person(msg.person_id, text, **more)
    return to_room(msg.room_id, text, mentions=(msg.person_id,), **more)


def privately(msg: Incoming, text: str, **more: Any) -> Outgoing:
    """An answer for the sender alone, wherever the message was written."""
    return to_person(msg.person_id, text, **more)
