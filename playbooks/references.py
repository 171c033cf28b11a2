"""Names in one playbook that must exist in another, and pictures that must be there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playbooks.library import KINDS, Library
from playbooks.schema.common import Playbook, Stage
from playbooks.schema.condition import Condition, tests_of
from playbooks.schema.events import EVENTS, PERSON, REFERS
from playbooks.schema.experiment import Experiment
from playbooks.schema.faq import Faq
from playbooks.schema.nearest import meant
from playbooks.schema.rule import Award, Enrol, Offer, Rule
from playbooks.schema.segment import Segment
from playbooks.schema.source import Where
from playbooks.schema.tags import Tags

REVIEWED = (Stage.SAMPLE, Stage.PUBLISHED)
CALLED = {
    "faq": "问答",
    "journey": "计划",
    "challenge": "挑战",
    "rule": "规则",
    "segment": "分群",
    "measure": "指标",
    "lexicon": "词表",
    "reward": "积分与荣誉",
    "experiment": "试验",
    "tags": "标签",
}


@dataclass(frozen=True, slots=True)
class Loose:
    """A name that leads nowhere: in which entry, where in it, and what to do."""

    kind: str
    id: str
    where: Where
    say: str


def references(library: Library, broken: Collection[tuple[str, str]] = ()) -> list[Loose]:
    """Every name that points to nothing. `broken`: (kind, id) of files that are there but cannot be read yet."""
    known = {kind: {entry.id for entry in library.all() if isinstance(entry, model)} for kind, model in KINDS.items()}
    honours = {one.name for reward in library.rewards.values() for one in reward.honours}
    found: list[Loose] = []
    for entry in library.all():
        kind = getattr(entry, "kind", "")
        for where, wanted, name in _names(entry):
            if name not in known[wanted] and (wanted, name) not in broken:
                found.append(
                    Loose(kind, entry.id, where, f"没有叫 {name} 的{CALLED[wanted]}{meant(name, known[wanted])}")
                )
        found += [Loose(kind, entry.id, where, say) for where, say in _conditions(entry)]
        if isinstance(entry, Rule):
            found += [Loose(kind, entry.id, where, say) for where, say in _honours(entry, honours)]
        if isinstance(entry, Experiment):
            found += [Loose(kind, entry.id, where, say) for where, say in _unreviewed(entry, library)]
    return found


def _names(entry: Playbook) -> Iterator[tuple[Where, str, str]]:
    """(where, kind, id) of every entry that this one names."""
    for challenge_field, wanted in (("measure", "measure"), ("reward", "reward")):
        if getattr(entry, "kind", "") == "challenge" and (name := getattr(entry, challenge_field)):
            yield (challenge_field,), wanted, name
    for number, step in enumerate(getattr(entry, "steps", ())):
        if step.ask is not None and step.ask.measure:
            yield ("steps", number, "ask", "measure"), "measure", step.ask.measure
        for answer, follow in step.ask.on_answer.items() if step.ask else ():
            if follow.flag:
                yield ("steps", number, "ask", "on_answer", answer, "flag"), "lexicon", follow.flag
    if isinstance(entry, Rule):
        for number, action in enumerate(entry.then):
            for wanted in ("journey", "challenge", "faq") if isinstance(action, Enrol | Offer) else ():
                if name := getattr(action, wanted, None):
                    yield ("then", number, wanted), wanted, name
    if isinstance(entry, Experiment):
        yield ("of",), entry.of_kind, entry.of.partition("/")[2]
        for number, arm in enumerate(entry.arms):
            yield ("arms", number, "use"), entry.of_kind, arm.use
    for where, condition in conditions(entry):
        for test in tests_of(condition):
            value = test.has or test.equals
            if test.fact in REFERS and isinstance(value, str):
                yield where, REFERS[test.fact], value


def conditions(entry: Playbook) -> list[tuple[Where, Condition]]:
    """Every condition of an entry and where it stands."""
    found: list[tuple[Where, Condition]] = []
    if (whole := getattr(entry, "only_if", None)) is not None:
        found.append((("only_if",), whole))
    for number, step in enumerate(getattr(entry, "steps", ())):
        if step.only_if is not None:
            found.append((("steps", number, "only_if"), step.only_if))
    for number, tag in enumerate(entry.tags if isinstance(entry, Tags) else ()):
        if tag.only_if is not None:
            found.append((("tags", number, "only_if"), tag.only_if))
    return found


def _conditions(entry: Playbook) -> Iterable[tuple[Where, str]]:
    """Facts that nobody knows, in rules and segments; a journey's are tried together with its tasks."""
    if not isinstance(entry, Rule | Segment | Tags):
        return
    known = {*PERSON, *(EVENTS[entry.on] if isinstance(entry, Rule) else ())}
    if isinstance(entry, Segment):
        known -= {"segment"}
    if isinstance(entry, Tags):
        known -= {"tag"}
    for where, condition in conditions(entry):
        for fact in sorted({test.fact for test in tests_of(condition)} - known):
            if isinstance(entry, Rule) and (bringing := [name for name, facts in EVENTS.items() if fact in facts]):
                yield where, f"事件 {entry.on} 不带 {fact}，带它的有：{'、'.join(bringing)}"
            else:
                yield where, f"没有叫 {fact} 的事实{meant(fact, known)}"


def _honours(rule: Rule, honours: set[str]) -> Iterator[tuple[Where, str]]:
    for number, action in enumerate(rule.then):
        if isinstance(action, Award) and action.honour and action.honour not in honours:
            yield ("then", number, "honour"), f"没有叫 {action.honour} 的荣誉{meant(action.honour, honours)}"


def _unreviewed(experiment: Experiment, library: Library) -> Iterator[tuple[Where, str]]:
    for number, arm in enumerate(experiment.arms):
        entry = library.get(experiment.of_kind, arm.use)
        if entry is not None and entry.review.stage not in REVIEWED:
            yield (
                ("arms", number, "use"),
                f"{arm.use} 的审核阶段是 {entry.review.stage}，还没有审完，不能用来试验",
            )


def missing_picture(faq: Faq, root: Path) -> str:
    """What to do when the picture of an answer is not below the folder of the playbooks; "" when it is."""
    picture = faq.answer.picture
    if picture is None or "://" in picture:
        return ""
    path = (root / picture).resolve()
    if not path.is_relative_to(root.resolve()):
        return "图片要放在内容文件夹里面"
    return "" if path.is_file() else f"没有这张图片，请放到 {root.name}/{picture}"
