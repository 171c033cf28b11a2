"""Review by people: who may sign what, what a decision leads to, and what staff are told of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import ValidationError

from handlers.contract import Context, Outgoing, Scene, to_person, to_room
from handlers.reloaded import Reloaded
from handlers.services.care.days import local, within
from handlers.services.knowledge.screen import Doubt, Screen
from handlers.services.staff.roles import TITLES, tell_people, tell_staff
from handlers.settings import StaffMember
from playbooks.library import KINDS, Library
from playbooks.lock import fingerprint
from playbooks.review import (
    IN_FORCE_UNSIGNED,
    Key,
    Reviewed,
    Signed,
    Signer,
    Standing,
    State,
    Verdict,
    kind_of,
    review,
)
from playbooks.schema.common import Playbook
from storage.queries import people, staff
from storage.queries import reviews as stored
from storage.tables import review as tables
from storage.work import Work

REVIEWERS = frozenset({"clinician", "expert", "owner"})
SIGNERS = frozenset({"clinician", "expert"})
STEPS = {"medical": "医学审核", "expert": "专家复核"}
WARN_AHEAD = dt.timedelta(days=30)
YEAR = 365
TOLD = "review_expiry_told"
MOST = 10
FEW = 5
"""So many problems are told in chat; the rest is for `xinglin check`."""
Place = tuple[int, int | None]
"""(person, room or None for in private)."""

Step = Literal["medical", "expert"]


# -- the effective library ----------------------------------------------------------


def effective(work: Work, written: Library, today: dt.date, members: Sequence[StaffMember] = ()) -> Reviewed:
    """Files and stored decisions together; `playbooks/review.py` has the rules. `members`: staff of the configuration."""
    verdicts = [_verdict(row) for row in stored.verdicts(work)]
    screen = Screen(written.lexicons.values())

    def doubtful(entry: Playbook) -> bool:
        return any(one.needs == "expert" for one in screen.doubts(entry))

    return review(written, verdicts, doubtful, _kept(work), today, _signers(work, verdicts, members))


def _signers(work: Work, verdicts: Sequence[Verdict], members: Iterable[StaffMember]) -> list[Signer]:
    """What makes two signatures one person's: an account with all its names, accounts of one name in the configuration."""
    known: dict[str, tuple[set[int], set[str]]] = {}
    now = people.people(work, [one.person_id for one in verdicts])
    for one in verdicts:
        ids, names = known.setdefault(f"#{one.person_id}", ({one.person_id}, set()))
        names |= {one.name} | ({now[one.person_id].name} if one.person_id in now else set())
    for member in members:
        person = people.by_platform(work, member.channel, member.id)
        ids, names = known.setdefault(member.name or f"{member.channel}/{member.id}", (set(), set()))
        names |= {member.name} | ({person.name} if person else set())
        ids |= {person.id} if person and person.id else set()
    return [Signer(frozenset(ids), frozenset(names - {""})) for ids, names in known.values()]


def doubts(entry: Playbook, library: Library) -> list[Doubt]:
    """What the automatic screen finds in an entry."""
    return Screen(library.lexicons.values()).doubts(entry)


def _verdict(row: tables.Verdict) -> Verdict:
    return Verdict(
        kind=row.kind,
        id=row.entry,
        version=row.version,
        hash=row.hash,
        verdict=row.verdict,  # type: ignore[arg-type]
        step=row.step,  # type: ignore[arg-type]
        person_id=row.person_id,
        name=row.name,
        on=row.on,
        expires=row.expires,
        reason=row.reason,
    )


def _kept(work: Work) -> Mapping[Key, Playbook]:
    """The last signed version of every entry, as far as this program still understands it."""
    found = ((kind, entry, read(kind, body)) for kind, entry, body in stored.kept(work))
    return {(kind, entry): one for kind, entry, one in found if one is not None}


