"""Looks after the playbook folders: whatever is saved there is read, checked, and taken in when it is sound."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog
from watchfiles import Change, awatch

QUIET_MS = 300
"""An editor saves in several steps, and a checkout writes many files: wait until nothing has moved for so long."""
LONGEST_MS = 3000
LOOK_AGAIN_SECONDS = 5.0
log = structlog.get_logger()


def concerns_us(change: Change, path: str) -> bool:
    """Playbooks, and folders that come and go; no editor's scratch files."""
    name = Path(path).name
    return not name.startswith(".") and Path(name).suffix in (".yaml", "")


class Watching:
    """Calls `changed` after each burst of changes, one call at a time, from `start` until `stop`."""

    def __init__(self, folders: Sequence[Path], changed: Callable[[], Awaitable[None]]) -> None:
        self._folders = folders
        self._changed = changed
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Returns when a change under way has been dealt with."""
        self._stop.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        """A folder that is not there, or has gone, is waited for; what happened to it meanwhile is a change too."""
        missed = False
        while not self._stop.is_set():
            there = [folder for folder in self._folders if folder.exists()]
            try:
                if missed and there:
                    await self._tell()
                await self._watch(there)
            except Exception as error:
                log.warning("watch_failed", error=type(error).__name__)
            missed = True
            await self._pause()

    async def _watch(self, folders: Sequence[Path]) -> None:
        if not folders:
            return
        more = {"watch_filter": concerns_us, "debounce": LONGEST_MS, "step": QUIET_MS, "stop_event": self._stop}
        async for _ in awatch(*folders, **more):  # type: ignore[arg-type]
            await self._tell()
            if any(not folder.exists() for folder in folders):
                return

    async def _tell(self) -> None:
        try:
            await self._changed()
        except Exception as error:
            log.error("reload_failed", error=type(error).__name__)

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), LOOK_AGAIN_SECONDS)
        except TimeoutError:
            return
