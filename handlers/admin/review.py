"""#待审 #查看 #通过 #驳回 #撤回: content is reviewed where its reviewers are, in chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from handlers.admin import recall
from handlers.admin.grammar import Command, answer, numbered, said
from handlers.contract import Context, Handled, Happened, Incoming, Outgoing
from handlers.services.knowledge import expiry, reviews, showing
from handlers.services.knowledge.entries import Meant, key, meant
from handlers.services.knowledge.reviews import REVIEWERS, STEPS
from playbooks.review import IN_FORCE_UNSIGNED, Standing, State
from playbooks.schema.common import Playbook
from storage.queries import reviews as stored

GROUPS = (State.MEDICAL, State.EXPERT, State.REJECTED)
MOST = 20
LONGEST_REASON = 200


def waiting(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """What waits, by stage, numbered; `#待审 示例` lists what ships with the program and nobody has signed."""
    standings = list(ctx.index.reviewed.standings.values())
    samples = [one for one in standings if one.state is State.SAMPLE]
    groups = [[one for one in standings if one.state is state] for state in GROUPS]
    if "示例" in rest:
        groups = [[], [], [], samples]
    rows = [one for group in groups for one in group][:MOST]
    _number(ctx, rows)
    lexicons = ctx.index.library
    return said(
        ctx,
        msg,
        "review/waiting",
        rows=[(number, one, len(reviews.doubts(one.entry, lexicons))) for number, one in enumerate(rows, 1)],
        total=sum(map(len, groups)),
        samples=len(samples),
        all_samples="示例" in rest,
        expiring=reviews.expiring(ctx)[:MOST],
    )


def _number(ctx: Context, rows: Sequence[Standing]) -> None:
    """From now on a number of this reader means one of these. In a staff room the others see the list as well."""
    stored.show_list(ctx.work, ctx.person_id, [key(one) for one in rows])
    if ctx.room is not None and ctx.room.is_staff:
        stored.forget_lists(ctx.work, but=ctx.person_id)


def look(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """One entry whole; whoever has read it may sign it."""
    found = meant(ctx, rest)
    return _not_found(ctx, msg, found, "#查看", rest) if found.standing is None else _show(ctx, msg, found.standing)


def _show(ctx: Context, msg: Incoming, standing: Standing, first: bool = False) -> Handled:
    """`first`: they wanted to sign what they have not been shown."""
    stored.show_words(ctx.work, ctx.person_id, key(standing), standing.hash)
    before = _before(ctx, standing)
    return said(
        ctx,
        msg,
        "review/entry",
        one=standing,
        first=first,
        steps=STEPS,
        whole=showing.whole(ctx.words, standing.entry),
        doubts=reviews.doubts(standing.entry, ctx.index.library),
        before=before,
        difference=showing.difference(ctx.words, before, standing.entry) if before else [],
        served=_is_served(ctx, standing),
    )


def _is_served(ctx: Context, standing: Standing) -> bool:
    """Whether patients get these very words now."""
    return not standing.behind and any(one is standing.in_force for one in ctx.index.library.all())


def _before(ctx: Context, standing: Standing) -> Playbook | None:
    """The version this one replaces or would replace: the one in force, else the last that was signed."""
    if standing.behind:
        return standing.in_force
    kept = [reviews.read(standing.key[0], body) for body in stored.kept_on(ctx.work, *standing.key)]
    older = [one for one in kept if one is not None and one.version < standing.entry.version]
    return older[-1] if older else None


def approve(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#通过 dm-x 一年`: the next signature this person can give, to the words they have been shown."""
    found = meant(ctx, rest)
    standing = found.standing
    if standing is None:
        return _not_found(ctx, msg, found, "#通过", rest)
    step = reviews.may_sign(ctx, standing)
    if step not in ("medical", "expert"):
        return said(ctx, msg, "review/cannot", why=step, one=standing)
    until = expiry.parse(found.rest, reviews.today(ctx)) if found.rest else reviews.default_expiry(ctx, standing)
    if until is None:
        return said(ctx, msg, "review/which_day", written=found.rest, one=standing)
    if stored.seat(ctx.work, ctx.person_id).seen.get(key(standing)) != standing.hash:
        return _show(ctx, msg, standing, first=True)
    after = reviews.decide(ctx, standing, "approved", "expert" if step == "expert" else "medical", until)
    signed = ctx.words("review/signed", one=after, step=STEPS[step], until=until, name=ctx.person.name)
    told = reviews.tell_others(ctx, signed, msg.room_id)
    if after.state is State.EXPERT:
        told += reviews.ask_experts(ctx, ctx.words("review/ask_expert", one=after, name=ctx.person.name))
    return _decided(ctx, msg, after, "approved", signed, told)


