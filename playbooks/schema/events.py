"""What can happen to a person and what can be known of them: the closed lists that rules, segments and conditions name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from playbooks.schema.nearest import meant

EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "room_joined": ("room",),
        "room_left": ("room",),
        "befriended": (),
        "consent_given": (),
        "consent_withdrawn": (),
        "subscribed": (),
        "unsubscribed": (),
        "newcomer_started": (),
        "task_completed": ("task",),
        "journey_step_sent": ("journey", "step"),
        "journey_finished": ("journey",),
        "journey_joined": ("journey",),
        "journey_left": ("journey",),
        "journey_answered": ("journey", "step"),
        "journey_unanswered": ("journey", "step"),
        "date_told": ("date",),
        "date_called_off": ("date",),
        "life_loss": (),
        "life_admitted": (),
        "life_discharged": (),
        "life_pregnant": (),
        "challenge_joined": ("challenge",),
        "challenge_left": ("challenge",),
        "challenge_finished": ("challenge", "days_done"),
        "check_in_recorded": ("measure", "in_range"),
        "trend_noticed": ("measure", "days_out_of_range"),
        "reminder_made": (),
        "reminder_rang": (),
        "reminder_done": (),
        "faq_answered": ("faq",),
        "faq_offered": (),
        "case_opened": (),
        "case_answered": (),
        "alert_raised": ("lexicon",),
        "alert_cleared": (),
        "words_noticed": ("lexicon",),
        "day_began": (),
    }
)
"""Event → the facts that only it brings along. `day_began` comes once a day for everybody (silence, anniversaries)."""

PERSON: tuple[str, ...] = (
    "consented",
    "unsubscribed",
    "checked_in_today",
    "topic",
    "stage",
    "tag",
    "room",
    "segment",
    "in_journey",
    "in_challenge",
    "points",
    "level",
    "days_since_joined",
    "days_since_message",
    "days_since_check_in",
    "days_since_surgery",
    "days_since_discharge",
    "messages_7d",
    "check_ins_7d",
    "services_30d",
    "questions_30d",
    "days_out_of_range",
    "referrals",
    "open_alert",
)
"""Facts of a person that a rule or a segment may ask for at any time."""

REFERS: Mapping[str, str] = MappingProxyType(
    {
        "segment": "segment",
        "journey": "journey",
        "in_journey": "journey",
        "challenge": "challenge",
        "in_challenge": "challenge",
        "measure": "measure",
        "faq": "faq",
        "lexicon": "lexicon",
    }
)
"""Facts whose value is the id of an entry: fact → kind."""


def _event(name: str) -> str:
    if name not in EVENTS:
        raise ValueError(f"没有叫 {name} 的事件{meant(name, EVENTS)}")
    return name


Event = Annotated[str, AfterValidator(_event), WithJsonSchema({"type": "string", "enum": list(EVENTS)})]
