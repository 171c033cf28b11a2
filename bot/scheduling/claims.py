"""Which waiting messages go now. Those that go are marked `sending` in the same transaction, before anything leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.engine import RowMapping

from bot.channels.base import Channel, Contact, Delivery, LinkState
from bot.desk import Desk
from bot.logins import Logins
from bot.scheduling.caps import in_turn
from bot.scheduling.gate import Verdict, judge
from bot.scheduling.pace import Pacer
from handlers.contract import Kind
from handlers.services.knowledge.outdated import outdated, take_back
from handlers.services.knowledge.screen import Doubt
from handlers.services.safety.forbidden import TO_MANY
from handlers.services.staff.roles import roles_of
from storage.queries import outbox, people
from storage.tables.people import Person, Room
from storage.work import Work

BATCH = 100
LINK_DOWN_WAIT = dt.timedelta(seconds=5)
CHANNEL_OFF_WAIT = dt.timedelta(minutes=5)
UNJUDGED = frozenset({Kind.SAFETY, Kind.STAFF})
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed row with its channel and what to carry."""

    row: RowMapping
    channel: Channel
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Claimed:
    """Jobs to send, how many messages were judged for them, and whether more may be waiting."""

    jobs: tuple[Job, ...] = ()
    judged: int = 0
    more: bool = False


