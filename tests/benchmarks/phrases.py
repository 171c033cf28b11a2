"""Our reminder grammar and three libraries on the same phrases. By hand: `python tests/benchmarks/phrases.py`.

The libraries are not among our requirements; in a virtual environment of its own:
`pip install jionlp dateparser cn2an borax python-dateutil tzdata`.
Right: all first moments that are meant, and no other; nothing found where we have to ask. Talk about reminders
(`when_others.txt`) is only for us, as the libraries look for times, not for requests.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from handlers.services.care.when import Request, parse_request
from tests.unit.unseen import NOW, SHANGHAI, phrases, shown

Found = set[tuple[str, str]]
"""First moments, each with its step: ("03-02 20:00", "7 day")."""
DATA = Path(__file__).parents[1] / "unit" / "data"
BASE = NOW.replace(tzinfo=None)
UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour", "MINUTELY": "minute"}


def step(rule: str) -> str:
    """WEEKLY;INTERVAL=2;BYDAY=WE is every 14 days."""
    freq = re.search("|".join(UNITS), rule)
    interval = re.search(r"INTERVAL=(\d+)", rule)
    return _step(UNITS[freq[0]], int(interval[1]) if interval else 1) if freq else ""


def _step(unit: str, count: float) -> str:
    return f"{count * 7:g} day" if unit == "week" else f"{count:g} {unit}"


def meant(text: str) -> Found:
    if text in ("?", "-"):
        return set()
    return {(one[:11], step(one[11:].partition(" until")[0])) for one in text.split("; ")}


def lists() -> dict[str, list[tuple[str, Found]]]:
    known: list[tuple[str, Found]] = []
    for line in (DATA / "when_requests.txt").read_text("utf-8").splitlines():
        if line.startswith(" "):
            first, rule, *_ = (part.strip() for part in line.split("|"))
            known[-1][1].add((first[5:], step(rule)))
        else:
            known.append((line.split(" => ")[0], set()))
    asked = [line for line in (DATA / "when_questions.txt").read_text("utf-8").splitlines() if not line.startswith(" ")]
    others = (DATA / "when_others.txt").read_text("utf-8").split("\n")
    return {
        "understood": known,
        "asked": [(line, set()) for line in asked],
        "unseen": [(text, meant(mean)) for text, mean in phrases() if mean != "-"],
        "talk": [(line, set()) for line in others if line],
    }


def ours(text: str) -> Found:
    found = parse_request(text, NOW, SHANGHAI)
    return {(shown(one)[:11], step(one.rule)) for one in found.times} if isinstance(found, Request) else set()


def jionlp(text: str) -> Found:
    import jionlp as library

    try:
        rows = library.ner.extract_time(text, time_base=time.mktime(BASE.timetuple()), with_parsing=True)
    except Exception:
        return set()
    return {one for row in rows for one in _of_jionlp(row["type"], row["detail"]["time"])}


def _of_jionlp(kind: str, told: Any) -> Iterator[tuple[str, str]]:
    """A whole day or a range is no moment; a repeated one that is past is the next."""
    if kind == "time_delta":
        return
    delta, span = (told["delta"], (told["point"] or {}).get("time")) if kind == "time_period" else ({}, told)
    every = _step(*next(iter(delta.items()))) if delta else ""
    if span is None and delta.keys() <= {"hour", "minute"}:
        yield f"{BASE + dt.timedelta(**{f'{unit}s': count for unit, count in delta.items()}):%m-%d %H:%M}", every
    if span is None or "inf" in "".join(span):
        return
    start, end = (dt.datetime.fromisoformat(one) for one in span)
    if end - start >= dt.timedelta(hours=2):
        return
    while start <= BASE and "day" in delta:
        start += dt.timedelta(days=delta["day"])
    yield f"{start:%m-%d %H:%M}", every


def dateparser(text: str) -> Found:
    """Also without the words of the request, which it cannot pass over."""
    import dateparser as library
    from dateparser.search import search_dates

    knobs = {"RELATIVE_BASE": BASE, "PREFER_DATES_FROM": "future"}
    bare = re.sub(r"(?:提醒|叫|喊)[我俺].*", "", text)
    one = library.parse(bare, languages=["zh"], settings=knobs)
    several = [one] if one else [at for _, at in search_dates(text, languages=["zh"], settings=knobs) or []]
    return {(f"{at:%m-%d %H:%M}", "") for at in several}


def cn2an_first(text: str) -> Found:
    import cn2an

    return dateparser(cn2an.transform(text))


READERS: dict[str, Callable[[str], Found]] = {
    "ours": ours,
    "jionlp": jionlp,
    "dateparser": dateparser,
    "cn2an + dateparser": cn2an_first,
}


def scored(read: Callable[[str], Found], rows: list[tuple[str, Found]]) -> str:
    tally: Counter[str] = Counter()
    for text, mean in rows:
        found = read(text)
        same = {moment for moment, _ in found} == {moment for moment, _ in mean}
        tally["right" if same else "wrong" if found else "nothing"] += 1
        if any(every for _, every in mean):
            tally["repeated"] += 1
            tally["repeats"] += found == mean
    shares = " / ".join(f"{tally[name] / len(rows):.0%}" for name in ("right", "wrong", "nothing"))
    return shares + (f"; repeats {tally['repeats']} of {tally['repeated']}" if tally["repeated"] else "")


def main() -> None:
    logging.disable(logging.CRITICAL)
    for name, rows in lists().items():
        print(f"{name} ({len(rows)}): right / wrong / nothing")
        for reader, read in READERS.items():
            if name != "talk" or reader == "ours":
                print(f"  {reader:20} {scored(read, rows)}")


if __name__ == "__main__":
    main()
