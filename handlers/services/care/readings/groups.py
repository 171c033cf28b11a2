"""Which number belongs to which measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from handlers.services.care.readings import words
from handlers.services.care.readings.lexer import Mark, units_of
from playbooks.schema.measure import Measure, Number

FARTHEST = 16
"""Characters between a name and its number; a number farther off speaks of something else."""
_PULSE_PRESSURE = 15


@dataclass(slots=True)
class Group:
    """One mention of a measure with its numbers: (part key or "", value, unit), `early` of them before the name."""

    measure: Measure
    context: str | None = None
    numbers: list[tuple[str, float, str]] = field(default_factory=list)
    end: int = 0
    waiting: str = ""
    early: int = 0

    @property
    def number(self) -> Number:
        assert isinstance(self.measure.value, Number)
        return self.measure.value

    def takes(self, mark: Mark) -> bool:
        return mark.unit in units_of(self.number) or not mark.unit

    def take(self, mark: Mark) -> None:
        self.numbers.append((self.waiting, mark.value, mark.unit))
        self.waiting, self.end = "", mark.end

    @property
    def full(self) -> bool:
        return len(self.numbers) >= len(self.number.parts)


class _Reader:
    """Walks the marks once; each number goes to the name before it, or else to the first name after it."""

    def __init__(self, measures: Sequence[Measure]) -> None:
        self.by_id = {m.id: m for m in measures}
        self.found: list[Group] = []
        self.loose: list[Mark] = []
        self.context: Mark | None = None

    @property
    def current(self) -> Group | None:
        return self.found[-1] if self.found else None

    def open(self, mark: Mark) -> Group | None:
        if mark.measure not in self.by_id:
            return None
        group = Group(self.by_id[mark.measure], end=mark.end)
        self.settle_context(group)
        self.found.append(group)
        for loose in [m for m in self.loose if group.takes(m) and mark.start - m.end <= FARTHEST]:
            group.take(loose)
        group.early = len(group.numbers)
        self.loose.clear()
        group.end = mark.end
        return group

    def settle_context(self, following: Group | None) -> None:
        """A situation goes to the name after it, or else to the one before."""
        if self.context is None:
            return
        for group in (following, self.current):
            if group and group.measure.id == self.context.measure and group.context is None:
                group.context, self.context = self.context.key, None
                return
        self.context = None

    def measure(self, mark: Mark) -> None:
        group = self.current
        if group and group.measure.id == mark.measure and not group.numbers:
            group.end = mark.end
            self.settle_context(group)
            return
        self.open(mark)

    def part(self, mark: Mark) -> None:
        group = self.current
        if group is None or group.measure.id != mark.measure or any(n[0] == mark.key for n in group.numbers):
            # 左 and 右 are parts of a measure only once it is named.
            group = self.open(mark) if len(mark.key) and mark.end - mark.start > 1 else None
        if group:
            group.waiting, group.end = mark.key, mark.end

    def number(self, mark: Mark) -> None:
        group = self.current
        if self.context and group and group.measure.id == self.context.measure and group.full:
            group = self.open(self.context)
        if owner := self._owner(mark, group):
            self.found.append(Group(owner, end=mark.start))
            group = self.found[-1]
        if group and group.takes(mark) and mark.start - group.end <= FARTHEST:
            group.take(mark)
        else:
            self.loose.append(mark)

    def _owner(self, mark: Mark, group: Group | None) -> Measure | None:
        """A unit that names its measure by itself (8000步), inside a message about another one."""
        if group is None or not mark.unit or group.takes(mark):
            return None
        return _by_unit(mark.unit, list(self.by_id.values()))


def groups(marks: Sequence[Mark], measures: Sequence[Measure]) -> list[Group]:
    """The measures named in the text, each with its numbers; [] when none is named."""
    reader = _Reader(measures)
    for mark in marks:
        if mark.kind == "context":
            reader.settle_context(None)
            reader.context = mark
            if reader.current and reader.current.measure.id == mark.measure and not reader.current.numbers:
                reader.settle_context(reader.current)
        elif mark.kind == "measure":
            reader.measure(mark)
        elif mark.kind == "part":
            reader.part(mark)
        else:
            reader.number(mark)
    reader.settle_context(None)
    return reader.found


def alone(text: str, marks: Sequence[Mark], measures: Sequence[Measure]) -> list[Group]:
    """A message that is nothing but numbers: 65.5公斤, 37.8度, 空腹 6.5, and 180-110."""
    numbers = [m for m in marks if m.kind == "number"]
    contexts = [m for m in marks if m.kind == "context"]
    if not numbers or len(numbers) + len(contexts) < len(marks) or not _nothing_else(text, marks):
        return []
    if contexts:
        return _in_contexts(marks, measures) if len(contexts) == len(numbers) else []
    if len(numbers) == 1:
        owner = _by_unit(numbers[0].unit, measures)
        return [_with(owner, numbers)] if owner and not _chatted(text, owner) else []
    pairs = [_pair(numbers[i : i + 2], measures) for i in range(0, len(numbers), 2)]
    return [pair for pair in pairs if pair] if all(pairs) else []


def _chatted(text: str, measure: Measure) -> bool:
    """我130斤 may be an old weight told in passing; 65公斤 by itself or with 打卡 is one just taken."""
    loose = isinstance(measure.value, Number) and measure.value.unit_required
    return loose and "我" in text and not words.CHECK_IN.search(text)


def _with(measure: Measure, numbers: Sequence[Mark], context: str | None = None) -> Group:
    group = Group(measure, context)
    for number in numbers:
        group.take(number)
    return group


def _in_contexts(marks: Sequence[Mark], measures: Sequence[Measure]) -> list[Group]:
    """空腹 6.2 餐后 8.9: the situations name the measure, when each has one broken number."""
    found: list[Group] = []
    for context, number in zip(marks[::2], marks[1::2], strict=True):
        owner = next((m for m in measures if m.id == context.measure), None)
        fits = owner and context.kind == "context" and number.kind == "number" and not number.value.is_integer()
        if owner is None or not fits or not Group(owner).takes(number):
            return []
        found.append(_with(owner, [number], context.key))
    return found


def _by_unit(unit: str, measures: Sequence[Measure]) -> Measure | None:
    owners = [m for m in measures if isinstance(m.value, Number) and unit in units_of(m.value)]
    own = [m for m in owners if isinstance(m.value, Number) and m.value.alone]
    return own[0] if len(owners) == 1 and own else None


def _nothing_else(text: str, marks: Sequence[Mark]) -> bool:
    rest = list(text)
    for mark in marks:
        rest[mark.start : mark.end] = " " * (mark.end - mark.start)
    return not words.FILLER.sub("", "".join(rest)).strip("/\\-—–~over")


def _pair(numbers: Sequence[Mark], measures: Sequence[Measure]) -> Group | None:
    """Two plain numbers can only be a blood pressure when both could be one, with a gap between them."""
    for measure in measures:
        if not isinstance(measure.value, Number) or not (measure.value.alone and measure.value.falling):
            continue
        parts = measure.value.parts
        fits = len(numbers) == len(parts) and all(
            p.low <= n.value <= p.high and Group(measure).takes(n) for p, n in zip(parts, numbers, strict=True)
        )
        if fits and numbers[0].value - numbers[1].value >= _PULSE_PRESSURE:
            return _with(measure, numbers)
    return None
