"""#积分 #核销 #退兑 #兑换: somebody's account, and what points were exchanged for."""

from __future__ import annotations

from handlers.admin.grammar import CARERS, MANAGERS, Command, person_meant, said, which
from handlers.contract import Context, Handled, Happened, Incoming, stored, to_person
from handlers.services.care.days import shown_date
from handlers.services.community import account
from handlers.services.community.points import award, level_name
from storage.queries import people, points, standing
from storage.tables.standing import Redemption

SHOWN = 8
BY_HAND = "管理员加减"
"""The reason in words goes to the person and, sealed, into the audit; ledger and log hold no words of anybody."""
MOST = 500
USAGE = "#积分 张姐 +20 帮病友答疑"


def balance(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """Somebody's account; `+20 理由` and `-20 理由` book by hand, and the person is told."""
    candidates, after = person_meant(ctx, msg, rest)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, USAGE)
    person = candidates[0]
    person_id = stored(person.id)
    if after[:1] in ("+", "-", "＋", "－"):
        number, _, reason = after[1:].strip().partition(" ")
        if not ctx.roles & MANAGERS:
            return said(ctx, msg, "admin/not_yours", verb="积分 +")
        if not number.isdecimal() or not 1 <= int(number) <= MOST or not reason.strip():
            return said(ctx, msg, "points/by_hand_how", usage=USAGE, most=MOST)
        return _by_hand(ctx, msg, person_id, int(number) * (-1 if after[0] in "-－" else 1), reason.strip()[:30])
    rows = [
        (amount, reason, shown_date(at, person.zone))
        for amount, reason, at in points.latest(ctx.work, person_id, SHOWN)
    ]
    left, grown = points.total(ctx.work, person_id), points.grown(ctx.work, person_id)
    return said(
        ctx,
        msg,
        "points/account",
        private=True,
        name=person.name,
        left=left,
        grown=grown,
        level=level_name(ctx, grown),
        rows=rows,
    )


def _by_hand(ctx: Context, msg: Incoming, person_id: int, amount: int, reason: str) -> Handled:
    kind = "earned" if amount > 0 else "reversed"
    booked = award(ctx, person_id, amount, f"by_hand:{msg.inbox_id}", BY_HAND, kind)
    left = points.total(ctx.work, person_id)
    handled = said(ctx, msg, "points/by_hand", booked=booked, left=left)
    if not booked:
        return handled
    told = to_person(person_id, ctx.words("points/told", booked=booked, reason=reason, left=left), by="points")
    return Handled(handled.by, (*handled.replies, told))


def redemptions(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """What has been exchanged and waits to be handed over."""
    found = standing.redemptions(ctx.work, state="open")
    names = people.people(ctx.work, [one.person_id for one in found])
    rows = [
        (shown_date(one.at, ctx.settings.community.zone), names[one.person_id].name, one.item)
        for one in found
        if one.person_id in names
    ]
    return said(ctx, msg, "points/waiting", rows=rows)


def _settle(ctx: Context, msg: Incoming, rest: str, state: str) -> Handled:
    row = standing.by_code(ctx.work, rest.strip().upper())
    if row is None or row.state != "open":
        return said(
            ctx,
            msg,
            "points/no_code",
            code=rest.strip()[:12],
            row=row,
            handed=row is not None and row.state == "handed",
        )
    account.settle(ctx, row, state, ctx.person_id)
    handled = said(ctx, msg, "points/settled", row=row, name=_name(ctx, row))
    told = to_person(row.person_id, ctx.words("points/settled_told", row=row), by="points")
    happened = Happened("item_handed" if state == "handed" else "item_returned", {"redemption": row.id}, row.person_id)
    return Handled(handled.by, (*handled.replies, told), (happened,))


def _name(ctx: Context, row: Redemption) -> str:
    person = people.person(ctx.work, row.person_id)
    return person.name if person is not None else ""


def hand(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#核销 AB3K7Q`: it was handed over."""
    return _settle(ctx, msg, rest, "handed")


def give_back(ctx: Context, msg: Incoming, rest: str) -> Handled:
    """`#退兑 AB3K7Q`: it cannot be had; the points come back."""
    return _settle(ctx, msg, rest, "returned")


COMMANDS = (
    Command("积分", CARERS, USAGE, "看一位成员的积分账；管理员可以手工加减", balance),
    Command("兑换", CARERS, "#兑换", "看换了还没领的东西", redemptions),
    Command("核销", CARERS, "#核销 AB3K7Q", "东西给了，核销兑换码", hand),
    Command("退兑", MANAGERS, "#退兑 AB3K7Q", "换不了了，积分退回去", give_back),
)
