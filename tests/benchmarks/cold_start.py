"""A process of its own on an existing database: seconds until it is ready, and its memory after 200 messages."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.community import Community
from tests.benchmarks.figures import Bound, Figure, Tell, figure

NAME = "cold start"
ROOT = Path(__file__).parents[2]
MESSAGES = 200
MIB = 1024 * 1024
READY, MEMORY = Bound("median", 2.0), Bound("median", 200.0)
CHILD = "import sys; from tests.benchmarks.child import main; main(sys.argv[1:])"


def run(community: Community, quick: bool, tell: Tell) -> list[Figure]:
    rounds = 2 if quick else 5
    bare: list[float] = []
    ready: list[float] = []
    memory: list[float] = []
    for number in range(rounds + 1):
        tell(f"start {number} of {rounds}")
        floor, (seconds, resident) = _bare(), _start(community, "migrated.db")
        if number:  # the first makes the database
            bare.append(floor)
            ready.append(seconds)
            memory.append(resident)
    return [
        figure(NAME, "interpreter start to ready", "s", ready, READY),
        figure(NAME, "floor: python -c pass", "s", bare),
        figure(NAME, f"resident memory after {MESSAGES} messages", "MB", memory, MEMORY),
    ]


def _bare() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], cwd=ROOT, check=True)
    return time.perf_counter() - started


def _start(community: Community, name: str) -> tuple[float, float]:
    """(seconds until ready, MB of resident memory at the end)."""
    arguments = [f"sqlite:///{community.folder / name}", str(community.folder / "bench.key"), str(MESSAGES)]
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        assert child.stdout is not None
        said = child.stdout.readline().strip()
        seconds = time.perf_counter() - started
        rest = child.stdout.read().split()
    if said != "ready" or child.returncode:
        raise RuntimeError(f"the started process failed (exit {child.returncode})")
    return seconds, int(rest[-1]) / MIB
