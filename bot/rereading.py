"""What a new reading of the files brings: whatever has changed and is sound is taken, all else stays as it was.

Only what has changed is tried out, with the FAQs that are asked for alike; a word list that the engine hears through
changes how all of them are understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.checking import faults, living
from bot.config import Config
from handlers.index import Index
from handlers.services.knowledge.finding import Finding
from handlers.services.knowledge.proving import said_in_examples
from playbooks.library import KINDS, Library
from playbooks.lock import fingerprint
from playbooks.references import CALLED, references
from playbooks.review import Key, key_of
from playbooks.schema.common import Playbook
from playbooks.schema.load import Survey, survey
from playbooks.schema.source import Problem

HEARD_THROUGH = ("synonym", "form", "contrast", "aspect", "state", "function")
NEIGHBOURS = 8
"""So many of the FAQs that are asked for most alike are tried again beside a changed one."""


@dataclass(frozen=True, slots=True)
class Reread:
    """`refused` says why something is not taken, `hints` what unchanged entries suffer from what is."""

    library: Library
    refused: tuple[Problem, ...] = ()
    hints: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What must not be taken, and why; and what is only worth knowing."""

    refused: frozenset[Key]
    why: tuple[Finding, ...]
    hints: tuple[Finding, ...]


def reread(folders: Sequence[Path], config: Config, before: Library) -> Reread:
    """The library that the files make beside the one in force; every entry in it is sound or was there before."""
    found = survey(folders)
    problems = list(found.unusable)
    if not all(folder.exists() for folder in folders):
        return Reread(before, tuple(problems))
    library = _usable(found, before)
    hints: list[Problem] = []
    while changed := changed_keys(before, library):
        verdict = _judge(library, before, changed, found, config)
        if not verdict.refused:
            hints = [_problem(found, one) for one in verdict.hints]
            break
        problems += [_problem(found, one) for one in verdict.why]
        library = _put_back(library, before, verdict.refused)
    return Reread(library, tuple(sorted(set(problems))), tuple(sorted(hints)))


def changed_keys(before: Library, after: Library) -> frozenset[Key]:
    """Entries that came, went, or read or are signed differently."""
    old, new = _by_key(before), _by_key(after)
    return frozenset(old.keys() ^ new.keys()) | {key for key in old.keys() & new.keys() if differ(old[key], new[key])}


def differ(old: Playbook, new: Playbook) -> bool:
    return old != new and (fingerprint(old) != fingerprint(new) or old.review != new.review)


def _by_key(library: Library) -> dict[Key, Playbook]:
    return {key_of(entry): entry for entry in library.all()}


def _put_back(library: Library, before: Library, keys: Iterable[Key]) -> Library:
    old, new = _by_key(before), _by_key(library)
    kept = {key: entry for key, entry in new.items() if key not in keys}
    return Library.of((kept | {key: old[key] for key in keys if key in old}).values())


def _usable(found: Survey, before: Library) -> Library:
    """What can be read, with the last good version of what cannot."""
    old, new = _by_key(before), _by_key(found.library)
    renamed = False
    for folder, name in found.broken:
        meant = {key for key in old if key[1] == name and (key[0] == folder or folder not in KINDS)}
        new = {key: entry for key, entry in new.items() if key != (folder, name)} | {key: old[key] for key in meant}
        renamed = renamed or not meant
    return Library.of((old | new if renamed else new).values())  # a broken file may be one that has gone, renamed


def _judge(library: Library, before: Library, changed: frozenset[Key], found: Survey, config: Config) -> _Verdict:
    alive = living(library)
    lists = frozenset(key for key in changed if key[0] == "lexicon" and _heard_through(key[1], before, library))
    faqs = set(alive.faqs) if lists else {id for kind, id in changed if kind == "faq"}
    index = Index.of(alive, config, soon=said_in_examples(alive, faqs))
    wrong = [Finding(one.kind, one.id, one.where, one.say) for one in (*references(library), *found.pictures)]
    unnamed = [one for one in wrong if one.where != ("answer", "picture") and (one.kind, one.id) not in changed]
    if unnamed:  # what is in force would be left without something that it names
        return _Verdict(changed, tuple(unnamed), ())
    wrong += faults(library, index, faqs | _neighbours(index, faqs))
    why = tuple(one for one in wrong if (one.kind, one.id) in changed)
    refused = frozenset((one.kind, one.id) for one in why)
    hints = _new([one for one in wrong if one.kind == "faq" and (one.kind, one.id) not in changed], before, config)
    if hints and lists:
        return _Verdict(refused | lists, (*why, *(_blame(key[1], hints) for key in lists)), ())
    return _Verdict(refused, why, tuple(hints))


def _heard_through(id: str, *libraries: Library) -> bool:
    return any(one.use in HEARD_THROUGH for library in libraries if (one := library.lexicons.get(id)))


def _neighbours(index: Index, faqs: set[str]) -> set[str]:
    if len(faqs) == len(index.library.faqs):
        return set()
    asked = [index.library.faqs[id].question for id in faqs if id in index.library.faqs]
    return {one.id for question in asked for one in index.faq.rank(question)[:NEIGHBOURS]}


def _new(wrong: list[Finding], before: Library, config: Config) -> list[Finding]:
    """Without the examples that went wrong before as well."""
    tried = [one for one in wrong if one.where[0] == "examples"]
    if not tried:
        return []
    index = Index.of(living(before), config)
    known = {(one.id, one.where) for one in faults(before, index, {one.id for one in tried})}
    return [one for one in tried if (one.id, one.where) not in known]


def _blame(id: str, hints: Sequence[Finding]) -> Finding:
    one = hints[0]
    say = f"改了这个词表，{len(hints)} 个例子就不对了，例如 {one.id} 的 {'.'.join(map(str, one.where))}：{one.say}"
    return Finding("lexicon", id, (), say)


def _problem(found: Survey, one: Finding) -> Problem:
    document = found.documents.get((one.kind, one.id))
    if document is None:
        return Problem(f"{one.kind}/{one.id}.yaml", 1, "", f"{CALLED[one.kind]} {one.id}：{one.say}")
    return document.problem(one.where, one.say)
