"""What may reach a patient: safety always, the rest only when it was reviewed and has not expired."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from bot.scheduling.housekeeping import clean
from bot.stories.world import World
from playbooks.library import Library
from playbooks.lock import fingerprint
from playbooks.schema.common import Review
from playbooks.schema.load import load

START = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)
SIGNED: dict[str, Any] = {
    "stage": "published",
    "by": [{"who": "示例", "role": "medical", "on": "2026-01-01"}],
    "expires": "2026-03-02",
}
QUESTION = "血糖高能吃西瓜吗"


def _world(library: Library | None = None, samples: bool = False) -> World:
    return World(START, {"张姐": {}}, {}, {"playbooks": {"serve_samples": samples}}, library)


def _said(story: Any) -> list[str]:
    return [one.delivery.text for one in asyncio.run(story)]


def test_no_switch_turns_red_flags_or_critical_values_off() -> None:
    async def story() -> list[Any]:
        world = _world()
        await world.start()
        sent = [*await world.say("张姐", "我胸口疼"), *await world.say("张姐", "血糖 2.8")]
        await world.close()
        return sent

    texts = _said(story())
    assert sum("120" in text for text in texts) == 2


def test_unsigned_samples_answer_nobody_when_the_deployment_says_so() -> None:
    async def story() -> list[Any]:
        world = _world()
        await world.start()
        sent = await world.say("张姐", QUESTION)
        await world.close()
        return sent

    assert all("来源" not in text for text in _said(story()))


def test_a_signed_answer_is_served_until_the_day_it_expires_and_names_its_reviewer() -> None:
    shipped = load()
    melon = shipped.faqs["dm-watermelon"]
    signed = SIGNED | {"by": [SIGNED["by"][0] | {"of": fingerprint(melon)[:12]}]}
    melon = melon.model_copy(update={"review": Review.model_validate(signed)})
    library = Library.of([melon, *(one for one in shipped.all() if one.id != melon.id)])

    async def story() -> list[Any]:
        world = _world(library)
        await world.start()
        first = await world.say("张姐", QUESTION)
        await world.wait(dt.timedelta(days=1))
        clean(world.desk)
        second = await world.say("张姐", QUESTION)
        await world.close()
        return [*first, *second]

    first, *second = _said(story())
    assert "审核：示例（医学）2026-01-01" in first
    assert all("来源" not in text for text in second)


def test_published_needs_a_medical_signature() -> None:
    with pytest.raises(ValidationError, match="医学审核人签名"):
        Review.model_validate({"stage": "published", "by": [{"who": "某专家", "role": "expert", "on": "2026-01-01"}]})
