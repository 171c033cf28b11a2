"""Middlewares around the route: a list, outermost first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handlers.contract import Context, Handled, Incoming
from handlers.table import NeedsConsent

Outcome = Handled | NeedsConsent | None
Next = Callable[[Context, Incoming], Outcome]
Middleware = Callable[[Context, Incoming, Next], Outcome]


def chain(middlewares: Sequence[Middleware], route: Next) -> Next:
    """One function that runs them all; each may answer itself or hand on to the next."""
    for middleware in reversed(middlewares):
        route = _around(middleware, route)
    return route


def _around(middleware: Middleware, inner: Next) -> Next:
    def call(ctx: Context, msg: Incoming) -> Outcome:
        return middleware(ctx, msg, inner)

    return call
