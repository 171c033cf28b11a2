"""Over the shipped FAQs: a question edited to mean something else never gets the same entry's answer."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot import config
from bot.perturb import disturbed
from handlers.index import contrasts, engine
from handlers.services.retrieval.guards import numbers, polarity
from handlers.services.retrieval.outcome import Zone
from handlers.services.retrieval.text import bare
from playbooks.schema.load import load

LIBRARY = load()
ENGINE = engine(LIBRARY, config.load())
CONTRASTS = {name: one for name, one in contrasts(LIBRARY).items() if one.things}
SPELLINGS = {
    lexicon.id: {term.say: (term.say, *term.also) for term in lexicon.terms}
    for lexicon in LIBRARY.lexicons.values()
    if lexicon.id in CONTRASTS
}
SAID = [(said, faq.id) for faq in LIBRARY.faqs.values() for said in (faq.question, *faq.ask)]
PHRASINGS = st.sampled_from(SAID)
FEW = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])


def answered_by(question: str) -> str | None:
    found = ENGINE.find(question)
    return found.best.id if found.zone is Zone.ANSWER and found.best else None


def speaks_of(faq_id: str) -> set[tuple[str, str]]:
    """(contrast, concept) of everything that an entry's phrasings name: those it may answer."""
    faq = LIBRARY.faqs[faq_id]
    said = [bare(one) for one in (faq.question, *faq.ask, *faq.keywords)]
    return {(name, concept) for name, one in CONTRASTS.items() for text in said for concept in one.concepts(text)}


def swaps(text: str) -> list[tuple[str, str, str]]:
    """(contrast, spelling in the text, concept it stands for)."""
    return [
        (name, word, concept)
        for name, concepts in SPELLINGS.items()
        for concept, words in concepts.items()
        for word in words
        if word in text
    ]


@FEW
@given(st.sampled_from([one for one in SAID if swaps(one[0])]), st.data())
def test_another_food_drug_disease_person_or_side(phrasing: tuple[str, str], data: st.DataObject) -> None:
    text, owner = phrasing
    name, word, concept = data.draw(st.sampled_from(swaps(text)))
    other = data.draw(st.sampled_from(sorted(set(SPELLINGS[name]) - {concept})))
    edited = text.replace(word, other)
    assume((name, other) in {(name, one) for one in CONTRASTS[name].concepts(bare(edited))})
    assume((name, other) not in speaks_of(owner))  # an entry that names both may answer both
    assert answered_by(edited) != owner, (text, edited)


@FEW
@given(st.sampled_from([one for one in SAID if re.search(r"\d", one[0])]), st.integers(2, 400))
def test_another_number(phrasing: tuple[str, str], number: int) -> None:
    text, owner = phrasing
    edited = re.sub(r"\d+", str(number), text, count=1)
    faq = LIBRARY.faqs[owner]
    known = {numbers(bare(one)) for one in (faq.question, *faq.ask)}
    assume(numbers(bare(edited)) not in known)
    assert answered_by(edited) != owner, (text, edited)


@FEW
@given(PHRASINGS)
def test_a_condition_of_its_own(phrasing: tuple[str, str]) -> None:
    text, owner = phrasing
    for other in ("透析的", "对这个过敏的", "放了支架的", "有癫痫的"):
        named = {(name, c) for name, one in CONTRASTS.items() for c in one.concepts(bare(other + text))}
        if named - speaks_of(owner):
            assert answered_by(other + text) != owner, other + text


@FEW
@given(PHRASINGS)
def test_what_may_be_eaten_and_what_may_not(phrasing: tuple[str, str]) -> None:
    text, owner = phrasing
    for verb in ("能吃什么", "可以吃什么", "能吃哪些", "能做什么", "可以做什么"):
        edited = text.replace(verb, verb.replace("能", "不能").replace("可以", "不可以"))
        if edited != text and polarity(bare(edited)) != polarity(bare(text)):
            assert answered_by(edited) != owner, (text, edited)


def test_disturbed_questions_keep_their_answer() -> None:
    """One question an entry; the bounds are the issue's, on shipped content."""
    asked = [(faq.question, faq.id) for faq in LIBRARY.faqs.values()]
    kept = {"greeting": 0, "traditional": 0, "homophone": 0, "dropped": 0}
    for text, owner in asked:
        for name, changed in disturbed(text).items():
            kept[name] += answered_by(changed) == owner
    shares = {name: count / len(asked) for name, count in kept.items()}
    least = {"greeting": 0.95, "traditional": 0.95, "homophone": 0.75, "dropped": 0.75}
    assert {name: share for name, share in shares.items() if share < least[name]} == {}
