"""A real wechaty gateway in a node process, a link that can go dead, and polling with a deadline."""

from __future__ import annotations

import asyncio
import json
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

HERE = Path(__file__).parent
PATIENCE = 15.0
"""Seconds after which a test gives up waiting."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"still not true after {seconds} s")
        await asyncio.sleep(0.01)


class GatewayProcess:
    """`gateway.mjs` on a port of its own. `sent` is what the bot sent, in order; `accepted` the friendships it took."""

    def __init__(self, token: str = "insecure_test", tls: bool = False) -> None:
        self.port = free_port()
        self.token = token
        self.tls = tls
        self.sent: list[dict[str, Any]] = []
        self.accepted: list[str] = []
        self.people: dict[str, str] = {}
        self.rooms: dict[str, str] = {}
        self.ca = ""
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        security = ["tls"] if self.tls else []
        self._process = subprocess.Popen(
            ["node", "--no-warnings", "gateway.mjs", str(self.port), self.token, *security],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdout
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        ready = self._answers.get(timeout=PATIENCE)["ready"]
        self.people, self.rooms, self.ca = ready["people"], ready["rooms"], ready["ca"]

    def kill(self) -> None:
        """As a power cut would."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdin
        self._process.stdin.close()

    def do(self, do: str, **words: Any) -> None:
        """Carry out one command of gateway.mjs; returns when the gateway has."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": do, **words}) + "\n")
        self._process.stdin.flush()
        answer = self._answers.get(timeout=PATIENCE)
        assert answer == {"done": do}, answer

    def reset(self) -> None:
        """Forget what one test left behind."""
        self.do("stall", on=False)
        self.do("number", on=False)
        self.do("refuse", file=0)
        self.sent.clear()
        self.accepted.clear()

    def _read(self, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                if line.startswith("{"):
                    self._sort(json.loads(line))

    def _sort(self, line: dict[str, Any]) -> None:
        if "sent" in line:
            self.sent.append(line["sent"])
        elif "accepted" in line:
            self.accepted.append(line["accepted"])
        else:
            self._answers.put(line)


class Wire:
    """A TCP relay in front of a gateway. `go_dead` swallows everything on the open connections without closing one."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._generation = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.close()

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def go_dead(self) -> None:
        self._generation += 1

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to_there = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers += [writer, to_there]
        pumps = self._pump(reader, to_there, self._generation), self._pump(there, writer, self._generation)
        self._tasks += [asyncio.create_task(pump) for pump in pumps]

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, born: int) -> None:
        while data := await reader.read(65_536):
            if born == self._generation:
                writer.write(data)
        if born == self._generation:
            writer.close()
