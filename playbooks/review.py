"""Where every entry stands: its file, the decisions made in chat, and the automatic screen make one effective review.

A signature counts for the words it was given for and for no others. What has no valid signature is not served; the last
version that was signed stays in force until its successor is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from playbooks.library import Library
from playbooks.lock import fingerprint
from playbooks.schema.common import Playbook, Review, Signature, Stage

BOUND = 12
"""So many signs of the fingerprint stand in a file's signature."""
IN_FORCE_UNSIGNED = frozenset({"lexicon", "measure", "reward", "segment", "tags"})
"""Kinds that work without a signature: nothing said in chat may turn red flags or critical values off."""

Key = tuple[str, str]
"""(kind, id)."""


class State(StrEnum):
    """How far an entry of the files has come."""

    SAMPLE = "sample"
    MEDICAL = "medical"
    """Waits for the medical reviewer."""
    EXPERT = "expert"
    """Medically signed; the screen found it doubtful and it waits for an expert."""
    PUBLISHED = "published"
    EXPIRED = "expired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision of one person in chat, on one version of one entry. `step` is empty unless approved."""

    kind: str
    id: str
    version: int
    hash: str
    verdict: Literal["approved", "rejected", "withdrawn"]
    step: Literal["medical", "expert", ""]
    person_id: int
    name: str
    on: dt.date
    expires: dt.date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """One person as far as we know them: their accounts, and the names under which they may have signed."""

    ids: frozenset[int]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that counts. `person_id` is None when it stands in the file; `by` is who that is, if we know."""

    signature: Signature
    person_id: int | None = None
    by: Signer = Signer(frozenset(), frozenset())

    @property
    def ids(self) -> frozenset[int]:
        return self.by.ids | ({self.person_id} if self.person_id is not None else frozenset())

    @property
    def names(self) -> frozenset[str]:
        return self.by.names | {self.signature.who}


@dataclass(frozen=True, slots=True)
class Standing:
    """One entry of the files. `entry` has the effective review; `in_force` is what is served in its place, if anything."""

    entry: Playbook
    hash: str
    state: State
    signed: tuple[Signed, ...] = ()
    doubtful: bool = False
    in_force: Playbook | None = None
    decided: Verdict | None = None
    """The rejection or withdrawal that holds it back."""

    @property
    def key(self) -> Key:
        return key_of(self.entry)

    @property
    def behind(self) -> bool:
        """An earlier version is served, because this one is not signed."""
        return self.in_force is not None and fingerprint(self.in_force) != self.hash

    @property
    def waits(self) -> bool:
        return self.state in (State.MEDICAL, State.EXPERT)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Every entry's standing, and the library that follows from it."""

    standings: Mapping[Key, Standing] = field(default_factory=lambda: MappingProxyType({}))
    library: Library = field(default_factory=lambda: Library.of(()))


def kind_of(entry: Playbook) -> str:
    return str(getattr(entry, "kind", ""))


def key_of(entry: Playbook) -> Key:
    return kind_of(entry), entry.id


def review(
    written: Library,
    verdicts: Iterable[Verdict],
    doubtful: Callable[[Playbook], bool],
    kept: Mapping[Key, Playbook],
    today: dt.date,
    signers: Sequence[Signer] = (),
) -> Reviewed:
    """The effective library. `verdicts` oldest first; `kept` are the last signed versions, with the review of their time.

    `signers`: people with more than one account or name.
    """
    by_key: dict[Key, list[Verdict]] = {}
    for one in verdicts:
        by_key.setdefault((one.kind, one.id), []).append(one)
    standings = {
        key_of(entry): _standing(
            entry, by_key.get(key_of(entry), []), doubtful, kept.get(key_of(entry)), today, signers
        )
        for entry in written.all()
    }
    served = [one.in_force for one in standings.values() if one.in_force is not None]
    return Reviewed(MappingProxyType(standings), Library.of(served))


def _standing(
    written: Playbook,
    verdicts: list[Verdict],
    doubtful: Callable[[Playbook], bool],
    kept: Playbook | None,
    today: dt.date,
    signers: Sequence[Signer],
) -> Standing:
    mark = fingerprint(written)
    withdrawn = next((one for one in reversed(verdicts) if one.verdict == "withdrawn"), None)
    if kind_of(written) in IN_FORCE_UNSIGNED:
        return _always(written, mark, [one for one in verdicts if one.hash == mark])
    gone = _is_gone(written, withdrawn)
    if written.review.stage is Stage.WITHDRAWN or gone:
        entry = _with(written, Stage.WITHDRAWN, (), written.review.expires)
        return Standing(entry, mark, State.WITHDRAWN, decided=withdrawn if gone else None)
    here = [one for one in verdicts if one.hash == mark]
    signed = signatures(written, mark, here, signers)
    by = tuple(one.signature for one in signed)
    in_doubt = bool(signed) and doubtful(_with(written, Stage.MEDICAL, by, None))
    state = _state(written, here, signed, in_doubt, withdrawn)
    expires = next((one.expires for one in reversed(here) if one.verdict == "approved"), written.review.expires)
    if state is State.PUBLISHED and expires is not None and expires < today:
        state = State.EXPIRED
    entry = _with(written, _STAGE[state], by, expires)
    rejected = next((one for one in reversed(here) if one.verdict == "rejected"), None)
    decided = rejected if state is State.REJECTED else None
    in_force = _in_force(entry, mark, state, _renewed(kept, verdicts), withdrawn)
    return Standing(entry, mark, state, signed, in_doubt, in_force, decided)


