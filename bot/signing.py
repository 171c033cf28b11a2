"""`xinglin sign`: a signature written into a playbook file from the shell."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from bot.clock import SystemClock
from bot.config import Config, place
from bot.desk import today
from playbooks.signing import CannotSign, file_of, sign

ROLES: dict[str, Literal["medical", "expert"]] = {"medical": "medical", "expert": "expert"}


MAY_SIGN: dict[str, tuple[set[str], str]] = {
    "medical": ({"clinician", "expert"}, "临床医生或专家"),
    "expert": ({"expert"}, "专家"),
}
"""As in chat: who can give which signature."""


def sign_file(config: Config, entry: str, who: str, role: str, expires: str | None, force: bool = False) -> list[str]:
    """Sign one entry's file; returns what to tell. `force`: also for somebody whom the settings do not name as a doctor.
    Raises CannotSign with what to do instead."""
    if role not in ROLES:
        raise CannotSign("--role 只能写 medical 或 expert")
    if not force:
        _known(config, who, role)
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


def _known(config: Config, who: str, role: str) -> None:
    """A signature is read by patients: it must be a doctor's of this house."""
    roles, called = MAY_SIGN[role]
    names = [one.name for one in config.staff if roles & set(one.roles) and one.name]
    if who not in names:
        there = f"现在有：{'、'.join(names)}" if names else "现在一位也没有"
        say = f"设置的 staff 里没有叫“{who}”的{called}（{there}）。请核对姓名，或先写进设置；确实由他签，就加 --force"
        raise CannotSign(say)
