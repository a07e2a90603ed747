"""Bring together what the rules must know of a run's records, out of the batches and of the verdicts.

Owns reading staging, some thousands of rows at once, and what tombstones and index say of each record alone. Keep out:
what follows from it (rules).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.dedup.overtaken import overtaken
from newsmill.dedup.shares import ROWS_OF_SHARE
from newsmill.dedup.tombstones import Tombstones
from newsmill.dedup.versions import Known, in_turns
from newsmill.schema import CLEANED, SETTLED, VERDICTS
from newsmill.staging import Staging, StagingError

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


def settled_records(staging: Staging) -> Iterator[pa.Table]:
    """Yield what is settled already: `schema.SETTLED` and each row's batch number as `batch`."""
    for dataset in ("settled", "refused"):
        yield from parquet.some_at_once(staging.parts(dataset, SETTLED, SETTLED.names), ROWS_OF_SHARE)


def articles_of(staging: Staging, tombstones: Tombstones, index: Known, *, takes_known: bool) -> Iterator[pa.Table]:
    """Yield what is known of the articles.

    Args:
        staging: the run's.
        tombstones: of all that was taken down.
        index: what was published before.
        takes_known: whether the run takes records that earlier ones have dealt with.

    Yields:
        `ARTICLE_COLUMNS` and `batch`; `failed` and `warnings` of the verdict; `taken_down`; `overtaken`, whether
        another run has dealt with it; `passes`, whether none of these keeps it out; and `twin`, the id of another
        article whose row in the corpus has its text.

    Raises:
        StagingError: an article has no verdict.
    """
    cleaned = parquet.some_at_once(staging.parts("cleaned", CLEANED, ARTICLE_COLUMNS), ROWS_OF_SHARE)
    for part in _judged(staging, cleaned):
        met = tombstones.meet(part)
        known = pa.array(np.zeros(len(part), bool) if takes_known else overtaken(part, index))
        is_out = pc.or_(pc.or_(met, known), pc.greater(pc.list_value_length(part["failed"]), 0))
        told = {"taken_down": met, "overtaken": known, "passes": pc.invert(is_out)}
        for name, column in told.items():
            part = part.append_column(name, column)
        yield part.append_column("twin", _twins(part, index))


def _judged(staging: Staging, parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Add the columns `failed` and `warnings`."""
    verdicts = _verdicts(staging)
    waiting = VERDICTS.empty_table()  # of articles that come later: few, as verdicts are in the order of the articles
    for part in parts:
        while (places := pc.index_in(part["record_key"], value_set=_column(waiting, "record_key"))).null_count:
            more = next(verdicts, None)
            if more is None:
                missing = part["raw_path"].filter(pc.is_null(places))[0].as_py()
                path = staging.path("verdicts.parquet")
                raise StagingError(f"{path}: no verdict on {missing!r}: clear the task validate and what follows it")
            waiting = pa.concat_tables([waiting, more])
        for name in ("failed", "warnings"):
            part = part.append_column(VERDICTS.field(name), _column(waiting, name).take(places.combine_chunks()))
        rest = np.ones(len(waiting), bool)
        rest[places.to_numpy()] = False
        waiting = waiting.filter(pa.array(rest)).combine_chunks()
        yield part


def _column(table: pa.Table, name: str) -> pa.Array:
    return table[name].combine_chunks()


def _verdicts(staging: Staging) -> Iterator[pa.Table]:
    path = staging.path("verdicts.parquet")
    if staging.data.is_file(path):
        with parquet.opened(staging.data, path) as file:
            for part in parquet.tables(file, ROWS_OF_SHARE, VERDICTS.names):
                yield part.cast(VERDICTS)


def _twins(articles: pa.Table, index: Known) -> pa.Array:
    """Return of each article that passes the id of another one whose row has its text."""
    twins: list[str | None] = [None] * len(articles)
    passing = np.flatnonzero(articles["passes"].to_numpy())
    for rows in in_turns(passing):
        some = articles.select(["article_id", "content_hash"]).take(pa.array(rows))
        own, texts = (column.to_pylist() for column in some.columns)
        found = index.hashes(texts)
        for row, article_id, text in zip(rows.tolist(), own, texts, strict=True) if found else ():
            if text in found and found[text].article_id != article_id:
                twins[row] = found[text].article_id
    return pa.array(twins, pa.string())
