"""A family of tags: which there are, and which of them are given by what is known of somebody."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from playbooks.schema.common import Line, Playbook, Strict
from playbooks.schema.condition import Condition
from playbooks.schema.source import Misplaced


class TagRule(Strict):
    """`only_if`: who gets it by themself; without it staff or a rule give it."""

    name: Line
    also: tuple[Line, ...] = ()
    """Other ways in which staff may write it."""
    only_if: Condition | None = None


class Tags(Playbook):
    kind: Literal["tags"]
    family: Literal["basic", "behaviour", "need", "decision"]
    tags: tuple[TagRule, ...] = Field(min_length=1, max_length=300)

    @model_validator(mode="after")
    def names_differ(self) -> Tags:
        seen: set[str] = set()
        for number, tag in enumerate(self.tags):
            for name in (tag.name, *tag.also):
                if name in seen:
                    raise Misplaced(("tags", number, "name"), f"名字重复：{name}")
                seen.add(name)
        return self
