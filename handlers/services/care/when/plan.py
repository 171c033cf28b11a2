"""From time words to schedules: which days, which times, and the first moment of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.services.care.chinese_number import to_int
from handlers.services.care.when import lunar, words
from handlers.services.care.when.answer import Schedule
from handlers.services.care.when.chinese_time import Token, minutes_of
from handlers.services.care.when.clock import Wall
from handlers.services.care.when.day import day_of, end_of, repeat_of, said_day, said_moment
from handlers.services.care.when.phrase import CLOCKS, Phrase, class_of, of
from handlers.services.care.when.rules import Repeat, next_after
from handlers.services.care.when.times import meals_of, times_of, times_text

_TICK = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a schedule: single ones, or a start and an end."""

    single: tuple[dt.date, ...] = ()
    end: dt.date | None = None
    last: Token | None = None

    @property
    def start(self) -> dt.date | None:
        return self.single[0] if self.single else None

    @property
    def bounded(self) -> bool:
        return self.end is not None or self.last is not None


def schedules(phrase: Phrase) -> tuple[Schedule, ...]:
    """All schedules of the request; raises Unclear with the question when the words do not say enough."""
    return tuple(s for part in _segments(phrase.tokens) for s in _segment(phrase, part))


def _segments(tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """明天早上8点和后天下午3点 is two; 早上8点，从明天开始 is one."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if class_of(token) in ("every", "date") and of(parts[-1], *CLOCKS):
            parts.append([])
        parts[-1].append(token)
    return [*parts] if all(of(part, *CLOCKS) for part in parts) else [tokens]


def _segment(phrase: Phrase, tokens: Sequence[Token]) -> list[Schedule]:
    if after := of(tokens, "after"):
        return [_in_a_while(phrase, after[0])]
    if of(tokens, "vague"):
        phrase.ask(words.ASK_SOON, words.SOON_OPTIONS)
    if dated := of(tokens, "lunar_date", "lunar_blank"):
        return _lunar(phrase, tokens, dated[0])
    repeat = _repeat(phrase, tokens)
    days = _days(phrase, tokens)
    if repeat and repeat.by_clock:
        return [_by_clock(phrase, tokens, repeat, days)]
    times = times_of(phrase, tokens)
    if repeat is None and (days.bounded or (not days.single and _is_habit(tokens))):
        repeat = Repeat("DAILY")
    if repeat:
        return [_recurring(phrase, repeat, days, wall) for wall in times]
    return [_single(phrase, tokens, day, wall, times) for day in days.single or (phrase.today,) for wall in times]


def _lunar(phrase: Phrase, tokens: Sequence[Token], token: Token) -> list[Schedule]:
    """A day of the lunar year: the next one, or every year."""
    if token.kind == "lunar_blank":
        day = lunar.day_number(token.got[0] or token.got[1] or "")
        following = lunar.next_day(phrase.today, (day,))
        once = f"农历{lunar.said_month(lunar.month_of(following))}月{lunar.said_day(day)}"
        options = (f"农历每月{lunar.said_day(day)}", once)
        question = words.ASK_LUNAR.format(day=lunar.said_day(day))
        phrase.ask_here(question, options, token.start, token.end)
    day_of_year = lunar.read_date(token.got)
    if day_of_year.leap:
        phrase.ask(words.ASK_LEAP)
    repeat = Repeat("YEARLY", 1, (day_of_year.day,), day_of_year.month, lunar=True)
    found = [_recurring(phrase, repeat, Days(), wall) for wall in times_of(phrase, tokens)]
    return found if day_of_year.yearly else [_once_lunar(phrase, repeat, one) for one in found]


def _once_lunar(phrase: Phrase, repeat: Repeat, found: Schedule) -> Schedule:
    local = found.first.astimezone(phrase.zone)
    said = words.LUNAR.format(
        month=lunar.said_month(repeat.month),
        day=lunar.said_day(repeat.days[0]),
        solar=said_day(local.date(), phrase.today),
        weekday=words.WEEKDAYS[local.weekday()],
        clock=f"{local:%H:%M}",
    )
    return Schedule(found.first, "", None, said)


def _is_habit(tokens: Sequence[Token]) -> bool:
    """早晚8点, 早晚饭后 and 三餐后 are said of every day."""
    meals = [meals_of(t) for t in of(tokens, "meal")]
    several = any(len(m) > 1 for m in meals) or len(set(meals)) > 2
    return several or bool(of(tokens, "freq", "times", "dual", "pair"))


def _in_a_while(phrase: Phrase, token: Token) -> Schedule:
    span = minutes_of(token.got[0] or token.got[1] or "")
    if span <= 0:
        phrase.ask(words.ASK_SOON, words.SOON_OPTIONS)
    moment = (phrase.now + dt.timedelta(minutes=span)).replace(microsecond=0)
    return Schedule(moment.astimezone(dt.UTC), "", None, said_moment(moment.astimezone(phrase.zone), phrase.today))


def _repeat(phrase: Phrase, tokens: Sequence[Token]) -> Repeat | None:
    if count := of(tokens, "week_freq"):
        phrase.ask(words.ASK_WEEKLY, words.WEEKLY_OPTIONS.get(to_int(count[0].got[0] or ""), ()))
    every = [t for t in tokens if class_of(t) == "every"]
    if not every:
        return None
    token, times = every[0], times_text(phrase)
    if token.kind == "weekend" and not token.got[0]:
        which = "下" if token.text.startswith("下") else "这"
        options = ("每周末", f"{which}周六", f"{which}周日")
        phrase.ask_here(words.ASK_EVERY_WEEK.format(days="周末"), options, token.start, token.end)
    if token.kind == "bare_weekly":
        phrase.ask_here(words.ASK_EVERY_WEEK.format(days=token.text), (f"每{token.text}",), token.start, token.end)
    if token.kind == "gap" and token.got[0] and (n := to_int(token.got[0])) > 1:
        question = words.ASK_GAP.format(n=n, more=n + 1)
        phrase.ask_here(question, (f"每{n}天", f"每{n + 1}天"), token.start, token.end)
    if repeat := repeat_of(token):
        return repeat if repeat.interval else phrase.ask(words.ASK_TIME_AND_DAY, words.EVERY_OPTIONS)
    if token.kind == "week_blank":
        phrase.ask(words.ASK_WEEKLY, [f"{day}{times}" for day in ("每周一", "每周六")])
    if token.kind == "month_blank":
        phrase.ask(words.ASK_DAY, [f"{day}{times}" for day in ("每月1号", "每月15号")])
    phrase.ask(words.ASK_NO_DATE.format(words=token.text))


def _days(phrase: Phrase, tokens: Sequence[Token]) -> Days:
    if blank := of(tokens, "day_blank"):
        _ask_which_day(phrase, blank[0])
    single: list[dt.date] = []
    end: dt.date | None = None
    dates = [t for t in tokens if class_of(t) == "date"]
    for at, token in enumerate(dates):
        if token.kind == "to":
            continue
        ends = at > 0 and dates[at - 1].kind == "to"
        day = day_of(token, phrase.today, (single[-1] if single else phrase.today) if ends else None)
        if day is None:
            phrase.ask(words.ASK_NO_DATE.format(words=token.text))
        if ends:
            end = day
        else:
            single.append(day)
    return Days(tuple(single), end, next(iter(of(tokens, "last")), None))


def _ask_which_day(phrase: Phrase, token: Token) -> None:
    if token.text == "月底":
        phrase.ask(words.ASK_DAY, [f"{day}{times_text(phrase)}" for day in ("28号", "30号")])
    week = token.text.startswith("这") or token.text[-1] != "月"
    names = [f"{token.text}{d}" for d in ("一", "三", "五")] if week else [f"{token.text}{d}号" for d in (1, 15)]
    phrase.ask(words.ASK_DAY, [f"{name}{times_text(phrase)}" for name in names])


def _at(phrase: Phrase, day: dt.date, wall: Wall) -> dt.datetime:
    day += dt.timedelta(days=wall.later)
    return dt.datetime.combine(day, wall.time(), phrase.zone)


def _recurring(phrase: Phrase, repeat: Repeat, days: Days, wall: Wall) -> Schedule:
    if repeat.lunar and wall.later:
        phrase.ask(words.ASK_BETWEEN)
    shifted, anchor = repeat.later(wall.later), _at(phrase, days.start or phrase.today, wall)
    if repeat.freq == "DAILY" and days.start is None and anchor <= phrase.now:
        anchor += dt.timedelta(days=1)
    said = f"{shifted.said()} {wall.said()}"
    return _bounded(phrase, shifted, anchor, days, said)


def _by_clock(phrase: Phrase, tokens: Sequence[Token], repeat: Repeat, days: Days) -> Schedule:
    """Every 8 hours: from the time that was said, else from one interval after now."""
    if of(tokens, *CLOCKS, "meal", "bed", "rise"):
        wall = times_of(phrase, tokens)[0]
        anchor = _at(phrase, days.start or phrase.today, wall)
    elif days.start and days.start > phrase.today:
        phrase.ask(words.ASK_TIME, words.DAY_OPTIONS, before=phrase.days_text())
    else:
        step = dt.timedelta(hours=1) if repeat.freq == "HOURLY" else dt.timedelta(minutes=1)
        anchor = (phrase.local + repeat.interval * step).replace(second=0, microsecond=0)
    return _bounded(phrase, repeat, anchor, days, repeat.said())


def _bounded(phrase: Phrase, repeat: Repeat, anchor: dt.datetime, days: Days, said: str) -> Schedule:
    """The first moment after now, and the end of the range."""
    after = max(phrase.now, anchor.astimezone(dt.UTC) - _TICK)
    first = next_after(repeat.rule(), anchor, after, phrase.zone)
    if first is None:
        phrase.ask(words.ASK_NO_DATE.format(words=said))
    local = first.astimezone(phrase.zone)
    end = days.end or (end_of(days.last, local.date()) if days.last else None)
    if end is not None and end < local.date():
        phrase.ask(words.ASK_RANGE_PASSED.format(said=said_day(end, phrase.today)))
    until = None if end is None else dt.datetime.combine(end, dt.time(23, 59, 59), phrase.zone).astimezone(dt.UTC)
    return Schedule(first, repeat.rule(), until, said + _limits(phrase, repeat, days, local, end))


def _limits(phrase: Phrase, repeat: Repeat, days: Days, first: dt.datetime, end: dt.date | None) -> str:
    tail = words.UNTIL.format(day=said_day(end, phrase.today)) if end else ""
    if repeat.by_clock:
        ahead = (first.date() - phrase.today).days
        day = ("今天", "明天")[ahead] if ahead < 2 else said_day(first.date(), phrase.today)
        return words.FROM.format(day=f"{day} {first:%H:%M} ") + tail
    later = days.start is not None and first.date() > phrase.today
    return (words.FROM.format(day=said_day(first.date(), phrase.today)) if later else "") + tail


def _single(phrase: Phrase, tokens: Sequence[Token], day: dt.date, wall: Wall, times: Sequence[Wall]) -> Schedule:
    moment = _at(phrase, day, wall)
    if moment <= phrase.now:
        _ask_passed(phrase, tokens, day, said_moment(moment, phrase.today), times)
    return Schedule(moment.astimezone(dt.UTC), "", None, said_moment(moment, phrase.today))


def _ask_passed(phrase: Phrase, tokens: Sequence[Token], day: dt.date, said: str, times: Sequence[Wall]) -> None:
    """The same time tomorrow, next week, next month or next year: whichever goes with the words."""
    spoken = "、".join(wall.spoken() for wall in times)
    dates = [t for t in tokens if class_of(t) == "date"]
    kind = dates[0].kind if dates else ""
    options = [f"明天{spoken}"] if kind in ("", "relday", "in_days") else []
    if kind == "":
        options.append(f"每天{spoken}")
    elif kind == "weekday":
        options.append(f"下周{words.WEEKDAYS[day.weekday()]}{spoken}")
    elif kind == "monthday":
        options.append(f"下个月{day.day}号{spoken}")
    elif kind == "date":
        options.append(f"{max(day.year, phrase.today.year) + 1}年{day.month}月{day.day}日{spoken}")
    phrase.ask(words.ASK_PASSED.format(said=said), options)