def read(kind: str, body: dict[str, object]) -> Playbook | None:
    """Stored words as an entry; None when the schema has changed so far that it no longer takes them."""
    try:
        return KINDS[kind].model_validate(body)
    except (KeyError, ValidationError):
        return None


def keep_signed(work: Work, reviewed: Reviewed, now: dt.datetime) -> None:
    """Store the words of everything that is signed, so that they outlive the file's next edit."""
    known = stored.kept_hashes(work)
    fresh = [
        one
        for one in reviewed.standings.values()
        if one.state is State.PUBLISHED and one.key[0] not in IN_FORCE_UNSIGNED and (*one.key, one.hash) not in known
    ]
    stored.keep(work, [stored.signed_row(*one.key, one.entry.version, one.hash, body(one.entry), now) for one in fresh])


def body(entry: Playbook) -> dict[str, Any]:
    """An entry as plain data, as its author wrote it: what a later schema adds is not in it."""
    return entry.model_dump(mode="json", by_alias=True, exclude_unset=True)


# -- decisions ------------------------------------------------------------------------


def may_sign(ctx: Context, standing: Standing) -> Step | str:
    """The step this person can sign now, or the name of the words that say why not."""
    if not ctx.roles & SIGNERS:
        return "not_a_signer"
    if standing.state is State.WITHDRAWN:
        return "is_withdrawn"
    if standing.state is State.REJECTED and standing.decided and standing.decided.person_id != ctx.person_id:
        return "is_rejected"
    mine = next((one for one in standing.signed if _is_mine(ctx, one)), None)
    if standing.state is State.EXPERT:
        if mine is not None:
            return "needs_another"
        return "expert" if "expert" in ctx.roles else "needs_expert"
    if mine is not None:
        return mine.signature.role
    return "expert" if standing.signed and "expert" in ctx.roles else "medical"  # beside the first, not in its place


def _is_mine(ctx: Context, signed: Signed) -> bool:
    """Whether this person has given it: by account; in a file, where names sign, by any name of theirs."""
    account = (ctx.person.channel, ctx.person.platform_id)
    names = {ctx.person.name, *(one.name for one in ctx.settings.staff if (one.channel, one.id) == account)}
    return ctx.person_id in signed.ids or (signed.person_id is None and bool(signed.names & names))


def decide(
    ctx: Context,
    standing: Standing,
    verdict: Literal["approved", "rejected", "withdrawn"],
    step: Step | Literal[""] = "",
    expires: dt.date | None = None,
    reason: str = "",
) -> Standing:
    """Store a decision and take it into force; returns where the entry stands after it."""
    kind, entry_id = standing.key
    row = tables.Verdict(
        kind=kind,
        entry=entry_id,
        version=standing.entry.version,
        hash=standing.hash,
        verdict=verdict,
        step=step,
        person_id=ctx.person_id,
        name=ctx.person.name,
        role=title_of(ctx),
        reason=reason,
        on=today(ctx),
        expires=expires,
        at=ctx.now,
    )
    ctx.work.add(row)
    ctx.index = ctx.process.serve(ctx.work)
    return ctx.index.reviewed.standings[standing.key]


def title_of(ctx: Context) -> str:
    return next((TITLES[role] for role in ("expert", "clinician", "owner", "manager") if role in ctx.roles), "")


def default_expiry(ctx: Context, standing: Standing) -> dt.date:
    """What was agreed on before, as long as it is not near; else a year: no medical text is good for ever."""
    agreed = standing.entry.review.expires
    far = agreed is not None and agreed > today(ctx) + WARN_AHEAD
    return agreed if agreed is not None and far else today(ctx) + dt.timedelta(days=YEAR)


def today(scene: Scene) -> dt.date:
    """The community's day."""
    return local(scene.now, scene.settings.community.zone).date()


