"""Corpus files of any schema version, read as if this newsmill had written them.

Owns the version in a corpus file, the steps from one version to the next, and reading through them. Keep out: which
files there are, and writing them (publish).

When `schema.CORPUS` changes, `SCHEMA_VERSION` is raised by one, and a step below says what becomes of the rows of the
version before. Files are never rewritten for it: one is of the version of whoever wrote it last, and each read takes it
through the steps that it lacks. A column that only came later is null, or an empty list, without a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from newsmill import parquet, schema
from newsmill.model import NewsmillError
from newsmill.storage import Store

VERSION_KEY = b"newsmill.schema_version"
FIRST_VERSION = 1
"""Of a file that names none."""

STEPS: Mapping[int, Callable[[pa.Table], pa.Table]] = {}
"""By version: what makes rows of it rows of the next one. It is given whole rows; a column too many is no harm."""


class SchemaVersionError(NewsmillError):
    """A newer newsmill wrote this; the text names the file, both versions and what to do."""


def read(data: Store, path: str, columns: list[str] | None = None) -> pa.Table:
    """Return a corpus file's rows in today's columns (`schema.CORPUS`), all of them or some.

    Raises:
        SchemaVersionError: a newer newsmill wrote the file.
        OSError, pa.ArrowInvalid, KeyError, ValueError: the file is damaged, or no corpus file.
    """
    with parquet.opened(data, path) as file:
        version = version_of(data, path, file)
        rows = parquet.read(file, _asked(version, columns))
    return upgraded(rows, version, columns)


def batches(data: Store, path: str, size: int, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """Yield a corpus file's rows like `read`, `size` at a time."""
    with parquet.opened(data, path) as file:
        yield from rows_of(data, path, file, size, columns)


def rows_of(
    data: Store, path: str, file: pq.ParquetFile, size: int, columns: list[str] | None = None
) -> Iterator[pa.Table]:
    """Yield the rows of a corpus file that is open already, like `batches`."""
    version = version_of(data, path, file)
    for part in parquet.tables(file, size, _asked(version, columns)):
        yield upgraded(part, version, columns)


def upgraded(rows: pa.Table, version: int, columns: list[str] | None = None) -> pa.Table:
    """Return rows that were written in a schema version in today's columns."""
    if version < schema.SCHEMA_VERSION:
        for step in range(version, schema.SCHEMA_VERSION):
            rows = STEPS.get(step, _as_it_is)(rows)
        rows = _completed(rows)
    wanted = pa.schema([schema.CORPUS.field(name) for name in columns]) if columns else schema.CORPUS
    return rows.replace_schema_metadata(None).select(wanted.names).cast(wanted)


def check_version(what: str, version: int) -> None:
    """Check that this newsmill knows a schema version.

    Raises:
        SchemaVersionError: it is newer.
    """
    if version > schema.SCHEMA_VERSION:
        raise SchemaVersionError(
            f"{what} has schema version {version}, and this newsmill writes version {schema.SCHEMA_VERSION}: install a "
            "newsmill that knows it"
        )


def version_of(data: Store, path: str, file: pq.ParquetFile) -> int:
    """Return the schema version of a corpus file that is open.

    Raises:
        SchemaVersionError: a newer newsmill wrote it.
        ValueError: what it says is no number.
    """
    written = (file.schema_arrow.metadata or {}).get(VERSION_KEY)
    version = FIRST_VERSION if written is None else int(written)
    check_version(f"{data.uri}/{path}", version)
    return version


def _asked(version: int, columns: list[str] | None) -> list[str] | None:
    """Return the columns to read: a step may make one out of others, so of an older file it is given all."""
    return columns if version == schema.SCHEMA_VERSION else None


def _as_it_is(rows: pa.Table) -> pa.Table:
    return rows


def _completed(rows: pa.Table) -> pa.Table:
    """Add the columns that only came later."""
    for field in schema.CORPUS:
        if field.name not in rows.column_names and (field.nullable or pa.types.is_list(field.type)):
            rows = rows.append_column(field, pa.array([_unknown(field)] * len(rows), field.type))
    return rows


def _unknown(field: pa.Field) -> Any:
    return None if field.nullable else []
