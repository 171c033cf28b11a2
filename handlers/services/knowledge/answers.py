"""An FAQ entry as a reader gets it: answer, when to see a doctor, source, who reviewed it."""

from __future__ import annotations

from handlers.words import Words
from playbooks.schema.common import Stage
from playbooks.schema.faq import Faq


def text(words: Words, faq: Faq, rate: bool = False) -> str:
    """The whole answer with its provenance; `rate` adds how to say whether it helped."""
    source = faq.sources[0]
    return words(
        "faq/answer",
        answer=faq.answer.text,
        see_doctor_when=faq.see_doctor_when,
        follow_up=faq.follow_up[:2],
        source=source,
        sample=faq.review.stage is Stage.SAMPLE,
        signed=faq.review.by,
        rate=rate,
    )


def brief(words: Words, faq: Faq) -> str:
    """The answer in a sentence or two, still with when to see a doctor, its source and its reviewer."""
    return words(
        "faq/brief",
        answer=faq.answer.short or faq.answer.text,
        see_doctor_when=faq.see_doctor_when,
        source=faq.sources[0],
        sample=faq.review.stage is Stage.SAMPLE,
        signed=faq.review.by,
    )
