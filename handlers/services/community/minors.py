"""Whoever says to be under fourteen: nothing of their health is kept until staff have a guardian's word (PIPL art. 31)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from handlers.contract import Context, Scene, stored
from handlers.services.care import reminders, stock
from handlers.services.care.chinese_number import to_number
from handlers.services.care.days import local
from storage.queries import care, people, personal, profile
from storage.tables.people import Person

ADULT = 14
MINOR, GUARDIAN = "未满14岁", "监护人已同意"
AGE = re.compile(
    r"(?:^|[,，。!！?？\s])(?:你好|您好|医生|大夫|阿姨|叔叔|姐姐)?[,，\s]{0,5}我(?:今年|现在|才|刚|刚满|快|已经|是|叫[\u4e00-\u9fff]{2,3}[,，]?){0,6}"
    r"(\d{1,2}|[一二两三四五六七八九十]{1,3})(?:周)?岁(?:半|多)?(?!的(?:时候|孩子|儿子|女儿|宝|娃|外?孙)|那|就|时|开始|起|以|之|查|得|时候)"
)
PUPIL = re.compile(
    r"(?:^|[,，。!！?？\s])我(?:今年|现在|才|刚|是|在|读|上|念)*(?:小学|幼儿园|[一二三四五六]年级)(?:生|[一二三四五六]年级)?(?=$|[,，。!！?？\s了啦呢])"
)
BIRTH = re.compile(r"我(?:是)?(20\d\d)年(?:出?生|的)")
"""Somebody else's age (我儿子12岁) and the past (我8岁那年) are not meant."""


def says_minor(scene: Scene, text: str) -> bool:
    """Whether the writer says to be younger than fourteen."""
    ages = [to_number(one[1]) for one in AGE.finditer(text)]
    ages += [float(local(scene.now, scene.settings.community.zone).year - int(one[1])) for one in BIRTH.finditer(text)]
    return bool(PUPIL.search(text)) or any(age is not None and 2 < age < ADULT for age in ages)


def waits_for_guardian(scene: Scene, person_id: int) -> bool:
    """Whether nothing may be kept of this person yet."""
    tags = people.tags(scene.work, person_id)
    return MINOR in tags and GUARDIAN not in tags


def declare(ctx: Context, purposes: Iterable[str]) -> None:
    """From now on a minor: consent they gave is void, and what was kept by it goes."""
    profile.tag(ctx.work, ctx.person_id, MINOR, "", ctx.now)
    for purpose in purposes:
        profile.withdraw_consent(ctx.work, ctx.person_id, purpose, ctx.now)
    ctx.person.consented = False
    for row in care.reminders(ctx.work, ctx.person_id):
        reminders.stop(ctx, row)
    stock.forget(ctx, ctx.person_id)
    personal.erase_health(ctx.work, ctx.person_id)


def guardian_agrees(scene: Scene, person: Person, purpose: str, by: str) -> None:
    """Staff have spoken with a guardian."""
    person_id = stored(person.id)
    profile.tag(scene.work, person_id, GUARDIAN, by, scene.now)
    profile.give_consent(scene.work, person_id, purpose, scene.settings.consent.version, scene.now, None)


def mistaken(scene: Scene, person: Person) -> None:
    """It was said of somebody else, or in error."""
    profile.untag(scene.work, stored(person.id), MINOR)
