"""What the corpus holds, what the last nights did, and what needs attention: the first page of the UI.

Owns the sums and what counts as worth attention. Keep out: how it is shown (ui).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsmill import parquet
from newsmill.insight.books import RunBooks, newest_runs
from newsmill.insight.coverage import Coverage, Silence, coverage_of
from newsmill.storage import Store
from newsmill.workplace import index_of

RUNS_SHOWN = 30
"""Runs of the trends: a month of nights."""

REFUSED_RUNS, REFUSED_SHARE, REFUSED_RECORDS = 7, 0.2, 3
"""An outlet needs attention when so large a share of its new records, and so many, were refused in so many runs."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """An outlet of which much is refused: its new records in the newest runs, and those refused."""

    outlet: str | None
    records: int
    refused: int

    @property
    def share(self) -> float:
        """Refused of all new records."""
        return self.refused / self.records


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """What somebody should look at."""

    silent: Sequence[Silence]
    refused: Sequence[Refusals]
    drifted: Sequence[dict[str, Any]]  # rows of `schema.DRIFT` of the newest report


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All of the first page."""

    coverage: Coverage
    runs: Sequence[RunBooks]  # the last one first
    attention: Attention

    @property
    def is_empty(self) -> bool:
        """Tell whether no run has ended yet."""
        return not self.runs and not self.coverage.outlets


def overview(data: Store) -> Overview:
    """Sum up a data root.

    Raises:
        NewsmillError: ledger or index cannot be read; says what mends it.
    """
    coverage, runs = coverage_of(index_of(data)), newest_runs(data, RUNS_SHOWN)
    attention = Attention(
        silent=coverage.silent(), refused=_much_refused(runs[:REFUSED_RUNS]), drifted=latest_drift(data)[1]
    )
    return Overview(coverage=coverage, runs=runs, attention=attention)


def latest_drift(data: Store) -> tuple[date | None, list[dict[str, Any]]]:
    """Return the day of the newest report of `learn_outlets`, and its findings.

    Raises:
        NewsmillError: the report cannot be read; says what mends it.
    """
    for name in reversed(data.folders("ledger/drift")):
        paths = [entry.path for entry in data.files(f"ledger/drift/{name}")]
        if paths:
            return date.fromisoformat(name.removeprefix("run_date=")), _rows(data, paths[-1])
    return None, []


def _rows(data: Store, path: str) -> list[dict[str, Any]]:
    try:
        with parquet.opened(data, path) as file:
            return list(parquet.read(file).to_pylist())
    except (OSError, ValueError) as error:
        raise parquet.unreadable(data, path, error) from error


def _much_refused(runs: Sequence[RunBooks]) -> list[Refusals]:
    records: Counter[str | None] = Counter()
    refused: Counter[str | None] = Counter()
    for books in (outlet for run in runs for outlet in run.report.books):
        records[books.outlet] += books.read - books.unchanged
        refused[books.outlet] += books.quarantined + books.unreadable
    found = [Refusals(outlet, records[outlet], count) for outlet, count in refused.items() if count >= REFUSED_RECORDS]
    much = [refusals for refusals in found if refusals.share >= REFUSED_SHARE]
    return sorted(much, key=lambda refusals: (-refusals.refused, refusals.outlet or ""))
