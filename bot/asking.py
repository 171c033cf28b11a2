"""`xinglin ask`: one message through the whole pipeline in a throw-away world."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bot import wiring
from bot.config import Config
from bot.explaining import explain
from bot.normalise import without_mention
from bot.stories.world import World, name_of
from playbooks.library import Library

ASKER = "患者"
NOON = dt.time(12, 0)
PATIENCE = dt.timedelta(seconds=10)
"""An unfinished line is answered a few seconds later."""


async def ask(config: Config, text: str, room: str | None, library: Library | None = None) -> dict[str, Any]:
    """{route, faq, score, candidates[], why, answer, text} for a message by a patient who has agreed to everything."""
    now = dt.datetime.combine(dt.date.today(), NOON, dt.timezone(dt.timedelta(hours=8))).astimezone(dt.UTC)
    faq = config.faq.model_dump()
    world = World(now, {ASKER: {}}, {room: [ASKER]} if room else {}, {"faq": faq}, library or wiring.library(config))
    await world.start()
    await world.give_consent([ASKER])
    sent = await world.say(ASKER, text, room) or await world.wait(PATIENCE)
    by = world.by_of(sent)
    mine = [
        one for one in sent if (one.delivery.room or name_of(one.delivery.person or "-")) in (ASKER, f"room-{room}")
    ]
    question = without_mention(text, config.community.bot_name)
    ranked = world.desk.index.faq.rank(question)[:5]
    match = world.desk.index.faq.find(question)
    why = explain(world.desk.index, question, config.faq.group_stricter_by if room else 0.0)
    route = by[mine[0].delivery.key] if mine else "silence"
    answered = route == "ask_faq" and match.zone.value == "answer" and match.best is not None
    await world.close()
    return {
        "route": route,
        "faq": match.best.id if answered and match.best else None,
        "score": match.best.score if match.best else 0.0,
        "candidates": [
            {"id": one.id, "question": one.question, "score": one.score, "objection": one.objection} for one in ranked
        ],
        "why": why,
        "answer": "\n\n".join(one.delivery.text for one in mine),
        "text": text,
    }
