"""Natural Chinese reminder times: from words to a schedule, or to one question to ask back."""

from handlers.services.care.when.answer import Ask, Request, Schedule
from handlers.services.care.when.request import parse_request
from handlers.services.care.when.rules import next_after

__all__ = ["Ask", "Request", "Schedule", "next_after", "parse_request"]
