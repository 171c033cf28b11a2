"""The name that somebody chose to be shown by: where others see how far one is, nobody reads a real name."""

from __future__ import annotations

import re
from typing import Literal

from handlers.contract import Context
from handlers.services.retrieval.text import bare
from handlers.services.safety.forbidden import HEALTH
from storage.queries import people, profile
from storage.work import Work

FACT = "alias"
Why = Literal["form", "number", "words", "health", "staff", "person", "taken"]
FORM = re.compile(r"[\u4e00-\u9fffA-Za-z0-9·]{2,8}")
NUMBER = re.compile(r"\d{4,}|[零一二三四五六七八九幺]{5,}")
STAFF = re.compile(
    r"医生|大夫|护士|主任|教授|专家|院长|药师|管理员|管理|群主|客服|官方|机器人|助手|工作人员|杏林|医院|120|110"
)


def of(work: Work, person_id: int) -> str:
    """The alias, or ""."""
    return profile.facts(work, person_id).get(FACT, "")


def all_of(work: Work) -> dict[int, str]:
    """Person → alias."""
    return profile.everybodys(work, FACT)


def wrong(ctx: Context, name: str) -> Why | None:
    """Why a name cannot be shown to others; also for teams."""
    if not FORM.fullmatch(name):
        return "form"
    if NUMBER.search(name):
        return "number"
    if ctx.index.moderator.seen(name) or ctx.index.forbidden.to_many(name) or ctx.index.flags.seen(name):
        return "words"
    if STAFF.search(name) or ctx.settings.community.bot_name in name:
        return "staff"
    if any(one.group in HEALTH for one in ctx.index.concepts.spans(bare(name))):
        return "health"
    others = [one.name for one in people.everybody(ctx.work) if one.id != ctx.person_id]
    return "person" if name in others else None


def choose(ctx: Context, name: str) -> Why | None:
    """Take the alias; or why not."""
    if (why := wrong(ctx, name)) is not None:
        return why
    if name.casefold() in {one.casefold() for who, one in all_of(ctx.work).items() if who != ctx.person_id}:
        return "taken"
    profile.set_fact(ctx.work, ctx.person_id, FACT, name, ctx.now)
    return None


def drop(ctx: Context) -> bool:
    """Give it up; False when there was none."""
    return profile.drop_fact(ctx.work, ctx.person_id, FACT)
