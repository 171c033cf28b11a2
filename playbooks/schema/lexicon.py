"""Word lists: red flags; what is never ours to say; synonyms (other names of one thing) and forms (other ways to put one question); contrasts and
aspects (words that make two like-looking questions different ones); function words (which add no content of their own);
what people want; words that no text of ours may use; what staff are told of in patients' rooms (rumours, advertisements,
insults, personal data of others); signs that somebody is about to leave."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from playbooks.schema.common import Line, Playbook, Strict
from playbooks.schema.source import Misplaced

WITH_SETS = frozenset({"red_flag", "refusal", "life", "rumour", "advert", "goods", "insult", "personal"})


class Term(Strict):
    """`say` and its other spellings `also`; not meant when one of `unless` stands in the same message.

    `…` is a gap of up to eight other characters ("胸口…疼"); `&` parts what stands near each other in either order
    ("化疗&发烧"); `<疼>` is any word of the list's set 疼.
    """

    say: Line
    also: tuple[Line, ...] = ()
    unless: tuple[Line, ...] = ()
    level: Literal["A", "S", "B", "C"] | None = None
    """Red flags: A call 120, S self-harm (a person takes over), B hospital today, C clinic."""


class LexiconExamples(Strict):
    hit: tuple[Line, ...] = ()
    miss: tuple[Line, ...] = ()


class Lexicon(Playbook):
    kind: Literal["lexicon"]
    use: Literal[
        "red_flag",
        "refusal",
        "life",
        "intent",
        "synonym",
        "form",
        "contrast",
        "aspect",
        "state",
        "function",
        "blocked",
        "rumour",
        "advert",
        "goods",
        "insult",
        "personal",
        "negative",
    ]
    context: Literal["ad", "care", "all"] = "all"
    sets: dict[str, tuple[Line, ...]] = Field(default_factory=dict)
    """Words that stand for one another in phrases, also slips and voice-to-text: 疼: [疼, 痛, 腾, teng]."""
    terms: tuple[Term, ...] = Field(min_length=1)
    only_when_both: bool = False
    """Contrasts: object only when each question names something of this list that the other does not."""
    always: bool = False
    """Contrasts: what every phrasing of an entry names must be named by the question too."""
    allowed_by: Literal["medical", "expert"] = "expert"
    """Blocked words: whose signature lets a text with them through (drug names: the medical reviewer's)."""
    template: Line | None = None
    source: Line | None = None
    card: Line | None = None
    """Rumours: what the room is told when staff say so. Never the claim itself, and no more than the source says."""
    examples: LexiconExamples = LexiconExamples()

    @model_validator(mode="after")
    def red_flags_know_what_to_do(self) -> Lexicon:
        if self.use == "red_flag":
            if not self.template:
                raise ValueError("use: red_flag 要写 template（回复用哪段急救文字）")
            if missing := [term.say for term in self.terms if term.level is None]:
                raise ValueError(f"这些词没有写 level：{'、'.join(missing[:5])}")
        elif given := [number for number, term in enumerate(self.terms) if term.level is not None]:
            raise Misplaced(("terms", given[0], "level"), "只有 use: red_flag 的词写 level，请删掉")
        return self

    @model_validator(mode="after")
    def sets_are_there(self) -> Lexicon:
        if self.sets and self.use not in WITH_SETS:
            raise ValueError("只有 use: red_flag、refusal、life 和群管理用的词表写 sets")
        for number, term in enumerate(self.terms if self.use in WITH_SETS else ()):
            for phrase in (term.say, *term.also, *term.unless):
                if unknown := [name for name in re.findall("<([^<>]*)>", phrase) if name not in self.sets]:
                    raise Misplaced(("terms", number), f"“{phrase}”里的 <{unknown[0]}> 没有在 sets 里写")
        return self

    @model_validator(mode="after")
    def what_is_answered_has_words(self) -> Lexicon:
        if self.use in ("refusal", "life") and not self.template:
            raise ValueError(f"use: {self.use} 要写 template（回哪段话）")
        return self

    @model_validator(mode="after")
    def cards_have_a_source(self) -> Lexicon:
        if self.card and (self.use != "rumour" or not self.source):
            raise Misplaced(("card",), "只有 use: rumour 的词表写 card，并且要写 source（出处）")
        return self

    @model_validator(mode="after")
    def blocked_words_are_tried(self) -> Lexicon:
        if self.use == "blocked" and not (self.examples.hit and self.examples.miss):
            raise ValueError("use: blocked 要写 examples：hit（该拦的话）和 miss（不该拦的话）")
        return self
