"""Nothing personal is kept before its owner has agreed."""

from __future__ import annotations

from bot.dispatch.chain import Next, Outcome
from handlers.consent import ask
from handlers.contract import Context, Incoming
from handlers.table import NeedsConsent


def consent(ctx: Context, msg: Incoming, inner: Next) -> Outcome:
    """Turns "this handler needs consent" into the question; the message waits for the answer."""
    outcome = inner(ctx, msg)
    return ask(ctx, msg) if isinstance(outcome, NeedsConsent) else outcome
