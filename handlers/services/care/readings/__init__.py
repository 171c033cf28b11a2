"""Readings in free Chinese: from words to values, or to a doubt. Units are never guessed, numbers never swapped."""

from handlers.services.care.readings.answer import Doubt, Reading
from handlers.services.care.readings.parse import critical, literal_critical, parse_readings

__all__ = ["Doubt", "Reading", "critical", "literal_critical", "parse_readings"]
