"""Check-ins without a number: the medicine is taken, the exercise done, the meal written down."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.services.care.readings import words
from handlers.services.care.readings.answer import Reading
from handlers.services.care.readings.values import Read
from playbooks.schema.measure import Choice, Measure, Option

_NAME_ENDS = r"(?![前后之以计仪])"
_LONGEST_TEXT = 200
_CLAUSES = re.compile(r"[,。!;\n]")
DONE = "done"


def choices(text: str, measures: Sequence[Measure], read: Read) -> list[Reading]:
    """Only after 打卡, or when a whole clause says it: 我吃了药就吐 is no check-in."""
    found: list[Reading] = []
    for measure in measures:
        if isinstance(measure.value, Choice) and (chosen := _chosen(text, measure, measure.value, measures, read)):
            option, said = chosen
            found.append(Reading(measure.id, option.key, None, "", said, read.other_person, read.day_offset))
    return found


def _chosen(
    text: str, measure: Measure, value: Choice, measures: Sequence[Measure], read: Read
) -> tuple[Option, str] | None:
    if value.free_text:
        written = _written(text, measure, measures) if read.checking_in else None
        return None if written is None else (value.options[0], written or value.options[0].title)
    for option in value.options:
        if any(_says(text, say, read.checking_in) for say in option.say):
            return option, option.title
    named = re.compile(f"(?:{'|'.join(map(re.escape, measure.say))}){_NAME_ENDS}")
    clause = next((one for one in _CLAUSES.split(text) if named.search(one)), "") if read.checking_in else ""
    if not clause:
        return None
    wanted = [o for o in value.options if o.counts is not bool(words.NOT_DONE.search(clause))]
    chosen = next((o for o in wanted if o.key == DONE), wanted[0] if wanted else None)
    return (chosen, chosen.title) if chosen else None


def _says(text: str, say: str, checking_in: bool) -> bool:
    if checking_in:
        return say in text
    bare = words.FILLER.sub("", say)
    return any(words.FILLER.sub("", clause) == bare and say in clause for clause in _CLAUSES.split(text))


def _written(text: str, measure: Measure, measures: Sequence[Measure]) -> str | None:
    """What was eaten: the text after the name, when the message is about nothing else."""
    name = "|".join(map(re.escape, sorted(measure.say, key=len, reverse=True)))
    others = [say for m in measures if m.id != measure.id for say in m.say]
    rest = re.sub(words.CHECK_IN, " ", text).strip(" ,。:!")
    found = re.match(rf"(?:今[天日早晚]|早上|中午|晚上|[\s,])*({name}){_NAME_ENDS}", rest)
    if not found or any(say in text for say in others):
        return None
    start = found.end() if found[1] == measure.say[0] else found.start(1)
    return rest[start:].strip(" ,。:!")[:_LONGEST_TEXT]
