"""From the numbers of one measure to a reading, or to the doubt that has to be cleared first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from handlers.services.care.readings import words
from handlers.services.care.readings.answer import Doubt, Reading, Reason
from handlers.services.care.readings.groups import Group
from playbooks.schema.measure import Foreign, Measure, Number, Part, Unit


@dataclass(frozen=True, slots=True)
class Read:
    """What the whole message says beside its numbers."""

    other_person: bool
    day_offset: int
    checking_in: bool


def templates(measure: Measure, values: dict[str, float], text: str = "") -> tuple[str, ...]:
    """The warnings these values need in a message of this `text`, in the order of the measure: the most severe first."""
    number = measure.value
    lowest = {part.key: part.low / 2 for part in number.parts} if isinstance(number, Number) else {}
    held = [
        rule.template
        for rule in measure.critical
        if not rule.beside or any(word in text for word in rule.beside)
        # less than half of the smallest plausible number is another unit or a slip (血压18/12), not a collapse
        if rule.part in values and rule.holds(values[rule.part]) and values[rule.part] >= lowest.get(rule.part, 0.0)
    ]
    return tuple(dict.fromkeys(held))


def evaluate(group: Group, read: Read) -> Reading | Doubt | None:
    if not group.numbers:
        return _doubt(group, "incomplete", {}, "") if read.checking_in else None
    group = _its_own(group)
    literal = _by_part(group)
    if len(group.numbers) > len(group.number.parts) or len(literal) < len(group.numbers):
        return replace(_doubt(group, "incomplete", literal, words.ASK_MANY), critical_if_literal=_any_of(group))
    if foreign := _foreign(group, literal):
        return _unit_doubt(group, literal, foreign)
    if group.number.unit_required and not all(unit for _, _, unit in group.numbers):
        return _unit_doubt(group, literal, None)
    values = _converted(group, literal)
    doubt = _unlikely(group, values)
    return doubt or Reading(
        group.measure.id,
        values,
        group.context,
        group.number.unit,
        _said(group, values),
        read.other_person,
        read.day_offset,
    )


def _its_own(group: Group) -> Group:
    """Numbers before the name that cannot be the measure's are of something else, if it has all its own behind."""
    before, own = group.numbers[: group.early], group.numbers[group.early :]
    possible = any(part.low <= value <= part.high for _, value, _ in before for part in group.number.parts)
    if possible or len(own) != len(group.number.parts):
        return group
    return replace(group, numbers=own, early=0)


def _any_of(group: Group) -> tuple[str, ...]:
    """The warnings of every reading that too many numbers may hold, the most severe first."""
    width = len(group.number.parts)
    runs = (group.numbers[group.early :], group.numbers[: group.early])
    full = [run[start : start + width] for run in runs for start in range(0, len(run) - width + 1, width)]
    read = [_by_part(replace(group, numbers=numbers)) for numbers in full or [group.numbers]]
    names = {name for values in read for name in templates(group.measure, values)}
    return tuple(dict.fromkeys(rule.template for rule in group.measure.critical if rule.template in names))


def _by_part(group: Group) -> dict[str, float]:
    """The numbers as written: those with a part's name first, the rest in the order of the parts."""
    found = {part: value for part, value, _ in group.numbers if part}
    free = [p.key for p in group.number.parts if p.key not in found]
    rest = [value for part, value, _ in group.numbers if not part]
    return found | dict(zip(free, rest, strict=False))


def _foreign(group: Group, literal: dict[str, float]) -> Foreign | None:
    """A unit that is never converted: named, or (with none named) the one the numbers look like."""
    units = {unit for _, _, unit in group.numbers if unit}
    for foreign in group.number.foreign:
        if units & {say.lower() for say in foreign.say}:
            return foreign
    if units or not _outside(group.number, literal):
        return None
    near = (f for f in group.number.foreign if all(f.low <= v <= f.high for v in literal.values()))
    return next(near, None)


def _outside(number: Number, values: dict[str, float]) -> list[Part]:
    return [p for p in number.parts if p.key in values and not p.low <= values[p.key] <= p.high]


def _converted(group: Group, literal: dict[str, float]) -> dict[str, float]:
    times = next((u.times for u in group.number.convert if _written(group) in [s.lower() for s in u.say]), 1.0)
    places = max(group.number.decimals, 2) if times == 1 else group.number.decimals
    return {key: round(value * times, places) for key, value in literal.items()}