def reject(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#驳回 dm-x 原因`: it is not served, until its author has changed it."""
    found, refusal = _with_reason(ctx, msg, rest, "#驳回")
    if refusal is not None or found.standing is None:
        return refusal or _not_found(ctx, msg, found, "#驳回", rest)
    if found.standing.state in (State.PUBLISHED, State.EXPIRED, State.WITHDRAWN):
        return said(ctx, msg, "review/cannot", why="is_published", one=found.standing)
    return _against(ctx, msg, found.standing, "rejected", found.rest)


def withdraw(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#撤回 dm-x 原因`: not served from the next message on; whoever got it can be told."""
    found, refusal = _with_reason(ctx, msg, rest, "#撤回")
    if refusal is not None or found.standing is None:
        return refusal or _not_found(ctx, msg, found, "#撤回", rest)
    if found.standing.state is State.WITHDRAWN:
        return said(ctx, msg, "review/cannot", why="is_withdrawn", one=found.standing)
    return _against(ctx, msg, found.standing, "withdrawn", found.rest)


def _with_reason(ctx: Context, msg: Incoming, rest: str, verb: str) -> tuple[Meant, Handled | None]:
    found = meant(ctx, rest)
    if found.standing is None:
        return found, None
    if found.standing.key[0] in IN_FORCE_UNSIGNED:
        return found, said(ctx, msg, "review/cannot", why="always_in_force", one=found.standing)
    if not found.rest:
        return found, said(ctx, msg, "review/why", verb=verb, one=found.standing)
    return found, None


def _against(
    ctx: Context, msg: Incoming, standing: Standing, verdict: Literal["rejected", "withdrawn"], reason: str
) -> Handled:
    after = reviews.decide(ctx, standing, verdict, reason=reason[:LONGEST_REASON])
    text = ctx.words(f"review/{verdict}", one=after, name=ctx.person.name, reason=reason[:LONGEST_REASON])
    return _decided(ctx, msg, after, verdict, text, reviews.tell_others(ctx, text, msg.room_id))


def _decided(ctx: Context, msg: Incoming, after: Standing, verdict: str, text: str, told: list[Outgoing]) -> Handled:
    """The answer, with the offer to tell those who got the old words, and what others of staff hear."""
    offer = recall.offer(ctx, msg)
    kind, entry_id = after.key
    data = {"kind": kind, "entry": entry_id, "version": after.entry.version, "by": ctx.person_id}
    replies = (answer(ctx, msg, f"{text}\n\n{offer}" if offer else text), *told)
    return Handled("admin", replies, (Happened(f"entry_{verdict}", data),))


def _not_found(ctx: Context, msg: Incoming, found: Meant, verb: str, rest: str) -> Handled:
    """Which of these? Listed and numbered, so that the next command can be `#查看 1`."""
    _number(ctx, found.near)
    written = numbered(rest)
    return said(ctx, msg, "review/which", rows=found.near, verb=verb, number=written.written if written else "")


COMMANDS = (
    Command("待审", REVIEWERS, "#待审", "看等待审核的内容；#待审 示例 看还没签字的示例", waiting),
    Command("查看", REVIEWERS, "#查看 dm-fruit", "看一条内容的全文、来源、签名和疑点", look),
    Command("通过", REVIEWERS, "#通过 dm-fruit 一年", "签字通过，可写到期日；先 #查看 再签", approve),
    Command("驳回", REVIEWERS, "#驳回 dm-fruit 第二步写错了", "退回给作者，写明原因", reject),
    Command("撤回", REVIEWERS, "#撤回 dm-fruit 指南改了", "马上停用一条内容，可通知收到过的人", withdraw),
)
