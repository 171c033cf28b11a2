"""同意活动消息, 告诉家人, 撤回分享故事: consents of their own kind, each given and taken back in one message."""

from __future__ import annotations

import re

from handlers.contract import Context, Handled, Handler, Happened, Incoming, Outgoing, What, privately
from handlers.matching import said
from handlers.services.community import consents, minors
from handlers.services.staff.roles import tell_staff
from storage.queries import profile

NAMES = {
    consents.MARKETING: "活动消息|活动通知|讲座消息|推广消息|营销消息|广告",
    consents.FAMILY: "告诉家人|通知家人|告诉家属|通知家属|家人通知",
    consents.STORIES: "分享故事|发布故事|公开故事|分享我的故事",
    consents.UNANSWERED: "没(?:有)?(?:回应|回|反应)(?:就|时|的时候)?(?:告诉|通知)(?:健康)?(?:顾问|医护|工作人员)",
}
GIVE, TAKE = "同意|愿意|想要|要收|开通", "撤回同意|撤回|撤销|取消同意|取消|不同意|不要|不收|关闭|停止"
WRITTEN = {
    purpose: re.compile(rf"我?(?:(?P<give>{GIVE})|(?P<take>{TAKE}))?(?:收到?|你们)?(?:{names})(?:了|吧)?")
    for purpose, names in NAMES.items()
}


def match(ctx: Context, msg: Incoming) -> tuple[str, str] | None:
    """(purpose, give or take or about)."""
    if msg.what is not What.TEXT or not msg.addressed:
        return None
    for purpose, form in WRITTEN.items():
        if found := form.fullmatch(said(msg)):
            return purpose, "give" if found["give"] else "take" if found["take"] else "about"
    return None


def act(ctx: Context, msg: Incoming, wanted: tuple[str, str]) -> Handled:
    purpose, what = wanted
    if what == "about":
        return Handled("consent", (_words(ctx, msg, purpose, "about"),))
    if what == "take":
        return take_back(ctx, msg, purpose)
    if msg.room_id is not None:
        return Handled("consent", (_words(ctx, msg, purpose, "about"),))
    if (first := guardian_first(ctx, msg)) is not None:
        return first
    version = consents.version(ctx.settings, purpose)
    new = profile.give_consent(ctx.work, ctx.person_id, purpose, version, ctx.now, msg.inbox_id)
    return _changed(ctx, msg, purpose, "given", new)


def guardian_first(ctx: Context, msg: Incoming) -> Handled | None:
    """What a child under fourteen is told instead of being asked to agree."""
    if not minors.waits_for_guardian(ctx, ctx.person_id):
        return None
    return Handled("consent", (privately(msg, ctx.words("consent/guardian_first"), by="consent"),))


def take_back(ctx: Context, msg: Incoming, purpose: str) -> Handled:
    """The consent ends with this message."""
    had = profile.withdraw_consent(ctx.work, ctx.person_id, purpose, ctx.now)
    return _changed(ctx, msg, purpose, "withdrawn", had)


def _changed(ctx: Context, msg: Incoming, purpose: str, what: str, new: bool) -> Handled:
    """Staff act on two of them: they ask which relative, or take a story off."""
    happened = Happened(f"{purpose}_consent_{what}", {}, ctx.person_id)
    told: list[Outgoing] = []
    if new and purpose in (consents.FAMILY, consents.STORIES):
        text = ctx.words("consent/more_staff", purpose=purpose, what=what, name=ctx.person.name, number=ctx.person_id)
        told = tell_staff(ctx, text, "consent", about=ctx.person_id)
    return Handled("consent", (_words(ctx, msg, purpose, what), *told), (happened,) if new else ())


def _words(ctx: Context, msg: Incoming, purpose: str, what: str) -> Outgoing:
    return privately(msg, ctx.words(f"consent/{purpose}", what=what, title=consents.TITLES[purpose]), by="consent")


PERMISSION = Handler("consent", match, act, own=True)
