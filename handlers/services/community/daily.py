"""Once a day, for everybody, some at a time: groups, rules of every day, points that expire, stars of the month."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import RowMapping

from handlers.contract import Handled, Happened, Outgoing, Scene, Skip, stored
from handlers.services.care.days import next_clock
from handlers.services.community import account, churn, experiments, groups, nps, rules
from handlers.services.staff.roles import everybody_on_staff
from storage.queries import due, people

KIND = "community_day"
AT_ONCE = 250
LATE = dt.timedelta(hours=10)


def plan(scene: Scene) -> None:
    """The next round; planned once however often this is called."""
    moment = next_clock(scene.now, scene.settings.community.rules_at, scene.settings.community.zone)
    due.plan(scene.work, [due.slot(f"{KIND}:{moment:%Y%m%d}", KIND, moment, expires=moment + LATE, data={"after": 0})])


def round_due(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """The next of the community; the rest has a slot of its own, so that messages get in between."""
    after = int(slot["data"]["after"])
    messages: list[Outgoing] = []
    happened: list[Happened] = []
    if after == 0:
        plan(scene)
        found = account.begin_day(scene)
        messages, happened = [*found[0], *experiments.daily(scene)], list(found[1])
    everybody = people.after(scene.work, after, AT_ONCE)
    persons = groups.patients(scene, everybody, everybody_on_staff(scene))
    happened += groups.refresh(scene, persons)
    more_messages, more_events = rules.daily(scene, persons)
    asked, partings = churn.daily(scene, persons)
    opinions, happily = nps.daily(scene, persons)
    if len(everybody) == AT_ONCE:
        _go_on(scene, slot, stored(everybody[-1].id))
    return Handled(KIND, (*messages, *more_messages, *asked, *opinions), (*happened, *more_events, *partings, *happily))


def _go_on(scene: Scene, slot: RowMapping, last: int) -> None:
    key = f"{slot['key'].split('>')[0]}>{last}"
    due.plan(scene.work, [due.slot(key, KIND, scene.now, expires=slot["expires"], data={"after": last})])


def round_late(scene: Scene, slot: RowMapping) -> Handled | Skip:
    """The process slept through the day: groups are looked at tomorrow."""
    plan(scene)
    return Skip("late")
