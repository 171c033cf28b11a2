"""What can happen to a person and what can be known of them: the closed lists that rules, segments and conditions name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from playbooks.schema.nearest import meant

EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "room_joined": (),
        "room_left": (),
        "befriended": (),
        "consent_given": (),
        "consent_withdrawn": (),
        "subscribed": (),
        "unsubscribed": (),
        "newcomer_started": (),
        "task_completed": ("task", "journey"),
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
        "check_in_recorded": ("measure",),
        "trend_noticed": ("measure", "days_out_of_range"),
        "reminder_made": (),
        "reminder_rang": (),
        "reminder_done": (),
        "faq_answered": ("faq",),
        "faq_offered": (),
        "case_opened": (),
        "case_answered": (),
        "alert_raised": ("flag",),
        "alert_cleared": (),
        "words_noticed": ("lexicon",),
        "message_written": (),
        "points_booked": ("kind", "reason"),
        "honour_given": ("honour",),
        "level_reached": ("level",),
        "segment_entered": ("segment",),
        "segment_left": ("segment",),
        "rule_applied": ("rule",),
        "offer_taken": ("rule",),
        "offer_declined": ("rule",),
        "adviser_assigned": (),
        "care_call_made": ("why", "state"),
        "item_redeemed": ("item",),
        "booking_confirmed": (),
        "booking_coming": (),
        "booking_missed": (),
        "answer_rated": ("useful",),
        "fell_ill": (),
        "got_well": (),
        "quiet_days": (),
        "rule_stopped": ("stop",),
        "companion_invited": (),
        "sheet_shared": (),
        "arm_shown": ("experiment", "arm"),
        "room_recommended": (),
        "diary_written": (),
        "nps_asked": (),
        "nps_answered": ("score",),
        "parting_asked": (),
        "parting_answered": ("reason",),
        "parting_settled": ("state",),
        "day_began": (),
    }
)
"""Event → the facts that only it brings along. `day_began` comes once a day for everybody (silence, anniversaries)."""

PERSON: tuple[str, ...] = (
    "consented",
    "unsubscribed",
    "open_alert",
    "quiet",
    "life",
    "checked_in_today",
    "topic",
    "stage",
    "wish",
    "decision",
    "tag",
    "room",
    "segment",
    "in_journey",
    "in_challenge",
    "has_adviser",
    "points",
    "points_earned",
    "level",
    "honour",
    "days_since_joined",
    "days_since_message",
    "days_since_sign",
    "days_since_check_in",
    "days_since_surgery",
    "days_since_discharge",
    "days_since_treatment",
    "days_since_diagnosed",
    "messages_7d",
    "check_ins_7d",
    "check_in_days_7d",
    "interactions_7d",
    "active_days_30d",
    "services_30d",
    "questions_30d",
    "questions_drop",
    "helps_30d",
    "negative_words_14d",
    "reminders_unanswered_14d",
    "stops_30d",
    "days_out_of_range",
    "in_range_percent",
    "referrals",
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
