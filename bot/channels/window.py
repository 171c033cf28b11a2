"""How long, and how often, a channel lets us speak to somebody who does not write."""

from __future__ import annotations

import datetime as dt

from bot.channels.base import Capabilities
from handlers.contract import Window
from handlers.settings import SendSettings
from playbooks.schema.common import span


def window(able: Capabilities, knobs: SendSettings) -> Window:
    """What the channel declares, or what we have set ourselves where that is stricter."""
    ours = span(knobs.window) if knobs.window else None
    never = None if able.proactive else dt.timedelta()
    within = min((one for one in (never, able.proactive_window, ours) if one is not None), default=None)
    most = min((one for one in (able.pushes_unanswered, knobs.unanswered) if one is not None), default=None)
    return Window(within, most)
