"""`python -m tests.benchmarks.run [--quick] [--json] [--profile]`: real figures of this machine, with their bounds.

Exit 0 whatever the figures are; exit 1 only when a benchmark could not be run.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import traceback
from collections.abc import Sequence

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.benchmarks.community import Community
from tests.benchmarks.figures import Figure

BENCHMARKS = ("pipeline", "throughput", "flood", "reminders", "cold_start", "retrieval", "dispatch")
"""Modules with `run(community, quick, tell)`. Dispatch comes last: the frameworks it imports would slow the others."""
WIDE = 170
out, err = Console(), Console(stderr=True)
if not out.is_terminal:
    out = Console(width=WIDE)  # into a file or a pipe: no line is folded


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.run", description="Measures the bot on this machine."
    )
    parser.add_argument("--quick", action="store_true", help="fewer messages and rounds: half a minute")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--profile", action="store_true", help="print where the time of a message goes, and no figures")
    wanted = parser.parse_args(arguments)
    if wanted.profile:
        return _profile()
    figures, failed = _run(wanted.quick)
    if wanted.json:
        print(json.dumps([one.as_dict() for one in figures], ensure_ascii=False, indent=1))
    else:
        out.print(_table(figures))
    return 1 if failed else 0


def _run(quick: bool) -> tuple[list[Figure], int]:
    """The figures, and how many benchmarks could not be run."""
    figures: list[Figure] = []
    failed = 0
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Community() as community, Progress(*columns, console=err, transient=True) as progress:
        for name in BENCHMARKS:
            task = progress.add_task(name, total=None)
            try:
                module = importlib.import_module(f"tests.benchmarks.{name}")
                figures += module.run(
                    community,
                    quick,
                    lambda text, task=task, name=name: progress.update(task, description=f"{name}: {text}"),
                )
            except Exception:
                failed += 1
                progress.console.print(f"{name}: {traceback.format_exc()}", markup=False, highlight=False)
            progress.remove_task(task)
    return figures, failed


def _table(figures: Sequence[Figure]) -> Table:
    table = Table("benchmark", "figure", title="timings are facts of this run, not tests")
    for title in ("n", "min", "median", "p99"):
        table.add_column(title, justify="right")
    for title in ("unit", "ours is … × as fast as", "bound"):
        table.add_column(title)
    before = ""
    for one in figures:
        if before and one.benchmark != before:
            table.add_section()
        table.add_row(one.benchmark if one.benchmark != before else "", *_cells(one))
        before = one.benchmark
    return table


def _cells(one: Figure) -> tuple[str, ...]:
    compared = f"{_number(one.ratio)} × {one.against}" if one.ratio is not None else ""
    marks = (f"{bound} {'[green]met' if bound.met(one.value(bound.of)) else '[red]not met'}[/]" for bound in one.bounds)
    p99 = _number(one.p99) if one.p99 is not None else "–"
    return (
        one.name,
        str(one.samples),
        _number(one.least),
        _number(one.median),
        p99,
        one.unit,
        compared,
        "\n".join(marks),
    )


def _number(value: float) -> str:
    """Three significant digits, thousands in full."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _profile() -> int:
    from tests.benchmarks.profiled import profiles

    with Community() as community:
        for title, text in profiles(community):
            out.rule(title)
            out.print(text, markup=False, highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
