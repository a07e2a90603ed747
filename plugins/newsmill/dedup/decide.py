"""Decide the fate of every record of a run: staging's narrow columns in, `decisions.parquet` out.

Owns reading and writing around the rules. Keep out: the rules themselves (rules), the corpus (publish).

Decisions are sorted by `raw_path`, which is every record's own, so they do not depend on batches. Memory: about 0.6 kB
a new record, more for one whose article is known; no text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmill import parquet
from newsmill.dedup.index import Index
from newsmill.dedup.overtaken import unchanged_where_overtaken
from newsmill.dedup.rules import judge
from newsmill.dedup.ruling import Ruling
from newsmill.dedup.tombstones import Tombstones, read_tombstones
from newsmill.model import Fate, Reason
from newsmill.schema import CLEANED, DECISIONS, SETTLED, VERDICTS
from newsmill.staging import Staging, StagingError

ROWS_AT_ONCE = 10_000
"""Decisions built and written at once; one row group."""

ARTICLE_COLUMNS = [
    "record_key",
    "fingerprint",
    "date",
    "outlet",
    "notes",
    "article_id",
    "source_id",
    "content_hash",
    "published_at",
    "fetched_at",
    "word_count",
    "text_chars",
    "removed_chars",
    "problem",
    "raw_path",
    "raw_sha256",
]


def deduplicate(staging: Staging, index: Index, *, reprocess: bool = False) -> dict[str, int]:
    """Write `decisions.parquet` (`schema.DECISIONS`) and return the number of records of each fate.

    Args:
        staging: the run's; its `settled`, `refused`, `cleaned` and `verdicts` are read.
        index: what was published before this run; only looked up.
        reprocess: publish a known article again although its text is the same, in the place of its row.

    Raises:
        StagingError: an article has no verdict, or a record is there twice.
        TombstoneError: it cannot be told what was taken down.
    """
    tombstones = read_tombstones(staging.data)
    settled = _table_of(staging, SETTLED, SETTLED.names, "settled", "refused")
    takes_known = reprocess or staging.names_records
    if not takes_known:
        settled = _whole(unchanged_where_overtaken(settled, index))
    settled = _buried(settled, tombstones)
    articles = _with_verdicts(staging, _table_of(staging, CLEANED, ARTICLE_COLUMNS, "cleaned"))
    articles = articles.append_column("taken_down", tombstones.meet(articles))
    paths = pa.chunked_array([*articles["raw_path"].chunks, *settled["raw_path"].chunks], pa.string())
    rulings = judge(articles, index, reprocess=reprocess, takes_known=takes_known)
    counts: Counter[str] = Counter({fate.value: 0 for fate in Fate})
    last = None
    with (
        staging.data.replacing(staging.path("decisions.parquet")) as handle,
        pq.ParquetWriter(handle, DECISIONS, compression="zstd") as writer,
    ):
        for rows in _slices(pc.sort_indices(paths).to_numpy()):
            part = _decisions(articles, settled, rulings, rows)
            last = _check_unique(part["raw_path"], last)
            counts.update(part["fate"].to_pylist())
            writer.write_table(part)
    return dict(counts)


def _table_of(staging: Staging, schema: pa.Schema, columns: list[str], *datasets: str) -> pa.Table:
    """Return narrow columns of whole datasets, and each row's batch number as `batch`."""
    of = pa.schema([*(schema.field(name) for name in columns), pa.field("batch", pa.int32())])
    chunks: dict[str, list[pa.Array]] = {name: [] for name in of.names}
    for part in (part for dataset in datasets for part in staging.parts(dataset, schema, columns)):
        for name, found in chunks.items():
            found += part[name].chunks
    # column after column, and none of them held twice
    whole = [pa.chunked_array(chunks.pop(field.name), field.type).combine_chunks() for field in of]
    return pa.table(whole, of)


def _whole(table: pa.Table) -> pa.Table:
    """Make each column one chunk, one after the other: taking rows out of many chunks copies them all, each time."""
    for place, name in enumerate(table.column_names):
        table = table.set_column(place, table.schema.field(name), table[name].combine_chunks())
    return table


def _with_verdicts(staging: Staging, articles: pa.Table) -> pa.Table:
    """Add the columns `failed` and `warnings`."""
    path = staging.path("verdicts.parquet")
    verdicts = VERDICTS.empty_table()
    if staging.data.is_file(path):
        with parquet.opened(staging.data, path) as file:
            verdicts = parquet.read(file).cast(VERDICTS)
    places = pc.index_in(articles["record_key"], value_set=verdicts["record_key"].combine_chunks())
    if places.null_count:
        missing = articles["raw_path"].filter(pc.is_null(places))[0].as_py()
        raise StagingError(f"{path}: no verdict on {missing!r}: clear the task validate and what follows it")
    for name in ("failed", "warnings"):
        articles = articles.append_column(
            VERDICTS.field(name), verdicts[name].combine_chunks().take(places.combine_chunks())
        )
    return articles