class Claims:
    """Judges waiting messages by gate, channel and pace. Belongs to the writer's thread."""

    def __init__(self, desk: Desk, channels: Mapping[str, Channel]) -> None:
        self._desk = desk
        self._channels = channels
        self._logins = Logins(desk, channels)
        self._pacers = {name: Pacer(channel.capabilities.pace) for name, channel in channels.items()}

    def take_in_passing(self, work: Work) -> Claimed:
        """Claim in a transaction that is about something else – only where a crash in between does no harm."""
        if all(channel.capabilities.idempotent for channel in self._channels.values()):
            return self.take(work)
        return Claimed(more=True)

    def take(self, work: Work) -> Claimed:
        """Claim the next messages in this transaction."""
        now = self._desk.clock.now()
        self._logins.notice(work)
        rows = outbox.waiting(work, now, BATCH)
        if not rows:
            return Claimed()
        readers = people.people(work, [row["person_id"] for row in rows if row["person_id"] is not None])
        rooms = people.rooms_by_id(work, [row["room_id"] for row in rows if row["room_id"] is not None])
        jobs: list[Job] = []
        judged = 0
        for row in in_turn(rows):
            judged += 1
            job = self._judged_safely(work, row, readers, rooms, now, [one.row for one in jobs])
            if job is not None:
                jobs.append(job)
                if not job.channel.capabilities.idempotent:
                    break  # one at a time: at most one send of unknown outcome after a crash
        outbox.claim(work, [job.row["id"] for job in jobs])
        return Claimed(tuple(jobs), judged, judged < len(rows) or len(rows) == BATCH)

    def _judged_safely(self, work: Work, row: RowMapping, *known: Any) -> Job | None:
        """A row that cannot be judged fails alone; the others, safety among them, go on."""
        try:
            return self._judged(work, row, *known)
        except Exception as error:
            log.error("claim_failed", outbox=row["id"], error=type(error).__name__)
            outbox.settle(work, [row["id"]], state="failed", reason=type(error).__name__)
            return None

    def _judged(
        self,
        work: Work,
        row: RowMapping,
        readers: dict[int, Person],
        rooms: Mapping[int, Room],
        now: dt.datetime,
        claimed: list[RowMapping],
    ) -> Job | None:
        """The job when the row may go; otherwise its new state is written and None returned."""
        person, room = readers.get(row["person_id"]), rooms.get(row["room_id"])
        judgement = judge(work, row, person, room, self._desk.config, now, claimed)
        if judgement.verdict is Verdict.WAIT:
            outbox.settle(work, [row["id"]], after=judgement.until, reason=judgement.reason)
            return None
        if judgement.verdict is not Verdict.GO:
            outbox.settle(work, [row["id"]], state=judgement.verdict.value, reason=judgement.reason)
            if judgement.verdict is Verdict.EXPIRED:
                self._tell_lost(work, row, room)
            return None
        worded = self._worded(work, row, person, room, now)
        if worded is None:
            return None
        row = worded
        place = person or room
        channel = self._channels.get(place.channel) if place else None
        if place is not None and channel is None:
            outbox.settle(work, [row["id"]], after=now + CHANNEL_OFF_WAIT, reason="channel off")
            return None
        if place is None or channel is None or not _can(channel, row):
            outbox.settle(work, [row["id"]], state="failed", reason="unreachable")
            return None
        if (moment := self._moment(channel, row, place, now)) > now:
            outbox.settle(work, [row["id"]], after=moment, reason="pace")
            return None
        self._pacers[channel.name].spoke(place.platform_id, now)
        return Job(row, channel, _delivery(work, row, person, room))

    def _tell_lost(self, work: Work, row: RowMapping, room: Room | None) -> None:
        """What staff themselves sent does not vanish in silence."""
        if row["by"].startswith("broadcast:"):
            key, place = f"not_sent:{row['by']}:{row['room_id']}", room.topic if room is not None else ""
            outbox.add(work, self._desk.staff_rows(work, "system/not_sent", key, place=place, text=row["text"] or ""))

    def _worded(
        self, work: Work, row: RowMapping, person: Person | None, room: Room | None, now: dt.datetime
    ) -> RowMapping | None:
        """The row as it may be said now: its answer may have been taken back, its words may be forbidden; None: not at all."""
        scene = self._desk.scene(work, now)
        if outdated(scene, row["key"]):
            text = take_back(scene, row)
            if not text:
                outbox.settle(work, [row["id"]], state="expired", reason="replaced")
                return None
            row = _reworded(work, row, text=text, key=None)
        found = self._forbidden(work, row, person, room)
        return self._hold(work, row, found, person, room) if found else row

    def _forbidden(self, work: Work, row: RowMapping, person: Person | None, room: Room | None) -> list[Doubt]:
        """What may not be said in this message; safety's words are fixed, and staff may read anything."""
        if row["kind"] in UNJUDGED or (room is not None and room.is_staff):
            return []
        found = self._desk.index.forbidden.leaving(row, person.name if person else "")
        return [] if found and person is not None and roles_of(work, self._desk.config, person) else found

    def _hold(
        self, work: Work, row: RowMapping, found: list[Doubt], person: Person | None, room: Room | None
    ) -> RowMapping | None:
        """Staff are told what was held back and why; who awaits a reply gets a neutral line in its place, returned."""
        log.warning("forbidden_words", outbox=row["id"], rules=[one.rule for one in found])
        by = row["by"]
        key = f"held:{by}:{by.startswith(TO_MANY) or row['id']}"
        who = person.name if person is not None else f"“{room.topic}”群" if room is not None else ""
        told = self._desk.staff_rows(work, "system/held_words", key, found=found, who=who, by=by, number=row["id"])
        outbox.add(work, told)
        if person is None or row["kind"] != Kind.REPLY:
            outbox.settle(work, [row["id"]], state="held", reason="words")
            return None
        return _reworded(work, row, text=self._desk.words("safety/held"), key=None, picture=None, reason="words")

    def _moment(self, channel: Channel, row: RowMapping, place: Person | Room, now: dt.datetime) -> dt.datetime:
        if channel.state is not LinkState.UP:
            return now + LINK_DOWN_WAIT
        if row["kind"] == Kind.SAFETY:
            return now
        return self._pacers[channel.name].earliest(place.platform_id, now)


def _reworded(work: Work, row: RowMapping, **values: Any) -> RowMapping:
    """The row with other words."""
    outbox.settle(work, [row["id"]], **values)
    return outbox.by_ids(work, [row["id"]])[0]


def _can(channel: Channel, row: RowMapping) -> bool:
    able = channel.capabilities
    return able.private_send if row["person_id"] is not None else able.group_send


def _delivery(work: Work, row: RowMapping, person: Person | None, room: Room | None) -> Delivery:
    named = people.people(work, row["mentions"])
    mentions = tuple(Contact(one.platform_id, one.name) for one in named.values())
    return Delivery(
        key=f"x{row['id']}",
        text=row["text"] or "",
        room=room.platform_id if room else None,
        person=person.platform_id if person else None,
        mentions=mentions,
    )
