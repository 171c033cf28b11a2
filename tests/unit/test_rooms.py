"""Whatever patients write, wherever they write it: no value, phone or ID number of theirs is ever said in a patients' room.

More conversations: `make rooms`.
"""

from __future__ import annotations

import asyncio

import pytest

from handlers.contract import Outgoing, Picture, Private, to_person, to_room
from playbooks.schema.load import load
from tests.rooms import talk


@pytest.mark.parametrize("seed", [1, 2])
def test_a_patients_room_hears_no_value_of_anybody(seed: int) -> None:
    found = asyncio.run(talk(60, load(), seed))
    assert found["leaks"] == [] and found["said"] > 20


def test_what_is_private_cannot_be_addressed_to_a_room() -> None:
    assert to_person(1, Private("血压 143/97")).person_id == 1
    with pytest.raises(TypeError):
        to_room(1, Private("血压 143/97"))
    with pytest.raises(ValueError, match="not to both"):
        to_person(1, "血压 143/97", room_id=2)
    with pytest.raises(TypeError):
        Outgoing(text="看图", room_id=1, picture=Picture("trend"))
