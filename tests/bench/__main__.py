"""`make bench`: one table of what newsmill takes, beside what a user would pick instead, and whether the bars hold."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from tests.bench.parts import PARTS, Row
from tests.bench.speed import cores

FULL = {
    "records": 600,
    "peer_pages": 2_000,
    "dag_pages": 20_000,
    "memory_records": 100_000,
    "corpus": 1_000_000,
    "night_articles": 1_000,
    "files": 1_000_000,
    "new_files": 1_000,
}
"""The sizes for which the bars are set. The default ones end within a quarter of an hour on two cores."""

FILE_WIDTH = 160
"""Of the table where it goes into a file."""


def main() -> None:
    """Measure part by part, and print the table; a part that fails does not take the others along."""
    asked = _arguments()
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else FILE_WIDTH)
    load = os.getloadavg()[0]
    table = Table(box=SIMPLE)
    table.add_column("what", no_wrap=True)
    for name in ("newsmill", "other", "ratio", "bar", "holds"):
        table.add_column(name, justify="right")
    for name in asked.only:
        with tempfile.TemporaryDirectory(prefix=f"newsmill-bench-{name}-", dir=asked.scratch) as folder:
            for row in PARTS[name](asked, Path(folder)):
                _add(table, row)
                sys.stderr.write(f"{row.what}: {' : '.join(row.figures)} {row.measured}\n")
        table.add_section()
    console.print(table)
    named = ("newsmill", "trafilatura", "lxml", "apache-airflow")
    versions = ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in named)])
    console.print(
        f"{cores()} cores ({platform.machine()}, load {load:.1f} before), {versions}; "
        f"pages {asked.pages or 'made here'}; medians of {asked.rounds} rounds"
    )


def _add(table: Table, row: Row) -> None:
    figures = (*row.figures, "", "")[:2]
    table.add_row(row.what, *figures, row.measured, row.bar, {None: "", True: "yes", False: "NO"}[row.holds])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--pages", type=Path, help="folder of JSON Lines landing files; else pages are made here")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(PARTS), help=f"of {','.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=3, help="turns that each row is measured")
    parser.add_argument("--dag-rounds", type=int, default=1, help="turns of the DAG, which take longest")
    parser.add_argument("--full", action="store_true", help="the sizes for which the bars are set; takes hours")
    parser.add_argument("--keep", type=Path, help="folder in which corpora and known files stay for another call")
    parser.add_argument("--scratch", type=Path, help="folder for passing files; else the system's")
    sizes = parser.add_argument_group("sizes")
    sizes.add_argument("--records", type=int, default=80, help="distinct pages, and dumps, for extract + clean")
    sizes.add_argument("--peer-pages", type=int, default=1_000, help="pages of a whole pipeline")
    sizes.add_argument("--dag-pages", type=int, default=1_000, help="pages of a DAG run")
    sizes.add_argument("--memory-records", type=int, default=20_000, help="records of a run whose memory is measured")
    sizes.add_argument("--corpus", type=int, default=50_000, help="articles of the large corpus")
    sizes.add_argument("--corpus-small", type=int, default=10_000, help="articles of the small corpus")
    sizes.add_argument("--night-articles", type=int, default=300, help="new articles of a night")
    sizes.add_argument("--files", type=int, default=100_000, help="known files of a landing zone")
    sizes.add_argument("--new-files", type=int, default=1_000, help="new files of a landing zone")
    if "--full" in sys.argv:
        parser.set_defaults(**FULL)
    asked = parser.parse_args()
    unknown = [name for name in asked.only if name not in PARTS]
    if unknown or min(asked.rounds, asked.dag_rounds, asked.records) < 1:
        parser.error(f"there is no part {', '.join(unknown)}" if unknown else "each number must be 1 at least")
    return asked


if __name__ == "__main__":
    main()