_STAGE = {
    State.SAMPLE: Stage.SAMPLE,
    State.MEDICAL: Stage.SCREENED,
    State.EXPERT: Stage.MEDICAL,
    State.PUBLISHED: Stage.PUBLISHED,
    State.EXPIRED: Stage.PUBLISHED,
    State.REJECTED: Stage.DRAFT,
    State.WITHDRAWN: Stage.WITHDRAWN,
}


def _always(written: Playbook, mark: str, here: list[Verdict]) -> Standing:
    """In force as it stands in the file; signatures are shown, and asked for where the file claims to be published."""
    if written.review.stage is Stage.WITHDRAWN:
        return Standing(written, mark, State.WITHDRAWN)
    signed = signatures(written, mark, here)
    sample = written.review.stage is Stage.SAMPLE
    state = State.PUBLISHED if signed else State.SAMPLE if sample else State.MEDICAL
    return Standing(written, mark, state, signed, in_force=written)


def _is_gone(entry: Playbook, withdrawn: Verdict | None) -> bool:
    """A withdrawal holds for that version and all before it; only a later one, signed, brings the entry back."""
    return withdrawn is not None and entry.version <= withdrawn.version


def signed_in_file(entry: Playbook) -> list[Signature]:
    """The file's signatures that were given for these very words."""
    return [one for one in entry.review.by if one.of == fingerprint(entry)[:BOUND]]


def signatures(
    entry: Playbook, mark: str, here: Iterable[Verdict], signers: Sequence[Signer] = ()
) -> tuple[Signed, ...]:
    """Those that count for these very words: the newest of each step, and nobody for both."""
    found = [Signed(one) for one in entry.review.by if one.of == mark[:BOUND]] if _file_signs(entry) else []
    found += [
        Signed(Signature(who=one.name, role=one.step, on=one.on, of=mark[:BOUND]), one.person_id)
        for one in here
        if one.verdict == "approved" and one.step
    ]
    found = [replace(one, by=_signer(one, signers)) for one in found]
    medical = [one for one in reversed(found) if one.signature.role == "medical"]
    expert = [one for one in reversed(found) if one.signature.role == "expert"]
    pairs = ((first, second) for first in medical for second in expert if not same(first, second))
    return next(pairs, tuple(medical[:1]))


def _file_signs(entry: Playbook) -> bool:
    """An author who sets a file back to draft takes its signatures back."""
    return entry.review.stage in (Stage.MEDICAL, Stage.PUBLISHED)


def _signer(signed: Signed, signers: Sequence[Signer]) -> Signer:
    """Everything known of who has signed: by account, or by name where there is only a name."""
    known = [
        one
        for one in signers
        if (signed.person_id in one.ids if signed.person_id is not None else signed.signature.who in one.names)
    ]
    return Signer(
        frozenset(one_id for one in known for one_id in one.ids), frozenset(name for one in known for name in one.names)
    )


def same(one: Signed, other: Signed) -> bool:
    """Whether two signatures may be one person's: accounts decide, and names where one of them has only a name."""
    if one.person_id is not None and other.person_id is not None:
        return bool(one.ids & other.ids)
    return bool(one.ids & other.ids or one.names & other.names)


def _state(
    written: Playbook, here: list[Verdict], signed: tuple[Signed, ...], doubtful: bool, withdrawn: Verdict | None
) -> State:
    last = {one.person_id: one.verdict for one in here}  # everybody may change their mind
    if "rejected" in last.values():
        return State.REJECTED
    if not signed:
        sample = written.review.stage is Stage.SAMPLE and withdrawn is None
        return State.SAMPLE if sample else State.MEDICAL
    if doubtful and len(signed) < 2:
        return State.EXPERT
    chat = any(one.person_id is not None for one in signed)
    return State.PUBLISHED if chat or written.review.stage is Stage.PUBLISHED else State.MEDICAL


def _in_force(
    entry: Playbook, mark: str, state: State, kept: Playbook | None, withdrawn: Verdict | None
) -> Playbook | None:
    """The entry itself when it may be; else the last signed version, as long as nobody has spoken against that one."""
    if state in (State.PUBLISHED, State.EXPIRED):
        return entry
    if kept is not None and fingerprint(kept) != mark and not _is_gone(kept, withdrawn):
        return kept
    return entry if state is State.SAMPLE else None


def _renewed(kept: Playbook | None, verdicts: list[Verdict]) -> Playbook | None:
    """A kept version with the expiry it was given last."""
    if kept is None:
        return None
    mark = fingerprint(kept)
    given = [one.expires for one in verdicts if one.verdict == "approved" and one.hash == mark]
    return _with(kept, kept.review.stage, kept.review.by, given[-1] if given else kept.review.expires)


def _with(entry: Playbook, stage: Stage, by: tuple[Signature, ...], expires: dt.date | None) -> Playbook:
    return entry.model_copy(update={"review": Review.model_construct(stage=stage, by=by, expires=expires)})
