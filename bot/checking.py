"""`xinglin check`: everything that can be wrong with playbooks, with file and line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.config import Config
from handlers.index import Index, encode
from handlers.services.care.days import local
from handlers.services.knowledge.duplicates import Twin, twins
from handlers.services.knowledge.finding import Finding
from handlers.services.knowledge.proving import prove, said_in_examples
from handlers.services.knowledge.screen import Screen
from handlers.words import Words
from playbooks import lock, signing
from playbooks.library import KINDS, Library
from playbooks.review import kind_of, signed_in_file
from playbooks.schema.common import Playbook, Stage
from playbooks.schema.load import survey
from playbooks.schema.source import Document, Problem

BEFORE_ALL = {"lexicon", "measure"}
"""While a list of these is broken, the examples of the others would fail for no fault of theirs."""
SOON = dt.timedelta(days=30)
Documents = dict[tuple[str, str], Document]
Seen = Callable[[int, int], None]
"""Told how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. `notes` are worth knowing and no errors; `unsigned` says what is not served for want of a signature."""

    library: Library
    problems: list[Problem]
    notes: list[Problem]
    unsigned: tuple[Problem, ...] = ()


def check(
    folders: Sequence[Path],
    config: Config,
    thorough: bool = False,
    today: dt.date | None = None,
    seen: Seen = lambda done, total: None,
    encoded: Seen = lambda done, total: None,
) -> Checked:
    """Read, cross-check and try out every playbook. `thorough`: also compare all FAQs with each other."""
    found = survey(folders)
    library, problems, documents = found.library, list(found.problems), found.documents
    if any(folder not in KINDS or folder in BEFORE_ALL for folder, _ in found.broken):
        return Checked(library, problems, [])
    alive = living(library)
    encode(alive, config, encoded)
    index = Index.of(alive, config, soon=said_in_examples(alive))
    problems += [documents[one.kind, one.id].problem(one.where, one.say) for one in faults(library, index)]
    notes = [_at(documents, entry, "还没有登记：运行 xinglin check --lock") for entry in lock.unknown_to_lock(library)]
    notes += _expiry(alive, documents, today or local(SystemClock().now(), config.community.zone).date())
    notes += [documents[one.kind, one.id].problem(one.where, one.say) for must, one in _screened(alive) if not must]
    if thorough:
        faqs = list(alive.faqs.values())
        for twin in twins(faqs, index.faq, lambda done: seen(done, len(faqs))):
            (problems if twin.same else notes).append(_twin(documents, twin))
    return Checked(library, sorted(problems), sorted(notes), tuple(sorted(_unsigned(library, documents))))


def living(library: Library) -> Library:
    """All that has not been withdrawn."""
    return Library.of(one for one in library.all() if one.review.stage is not Stage.WITHDRAWN)


def faults(library: Library, index: Index, faqs: Collection[str] | None = None) -> list[Finding]:
    """What must be mended and no single file shows. `index`: over what is alive of the library; `faqs`: whose examples
    to try, by default all."""
    found = prove(index, Words(), faqs)
    say = "文字改了但 version 没变：请把 version 加 1，再运行 xinglin check --lock"
    found += [Finding(kind_of(one), one.id, ("version",), say) for one in lock.changed_without_version(library)]
    return found + [one for must, one in _screened(index.library) if must]


def _unsigned(library: Library, documents: Documents) -> list[Problem]:
    say = "文件里没有签给现在这些文字的签名，患者看不到这一版（聊天里签过的除外）：看过全文后运行 xinglin sign {} --who 姓名 --role medical，或在聊天里写 #通过 {}"
    return [
        documents[kind_of(entry), entry.id].problem(("review", "by"), say.format(entry.id, entry.id))
        for entry in signing.unsigned(library)
    ]


def _at(documents: Documents, entry: Playbook, say: str, *where: str | int) -> Problem:
    return documents[getattr(entry, "kind", ""), entry.id].problem(where or ("version",), say)


def _expiry(library: Library, documents: Documents, today: dt.date) -> Iterator[Problem]:
    """What is no longer served, and what soon will not be."""
    for entry in library.all():
        expires = entry.review.expires
        if expires is None or expires > today + SOON:
            continue
        say = f"{expires} 已过期，不再使用；请重新审核" if expires < today else f"{expires} 到期，请在这之前重新审核"
        yield _at(documents, entry, say, "review", "expires")


def _screened(library: Library) -> Iterator[tuple[bool, Finding]]:
    """(is an error, finding): what the first review doubts. An expert's signature settles it; published needs one."""
    screen = Screen(library.lexicons.values())
    for entry in library.all():
        if any(one.role == "expert" for one in signed_in_file(entry)):
            continue
        for doubt in screen.doubts(entry):
            finding = Finding(kind_of(entry), entry.id, doubt.where, doubt.say)
            yield entry.review.stage is Stage.PUBLISHED, finding


def _twin(documents: Documents, twin: Twin) -> Problem:
    one, other = documents["faq", twin.id], documents["faq", twin.other]
    more = f"；另有 {twin.more} 种问法也像" if twin.more else ""
    say = (
        f"“{twin.said}”在 {other.file} 里也有，两条只能留一处{more}"
        if twin.same
        else f"“{twin.said}”也会由 {other.file} 回答（{twin.score:.2f}）{more}；是同一个问题请合并，不是请写得更具体"
    )
    return one.problem(twin.where, say)


def shown(one: Problem) -> dict[str, Any]:
    """A problem as plain data, for `--json`."""
    return {"file": one.file, "line": one.line, "where": one.where, "say": one.say}
