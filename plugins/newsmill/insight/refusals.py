"""Records that were refused, quarantined or unreadable: by reason, outlet and run, and one record whole.

Owns which are meant and the beginning of a raw record. Keep out: replaying them (rerun), pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill.insight.books import RunBooks, rows_of
from newsmill.model import Fate, NewsmillError, RawRecord, place_of
from newsmill.preview.files import record_at
from newsmill.settings import load_settings
from newsmill.storage import Store

REFUSED = pa.array([Fate.QUARANTINED.value, Fate.UNREADABLE.value])
COLUMNS = ["record_key", "raw_path", "outlet", "fate", "reason", "detail", "article_id"]
RAW_CHARS = 4000
"""Of a raw record, so much of its beginning is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which refused records are asked for; None: all."""

    reason: str | None = None
    outlet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Refused records of some runs, counted, and one page of them."""

    reasons: Mapping[str, int]
    outlets: Mapping[str | None, int]
    runs: Mapping[str, int]
    total: int  # that the filter lets through
    rows: Sequence[Mapping[str, Any]]  # `COLUMNS`, with `run_id` and `day`


def refused_of(data: Store, runs: Sequence[RunBooks], asked: Filter, start: int, count: int) -> Refused:
    """Return what these runs refused.

    Args:
        data: the data root.
        runs: the runs, in the order in which their records are listed.
        asked: the filter; counts by reason are of what the rest of it lets through, and so those by outlet.
        start: the first record listed, from 0.
        count: records listed at most.

    Raises:
        NewsmillError: a file of the ledger cannot be read; says what mends it.
    """
    reasons: Counter[str] = Counter()
    outlets: Counter[str | None] = Counter()
    of_runs: Counter[str] = Counter()
    for run in runs:
        for part in _parts(data, run, ["fate", "reason", "outlet"]):
            for reason, outlet in zip(part["reason"].to_pylist(), part["outlet"].to_pylist(), strict=True):
                by_reason, by_outlet = asked.reason in (None, reason), asked.outlet in (None, outlet)
                reasons[reason] += by_outlet
                outlets[outlet] += by_reason
                of_runs[run.run_id] += by_reason and by_outlet
    rows = list(islice(_matching(data, runs, asked), start, start + count))
    return Refused(
        reasons=_largest(reasons), outlets=_largest(outlets), runs=+of_runs, total=sum(of_runs.values()), rows=rows
    )


def refused_record(data: Store, run: RunBooks, record_key: str) -> dict[str, Any] | None:
    """Return a refused record's row of the fates; with the fields of the quarantine, where it is there.

    Raises:
        NewsmillError: a file of the ledger cannot be read; says what mends it.
    """
    for part in rows_of(data, run, "fates", [*COLUMNS, "raw_sha256", "warnings"], record_key=record_key):
        row: dict[str, Any]
        for row in part.filter(pc.is_in(part["fate"], value_set=REFUSED)).to_pylist():
            return row | {"fields": next(_fields(data, run, record_key), None)}
    return None


def raw_beginning(raw_path: str) -> tuple[str, bool]:
    """Return how a raw record of the landing zone begins, as it is read today, and whether there is more.

    Of a file that cannot be read as text its first bytes are returned, with a sign for each that is none of a text.

    Raises:
        NewsmillError: it is not there any more, or cannot be read; says why.
    """
    found = record_at(raw_path)
    if isinstance(found, RawRecord):
        return found.content[:RAW_CHARS], len(found.content) > RAW_CHARS
    file, line = place_of(raw_path)
    if line:
        raise NewsmillError(f"{found.reason.value}: {found.detail}")
    with Store(load_settings().landing).reading(file) as handle:
        said = handle.read(RAW_CHARS + 1)
    shown = "".join(
        char if char.isprintable() or char in "\n\t" else "\ufffd" for char in said.decode(errors="replace")
    )
    return shown[:RAW_CHARS], len(said) > RAW_CHARS


def _fields(data: Store, run: RunBooks, record_key: str) -> Iterator[dict[str, Any]]:
    columns = ["failed", "title", "authors", "published_at", "date_source", "language", "url", "text", "word_count"]
    for part in rows_of(data, run, "quarantine", columns, record_key=record_key):
        yield from part.to_pylist()


def _matching(data: Store, runs: Sequence[RunBooks], asked: Filter) -> Iterator[dict[str, Any]]:
    for run in runs:
        equal = {name: value for name, value in (("reason", asked.reason), ("outlet", asked.outlet)) if value}
        for part in _parts(data, run, COLUMNS, **equal):
            yield from (row | {"run_id": run.run_id, "day": run.day} for row in part.to_pylist())


def _parts(data: Store, run: RunBooks, columns: list[str], **equal: str) -> Iterator[pa.Table]:
    if run.report.total("quarantined") + run.report.total("unreadable"):
        for part in rows_of(data, run, "fates", columns, **equal):
            rows = part.filter(pc.is_in(part["fate"], value_set=REFUSED))
            if len(rows):
                yield rows


def _largest(counts: Counter[Any]) -> dict[Any, int]:
    """Return what was counted, the largest first."""
    found = [(name, count) for name, count in counts.items() if count]
    return dict(sorted(found, key=lambda item: (-item[1], str(item[0]))))
