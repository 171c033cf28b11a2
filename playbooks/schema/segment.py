"""A group of people by what is known of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from playbooks.schema.common import Playbook
from playbooks.schema.condition import Condition


class Segment(Playbook):
    """`smallest`: a report shows no group smaller than this, so that nobody can be told from it."""

    kind: Literal["segment"]
    only_if: Condition
    smallest: int = Field(default=5, ge=5, le=1000)