def _buried(settled: pa.Table, tombstones: Tombstones) -> pa.Table:
    """Let nothing that quotes a taken-down record pass, and settle anew what could not be read of a taken-down outlet.

    Records that are known already stay so: the index need not be told of them again.
    """
    met = tombstones.meet(settled)
    is_read_anew = pc.and_(met, pc.equal(settled["fate"], Fate.UNREADABLE.value))
    nothing = pa.scalar(None, pa.string())
    changed = {
        "fate": pc.if_else(is_read_anew, Fate.UNCHANGED.value, settled["fate"]),
        "reason": pc.if_else(is_read_anew, Reason.TAKEN_DOWN.value, settled["reason"]),
        "detail": pc.if_else(met, nothing, settled["detail"]),
        "source_id": pc.if_else(met, settled["raw_path"], settled["source_id"]),
    }
    for name, column in changed.items():
        settled = settled.set_column(settled.schema.get_field_index(name), SETTLED.field(name), column)
    return settled


def _check_unique(paths: pa.ChunkedArray, before: str | None) -> str:
    """Check that no path, sorted as they are, is there twice; `before` is the one before them. Returns the last."""
    names = [before, *paths.to_pylist()]
    for one, other in pairwise(names):
        if one == other:
            raise StagingError(f"the record {one!r} is in staging twice: start a new run")
    return str(names[-1])


def _slices(order: np.ndarray[Any, Any]) -> Iterator[np.ndarray[Any, Any]]:
    for start in range(0, len(order), ROWS_AT_ONCE):
        yield order[start : start + ROWS_AT_ONCE]


def _decisions(articles: pa.Table, settled: pa.Table, rulings: list[Ruling], rows: np.ndarray[Any, Any]) -> pa.Table:
    """Return the decisions on some rows, in their order; rows from `len(articles)` on are settled ones."""
    is_article = rows < len(articles)
    of_articles, of_settled = rows[is_article], rows[~is_article] - len(articles)
    part = articles.take(pa.array(of_articles))
    parts = [
        _table({name: part[name] for name in part.column_names} | _ruled(part, [rulings[row] for row in of_articles])),
        _table({name: settled[name].take(pa.array(of_settled)) for name in settled.column_names}),
    ]
    back = np.argsort(np.concatenate([np.flatnonzero(is_article), np.flatnonzero(~is_article)]))
    return pa.concat_tables(parts).take(pa.array(back))


def _table(columns: dict[str, Any]) -> pa.Table:
    """Return a table of `schema.DECISIONS`; a column that is not given is null, a list column empty."""
    size = len(columns["record_key"])
    full = {
        field.name: columns.get(field.name, [[] if pa.types.is_list(field.type) else None] * size)
        for field in DECISIONS
    }
    return pa.table(full, schema=DECISIONS)


def _ruled(part: pa.Table, rulings: list[Ruling]) -> dict[str, list[Any]]:
    """Return the columns that rulings decide."""
    days = part["date"].to_pylist()
    said = zip(
        rulings, part["article_id"].to_pylist(), part["failed"].to_pylist(), part["notes"].to_pylist(), strict=True
    )
    copies = [ruling.stands if ruling.fate is Fate.DUPLICATE else None for ruling in rulings]
    return _silenced(part) | {
        "fate": [ruling.fate.value for ruling in rulings],
        "reason": [ruling.reason and ruling.reason.value for ruling in rulings],
        "detail": [_detail(*each) for each in said],
        "date": [ruling.date or day for ruling, day in zip(rulings, days, strict=True)],
        "revision": [ruling.revision for ruling in rulings],
        "ingested_on": [ruling.ingested_on for ruling in rulings],
        "replaces_date": [ruling.replaces and ruling.replaces.date for ruling in rulings],
        "replaces_outlet": [ruling.replaces and ruling.replaces.outlet for ruling in rulings],
        "replaces_hash": [ruling.replaces_hash for ruling in rulings],
        "takes_article_id": [ruling.takes and ruling.takes.article_id for ruling in rulings],
        "takes_date": [ruling.takes and ruling.takes.date for ruling in rulings],
        "takes_outlet": [ruling.takes and ruling.takes.outlet for ruling in rulings],
        "duplicate_of": [place and place.article_id for place in copies],
        "duplicate_of_outlet": [place and place.outlet for place in copies],
        "duplicate_of_date": [place and place.date for place in copies],
    }


def _silenced(part: pa.Table) -> dict[str, Any]:
    """Return the columns that may quote an article, empty where it was taken down."""
    down = part["taken_down"]
    silent = {name: pc.if_else(down, pa.scalar([], part[name].type), part[name]) for name in ("failed", "warnings")}
    return silent | {"source_id": pc.if_else(down, part["raw_path"], part["source_id"])}


def _detail(ruling: Ruling, article_id: str, failed: list[str], notes: list[str]) -> str | None:
    """Say in a sentence why, and after it what the extraction did not believe; of what was taken down nothing."""
    if ruling.reason is Reason.TAKEN_DOWN:
        return None
    return "; ".join([*filter(None, [ruling.detail(article_id) or ", ".join(failed)]), *notes]) or None
