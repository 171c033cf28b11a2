"""Which words are signed, by whom, and what is served: the rules, without a database."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from handlers.services.knowledge import expiry
from handlers.services.knowledge.reviews import body, read
from playbooks.library import Library
from playbooks.lock import fingerprint
from playbooks.review import Key, Reviewed, Signer, Standing, State, Verdict, key_of, kind_of, review
from playbooks.schema.common import Playbook, Review
from playbooks.schema.load import load

TODAY = dt.date(2026, 3, 2)
SHIPPED = load()
MELON = SHIPPED.faqs["dm-watermelon"]
KEY: Key = ("faq", "dm-watermelon")
CHEN, WANG = (1, "陈医生"), (2, "王主任")


def written(version: int = 1, words: str = "", stage: str = "draft", by: Any = (), expires: Any = None) -> Playbook:
    answer = MELON.answer.model_copy(update={"text": words or MELON.answer.text})
    entry = MELON.model_copy(update={"version": version, "answer": answer})
    marked = [one | {"of": fingerprint(entry)[:12]} if one.get("of") == "these" else one for one in by]
    record = Review.model_validate({"stage": stage, "by": marked, "expires": expires})
    return entry.model_copy(update={"review": record})


def says(who: tuple[int, str], verdict: Any, entry: Playbook, step: Any = "", expires: Any = None) -> Verdict:
    step = step or ("medical" if verdict == "approved" else "")
    person, name = who
    return Verdict(
        "faq", entry.id, entry.version, fingerprint(entry), verdict, step, person, name, TODAY, expires, "原因"
    )


def stand(entry: Playbook, *verdicts: Verdict, doubtful: bool = False, kept: Playbook | None = None) -> Standing:
    return reviewed(entry, *verdicts, doubtful=doubtful, kept=kept).standings[KEY]


def reviewed(entry: Playbook, *verdicts: Verdict, doubtful: bool = False, kept: Playbook | None = None) -> Reviewed:
    return review(Library.of([entry]), verdicts, lambda one: doubtful, {KEY: kept} if kept else {}, TODAY)


def signed(version: int = 1, words: str = "") -> Playbook:
    """What is kept of a version that was signed in chat."""
    entry = written(version, words)
    found = stand(entry, says(CHEN, "approved", entry)).in_force
    assert found is not None
    return found


def medical(who: str = "陈医生", of: str | None = "these") -> dict[str, Any]:
    return {"who": who, "role": "medical", "on": TODAY} | ({"of": of} if of else {})


def expert(who: str = "王主任") -> dict[str, Any]:
    return {"who": who, "role": "expert", "on": TODAY, "of": "these"}


def test_a_draft_waits_and_is_not_served() -> None:
    found = reviewed(written())
    assert found.standings[KEY].state is State.MEDICAL and found.library.all() == []


def test_a_medical_signature_in_chat_publishes_words_that_are_not_doubtful() -> None:
    entry = written()
    found = stand(entry, says(CHEN, "approved", entry, expires=dt.date(2027, 1, 1)))
    assert found.state is State.PUBLISHED and found.in_force is not None
    assert [(one.who, one.role) for one in found.in_force.review.by] == [("陈医生", "medical")]
    assert found.in_force.review.expires == dt.date(2027, 1, 1)


def test_a_signature_is_for_its_words_and_no_others() -> None:
    before, after = written(1, "旧话。"), written(2, "新话。")
    assert stand(after, says(CHEN, "approved", before)).state is State.MEDICAL
    same_version = written(1, "改过的话。")
    assert stand(same_version, says(CHEN, "approved", before)).in_force is None


@pytest.mark.parametrize(
    ("signer", "state"), [(CHEN, State.EXPERT), (WANG, State.PUBLISHED)], ids=["the same person", "another"]
)
def test_doubtful_words_need_an_expert_who_is_somebody_else(signer: tuple[int, str], state: State) -> None:
    entry = written()
    first, second = says(CHEN, "approved", entry), says(signer, "approved", entry, "expert")
    assert stand(entry, first, doubtful=True).state is State.EXPERT
    assert stand(entry, first, second, doubtful=True).state is state


def test_a_person_renamed_between_two_signatures_is_still_one_person() -> None:
    entry = written()
    first = says(CHEN, "approved", entry)
    second = dataclasses.replace(says(CHEN, "approved", entry, "expert"), name="别的名字")
    assert stand(entry, first, second, doubtful=True).state is State.EXPERT


@pytest.mark.parametrize(
    ("by", "state"),
    [
        ([medical()], State.PUBLISHED),
        ([medical(of=None)], State.MEDICAL),
        ([medical(of="0123456789ab")], State.MEDICAL),
    ],
    ids=["bound", "not bound", "bound to other words"],
)
def test_a_signature_in_the_file_counts_only_for_the_words_it_was_given_for(by: Any, state: State) -> None:
    assert stand(written(stage="published", by=by)).state is state


def test_in_the_file_too_nobody_signs_both_steps() -> None:
    both = written(stage="published", by=[medical(), expert("陈医生")])
    assert stand(both, doubtful=True).state is State.EXPERT
    assert stand(written(stage="published", by=[medical(), expert()]), doubtful=True).state is State.PUBLISHED
    mixed = written(stage="published", by=[medical()])
    assert stand(mixed, says((9, "陈医生"), "approved", mixed, "expert"), doubtful=True).state is State.EXPERT


ALIAS = Signer(frozenset({CHEN[0], 77}), frozenset({"陈医生", "陈国强", "国强老师"}))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([medical("陈国强")], says(CHEN, "approved", MELON, "expert")),
        ([medical("陈国强"), expert("国强老师")], None),
        ([medical("国强老师")], says((77, "老陈"), "approved", MELON, "expert")),
    ],
    ids=["file and chat", "two names in the file", "an account of another name"],
)
def test_nobody_we_know_signs_both_steps_under_two_names(first: Any, second: Verdict | None) -> None:
    entry = written(stage="published", by=first)
    given = [dataclasses.replace(second, hash=fingerprint(entry), version=1)] if second else []
    for signers, state in (((ALIAS,), State.EXPERT), ((), State.PUBLISHED)):
        found = review(Library.of([entry]), given, lambda one: True, {}, TODAY, signers)
        assert found.standings[KEY].state is state


def test_two_accounts_of_one_person_sign_once() -> None:
    entry = written()
    given = [says(CHEN, "approved", entry), says((77, "老陈"), "approved", entry, "expert")]
    assert (
        review(Library.of([entry]), given, lambda one: True, {}, TODAY, (ALIAS,)).standings[KEY].state is State.EXPERT
    )
    assert stand(entry, *given, doubtful=True).state is State.PUBLISHED


def test_an_author_who_sets_the_file_back_to_draft_takes_its_signatures_back() -> None:
    entry = written(stage="draft", by=[medical()])
    assert stand(entry, kept=signed()).in_force is None


def test_the_last_signed_version_is_served_until_its_successor_is_signed() -> None:
    after = written(2, "新话。")
    found = stand(after, kept=signed())
    assert found.state is State.MEDICAL and found.behind and found.in_force is not None
    assert found.in_force.version == 1
    done = stand(after, says(CHEN, "approved", after), kept=signed())
    assert not done.behind and done.in_force is not None and done.in_force.version == 2


def test_a_kept_version_keeps_its_own_day_of_expiry_and_the_last_one_it_was_given() -> None:
    first, after = written(), written(2, "新话。")
    given = [says(CHEN, "approved", first, expires=dt.date(2027, 1, 1))]
    found = stand(after, *given, kept=signed()).in_force
    assert found is not None and found.review.expires == dt.date(2027, 1, 1)


def test_a_withdrawal_holds_for_that_version_and_whatever_was_kept_until_a_later_one_is_signed() -> None:
    first = written()
    gone = says(CHEN, "withdrawn", first)
    assert stand(first, gone, says(WANG, "approved", first), kept=signed()).state is State.WITHDRAWN
    edited = written(1, "改了字没改号。")
    assert stand(edited, gone, says(WANG, "approved", edited)).state is State.WITHDRAWN
    after = written(2, "新话。")
    waiting = stand(after, gone, kept=signed())
    assert waiting.state is State.MEDICAL and waiting.in_force is None
    assert stand(after, gone, says(WANG, "approved", after)).state is State.PUBLISHED


def test_a_withdrawn_sample_comes_back_only_signed() -> None:
    first = written(stage="sample")
    assert stand(first).state is State.SAMPLE and stand(first).in_force is not None
    after = written(2, "新话。", stage="sample")
    assert stand(after, says(CHEN, "withdrawn", first)).in_force is None


def test_a_rejection_stops_it_and_only_who_gave_it_may_change_their_mind() -> None:
    entry = written()
    rejected = says(WANG, "rejected", entry)
    assert stand(entry, rejected, says(CHEN, "approved", entry)).state is State.REJECTED
    assert stand(entry, rejected, says(WANG, "approved", entry)).state is State.PUBLISHED
    assert stand(written(2, "改好了。"), rejected).state is State.MEDICAL


def test_what_has_expired_is_no_longer_served_and_a_new_signature_renews_it() -> None:
    entry = written()
    old = says(CHEN, "approved", entry, expires=dt.date(2026, 3, 1))
    found = reviewed(entry, old)
    assert found.standings[KEY].state is State.EXPIRED and found.library.served(True, TODAY).all() == []
    new = says(CHEN, "approved", entry, expires=dt.date(2027, 3, 1))
    assert reviewed(entry, old, new).library.served(True, TODAY).faqs


def test_no_decision_in_chat_turns_red_flags_measures_or_points_off() -> None:
    for entry in SHIPPED.all():
        if kind_of(entry) not in ("lexicon", "measure", "reward"):
            continue
        verdicts = [
            dataclasses.replace(says(CHEN, verdict, MELON), kind=kind_of(entry), id=entry.id, hash=fingerprint(entry))
            for verdict in ("rejected", "withdrawn")
        ]
        found = review(Library.of([entry]), verdicts, lambda one: True, {}, TODAY)
        assert found.library.served(False, TODAY).all() == [entry]


@pytest.mark.parametrize("entry", SHIPPED.all(), ids=lambda one: one.id)
def test_stored_words_come_back_as_they_were(entry: Playbook) -> None:
    again = read(kind_of(entry), body(entry))
    assert again is not None and fingerprint(again) == fingerprint(entry) and key_of(again) == key_of(entry)


def test_stored_words_that_the_schema_no_longer_takes_are_left_out() -> None:
    assert read("faq", {"id": "x"}) is None and read("poem", {}) is None


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("一年", dt.date(2027, 3, 2)), ("半年", dt.date(2026, 9, 2)), ("两年", dt.date(2028, 3, 2)), ("6个月", dt.date(2026, 9, 2)),
        ("十个月", dt.date(2027, 1, 2)), ("2027-03-01", dt.date(2027, 3, 1)), ("2027年3月1日", dt.date(2027, 3, 1)),
        ("2027/3/1", dt.date(2027, 3, 1)), ("2026-03-02", None), ("2020-01-01", None), ("2027-02-30", None), ("半个月", None),
        ("很久", None), ("", None), ("零年", None), ("0年", None),
    ],
)  # fmt: skip
def test_until_when(said: str, day: dt.date | None) -> None:
    assert expiry.parse(said, TODAY) == day


def test_a_month_that_is_shorter() -> None:
    assert expiry.parse("6个月", dt.date(2026, 8, 31)) == dt.date(2027, 2, 28)