def tell_others(ctx: Context, text: str, room_id: int | None, by: str = "review") -> list[Outgoing]:
    """The message to staff, without those who have just read the answer to their command."""
    told = tell_staff(ctx, text, by)
    return [one for one in told if one.person_id != ctx.person_id and (one.room_id is None or one.room_id != room_id)]


def ask_experts(ctx: Context, text: str) -> list[Outgoing]:
    """An expert's signature is missing: to all of them but the one who has just signed."""
    return [one for one in tell_people(ctx, ("expert",), text, "review") if one.person_id != ctx.person_id]


# -- what staff are told ----------------------------------------------------------------


def reload_text(scene: Scene, reloaded: Reloaded) -> str:
    """What a change of the files has brought, or why it was refused."""
    standings = scene.index.reviewed.standings
    rows = [(one, standings.get((one.kind, one.id))) for one in reloaded.changes]
    return scene.words(
        "admin/reloaded",
        entries=reloaded.entries,
        problems=reloaded.problems[:FEW],
        total=len(reloaded.problems),
        hints=reloaded.hints[:FEW],
        more_hints=max(0, len(reloaded.hints) - FEW),
        changes=rows[:MOST],
        changed=len(rows),
    )


def tell_reload(scene: Scene, text: str, asked: Collection[Place]) -> list[Outgoing]:
    """To staff what happened to the files; those who have asked are answered where they did."""
    told = tell_staff(scene, scene.words("review/files", text=text), "playbooks")
    people, rooms = {person for person, _ in asked}, {room for _, room in asked}
    return [one for one in told if one.person_id not in people and (one.room_id is None or one.room_id not in rooms)]


def answer_reload(text: str, asked: Iterable[Place]) -> list[Outgoing]:
    """To everybody who has asked, in the place where they did."""
    return [
        to_person(person, text, by="admin") if room is None else to_room(room, text, mentions=(person,), by="admin")
        for person, room in asked
    ]


def tell_expiry(scene: Scene) -> list[Outgoing]:
    """Once for every entry: to clinicians thirty days before it expires, to staff when it is no longer served."""
    quiet = scene.settings.send.quiet
    if within(scene.now, quiet.start, quiet.end, scene.settings.community.zone):
        return []
    told = dict(staff.setting(scene.work, TOLD) or {})
    soon = [one for one in expiring(scene) if told.get(_name(one)) != _mark(one, "soon")]
    over = [one for one in expired(scene) if told.get(_name(one)) != _mark(one, "over")]
    if not soon and not over:
        return []
    told |= {_name(one): _mark(one, "soon") for one in soon} | {_name(one): _mark(one, "over") for one in over}
    staff.set_setting(scene.work, TOLD, told, scene.now)
    messages: list[Outgoing] = []
    if soon:
        text = scene.words("review/expiring", entries=soon, today=today(scene))
        messages += tell_people(scene, ("clinician", "expert"), text, "review")
    if over:
        messages += tell_staff(scene, scene.words("review/expired", entries=over), "review")
    return messages


def expiring(scene: Scene) -> list[Playbook]:
    """What is served now and will not be in thirty days; the nearest first."""
    last = today(scene) + WARN_AHEAD
    return sorted(
        (one for one in _dated(scene) if one.review.expires and today(scene) <= one.review.expires <= last),
        key=lambda one: (str(one.review.expires), one.id),
    )


def expired(scene: Scene) -> list[Playbook]:
    """What would be served had it not expired."""
    return [one for one in _dated(scene) if one.review.expires and one.review.expires < today(scene)]


def _dated(scene: Scene) -> Iterable[Playbook]:
    standings = scene.index.reviewed.standings.values()
    return (one.in_force for one in standings if one.in_force is not None and one.key[0] not in IN_FORCE_UNSIGNED)


def _name(entry: Playbook) -> str:
    return f"{kind_of(entry)}/{entry.id}"


def _mark(entry: Playbook, what: str) -> str:
    return f"{entry.review.expires} {fingerprint(entry)} {what}"
