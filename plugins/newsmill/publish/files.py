"""The files of the corpus: one `articles.parquet` a partition, the same rows always in the same bytes.

Owns order of rows and how a file is written. Keep out: which files there are (places), which rows belong into one
(partitions).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmill import corpus
from newsmill.corpus import VERSION_KEY
from newsmill.model import NewsmillError
from newsmill.places import FILE_NAME, FOLDER, corpus_files
from newsmill.registry import MAX_SLUG, SLUG
from newsmill.schema import CORPUS, SCHEMA_VERSION
from newsmill.storage import NOTHING, Store

ROWS_PER_GROUP = 2000
"""Fixed, so that equal rows give equal bytes. About 10 MB of news text: small enough to skip, large enough to pack."""

ARTICLES_KEY = b"newsmill.articles"
ORDER = [("published_at", "ascending"), ("article_id", "ascending")]


class PublishError(NewsmillError):
    """The corpus cannot be written as it should; the text names the file or the value."""


@dataclass(frozen=True, slots=True)
class Partition:
    """What lies in one partition: its rows, sorted, and the files that they lie in.

    `version` is that of the file that we write, as it was listed before it was read; `NOTHING` where there is none.
    """

    key: str
    rows: pa.Table
    files: tuple[str, ...]
    version: str | None = None

    @property
    def path(self) -> str:
        """The path of the one file that it should have."""
        return f"{folder_of(self.key)}/{FILE_NAME}"

    @property
    def is_tidy(self) -> bool:
        """Tell whether the rows lie in that file alone, or nowhere where there are none."""
        return self.files == (self.path,) or not (self.files or len(self.rows))


def folder_of(key: str) -> str:
    """Return the folder of a partition `YYYY-MM-DD|outlet`.

    Raises:
        PublishError: the key is none; it never becomes a path then.
    """
    day, _, outlet = key.partition("|")
    if not SLUG.fullmatch(outlet) or len(outlet) > MAX_SLUG:
        raise PublishError(f"the outlet {outlet!r} is no slug of a-z, 0-9 and -: validation must quarantine it")
    try:
        return f"{FOLDER}/date={date.fromisoformat(day).isoformat()}/outlet={outlet}"
    except ValueError:
        raise PublishError(f"{day!r} is no date YYYY-MM-DD (of the partition {key!r})") from None


def read_partition(data: Store, key: str, columns: list[str] | None = None) -> Partition:
    """Read a partition, whole or some columns of it.

    An article that lies in two of its files (a tidying was interrupted) is taken from the file that we write.

    Raises:
        PublishError: a file is damaged or was written by a newer newsmill.
    """
    folder = folder_of(key)
    versions = {file.path: file.version for file in corpus_files(data, folder)}
    files, own = tuple(versions), f"{folder}/{FILE_NAME}"
    own_first = sorted(files, key=lambda path: (path != own, path))
    rows = _schema(columns).empty_table()
    for path in own_first:
        found = _read(data, path, columns)
        if len(rows):
            found = found.filter(
                pc.invert(pc.is_in(found["article_id"], value_set=rows["article_id"].combine_chunks()))
            )
        rows = pa.concat_tables([rows, found])
    return Partition(key, rows if len(files) < 2 or columns else in_order(rows), files, versions.get(own, NOTHING))


def write_partition(data: Store, old: Partition, rows: pa.Table) -> bool:
    """Make a partition hold exactly these rows; return whether a file had to change.

    One rename or PUT replaces the file, so a reader finds the old rows or the new ones. Where no row is left an empty
    file stays: a reader that has listed it would fail if it went.

    Raises:
        ChangedError: the file is not what `old` was read from any more; an object store that can compare says so.
    """
    data.sweep(old.path)
    rows = in_order(rows)
    if old.is_tidy and rows.equals(old.rows):
        return False
    _write(data, old.path, rows, old.version)
    for path in old.files:
        if path != old.path:
            data.remove(path)
    return True


def remove_empty(data: Store, key: str) -> None:
    """Remove a partition's file and folder if no row is in it; for an operator's commands, not for runs."""
    partition = read_partition(data, key, ["article_id"])
    if not len(partition.rows):
        for path in partition.files:
            data.remove(path)
        data.prune(folder_of(key))


def in_order(rows: pa.Table) -> pa.Table:
    """Sort by published_at (unknown last, as Arrow has it), then article_id."""
    return rows.take(pc.sort_indices(rows, sort_keys=ORDER))


def rows_of(tables: Iterable[pa.Table], schema: pa.Schema) -> pa.Table:
    """Return one table of tables that may be none."""
    return pa.concat_tables([schema.empty_table(), *tables])


def _write(data: Store, path: str, rows: pa.Table, was: str | None) -> None:
    metadata = {VERSION_KEY: str(SCHEMA_VERSION).encode(), ARTICLES_KEY: str(len(rows)).encode()}
    # one chunk a column: pages end where chunks end, and chunks come from how the rows were read
    whole = rows.combine_chunks().replace_schema_metadata(metadata)
    with data.replacing(path, was) as handle:
        pq.write_table(
            whole,
            handle,
            row_group_size=ROWS_PER_GROUP,
            compression="zstd",
            write_statistics=True,
            write_page_index=True,
            write_page_checksum=True,
            sorting_columns=pq.SortingColumn.from_ordering(CORPUS, ORDER, null_placement="at_end"),
        )


def _read(data: Store, path: str, columns: list[str] | None) -> pa.Table:
    try:
        return corpus.read(data, path, columns)
    except (pa.ArrowInvalid, ValueError, KeyError, OSError) as error:
        raise PublishError(
            f"{data.uri}/{path} cannot be read ({error}): put a backup of it back, or move it away and run again "
            "with reprocess"
        ) from error


def _schema(columns: list[str] | None) -> Any:
    return pa.schema([CORPUS.field(name) for name in columns]) if columns else CORPUS
