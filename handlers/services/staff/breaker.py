"""The platform has warned us: on that channel nothing unasked goes for a time that grows with each further warning."""

from __future__ import annotations

import datetime as dt

from handlers.contract import Scene
from handlers.settings import BreakerSettings
from playbooks.schema.common import span
from storage.queries import outbox, staff
from storage.work import Work

REASON = "breaker"
"""Why a message waits."""


def until(work: Work, channel: str) -> dt.datetime | None:
    """When unasked messages may go again; None when nobody has warned us, or staff have resumed."""
    found = staff.setting(work, _name(channel))
    return dt.datetime.fromisoformat(found["until"]) if found else None


def warned(work: Work, knobs: BreakerSettings, channel: str, now: dt.datetime) -> tuple[dt.datetime, str]:
    """Take a warning down: (until when nothing unasked goes, the name of this run of warnings).

    What comes while we are still being quiet makes that no worse; what comes soon after doubles it.
    """
    found = staff.setting(work, _name(channel)) or {}
    last = dt.datetime.fromisoformat(found["until"]) if found else None
    fresh = last is None or now > last + span(knobs.longest)
    times = 1 if fresh else found["times"] + (last is not None and now >= last)
    moment = now + min(span(knobs.longest), span(knobs.first) * 2 ** (times - 1))
    since = now.isoformat() if fresh else found["since"]
    staff.set_setting(
        work, _name(channel), {"times": times, "since": since, "until": max(moment, last or now).isoformat()}, now
    )
    return max(moment, last or now), f"breaker:{channel}:{since}"


def resume(scene: Scene, channels: list[str]) -> int | None:
    """Staff say that it is over: what waited for it may go now; how many, None when nothing was stopped."""
    stopped = [one for one in channels if (moment := until(scene.work, one)) is not None and moment > scene.now]
    for one in stopped:
        staff.set_setting(scene.work, _name(one), {}, scene.now)
    return outbox.hasten(scene.work, REASON, scene.now) if stopped else None


def _name(channel: str) -> str:
    return f"breaker:{channel}"
