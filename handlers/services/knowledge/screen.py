"""The automatic first level of review: words that advertising law or medical practice forbids, doses, contact details.

A doubt is no verdict: it means that an expert (for drugs and doses the medical reviewer) must sign before publishing. Basis: 广告法 art. 9, 15, 16;
医疗广告管理办法 art. 6, 7; 互联网广告管理办法 (health knowledge and contact details do not go together).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from handlers.services.knowledge.phrases import Phrases, Spelling, spellings
from handlers.services.retrieval.text import plain
from playbooks.review import signed_in_file
from playbooks.schema.challenge import Challenge
from playbooks.schema.common import Playbook
from playbooks.schema.faq import Faq
from playbooks.schema.journey import Journey
from playbooks.schema.lexicon import Lexicon
from playbooks.schema.reward import Reward
from playbooks.schema.rule import Offer, Rule, Send
from playbooks.schema.source import Where

Context = Literal["ad", "care"]
Signer = Literal["medical", "expert"]
KEPT = 256
"""So many texts of late are not looked at again."""
CLAUSE = re.compile(r"[。！？!?；;，,\n]+")
DOSE = re.compile(
    r"(?:吃|服|喝|用|打|注射|加|减|改|增|减少|增加|剂量|每次|一次|每天|每日|一天)[^。，；\n]{0,6}?"
    r"(?:\d+(?:\.\d+)?|[一二两三四五六七八九十半]+)\s*(?:mg|ug|μg|iu|毫克|微克|个?单位|片|粒|丸|胶囊)(?!面包|吐司|水果|肉)",
    re.I,
)
CONTACT = re.compile(
    r"https?://|www\.|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)400-?\d{3}-?\d{4}|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"
    r"|加(?:我|他|她|您)?(?:的)?微信|微信号|扫码|扫描?二维码|点击链接|下单|购买链接",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that the screen stumbled over.

    `where`: path in the entry. `found`: the words. `rule`: id of the word list, or `dose` or `contact`.
    `title`: the list's title, for people. `context`: how strictly the text was judged. `needs`: whose signature
    settles it.
    """

    where: Where
    found: str
    rule: str
    title: str
    context: Context
    needs: Signer = "expert"

    @property
    def say(self) -> str:
        """For the author."""
        who = "专家" if self.needs == "expert" else "医学审核人"
        return f"初审有疑问：“{self.found}”（{self.title}）；请改写，或请{who}签名"


def screen(entry: Playbook, lexicons: Iterable[Lexicon]) -> list[Doubt]:
    """What the first review doubts in an entry and nobody has settled; not empty: `needs` says who must sign.

    A medical signature for these very words settles drugs and doses here; an expert's settles all, which the caller
    looks at.
    """
    return Screen(lexicons).doubts(entry)


class Screen:
    """The blocked-word lists, compiled once for many entries."""

    def __init__(self, lexicons: Iterable[Lexicon]) -> None:
        blocked = [one for one in lexicons if one.use == "blocked"]
        self._phrases: dict[Context, Phrases[Lexicon]] = {
            context: Phrases(_spellings(blocked, context)) for context in ("ad", "care")
        }
        self._found = lru_cache(maxsize=KEPT)(self._look)

    def doubts(self, entry: Playbook) -> list[Doubt]:
        """What is doubtful in an entry's texts; a drug or a dose is not, once a medical reviewer has signed."""
        signed = any(one.role == "medical" for one in signed_in_file(entry))
        found = [doubt for where, context, text in texts(entry) for doubt in self.seen(text, context, where, signed)]
        return list(dict.fromkeys(found))

    def seen(self, text: str, context: Context, where: Where = (), signed: bool = False) -> Iterator[Doubt]:
        """What is doubtful in one text. `signed`: a medical reviewer has read it."""
        for doubt in self._found(text, context):
            if not (signed and doubt.needs == "medical"):
                yield replace(doubt, where=where) if where else doubt

    def _look(self, text: str, context: Context) -> tuple[Doubt, ...]:
        """What a plan says goes to many, and is looked at once."""
        return tuple(self._all(plain(text), context))

    def _all(self, text: str, context: Context) -> Iterator[Doubt]:
        medical: Signer = "medical" if context == "care" else "expert"
        for clause in filter(None, CLAUSE.split(text)):
            for one in self._longest(clause, context):
                needs = medical if one.owner.allowed_by == "medical" else "expert"
                yield Doubt((), one.said, one.owner.id, one.owner.title, context, needs)
        if dose := DOSE.search(text):
            yield Doubt((), dose.group(), "dose", "剂量", context, medical)
        if contact := CONTACT.search(text):
            yield Doubt((), contact.group(), "contact", "联系方式和链接不与健康知识放在一起", context)

    def _longest(self, clause: str, context: Context) -> list[Spelling[Lexicon]]:
        """Without those that only repeat a part of a longer one (根治 in 彻底根治)."""
        found = self._phrases[context].found(clause)
        return [one for one in found if not any(one.said != more.said and one.said in more.said for more in found)]


def _spellings(blocked: list[Lexicon], context: Context) -> Iterator[Spelling[Lexicon]]:
    for lexicon in blocked:
        if lexicon.context in (context, "all"):
            for term in lexicon.terms:
                yield from spellings(lexicon, term)


def texts(entry: Playbook) -> Iterator[tuple[Where, Context, str]]:
    """(where, context, text) of all that readers are told. Their own questions are not judged: they may ask for a cure."""
    if isinstance(entry, Faq):
        for name in ("text", "short", "parents"):
            if text := getattr(entry.answer, name):
                yield ("answer", name), "care", text
        for number, text in enumerate(entry.see_doctor_when):
            yield ("see_doctor_when", number), "care", text
    elif isinstance(entry, Journey):
        for number, step in enumerate(entry.steps):
            yield ("steps", number, "send"), "care", step.send
            for place, ask in enumerate(step.task.ask if step.task else ()):
                yield ("steps", number, "task", "ask", place, "text"), "care", ask.text
    elif isinstance(entry, Challenge):
        for name, text in entry.words:
            yield ("words", name), "care", text
        if entry.invite:
            yield ("invite",), "ad", entry.invite
    elif isinstance(entry, Reward):
        for number, honour in enumerate(entry.honours):
            yield ("honours", number, "name"), "care", honour.name
            yield ("honours", number, "when"), "care", honour.when
        for number, item in enumerate(entry.catalogue):
            yield ("catalogue", number, "item"), "care", item.item
    elif isinstance(entry, Rule):
        for number, action in enumerate(entry.then):
            if isinstance(action, Send | Offer) and action.text:
                yield ("then", number, "text"), "care", action.text
