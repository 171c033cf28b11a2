"""#画像: one person on one card, as text and as a picture; in private, because readings are on it, and on record."""

from __future__ import annotations

from dataclasses import replace

from handlers.admin.grammar import CARERS, Command, person_meant, said, which
from handlers.contract import Context, Handled, Happened, Incoming
from handlers.services.community.portrait import card, picture
from handlers.services.staff.roles import TITLES, roles_of


def portrait(ctx: Context, msg: Incoming, rest: str) -> Handled:
    candidates, _ = person_meant(ctx, msg, rest)
    if len(candidates) != 1:
        return which(ctx, msg, candidates, "#画像 张姐")
    person = candidates[0]
    roles = "、".join(TITLES[role] for role in sorted(roles_of(ctx.work, ctx.settings, person)))
    found = card(ctx, person)
    handled = said(ctx, msg, "admin/portrait", private=True, person=person, roles=roles, **found)
    drawn = replace(handled.replies[0], picture=picture(ctx, person, found))
    looked = Happened("portrait_viewed", {"by": ctx.person_id}, person.id)
    return Handled(handled.by, (drawn,), (looked,))


COMMANDS = (Command("画像", CARERS, "#画像 张姐", "看一位成员的情况（文字和图，只发给您本人）", portrait),)
