"""Every table, so that importing this package fills the metadata."""

from sqlmodel import SQLModel

from storage.tables import (
    care,
    community,
    gaps,
    knowledge,
    messaging,
    people,
    review,
    staff,
    standing,
    stock,
    visits,
    voices,
    web,
)

__all__ = [
    "care",
    "community",
    "gaps",
    "knowledge",
    "messaging",
    "people",
    "review",
    "staff",
    "standing",
    "stock",
    "visits",
    "voices",
    "web",
]

for _table in SQLModel.metadata.tables.values():
    if "id" in _table.c and _table.c.id.autoincrement and _table.c.id.type.python_type is int:
        # An id is never given twice, also after an erasure: keys of messages and alerts are made of ids.
        _table.dialect_options["sqlite"]["autoincrement"] = True
