"""`xinglin sign`: a signature written into a playbook file from the shell."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from bot.clock import SystemClock
from bot.config import Config, place
from bot.desk import today
from playbooks.signing import CannotSign, file_of, sign

ROLES: dict[str, Literal["medical", "expert"]] = {"medical": "medical", "expert": "expert"}


def sign_file(config: Config, entry: str, who: str, role: str, expires: str | None) -> list[str]:
    """Sign one entry's file; returns what to tell. Raises CannotSign with what to do instead."""
    if role not in ROLES:
        raise CannotSign("--role 只能写 medical 或 expert")
    on = today(config, SystemClock())
    try:
        until = dt.date.fromisoformat(expires) if expires else None
    except ValueError:
        raise CannotSign("--expires 要写日期，例如 2027-03-01") from None
    if until is not None and until <= on:
        raise CannotSign("--expires 要晚于今天")
    path = file_of([place(folder) for folder in config.playbooks.folders], entry)
    signed = sign(path, who, ROLES[role], on, until)
    gone = [f"{one.who} {one.on} 的签名是签给旧文字的，已去掉。" for one in signed.dropped]
    return [*gone, f"{who} 签了 {signed.entry.ref}（{signed.path.name}）。写 #重载，或等它自动生效。"]
