"""Dates that plans count from, told in chat: 我下周三换膝, 手术改到3月20号, 手术推迟一周, 手术取消了, 我生日是5月3号."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from dataclasses import replace as changed

from dateutil.relativedelta import relativedelta

from handlers import life
from handlers.contract import Context, Handled, Handler, Happened, Incoming, What, privately
from handlers.matching import number, said
from handlers.services.care import dates
from handlers.services.care.chinese_number import to_int
from handlers.services.care.days import WEEKDAYS, local
from handlers.services.care.life import ADMITTED, DISCHARGED, what
from handlers.services.care.when.chinese_time import N
from storage.queries import questions

WHICH, WAITS = "date_which", dt.timedelta(minutes=30)
OTHER = "别的"
LONGEST = 40
DAY = "\N{BLACK SQUARE}"
"""Stands for the day in a text, so that what is around it can be read."""
WHO = r"(?:我家?(?:妈妈?|爸爸?|老公|老婆|老伴|爱人|婆婆|公公|岳母|岳父|奶奶|爷爷|姥姥|姥爷|外婆|外公|孩子|女儿|儿子)?|俺|本人|病人|患者|老人|老爷子|老太太)?的?"
EVENTS = {
    "surgery": r"(?:手术|开刀|动刀)",
    "treatment": r"(?:化疗|上化疗|打化疗)",
    "discharge": r"出院",
    "birthday": r"(?:生日|过生日)",
    "diagnosed": r"(?:确诊|查出来?)",
}
ASKS = re.compile(r"[?？吗呢]|怎么|什么|能不能|可不可以|要不要|哪|多久|几号|如果|要是|万一|听说|怕")
MOVES = (
    r"(?:又|已经|被|要|需要|可能要)*(?:改期?|推迟|推|延期|延后|延迟|提前|挪|调|换|调整|变更|改约)(?:到|至|在|成|为)?了?"
)
SPAN = re.compile(rf"(?P<count>{N}|半)个?(?P<unit>天|日|周|星期|礼拜|月)")
LATER, SOONER = re.compile(r"推迟|延期|延后|延迟|推后|往后|晚"), re.compile(r"提前|往前|提早")


@dataclass(frozen=True, slots=True)
class Told:
    """`day` None: it is called off."""

    anchor: str
    day: dt.date | None


def match(ctx: Context, msg: Incoming) -> Told | None:
    """A short statement in private, or said to us in a room, that names a date of the writer or of the one they care for."""
    text = said(msg).replace(" ", "")
    if msg.what is not What.TEXT or not msg.addressed or not 4 <= len(text) <= LONGEST or ASKS.search(text):
        return None
    seen = ctx.index.life.seen(msg.text)
    for anchor, words in _events(ctx).items():
        if seen is not None and anchor == what(seen).replace(DISCHARGED, "discharge"):
            continue  # coming home is more than a date
        if re.search(words, text) and (found := _told(ctx, anchor, words, text)):
            return found
    return None


def _events(ctx: Context) -> dict[str, str]:
    """How each date is called; a plan's own names (换膝) too."""
    found = {}
    for anchor, words in EVENTS.items():
        names = [
            re.escape(name) for one in ctx.index.library.journeys.values() if one.anchor == anchor for name in one.join
        ]
        verb = r"(?:做|动|进行|打|上)?(?:第?[0-9一二三四五六七八九十]{1,3}次)?"
        found[anchor] = f"(?:{verb}(?:{'|'.join([*sorted(names, key=len, reverse=True), words])})(?:手术|术)?)"
    return found


def _told(ctx: Context, anchor: str, event: str, text: str) -> Told | None:
    today = local(ctx.now, ctx.person.zone).date()
    if re.fullmatch(rf"{WHO}{event}的?(?:取消|不做|不打|作废)了?(?:先|暂时)?(?:不做|不打)?了?", text):
        return Told(anchor, None)
    if re.fullmatch(rf"{WHO}{event}(?:日期|时间|日子)?{MOVES}{SPAN.pattern}(?:了|后)?", text):
        return _shifted(ctx, anchor, text)
    found = dates.named_day(text, today)
    if found is None:
        return None
    shape = text[: found.start] + DAY + text[found.end :]
    part = r"(?:上午|下午|早上|中午|晚上|[0-9一二三四五六七八九十]{1,3}[点:][0-9半]{0,2}分?)*"
    forms = (
        rf"{WHO}(?:{event}|日期)(?:的?(?:日期|时间|日子))?{MOVES}{DAY}{part}(?:做|了|手术)*",
        rf"{WHO}{event}的?(?:日期|时间|日子)?(?:是|在|就在|定在|定于|定了|约在|约了|排在|排到|安排在|安排了|约好了?|定好了?|:|,|，)*{DAY}{part}(?:做|进行|的|了)*",
        rf"{WHO}(?:已经|约好了?|约了|定在|定了|准备|打算|计划|安排|预约了?|要|是|在|就|于)*{DAY}{part}(?:要|去|准备|打算|刚|才|就|可以|能|做的|做了|做完|动的|动了|进行|安排|约了|约的|在[\u4e00-\u9fff]{{2,8}}医院)*{event}(?:的|了|啦|哦|手术)*",
    )
    return Told(anchor, found.day) if any(re.fullmatch(form, shape) for form in forms) else None


