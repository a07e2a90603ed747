"""Read Parquet files of a store.

Owns how pyarrow is told to read. Keep out: which file, which schema.

Reading is done by the calling thread alone. pyarrow's own threads read through our file handle, a Python object; one
that is still letting go of it when the interpreter ends aborts the process ("terminate called without an active
exception"), about once in thirty short processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmill.storage import Store


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


def batches(file: pq.ParquetFile, size: int, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield a file's rows, `size` at a time."""
    yield from file.iter_batches(size, columns=columns, use_threads=False)


def batches_where(file: pq.ParquetFile, size: int, column: str, value: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows in which a column of numbers has this value, `size` at a time at most.

    Row groups whose statistics say that they hold none are not read; so of a sorted file little is.
    """
    place = file.schema_arrow.get_field_index(column)
    bounds = [file.metadata.row_group(group).column(place).statistics for group in range(file.num_row_groups)]
    groups = [group for group, found in enumerate(bounds) if found is None or found.min <= value <= found.max]
    for part in file.iter_batches(size, row_groups=groups, use_threads=False):
        yield part.filter(pc.equal(part[column], value))


def read(file: pq.ParquetFile, columns: list[str] | None = None) -> pa.Table:
    """Return all rows of a file."""
    return file.read(columns=columns, use_threads=False)
