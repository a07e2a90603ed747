"""`make quality`: the figures of sets of pages with gold, their floors, and what each rule took of the gold."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from itertools import repeat
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from newsmill.model import NewsmillError
from tests.quality.cuts import Cuts
from tests.quality.floors import FLOORED, Floors, moved, read_floors, shortfalls, write_floors
from tests.quality.measure import Measured, measure
from tests.quality.sets import PageSet, find_sets

WIDTH = 160
"""Columns of the tables, whatever the screen's: they are read in logs as well."""

SHOWN = ("articles", "in_corpus", "f1", "precision", "recall", "exact", "leftover", "lost", *FLOORED[4:])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code."""
    asked = _arguments(arguments)
    console = Console(highlight=False, soft_wrap=True, width=WIDTH)
    try:
        floors = read_floors(asked.floors)
        measured = measure_all(find_sets(asked.sets), asked.jobs, asked.day)
    except NewsmillError as error:
        console.print(f"quality: {error}", markup=False)
        return 2
    console.print(figures_table(measured, floors))
    console.print(rules_table(measured))
    if asked.raise_floors or asked.lower_floors:
        for one in measured:
            floors = moved(one.name, one.figures, floors, lower=asked.lower_floors)
        write_floors(floors, asked.floors)
    short = [said for one in measured for said in shortfalls(one.name, one.figures, floors)]
    for said in short:
        console.print(said, style="bold red", markup=False)
    return 1 if short else 0


def measure_all(sets: Sequence[PageSet], jobs: int, day: date) -> list[Measured]:
    """Measure sets, each in a process of its own: a run's settings are the environment's."""
    with ProcessPoolExecutor(min(jobs, len(sets)), max_tasks_per_child=1) as pool:
        return list(pool.map(measure, sets, repeat(day)))


def figures_table(measured: Sequence[Measured], floors: Floors) -> Table:
    """Return one row a set, and below it the floors that it has."""
    table = Table("set", *SHOWN, "s", box=SIMPLE)
    for one in measured:
        table.add_row(one.name, *(_figure(one.figures, name) for name in SHOWN), f"{one.seconds:.0f}")
        if one.name in floors:
            table.add_row("  floor", *(_figure(floors[one.name], name) for name in SHOWN), style="dim")
    return table


def rules_table(measured: Sequence[Measured]) -> Table:
    """Return one row a rule over all sets: what it took in the runs, and of the gold's own bodies."""
    run, fed = Cuts(), Cuts()
    for one in measured:
        run.add_all(one.run)
        fed.add_all(one.fed)
    table = Table("rule", "taken", "of gold", "per 1,000", "of gold bodies", "per 1,000", box=SIMPLE)
    for rule in sorted({*run.taken, *fed.taken}):
        table.add_row(rule, *_counts(run, rule), str(fed.wrong[rule]), f"{fed.per_thousand(rule):.2f}")
    sums = (str(run.taken.total()), str(run.wrong.total()), f"{run.per_thousand():.2f}")
    table.add_row(
        f"all, of {run.gold_blocks:,} blocks", *sums, str(fed.wrong.total()), f"{fed.per_thousand():.2f}", style="bold"
    )
    return table


def _counts(cuts: Cuts, rule: str) -> tuple[str, str, str]:
    return str(cuts.taken[rule]), str(cuts.wrong[rule]), f"{cuts.per_thousand(rule):.2f}"


def _figure(figures: dict[str, float], name: str) -> str:
    value = figures.get(name)
    if value is None:
        return ""
    return f"{value:.2f}" if name == "gold_cut" else f"{value:.4f}" if isinstance(value, float) else str(value)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make quality", description=__doc__)
    parser.add_argument("sets", type=Path, help="a folder of NAME.jsonl.gz with NAME.gold.jsonl.gz beside it")
    parser.add_argument("--floors", type=Path, default=Path(__file__).with_name("floors.yaml"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="sets measured at a time")
    parser.add_argument(
        "--day",
        type=date.fromisoformat,
        default=datetime.now(UTC).date(),
        help="the run's day; dates after it are not believed (default: today)",
    )
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--raise-floors", action="store_true", help="write figures that are better, and new sets'")
    change.add_argument(
        "--lower-floors", action="store_true", help="write the worse figures too: say why in the commit"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