def _written(group: Group) -> str:
    return next((unit for _, _, unit in group.numbers if unit), "")


def _unlikely(group: Group, values: dict[str, float]) -> Doubt | None:
    """In the order of questions: a missing part, an impossible number, two numbers the wrong way round."""
    number, keys = group.number, [p.key for p in group.number.parts]
    unnamed = len(keys) > 1 and not number.together and not all(part for part, _, _ in group.numbers)
    if unnamed:
        return _doubt(group, "incomplete", values, words.ASK_WHICH)
    if number.together and len(values) < len(keys):
        return _doubt(group, "incomplete", values, words.ASK_PARTS)
    ordered = [values[k] for k in keys if k in values]
    if number.falling and any(a <= b for a, b in pairwise(ordered)):
        return _doubt(group, "order", values, words.ASK_ORDER)
    broken = number.decimals == 0 and any(not v.is_integer() for v in values.values())
    if broken or _outside(number, values):
        return _doubt(group, "implausible", values, words.ASK_IMPLAUSIBLE)
    return None


def _doubt(group: Group, reason: Reason, values: dict[str, float], question: str) -> Doubt:
    parts = group.number.parts
    wrong = (_outside(group.number, values) or [*parts])[0]
    said = f"{group.measure.title} {_numbers(group)}".strip()
    text = (question or (words.ASK_PARTS if len(parts) > 1 else words.ASK_NUMBER)).format(
        said=said,
        title=group.measure.title,
        names=words.AND.join(p.name for p in parts),
        example=_example(group),
        first=parts[0].name,
        second=parts[-1].name,
        low=f"{wrong.low:g}",
        high=f"{wrong.high:g}",
        unit=group.number.unit,
    )
    return Doubt(group.measure.id, reason, templates(group.measure, values), said, text)


def _unit_doubt(group: Group, literal: dict[str, float], foreign: Unit | None) -> Doubt:
    """Both readings of the numbers count for the warning: the literal one, and the one in the other unit."""
    number = group.number
    units = [number.unit, *(u.name for u in (*number.convert, *number.foreign))]
    said = f"{group.measure.title} {_numbers(group)} {_written(group)}".strip()
    names = () if _written(group) else templates(group.measure, literal)
    if foreign:
        names += templates(group.measure, {k: round(v * foreign.times, 1) for k, v in literal.items()})
    question = words.ASK_UNIT.format(said=said, units=words.OR.join(f"{u} " for u in units).strip())
    return Doubt(group.measure.id, "unit", tuple(dict.fromkeys(names)), said, question)


def _numbers(group: Group) -> str:
    return "/".join(f"{value:.10g}" for _, value, _ in group.numbers)


def _example(group: Group) -> str:
    """A made-up value to copy the form from."""
    number = group.number
    if number.falling:
        return f"{group.measure.title} 128/80"
    if len(number.parts) > 1:
        return f"{group.measure.title} " + " ".join(f"{p.name} 0.8" for p in number.parts)
    sample = {0: 70, 1: 36.5}.get(number.decimals, 0.8)
    normal = next((r for r in group.measure.normal if r.high is not None), None)
    return f"{group.measure.title} {normal.high if normal else sample:g} {number.unit}"


def _said(group: Group, values: dict[str, float]) -> str:
    number = group.number
    title = next((f"{c.title} " for c in group.measure.contexts if c.key == group.context), "")
    if number.unit == "分钟":
        return title + _length(int(values[number.parts[0].key]))
    if len(number.parts) > 1 and not number.together:
        return title + " ".join(f"{p.name} {values[p.key]:.10g}" for p in number.parts if p.key in values)
    shown = "/".join(f"{values[p.key]:.10g}" for p in number.parts if p.key in values)
    return f"{title}{shown} {number.unit}{_given(group)}"


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [words.HOURS.format(n=hours)] * bool(hours) + [words.MINUTES.format(n=rest)] * bool(rest)
    return " ".join(parts)


def _given(group: Group) -> str:
    """130斤 is shown beside its 65 kg."""
    unit = _written(group)
    if unit not in {say.lower() for u in group.number.convert for say in u.say}:
        return ""
    return words.CONVERTED.format(given=_numbers(group), unit=unit)
