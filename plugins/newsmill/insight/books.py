"""The newest runs of the ledger, and their files in its datasets.

Owns which runs are looked at: the newest ones, so that an answer does not cost more with every night. Keep out: what is
made of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.publish.ledger import folder_of
from newsmill.publish.report import Report, outlet_books
from newsmill.staging import run_slug
from newsmill.storage import Store

ROWS_AT_ONCE = 20_000
OTHER_DAGS = ("replay_quarantine", "reprocess")
"""DAGs whose name stands before the id of Airflow's run in newsmill's; of `ingest_news` it is Airflow's alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBooks:
    """A run of the ledger: its place in the order in which runs ended, its day and its report."""

    number: int
    day: date
    report: Report
    path: str  # of its file in `ledger/runs`

    @property
    def run_id(self) -> str:
        """The run's id in the ledger."""
        return self.report.run_id

    @property
    def airflow(self) -> tuple[str, str]:
        """The DAG, and the id of its run, in Airflow."""
        dag_id, _, run_id = self.run_id.partition(" ")
        return (dag_id, run_id) if dag_id in OTHER_DAGS and run_id else ("ingest_news", self.run_id)

    @property
    def extracted(self) -> int:
        """Records that became an article: neither known from an earlier run nor unreadable."""
        return self.report.read - self.report.total("unchanged") - self.report.total("unreadable")

    def file(self, dataset: str) -> str:
        """Return the path of its file in a dataset of the ledger, there or not."""
        return self.path.replace("ledger/runs", folder_of(dataset), 1)


def newest_runs(data: Store, limit: int, skip: int = 0) -> list[RunBooks]:
    """Return the newest runs of the ledger, the last one first, behind so many that are passed over unread.

    Raises:
        NewsmillError: a file cannot be read; says what mends it.
    """
    found: list[RunBooks] = []
    for day in _days(data):
        if skip >= len(day):
            skip -= len(day)
        elif len(found) < limit:
            found += _in_order(data, day)[skip:]
            skip = 0
    return found[:limit]


def run_of_file(data: Store, path: str) -> RunBooks | None:
    """Return the run that a file of any dataset of the ledger belongs to; None where it has not ended.

    Raises:
        NewsmillError: its books cannot be read; says what mends it.
    """
    day, name = path.split("/")[-2:]
    own = f"ledger/runs/{day}/{name}"
    return _read(data, own) if data.is_file(own) else None


def find_run(data: Store, run_id: str) -> RunBooks | None:
    """Return a run by its id in the ledger; of several attempts the last.

    Raises:
        NewsmillError: a file cannot be read; says what mends it.
    """
    slug = run_slug(run_id)
    named = [path for day in _days(data) for path in day if path.rpartition("/")[2].startswith(slug)]
    found = [run for run in _in_order(data, named) if run.run_id == run_id]
    return found[0] if found else None


def rows_of(data: Store, run: RunBooks, dataset: str, columns: list[str], **equal: Any) -> Iterator[pa.Table]:
    """Yield rows of a run's file in a dataset, some columns, where columns equal values; nothing where it has no file.

    Row groups that hold no such row by their statistics are not read.

    Raises:
        NewsmillError: the file cannot be read; says what mends it.
    """
    path = run.file(dataset)
    if not data.is_file(path):
        return
    needed = list(dict.fromkeys([*columns, *equal]))
    try:
        with parquet.opened(data, path) as file:
            groups = parquet.groups_where(file, equal)
            for rows in parquet.tables(file, ROWS_AT_ONCE, needed, groups):
                found = rows
                for name, value in equal.items():
                    found = found.filter(pc.equal(found[name], value))
                if len(found):
                    yield found.select(columns)
    except (OSError, ValueError, KeyError) as error:
        raise parquet.unreadable(data, path, error) from error


def _days(data: Store) -> list[list[str]]:
    """Return the files of runs, day by day, the newest first."""
    paths = (entry.path for entry in data.files("ledger/runs") if entry.path.endswith(".parquet"))
    days = [list(day) for _, day in groupby(paths, key=lambda path: path.rpartition("/")[0])]
    return days[::-1]


def _in_order(data: Store, paths: Iterable[str]) -> list[RunBooks]:
    """Read runs; return them in the order in which they ended, the last one first."""
    return sorted((_read(data, path) for path in paths), key=lambda run: (run.day, run.number, run.path), reverse=True)


def _read(data: Store, path: str) -> RunBooks:
    day = date.fromisoformat(path.split("/")[-2].removeprefix("run_date="))
    try:
        with parquet.opened(data, path) as file:
            rows = parquet.read(file).to_pylist()
        books = tuple(outlet_books(row["outlet"], row, row["partitions"]) for row in rows)
        report = Report(run_id=rows[0]["run_id"], books=books)
        return RunBooks(number=rows[0].get("number") or 0, day=day, report=report, path=path)
    except (OSError, ValueError, LookupError) as error:
        raise parquet.unreadable(data, path, error) from error
