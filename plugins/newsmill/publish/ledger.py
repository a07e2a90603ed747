"""Write the ledger: what a run did with every raw record, and what it cut, refused and replaced.

Owns the ledger's files: one a dataset a run, `ledger/<dataset>/run_date=YYYY-MM-DD/<run>.parquet`. Keep out: the books
(report), the order in which a run ends (reconcile).

Every file is streamed, in the order of the records' paths, and cut into row groups of one size; so it is the same,
byte for byte, whatever the batches were, and writing it again changes nothing. A dataset without rows has no file,
but fates and runs are always there: a run that found nothing leaves a trace too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmill import parquet
from newsmill.model import Fate, Reason
from newsmill.publish.decisions import decisions
from newsmill.publish.files import rows_of
from newsmill.publish.report import Report, report_rows
from newsmill.publish.runs import number_of
from newsmill.schema import CLEANED, DIFFERENCES, DUPLICATES, FATES, LEDGER, METADATA, QUARANTINE, REVIEWS
from newsmill.staging import Run, Staging
from newsmill.storage import Store

ROWS_PER_GROUP = 5000
ROWS_AT_ONCE = 1000
DIFFERENCES_FILE = "differences.parquet"
"""In staging, and what is left there of a dry run."""

REVIEW_FILE = "review.parquet"
"""In staging, of a run that goes on though its rejection limit is exceeded."""


def folder_of(dataset: str) -> str:
    """Return the folder of a dataset of the ledger, or of the quarantine."""
    return dataset if dataset == "quarantine" else f"ledger/{dataset}"


def ledger_path(dataset: str, run: Run) -> str:
    """Return the path of a run's file in a dataset of the ledger, or in `quarantine`."""
    return f"{folder_of(dataset)}/run_date={run.day.isoformat()}/{run.ledger_name}.parquet"


def write_ledger(staging: Staging, data: Store, run: Run, report: Report) -> None:
    """Write all of a run's ledger; `runs` last, because it says that the rest is there.

    Of records that were taken down nothing but their fate is written.
    """
    down = _taken_down(staging)
    _write_of(run, data, "fates", _fates(staging, run), even_empty=True)
    _write_of(run, data, "removals", _without(down, _staged(staging, "removals")))
    _write_of(run, data, "metadata", _without(down, _metadata(staging, run)))
    _write_of(run, data, "duplicates", _duplicates(staging, run))
    _write_of(run, data, "revisions", _staged(staging, "revisions"))
    _write_of(run, data, "quarantine", _quarantine(staging, run))
    _write_of(run, data, "differences", _of_file(staging, DIFFERENCES_FILE, DIFFERENCES))
    _write_of(run, data, "reviews", _of_file(staging, REVIEW_FILE, REVIEWS))
    rows = report_rows(report, number_of(data, ledger_path("runs", run)))
    _write_of(run, data, "runs", [pa.Table.from_pylist(rows, schema=LEDGER["runs"])], even_empty=True)


def rewrite(data: Store, path: str, schema: pa.Schema, parts: Iterable[pa.Table], *, even_empty: bool = False) -> None:
    """Write a file of the ledger, or of staging, again with these rows; it goes where there is none, or stays empty."""
    _write(data, path, schema, parts, even_empty=even_empty)


def _write_of(run: Run, data: Store, dataset: str, parts: Iterable[pa.Table], *, even_empty: bool = False) -> None:
    _write(data, ledger_path(dataset, run), LEDGER[dataset], parts, even_empty=even_empty)


def _taken_down(staging: Staging) -> pa.Array:
    """Return the record_keys of what meets a tombstone."""
    parts = decisions(staging, ["record_key", "reason"], Fate.UNCHANGED)
    down = [part.filter(pc.equal(part["reason"], Reason.TAKEN_DOWN.value))["record_key"] for part in parts]
    return pa.chunked_array([chunk for column in down for chunk in column.chunks], pa.string()).combine_chunks()


