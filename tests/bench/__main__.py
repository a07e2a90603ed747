"""`make bench`: one table of what newsmill takes, beside what a user would pick instead."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from tests.bench.contenders import newsmill, trafilatura
from tests.bench.records import PAGES, Share, lay_out
from tests.bench.speed import Rounds, alone, cores, in_turns, pooled, warm_up
from tests.bench.stages import STAGES, Run, run_pipeline

MEBIBYTE = 1 << 20


def main() -> None:
    """Measure, and print the table."""
    asked = _arguments()
    load = os.getloadavg()[0]
    table = Table("what", "unit", box=SIMPLE)
    for name in ("newsmill", "trafilatura", "ratio"):
        table.add_column(name, justify="right")
    with tempfile.TemporaryDirectory(prefix="newsmill-bench-") as folder:
        landing = Path(folder) / "landing"
        landing.mkdir()
        sets = lay_out(asked.pages, asked.records, landing)
        table.add_row("extract + clean")
        for name, share in sets.items():
            _add_speed(table, name, share, asked.rounds)
        table.add_section()
        _add_pipeline(table, [run_pipeline(landing, Path(folder) / f"data-{turn}") for turn in range(asked.rounds)])
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    console.print(_circumstances(sets, asked.rounds, load))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--pages", type=Path, help="folder of JSON Lines landing files; else pages are made here")
    parser.add_argument("--records", type=int, default=80, help="distinct records of each set")
    parser.add_argument("--rounds", type=int, default=3, help="turns that each row is measured")
    asked = parser.parse_args()
    if asked.records < 1 or asked.rounds < 1:
        parser.error(f"--records {asked.records} --rounds {asked.rounds}: each must be 1 at least")
    return asked


def _add_speed(table: Table, name: str, share: Share, rounds: int) -> None:
    both = (newsmill, trafilatura) if name == PAGES else (newsmill,)
    warm_up(both, share)
    whole, middle = in_turns(alone, both, share, rounds)
    table.add_row(f"  {name}", "/s a core", *_figures(whole))
    table.add_row("    the median one", "/s a core", *_figures(middle))
    if name == PAGES:
        (together,) = in_turns(pooled, both, share, rounds)
        table.add_row(f"    {cores()} processes", "/s", *_figures(together))


def _figures(rounds: Rounds) -> list[str]:
    """Return medians, and the ratio of the two turns of a round: its median, least and most."""
    figures = [f"{median(each):,.1f}" for each in zip(*rounds, strict=True)]
    if len(figures) == 1:
        return figures
    ratios = sorted(ours / theirs for ours, theirs in rounds)
    return [*figures, f"{median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"]


def _add_pipeline(table: Table, runs: list[Run]) -> None:
    table.add_row("whole pipeline", "/s", f"{median(run.read / run.seconds for run in runs):,.1f}")
    for stage in STAGES:
        table.add_row(f"  {stage}", "% of it", f"{median(100 * run.stages[stage] / run.seconds for run in runs):,.1f}")
    table.add_row("  peak memory", "MB", f"{median(run.peak_bytes / MEBIBYTE for run in runs):,.0f}")


def _circumstances(sets: dict[str, Share], rounds: int, load: float) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("newsmill", "trafilatura", "lxml"))
    records = " + ".join(f"{share.records:,} {name} ({share.size / MEBIBYTE:,.1f} MB)" for name, share in sets.items())
    return (
        f"{cores()} cores ({platform.machine()}, load {load:.1f} before), Python {platform.python_version()}, "
        f"{versions}; {records}; medians of {rounds} rounds"
    )


if __name__ == "__main__":
    main()
