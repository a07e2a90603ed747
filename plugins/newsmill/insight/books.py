"""The newest runs of the ledger, and their files in its datasets.

Owns which runs are looked at: the newest ones, so that an answer does not cost more with every night. Keep out: what is
made of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.publish.ledger import folder_of
from newsmill.publish.report import Report, outlet_books
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

    @property
    def refused_share(self) -> float | None:
        """Records that were quarantined, of those that were new; None where none was."""
        return share_refused(self.report.read, self.report.total("unchanged"), self.report.total("quarantined"))

    @property
    def cut_share(self) -> float | None:
        """Characters cut for each word kept; None where nothing was published."""
        words = self.report.total("words")
        return self.report.total("removed_chars") / words if words else None

    def file(self, dataset: str) -> str:
        """Return the path of its file in a dataset of the ledger, there or not."""
        return self.path.replace("ledger/runs", folder_of(dataset), 1)


def newest_runs(data: Store, limit: int, since: date | None = None) -> list[RunBooks]:
    """Return the newest runs of the ledger, the last one first; those since a day (UTC), where one is given.

    Raises:
        NewsmillError: a file cannot be read; says what mends it.
    """
    return list(islice(_newest(data, since), limit))


def find_run(data: Store, run_id: str, limit: int = 1000) -> RunBooks | None:
    """Return a run by its id in the ledger, if it is among the newest; of several attempts the last."""
    return next((run for run in islice(_newest(data, None), limit) if run.run_id == run_id), None)


def rows_of(data: Store, run: RunBooks, dataset: str, columns: list[str], **equal: Any) -> Iterator[pa.Table]:
    """Yield rows of a run's file in a dataset, some columns, where columns equal values; nothing where it has no file.

    Row groups that hold no such row by their statistics are not read.

    Raises:
        NewsmillError: the file cannot be read; says what mends it.
    """
    path = run.file(dataset)
    if not data.exists(path):
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


def share_refused(read: int, unchanged: int, quarantined: int) -> float | None:
    """Return the share of new records that were quarantined; None where none was new."""
    return quarantined / (read - unchanged) if read > unchanged else None


def _newest(data: Store, since: date | None) -> Iterator[RunBooks]:
    for name in reversed(data.folders("ledger/runs")):
        day = date.fromisoformat(name.removeprefix("run_date="))
        if since and day < since:
            return
        paths = [entry.path for entry in data.files(f"ledger/runs/{name}") if entry.path.endswith(".parquet")]
        runs = [_read(data, path, day) for path in paths]
        yield from sorted(runs, key=lambda run: (run.number, run.path), reverse=True)


def _read(data: Store, path: str, day: date) -> RunBooks:
    try:
        with parquet.opened(data, path) as file:
            rows = parquet.read(file).to_pylist()
        books = tuple(outlet_books(row["outlet"], row, row["partitions"]) for row in rows)
        report = Report(run_id=rows[0]["run_id"], books=books)
        return RunBooks(number=rows[0].get("number") or 0, day=day, report=report, path=path)
    except (OSError, ValueError, LookupError) as error:
        raise parquet.unreadable(data, path, error) from error
