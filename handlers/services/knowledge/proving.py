"""Runs the examples that authors wrote into their playbooks, through the real engine and the real red-flag finder."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from handlers.index import Index
from handlers.services.knowledge.finding import Finding
from handlers.services.knowledge.lists import lexicon_examples
from handlers.services.retrieval.outcome import Zone
from handlers.words import Words
from playbooks.library import Library
from playbooks.references import conditions
from playbooks.schema.condition import facts_of, known_facts
from playbooks.schema.journey import Step
from playbooks.schema.nearest import meant
from playbooks.schema.rule import Send
from playbooks.schema.source import Where


def prove(index: Index, words: Words, faqs: Collection[str] | None = None) -> list[Finding]:
    """Everything that only shows when the playbooks are used; of FAQs, only the examples of `faqs` when given."""
    return [
        *faq_examples(index, faqs),
        *lexicon_examples(index.library),
        *templates(index, words),
        *journeys(index, words),
        *rules(index, words),
    ]


def said_in_examples(library: Library, faqs: Collection[str] | None = None) -> list[str]:
    """All hits and misses of these FAQs, by default of all."""
    known = (faq for faq in library.faqs.values() if faqs is None or faq.id in faqs)
    return [said for faq in known for said in (*faq.examples.hit, *faq.examples.miss)]


def faq_examples(index: Index, faqs: Collection[str] | None = None) -> list[Finding]:
    """Each hit is answered by its entry; no miss is."""
    found: list[Finding] = []
    for faq in (one for one in index.library.faqs.values() if faqs is None or one.id in faqs):
        for number, said in enumerate(faq.examples.hit):
            match = index.faq.find(said)
            best = match.best
            if match.zone is not Zone.ANSWER or best is None or best.id != faq.id:
                got = (
                    f"{best.id}（{best.score:.2f}{'，' + best.objection if best.objection else ''}）"
                    if best
                    else "没有相近的"
                )
                found.append(
                    Finding(
                        "faq",
                        faq.id,
                        ("examples", "hit", number),
                        f"“{said}”没有由这条回答，最接近：{got}；请在 ask 里补一种问法",
                    )
                )
        for number, said in enumerate(faq.examples.miss):
            match = index.faq.find(said)
            if match.zone is Zone.ANSWER and match.best is not None and match.best.id == faq.id:
                say = f"“{said}”被这条回答了（{match.best.score:.2f}），它不该回答；请把 ask 写得更具体"
                found.append(Finding("faq", faq.id, ("examples", "miss", number), say))
    return found


def templates(index: Index, words: Words) -> list[Finding]:
    """Names of templates that do not exist."""
    found = [
        Finding(
            "lexicon",
            one.id,
            ("template",),
            f"templates/ 里没有 {one.template}.txt.j2{meant(one.template, words.names())}",
        )
        for one in index.library.lexicons.values()
        if one.template and not words.exists(one.template)
    ]
    for measure in index.measures:
        for number, rule in enumerate(measure.critical):
            name = rule.template if "/" in rule.template else f"safety/{rule.template}"
            if not words.exists(name):
                say = f"templates/ 里没有 {name}.txt.j2{meant(name, words.names())}"
                found.append(Finding("measure", measure.id, ("critical", number, "template"), say))
    return found


SAMPLE = {"name": "张姐", "day": 1, "done": 1, "days": 21}
CHALLENGE_SAMPLE = SAMPLE | {"begins": "今天"}


def journeys(index: Index, words: Words) -> list[Finding]:
    """Texts that do not render and conditions on facts that nobody knows."""
    found: list[Finding] = []
    for journey in index.library.journeys.values():
        tasks = {f"task.{step.task.do}" for step in journey.steps if step.task}
        asked = {ask.fact for step in journey.steps if step.task for ask in step.task.ask}
        for where, condition in conditions(journey):
            answers = {f"answer.{step.id}" for step in journey.steps if step.ask}
            known = {*known_facts(), *tasks, *asked, *answers} if where[0] == "steps" else set(known_facts())
            for fact in sorted(facts_of(condition) - known):
                found.append(Finding("journey", journey.id, where, f"没有叫 {fact} 的事实{meant(fact, known)}"))
        for number, step in enumerate(journey.steps):
            found += _renders(words, "journey", journey.id, ("steps", number, "send"), step.send)
            for where, text in _follows(step, number):
                found += _renders(words, "journey", journey.id, where, text)
    for challenge in index.library.challenges.values():
        for name, text in challenge.words:
            found += _renders(words, "challenge", challenge.id, ("words", name), text, CHALLENGE_SAMPLE)
        if challenge.invite:
            found += _renders(words, "challenge", challenge.id, ("invite",), challenge.invite, CHALLENGE_SAMPLE)
    return found


def _follows(step: Step, number: int) -> list[tuple[Where, str]]:
    """What is said after an answer or none, and where it stands."""
    if step.ask is None:
        return []
    at: Where = ("steps", number, "ask")
    found = [((*at, "on_answer", answer, "send"), one.send) for answer, one in step.ask.on_answer.items()]
    found += [((*at, "on_timeout", "send"), step.ask.on_timeout.send)] if step.ask.on_timeout else []
    return [(where, text) for where, text in found if text]


def rules(index: Index, words: Words) -> list[Finding]:
    """Texts of rules that do not render, and templates that do not exist."""
    found: list[Finding] = []
    for rule in index.library.rules.values():
        for number, action in enumerate(rule.then):
            where = ("then", number)
            if text := getattr(action, "text", None):
                found += _renders(words, "rule", rule.id, (*where, "text"), text)
            if isinstance(action, Send) and action.template and not words.exists(action.template):
                say = f"templates/ 里没有 {action.template}.txt.j2{meant(action.template, words.names())}"
                found.append(Finding("rule", rule.id, (*where, "template"), say))
    return found


def _renders(
    words: Words, kind: str, entry: str, where: tuple[str | int, ...], text: str, sample: Mapping[str, object] = SAMPLE
) -> list[Finding]:
    try:
        words.inline(text, **sample)
    except Exception as error:
        unknown = re.search("'(.*?)' is undefined", str(error))
        what = f"没有 {unknown[1]} 这一项" if unknown else "括号里的写法不对"
        return [Finding(kind, entry, where, f"文字里的 {{{{ }}}} 用错了：{what}；可用的只有 {'、'.join(sample)}")]
    return []
