"""Consent to keeping health data: asked in private, versioned, withdrawn in one message."""

from __future__ import annotations

import datetime as dt
from typing import Any

from handlers.contract import Scene
from handlers.settings import Settings
from storage.queries import profile, questions
from storage.tables.people import Person
from storage.work import Work

PURPOSE = profile.HEALTH
MARKETING, FAMILY, STORIES, UNANSWERED = "marketing", "family", "stories", "unanswered"
TITLES = {MARKETING: "活动消息", FAMILY: "告诉家人", STORIES: "分享故事", UNANSWERED: "没回应告诉顾问"}
"""Consents of their own kind; none of them is needed for anything else."""
QUESTION = "consent"
PLACE = -1
"""A place of its own beside the private chat: no other question may push out what waits for consent."""
WAITS, NOD_WITHIN = dt.timedelta(days=7), dt.timedelta(minutes=10)


def open_question(scene: Scene, person_id: int, held: dict[str, Any] | None) -> None:
    """The question waits; `held` is the message to carry out after 同意 ({said, room_id, …})."""
    questions.ask(
        scene.work, person_id, PLACE, QUESTION, {"held": held, "at": scene.now.isoformat()}, scene.now + WAITS
    )


def just_asked(scene: Scene, question: tuple[str, Any] | None) -> bool:
    """Whether a nod may still be meant for the question: soon after it."""
    if question is None or question[0] != QUESTION or "at" not in question[1]:
        return False
    return scene.now - dt.datetime.fromisoformat(question[1]["at"]) <= NOD_WITHIN


def version(settings: Settings, purpose: str) -> int:
    """Of the text in force."""
    return int(getattr(settings.consent, purpose))


def has(work: Work, settings: Settings, person_id: int, purpose: str) -> bool:
    """Whether somebody has agreed to the text in force and not taken it back."""
    live = profile.live_consent(work, person_id, purpose)
    return live is not None and live.version >= version(settings, purpose)


def more(scene: Scene, person_id: int) -> dict[str, str]:
    """What somebody has agreed to besides health data, with its title."""
    return {one: title for one, title in TITLES.items() if has(scene.work, scene.settings, person_id, one)}


def held_back(person: Person) -> str:
    """Why plans send nothing to this person now ("consent", "loss", "admitted", "unsubscribed", "locked"), or ""."""
    if not person.consented:
        return "consent"
    if person.life:
        return person.life
    return "unsubscribed" if person.unsubscribed else "locked" if person.locked else ""


def asked(scene: Scene, person_id: int) -> bool:
    """Whether the question waits for an answer: nobody is asked twice."""
    waiting = questions.open_one(scene.work, person_id, PLACE, scene.now)
    return waiting is not None and waiting[0] == QUESTION
