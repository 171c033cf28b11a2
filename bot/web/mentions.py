"""@mentions as people type them: a sign, a name, and often no space after it."""

from __future__ import annotations

from collections.abc import Iterable

from storage.tables.web import WebPerson

SIGNS = "@＠"


def calls(text: str, name: str) -> bool:
    """Whether "@name" stands anywhere in the text."""
    return any(sign + name in text for sign in SIGNS)


def called(text: str, people: Iterable[WebPerson]) -> tuple[str, ...]:
    """Ids of those whose "@name" stands in the text, in order; of two names that fit one place, the longer is meant."""
    longest_first = sorted(people, key=lambda one: -len(one.name))
    places = (place + 1 for place, sign in enumerate(text) if sign in SIGNS)
    meant = (next((one.id for one in longest_first if text.startswith(one.name, place)), None) for place in places)
    return tuple(dict.fromkeys(id_ for id_ in meant if id_))


def well_formed(text: str) -> str:
    """Text that every encoder takes: half a character, as a cut-off emoji leaves it, becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
