"""What happens in people's lives: a death, a stay in hospital, coming home. Plans step back; a loss is no unsubscribing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.contract import Scene, stored
from handlers.services.care import reminders
from handlers.services.knowledge.phrases import first_of, in_lists
from playbooks.schema.lexicon import Lexicon
from storage.queries import care, people
from storage.tables.people import Person

LOSS, ADMITTED, DISCHARGED, PREGNANT, ILL, WELL = "loss", "admitted", "discharged", "pregnant", "ill", "well"
ORDER = [f"life-{event}" for event in (LOSS, DISCHARGED, ADMITTED, PREGNANT, WELL, ILL)]
QUESTION = re.compile(r"[?？]|吗|呢$|怎么|咋|为什么|能不能|要不要|可不可以|什么|多久|多少|哪")
LONGEST = 60


class LifeEvents:
    """The lists of `use: life`, ready to look through a message."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self._phrases = in_lists(lexicons)

    def seen(self, text: str) -> Lexicon | None:
        """The list of what the writer tells; a question, and a long story, is for others to read."""
        if len(text) > LONGEST or QUESTION.search(text):
            return None
        return first_of(self._phrases.found(text), ORDER)


def what(lexicon: Lexicon) -> str:
    """life-loss → loss."""
    return lexicon.id.removeprefix("life-")


def happened(scene: Scene, person: Person, event: str) -> int:
    """Plans stop, or go on after coming home, which ends no mourning; after a loss reminders stop too. Returns how many there were."""
    person_id = stored(person.id)
    running = care.reminders(scene.work, person_id)
    if event == LOSS:
        for one in running:
            reminders.stop(scene, one)
    if event in (ADMITTED, PREGNANT) and not person.consented:
        return len(running)  # of somebody's health nothing is kept unasked; and they are on no plan
    if event == LOSS or (event in (ADMITTED, PREGNANT) and person.life is None):
        person.life = event
    elif event == DISCHARGED and person.life == ADMITTED:
        person.life = None
    people.change(scene.work, person_id, life=person.life)
    return len(running)
