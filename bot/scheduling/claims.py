"""Which waiting messages go now. Those that go are marked `sending` in the same transaction, before anything leaves."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy.engine import RowMapping

from bot.channels.base import Channel, Delivery, LinkState
from bot.channels.window import window
from bot.desk import Desk
from bot.logins import Logins
from bot.scheduling.caps import in_turn
from bot.scheduling.gate import SPREAD, Verdict, judge, spread
from bot.scheduling.pace import SLOW, Pacer
from bot.scheduling.together import delivery, together
from handlers.contract import PUSHES, UNASKED, Kind
from handlers.services.care import planned, reach
from handlers.services.care.days import shown
from handlers.services.knowledge.outdated import outdated, take_back
from handlers.services.knowledge.screen import Doubt
from handlers.services.safety.forbidden import TO_MANY
from handlers.services.staff import breaker
from handlers.services.staff.roles import roles_of
from playbooks.schema.common import span
from storage.queries import outbox, people
from storage.tables.people import Person, Room
from storage.work import Work

BATCH = 100
LINK_DOWN_WAIT = dt.timedelta(seconds=5)
CHANNEL_OFF_WAIT = dt.timedelta(minutes=5)
UNJUDGED = frozenset({Kind.SAFETY, Kind.STAFF})
T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """Claimed rows that are one message, with its channel and what to carry."""

    rows: tuple[RowMapping, ...]
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
        self._slow = {name: Pacer(SLOW) for name in channels}
        self._windows = {one.name: window(one.capabilities, desk.config.send) for one in channels.values()}
        self._stops: dict[str, dt.datetime] = {}
        self._waiting: dict[int, list[RowMapping]] = {}
        self._sharing: Counter[str] = Counter()

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
        self._waiting = self._all_waiting(work, rows, now)
        self._sharing = Counter(row["by"] for row in rows)
        jobs: list[Job] = []
        taken: dict[int, RowMapping] = {}
        judged = 0
        for row in in_turn(rows):
            judged += 1
            if row["id"] in taken:
                continue
            job = self._safely(work, row, self._judged, readers, rooms, now, list(taken.values()))
            if job is not None:
                jobs.append(job)
                taken |= {one["id"]: one for one in job.rows}
                if not job.channel.capabilities.idempotent:
                    break  # one at a time: at most one send of unknown outcome after a crash
        outbox.claim(work, list(taken))
        return Claimed(tuple(jobs), judged, judged < len(rows) or len(rows) == BATCH)

    def _all_waiting(self, work: Work, rows: Sequence[RowMapping], now: dt.datetime) -> dict[int, list[RowMapping]]:
        """Reader → what else of ours they may get in the same message as these rows."""
        moment = span(self._desk.config.send.merge_within)
        asked = [row["person_id"] for row in rows if row["kind"] in UNASKED and row["person_id"] is not None]
        return outbox.unasked(work, asked, now + moment) if moment else {}

    def _safely(self, work: Work, row: RowMapping, judged: Callable[..., T | None], *known: Any) -> T | None:
        """A row that cannot be judged fails alone; the others, safety among them, go on."""
        try:
            return judged(work, row, *known)
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
        claimed: Sequence[RowMapping],
    ) -> Job | None:
        """The job when the row may go; otherwise its new state is written and None returned."""
        person, room = readers.get(row["person_id"]), rooms.get(row["room_id"])
        passed = self._passed(work, row, person, room, now, claimed)
        if passed is None:
            return None
        row = passed
        if (moment := spread(row, person, self._desk.config, now, self._sharing[row["by"]])) > now:
            outbox.settle(work, [row["id"]], after=moment, reason=SPREAD)
            return None
        place = person or room
        channel = self._channels.get(place.channel) if place else None
        if place is not None and channel is None:
            outbox.settle(work, [row["id"]], after=now + CHANNEL_OFF_WAIT, reason="channel off")
            return None
        if place is None or channel is None or not _can(channel, row):
            outbox.settle(work, [row["id"]], state="failed", reason="unreachable")
            return None
        if values := self._held_up(work, row, channel, person, place, now, claimed):
            outbox.settle(work, [row["id"]], **values)
            return None
        self._pacers[channel.name].spoke(place.platform_id, now)
        self._slow[channel.name].spoke(place.platform_id, now)
        rows_of_it = self._with_others(work, row, person, now, claimed) if person is not None else (row,)
        return Job(rows_of_it, channel, delivery(work, rows_of_it, person, room))

    def _held_up(
        self,
        work: Work,
        row: RowMapping,
        channel: Channel,
        person: Person | None,
        place: Person | Room,
        now: dt.datetime,
        claimed: Sequence[RowMapping],
    ) -> dict[str, Any]:
        """What the platform has against it just now, as the values of its new state; nothing when it may go."""
        limits = self._windows[channel.name]
        if person is not None and (reason := reach.closed(work, row, person, limits, now, claimed)):
            return {"state": Verdict.HOLD.value, "reason": reason}
        stopped = self._stopped(work, channel.name, now)
        if stopped is not None and row["kind"] in PUSHES:
            return {"after": stopped, "reason": breaker.REASON}
        moment = self._moment(channel, row, place, now, stopped is not None)
        return {"after": moment, "reason": "pace"} if moment > now else {}

    def _passed(
        self,
        work: Work,
        row: RowMapping,
        person: Person | None,
        room: Room | None,
        now: dt.datetime,
        claimed: Sequence[RowMapping],
    ) -> RowMapping | None:
        """The row as it may be said now; None when it may not, and then its new state is written."""
        judgement = judge(work, row, person, room, self._desk.config, now, claimed)
        if judgement.verdict is Verdict.WAIT:
            outbox.settle(work, [row["id"]], after=judgement.until, reason=judgement.reason)
            return None
        if judgement.verdict is not Verdict.GO:
            outbox.settle(work, [row["id"]], state=judgement.verdict.value, reason=judgement.reason)
            if judgement.verdict is Verdict.EXPIRED:
                self._tell_lost(work, row, room)
            return None
        waited = person is not None and row["kind"] in UNASKED and row["created_at"] < now
        if person is not None and waited and (reason := planned.ended(self._desk.scene(work, now), row, person)):
            outbox.settle(work, [row["id"]], state=Verdict.HOLD.value, reason=reason)
            return None
        return self._worded(work, row, person, room, now)

    def _with_others(
        self, work: Work, row: RowMapping, person: Person, now: dt.datetime, claimed: Sequence[RowMapping]
    ) -> tuple[RowMapping, ...]:
        """The row with what else may go to this person in the same message."""
        if row["kind"] not in UNASKED:
            return (row,)
        waiting = [one for one in self._waiting.get(person.id, ()) if one["id"] not in {got["id"] for got in claimed}]
        found = [row]
        for one in together(work, row, waiting, now):
            passed = self._safely(work, one, self._passed, person, None, now, [*claimed, *found])
            if passed is not None:
                found.append(passed)
        if len(found) > 1 and row["merged_into"] is None:
            outbox.merge(work, [one["id"] for one in found])
        return tuple(sorted(found, key=lambda one: int(one["id"])))

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

    def warned(self, work: Work, channel: str) -> None:
        """The platform warns us there: nothing unasked goes for a while, and staff hear of it, once."""
        now, knobs = self._desk.clock.now(), self._desk.config.send.breaker
        self._stops[channel], key = breaker.warned(work, knobs, channel, now)
        work.if_undone(self._stops.clear)
        at = shown(self._stops[channel], self._desk.config.community.zone)
        outbox.add(work, self._desk.staff_rows(work, "system/warned", key, until=at))
        log.warning("platform_warning", channel=channel)

    def _stopped(self, work: Work, channel: str, now: dt.datetime) -> dt.datetime | None:
        """Until when nothing unasked goes there. Read at the start and while it lasts: staff may end it in between."""
        if channel not in self._stops or self._stops[channel] > now:
            self._stops[channel] = breaker.until(work, channel) or now
        return self._stops[channel] if self._stops[channel] > now else None

    def _moment(
        self, channel: Channel, row: RowMapping, place: Person | Room, now: dt.datetime, slowly: bool
    ) -> dt.datetime:
        if channel.state is not LinkState.UP:
            return now + LINK_DOWN_WAIT
        if row["kind"] == Kind.SAFETY:
            return now
        moment = self._pacers[channel.name].earliest(place.platform_id, now)
        return max(moment, self._slow[channel.name].earliest(place.platform_id, now)) if slowly else moment


def _reworded(work: Work, row: RowMapping, **values: Any) -> RowMapping:
    """The row with other words."""
    outbox.settle(work, [row["id"]], **values)
    return outbox.by_ids(work, [row["id"]])[0]


def _can(channel: Channel, row: RowMapping) -> bool:
    able = channel.capabilities
    return able.private_send if row["person_id"] is not None else able.group_send
