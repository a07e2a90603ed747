"""Read Parquet files of a store.

Owns how pyarrow is told to read, and where it takes memory. Keep out: which file, which schema.

Reading is done by the calling thread alone. pyarrow's own threads read through our file handle, a Python object; one
that is still letting go of it when the interpreter ends aborts the process ("terminate called without an active
exception"), about once in thirty short processes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmill.model import NewsmillError
from newsmill.storage import Store

POOL = "ARROW_DEFAULT_MEMORY_POOL"
"""Arrow's own variable, by which a user chooses where it takes memory."""


def go_easy() -> None:
    """Let pyarrow take less memory and time; for tasks alone, as others in a shared process may want it otherwise.

    Memory comes from jemalloc, where Arrow has it: its default keeps more of what is freed (over 100,000 records
    `publish` held 185 MB at most, and 163 so). And pandas is not imported at the first `pa.array`, which would see
    whether it was given a Series: that takes 0.2 s and 40 MB. pyarrow looks for it once, and again when somebody asks
    for a DataFrame.
    """
    if POOL not in os.environ:
        with suppress(NotImplementedError):
            pa.set_memory_pool(pa.jemalloc_memory_pool())
    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, _NoPandas)
        try:
            pa.array([])
        finally:
            sys.meta_path.remove(_NoPandas)


class _NoPandas:
    """Finds that there is no pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:  # noqa: ARG004
        """Raise for pandas; of anything else others know more."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


@contextmanager
def opened(store: Store, path: str, *, checked: bool = False) -> Iterator[pq.ParquetFile]:
    """Open a file; for its metadata, or with `batches` and `read`. `checked`: compare pages with their checksums."""
    with (
        store.reading(path) as handle,
        pq.ParquetFile(handle, pre_buffer=False, page_checksum_verification=checked) as file,
    ):
        yield file


def is_whole(store: Store, path: str) -> bool:
    """Tell whether a file is there and has its end, which a cut one lacks."""
    try:
        with opened(store, path):
            return True
    except (OSError, pa.ArrowInvalid):
        return False


def batches(
    file: pq.ParquetFile, size: int, columns: list[str] | None = None, groups: list[int] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield a file's rows, or those of some row groups, `size` at a time."""
    yield from file.iter_batches(size, columns=columns, row_groups=groups, use_threads=False)


def groups_where(file: pq.ParquetFile, equal: Mapping[str, Any]) -> list[int]:
    """Return the row groups that may hold a row with these values in these columns, by their statistics."""
    columns = {file.schema.column(place).path: place for place in range(len(file.schema))}  # leaves, as a list's are
    places = {columns[name]: value for name, value in equal.items()}
    return [group for group in range(file.num_row_groups) if _may_hold(file.metadata.row_group(group), places)]


def tables(
    file: pq.ParquetFile, size: int, columns: list[str] | None = None, groups: list[int] | None = None
) -> Iterator[pa.Table]:
    """Yield a file's rows, or those of some row groups, as tables, `size` rows at a time.

    Not by `pa.table(batch)`: whoever keeps one column of such a table keeps them all.
    """
    for batch in batches(file, size, columns, groups):
        yield pa.Table.from_batches([batch])


def some_at_once(parts: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Yield the rows of many tables in few, of at least so many rows each but the last: a call costs many rows."""
    held: list[pa.Table] = []
    for part in parts:
        held.append(part)
        if sum(map(len, held)) >= rows:
            yield pa.concat_tables(held).combine_chunks()
            held.clear()
    if held:
        yield pa.concat_tables(held).combine_chunks()


def batches_where(file: pq.ParquetFile, size: int, column: str, value: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows in which a column of numbers has this value, `size` at a time at most.

    Row groups whose statistics say that they hold none are not read; so of a sorted file little is.
    """
    for part in batches(file, size, groups=groups_where(file, {column: value})):
        yield part.filter(pc.equal(part[column], value))


def read(file: pq.ParquetFile, columns: list[str] | None = None) -> pa.Table:
    """Return all rows of a file."""
    return file.read(columns=columns, use_threads=False)


def unreadable(store: Store, path: str, error: Exception) -> NewsmillError:
    """Return the error that names a file which cannot be read, and what mends it."""
    return NewsmillError(f"{store.uri}/{path} cannot be read ({error}): newsmill verify says what mends it")


def _may_hold(group: pq.RowGroupMetaData, places: Mapping[int, Any]) -> bool:
    for place, value in places.items():
        bounds = group.column(place).statistics
        if bounds is not None and bounds.has_min_max and not bounds.min <= value <= bounds.max:
            return False
    return True
