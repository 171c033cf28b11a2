"""Every table, so that importing this package fills the metadata."""

from storage.tables import care, community, messaging, people, staff, web

__all__ = ["care", "community", "messaging", "people", "staff", "web"]