def _shifted(ctx: Context, anchor: str, text: str) -> Told | None:
    """手术推迟一周: from the date that was told before."""
    before, length = dates.known(ctx, ctx.person_id, anchor), SPAN.search(text)
    sign = 1 if LATER.search(text) else -1 if SOONER.search(text) else 0
    if before is None or length is None or not sign:
        return None
    count, unit = to_int(length["count"]), length["unit"]
    if length["count"] == "半":
        return Told(anchor, before + dt.timedelta(days=15 * sign)) if unit == "月" else None
    if unit == "月":
        return Told(anchor, before + relativedelta(months=count * sign))
    return Told(anchor, before + dt.timedelta(days=sign * count * (1 if unit in "天日" else 7)))


def act(ctx: Context, msg: Incoming, told: Told) -> Handled | None:
    if told.day is None:
        return _off(ctx, msg, told.anchor)
    named = [one.id for one in dates.about(ctx, told.anchor, said(msg))]
    kinds = dates.kinds(ctx, told.anchor)
    if not named and kinds and not dates.goes_on(ctx, ctx.person_id, told.anchor):
        if len(kinds) == 1:
            named = [one.id for one in dates.about(ctx, told.anchor, kinds[0])]
        elif told.anchor == "surgery":
            return _which(ctx, msg, told, [*kinds, OTHER])
    return _with_life(ctx, msg, keep(ctx, msg, told.anchor, told.day, named))


def keep(ctx: Context, msg: Incoming, anchor: str, day: dt.date, named: list[str]) -> Handled:
    """Plan by the date, and say it back."""
    again = dates.known(ctx, ctx.person_id, anchor) is not None
    planned = dates.tell(ctx, ctx.person, anchor, day, named)
    shown = f"{day.month}月{day.day}日" + ("" if anchor == "birthday" else f"（周{WEEKDAYS[day.weekday()]}）")
    text = ctx.words("journey/date", what=dates.TITLES[anchor], day=shown, planned=planned, again=again, anchor=anchor)
    happened = Happened("date_told", {"date": anchor}, ctx.person_id)
    return Handled("my_dates", (privately(msg, text, by="my_dates"),), (happened,))


def _with_life(ctx: Context, msg: Incoming, handled: Handled) -> Handled:
    """我明天手术 tells a date, and that they are about to be in hospital."""
    event = ctx.index.life.seen(msg.text)
    if event is None or what(event) != ADMITTED or ctx.roles:
        return handled
    more = life.act(ctx, msg, event)
    return changed(handled, replies=(*more.replies, *handled.replies), events=(*more.events, *handled.events))


def _off(ctx: Context, msg: Incoming, anchor: str) -> Handled | None:
    if dates.known(ctx, ctx.person_id, anchor) is None:
        return None
    titles = dates.forget(ctx, ctx.person, anchor)
    text = ctx.words("journey/date_off", what=dates.TITLES[anchor], titles=titles)
    happened = Happened("date_called_off", {"date": anchor}, ctx.person_id)
    return Handled("my_dates", (privately(msg, text, by="my_dates"),), (happened,))


def _which(ctx: Context, msg: Incoming, told: Told, kinds: list[str]) -> Handled:
    data = {"anchor": told.anchor, "day": told.day.isoformat() if told.day else "", "kinds": kinds, "said": msg.said}
    questions.ask(ctx.work, ctx.person_id, None, WHICH, data, ctx.now + WAITS)
    text = ctx.words("journey/date_which", what=dates.TITLES[told.anchor], kinds=kinds)
    return Handled("my_dates", (privately(msg, text, by="my_dates"),))


def which_match(ctx: Context, msg: Incoming) -> tuple[dict[str, str], str] | None:
    """Which operation it is, by number or in words."""
    waiting = ctx.question(None) if msg.private and msg.what is What.TEXT else None
    if waiting is None or waiting[0] != WHICH:
        return None
    kinds, text = waiting[1]["kinds"], said(msg)
    place = number(text)
    if place is not None:
        return (waiting[1], kinds[place - 1]) if 1 <= place <= len(kinds) else None
    named = next((one for one in kinds if one in text or (len(text) > 1 and text in one)), None)
    return (waiting[1], named) if named else None


def which(ctx: Context, msg: Incoming, found: tuple[dict[str, str], str]) -> Handled:
    data, kind = found
    questions.close(ctx.work, ctx.person_id, None)
    named = [] if kind == OTHER else [one.id for one in dates.about(ctx, data["anchor"], kind)]
    handled = keep(ctx, msg, data["anchor"], dt.date.fromisoformat(data["day"]), named)
    return _with_life(ctx, changed(msg, text=data["said"], said=data["said"]), handled)


WHICH_ONE = Handler("my_dates", which_match, which, needs_consent=True)
TOLD = Handler("my_dates", match, act, needs_consent=True)
