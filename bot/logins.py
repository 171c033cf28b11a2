"""Whose account is logged in. On some platforms people get other ids with another account of ours, and an old id may be
somebody else's: then nothing personal goes to anybody of that channel until staff have said who it is.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.channels.base import Channel
from bot.desk import Desk
from storage.queries import outbox, people, staff
from storage.tables.people import Person
from storage.work import Work

log = structlog.get_logger()


class Logins:
    """Asked in every transaction before a message is stored or sent, so that neither gets in between. Writer's thread."""

    def __init__(self, desk: Desk, channels: Mapping[str, Channel]) -> None:
        self._desk = desk
        self._channels = [one for one in channels.values() if not one.capabilities.stable_ids]
        self._known: dict[str, str] = {}

    def notice(self, work: Work) -> None:
        """Look who is logged in; another account than the one before freezes everybody of its channel."""
        for channel in self._channels:
            if channel.account and channel.account != self._known.get(channel.name):
                self._compare(work, channel.name, channel.account)

    def _compare(self, work: Work, channel: str, account: str) -> None:
        setting, now = f"account:{channel}", self._desk.clock.now()
        before = staff.setting(work, setting)
        if before != account:
            staff.set_setting(work, setting, account, now)
        if before not in (None, account):
            fixed = [one.id for one in self._desk.config.staff if one.channel == channel]
            count = people.freeze(work, channel, fixed, now)
            staff.set_setting(work, f"frozen:{channel}", True, now)
            log.warning("another_account", channel=channel, account=account, frozen=count)
            key = f"another_account:{channel}:{now.isoformat()}"
            outbox.add(work, self._desk.staff_rows(work, "system/another_account", key, count=count))
        self._known[channel] = account
        work.if_undone(self._known.clear)

    def returned(self, work: Work, newcomer: Person) -> None:
        """Somebody has come who is called like one of the frozen: staff hear of it, once."""
        if not staff.setting(work, f"frozen:{newcomer.channel}"):
            return  # nobody ever was: no search through everybody for each newcomer
        known = people.frozen(work, newcomer.channel)
        same = [one for one in known if one.name == newcomer.name and one.id != newcomer.id]
        if same:
            key = f"back_again:{newcomer.id}"
            rows = self._desk.staff_rows(work, "system/back_again", key, newcomer=newcomer, same=same[0])
            outbox.add(work, rows)
