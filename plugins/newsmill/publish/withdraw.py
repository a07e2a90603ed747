"""Take articles out of the corpus, partition by partition.

Owns which rows of the corpus a takedown means. Keep out: how a file is written (files), the ledger (scrub).

It is the first step of publishing, departures, with nothing behind it: one rename a partition; a file that is left
without a row stays, empty, for readers that have listed it already, and is removed later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.model import Target
from newsmill.places import corpus_files
from newsmill.publish.files import PublishError, read_partition, remove_empty, write_partition
from newsmill.storage import Store

READ_ROWS = 10_000
COLUMNS = ["article_id", "content_hash", "raw_path"]


class Standing(NamedTuple):
    """A row of the corpus."""

    key: str
    article_id: str
    content_hash: str
    raw_path: str

    @property
    def day(self) -> date:
        """The day of its partition."""
        return date.fromisoformat(self.key.partition("|")[0])

    @property
    def outlet(self) -> str:
        """The outlet of its partition."""
        return self.key.partition("|")[2]


def standing(data: Store, target: Target, hashes: Iterable[str] = ()) -> Iterator[Standing]:
    """Yield the rows that a takedown means, and other articles' rows with one of some texts; all files are read.

    The corpus is asked, not the index: an index that is behind must not leave a row standing.

    Raises:
        PublishError: a file is damaged.
    """
    ids, texts = pa.array([target.article_id], pa.string()), pa.array(sorted(hashes), pa.string())
    whole = target.outlet is not None
    for file in corpus_files(data):
        if whole and file.outlet != target.outlet:
            continue
        for part in _parts(data, file.path):
            if not whole:
                is_wanted = [
                    pc.is_in(part["article_id"], value_set=ids),
                    pc.is_in(part["content_hash"], value_set=texts),
                ]
                part = part.filter(pc.or_(*is_wanted))
            for row in zip(*(part[name].to_pylist() for name in COLUMNS), strict=True):
                yield Standing(file.key, *row)


def withdraw(data: Store, keys: Iterable[str], article_id: str | None) -> list[str]:
    """Remove an article, or all articles, from some partitions.

    Args:
        data: the data root.
        keys: of the partitions.
        article_id: whose row goes; None: all rows go.

    Returns:
        The keys of partitions that have no row now: `remove_empty` may take them away after a while.
    """
    empty = []
    for key in keys:
        old = read_partition(data, key)
        rows = old.rows.slice(0, 0) if article_id is None else _without(old.rows, article_id)
        write_partition(data, old, rows)
        if old.files and not len(rows):
            empty.append(key)
    return empty


def take_away(data: Store, keys: Iterable[str]) -> None:
    """Remove the files of partitions that have no row."""
    for key in keys:
        remove_empty(data, key)


def _without(rows: pa.Table, article_id: str) -> pa.Table:
    return rows.filter(pc.not_equal(rows["article_id"], article_id))


def _parts(data: Store, path: str) -> Iterator[pa.RecordBatch]:
    try:
        with parquet.opened(data, path) as file:
            yield from parquet.batches(file, READ_ROWS, COLUMNS)
    except FileNotFoundError:  # it went between listing and reading, as empty files do
        return
    except (pa.ArrowException, OSError) as error:
        raise PublishError(
            f"{data.uri}/{path} cannot be read ({error}): newsmill repair {path}, then take down again"
        ) from error
