"""`make profile`: where the time of each stage goes, by library and by function.

Owns the run under cProfile, in one process, and the tables. A task's child process is left out: its work is called here
directly, or the profile would see a process that waits. cProfile makes small functions look dearer than they are; the
shares tell where to look, and `make bench` tells what it brought.
"""

from __future__ import annotations

import argparse
import cProfile
import logging
import pstats
import sysconfig
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from newsmill import guard, pipeline
from newsmill.settings import PROJECT
from newsmill.watch import Limits, Slate, Watch
from tests.bench.records import lay_out
from tests.bench.stages import DAY, RUN_ID
from tests.bench.tasks import selection, surroundings

STAGES = ("plan", "extract", "learn", "clean", "validate", "deduplicate", "publish", "reconcile")
GROUPS, FUNCTIONS = 8, 12
OURS = f"{PROJECT}/plugins/"
LIBRARIES = sysconfig.get_paths()["purelib"]
STANDARD = sysconfig.get_paths()["stdlib"]


def main() -> None:
    """Profile a run over a few records, and print two tables a stage."""
    asked = _arguments()
    console = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="newsmill-profile-") as folder:
        landing = Path(folder) / "landing"
        landing.mkdir()
        lay_out(asked.pages, asked.records, landing)
        with surroundings(f"{folder}/data"):
            profiles = _profiled(str(landing))
    whole = sum(stats.total_tt for stats in profiles.values())
    for stage in [asked.stage] if asked.stage else STAGES:
        stats = profiles[stage]
        console.print(f"[bold]{stage}[/bold]  {stats.total_tt:.2f} s, {stats.total_tt / whole:.0%} of the run")
        console.print(_groups(stats), _functions(stats))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make profile", description=__doc__)
    parser.add_argument("--pages", type=Path, help="folder of JSON Lines landing files; else records are made here")
    parser.add_argument("--records", type=int, default=60, help="distinct records of each set")
    parser.add_argument("--stage", choices=STAGES, help="this stage alone")
    return parser.parse_args()


def _profiled(landing: str) -> dict[str, Any]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    profiles = {stage: cProfile.Profile() for stage in STAGES}

    def call(stage: str, *arguments: Any) -> Any:
        with profiles[stage]:
            return getattr(pipeline, stage)(RUN_ID, *arguments)

    with _unguarded():
        batches = call("plan", DAY, selection(landing))
        for stage in ("extract", "learn", "clean", "validate"):
            for batch in batches if stage in ("extract", "clean") else [None]:
                call(stage, *([batch["number"]] if batch else []))
        for group in call("deduplicate"):
            call("publish", group["number"])
        call("reconcile")
    return {stage: pstats.Stats(profile) for stage, profile in profiles.items()}


@contextmanager
def _unguarded() -> Iterator[None]:
    """Do the work of a child in this process, for the time of the block."""
    kept = guard.guarded

    @contextmanager
    def here(work: Any, limits: Limits) -> Iterator[Iterator[Any]]:
        slate = Slate()
        unlimited = Limits(seconds=1e6, memory_bytes=1 << 40, wall_seconds=1e6)
        yield (result for _, result in work(Watch(unlimited, slate, {}), None))
        slate.close()

    guard.guarded = here
    try:
        yield
    finally:
        guard.guarded = kept


def _groups(stats: Any) -> Table:
    """Return the time within functions, by our modules and by libraries."""
    times: Counter[str] = Counter()
    for (file, _, name), (_, _, own, _, _) in stats.stats.items():
        times[_group(file, name)] += own
    table = Table("module or library", box=SIMPLE)
    table.add_column("s", justify="right")
    table.add_column("%", justify="right")
    for name, seconds in times.most_common(GROUPS):
        table.add_row(name, f"{seconds:.2f}", f"{100 * seconds / stats.total_tt:.0f}")
    return table


def _functions(stats: Any) -> Table:
    table = Table("function", box=SIMPLE)
    for name in ("calls", "own s", "with callees s"):
        table.add_column(name, justify="right")
    by_own = sorted(stats.stats.items(), key=lambda item: -item[1][2])
    for (file, line, name), (_, calls, own, whole, _) in by_own[:FUNCTIONS]:
        where = f"{_group(file, name)}:{line} {name}" if line else name
        table.add_row(where, f"{calls:,}", f"{own:.2f}", f"{whole:.2f}")
    return table


def _group(file: str, name: str) -> str:
    """Return our module, or the library: a built-in method is its type's."""
    if file.startswith(OURS):
        return file.removeprefix(OURS).removesuffix(".py").replace("/", ".")
    if file.startswith(LIBRARIES):
        return file.removeprefix(f"{LIBRARIES}/").partition("/")[0].removesuffix(".py")
    if file.startswith(STANDARD):
        return "standard library"
    return next(
        (library for library in ("lxml", "pyarrow", "pandas", "numpy", "sqlite3") if library in name), "built in"
    )


if __name__ == "__main__":
    main()