def _without(records: pa.Array, parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    for part in parts:
        yield part.filter(pc.invert(pc.is_in(part["record_key"], value_set=records))) if len(records) else part


def _fates(staging: Staging, run: Run) -> Iterator[pa.Table]:
    columns = [name for name in FATES.names if name != "run_id"]
    for part in decisions(staging, columns):
        yield _of_run(part, run, FATES)


def _duplicates(staging: Staging, run: Run) -> Iterator[pa.Table]:
    columns = [name for name in DUPLICATES.names if name != "run_id"]
    for part in decisions(staging, columns, Fate.DUPLICATE):
        yield _of_run(part, run, DUPLICATES)


def _quarantine(staging: Staging, run: Run) -> Iterator[pa.Table]:
    """Yield the quarantined articles, with their text; batch after batch, each held alone."""
    columns = ["record_key", "batch", "failed", "detail"]
    parts = [part for part in decisions(staging, columns, Fate.QUARANTINED) if len(part)]
    refused = pa.concat_tables(parts).combine_chunks() if parts else None
    if refused is None:
        return
    names = [name for name in QUARANTINE.names if name in CLEANED.names]
    for batch in sorted(refused["batch"].unique().to_pylist()):
        own = refused.filter(pc.equal(refused["batch"], batch)).combine_chunks()
        for part in _parts(staging, staging.batch_path("cleaned", batch), names):
            rows = part.filter(pc.is_in(part["record_key"], value_set=own["record_key"].combine_chunks()))
            places = pc.index_in(rows["record_key"], value_set=own["record_key"].combine_chunks())
            for name in ("failed", "detail"):
                rows = rows.append_column(name, own[name].take(places))
            yield _of_run(rows, run, QUARANTINE)


def _staged(staging: Staging, dataset: str) -> Iterator[pa.Table]:
    """Yield the rows of a dataset that lies in staging as the ledger wants it."""
    for path in staging.files(dataset):
        yield from _parts(staging, path, LEDGER[dataset].names)


def _of_file(staging: Staging, name: str, schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield what only some runs have: the differences of `reprocess`, the review of too large a quarantine."""
    path = staging.path(name)
    if staging.data.is_file(path):
        yield from _parts(staging, path, schema.names)


def _metadata(staging: Staging, run: Run) -> Iterator[pa.Table]:
    """Yield how the fields of every extracted article were decided, one row a field."""
    whose = ["record_key", "article_id", "source_id", "outlet"]
    for path in staging.files("extracted"):
        for part in _parts(staging, path, [*whose, "choices"]):
            choices = part["choices"].combine_chunks()
            rows = part.select(whose).take(pc.list_parent_indices(choices))
            for name, column in zip(choices.type.value_type.names, pc.list_flatten(choices).flatten(), strict=True):
                rows = rows.append_column(name, column)
            yield _of_run(rows, run, METADATA)


def _parts(staging: Staging, path: str, columns: list[str]) -> Iterator[pa.Table]:
    with parquet.opened(staging.data, path) as file:
        yield from parquet.tables(file, ROWS_AT_ONCE, columns)


def _of_run(part: pa.Table, run: Run, schema: pa.Schema) -> pa.Table:
    columns: dict[str, Any] = {name: part[name] for name in part.column_names}
    columns["run_id"] = pa.repeat(run.run_id, len(part))
    return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def _write(data: Store, path: str, schema: pa.Schema, parts: Iterable[pa.Table], *, even_empty: bool = False) -> None:
    """Write one file of row groups of one size; none where there is no row."""
    groups = _regrouped(parts, schema)
    first = next(groups, None)
    data.sweep(path)
    if first is None and not even_empty:
        data.remove(path)
        return
    with (
        data.replacing(path) as handle,
        pq.ParquetWriter(handle, schema, compression="zstd", write_page_index=True, write_page_checksum=True) as writer,
    ):
        for group in () if first is None else chain([first], groups):
            writer.write_table(group, row_group_size=ROWS_PER_GROUP)


def _regrouped(parts: Iterable[pa.Table], schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield tables of exactly `ROWS_PER_GROUP` rows, and the rest."""
    held: list[pa.Table] = []
    for part in parts:
        held.append(part.select(schema.names).cast(schema))
        if sum(map(len, held)) >= ROWS_PER_GROUP:
            rows = rows_of(held, schema)
            while len(rows) >= ROWS_PER_GROUP:
                yield rows.slice(0, ROWS_PER_GROUP).combine_chunks()
                rows = rows.slice(ROWS_PER_GROUP)
            held = [rows]
    rest = rows_of(held, schema)
    if len(rest):
        yield rest.combine_chunks()
