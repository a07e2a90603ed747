"""Take what a takedown means out of the ledger and the quarantine, and out of the staging of runs that have not ended.

Owns which datasets lose their rows and which keep them emptied, and the rewriting of their files. Keep out: which rows
are meant (target), the corpus (withdraw).

A run's fates and duplicates stay, emptied, so that its books still balance. A file is rewritten by one rename, and only
where a row of it changes, so all of this may be done twice. The files of staging are rewritten in the same way while
their run may be alive: it finds records without a text there, and a tombstone when it decides on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.model import Reason, Target
from newsmill.publish.files import PublishError
from newsmill.publish.ledger import rewrite
from newsmill.publish.target import columns_of, emptied, is_full, keys_of, meant
from newsmill.storage import Store

LOSE_ROWS = ("ledger/removals", "ledger/metadata", "ledger/revisions", "quarantine")
KEEP_ROWS = ("ledger/fates", "ledger/duplicates", "ledger/drift")
STAGED_LOSE_ROWS = ("removals", "revisions", "rounds")
READ_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Staging of a run that has not ended. It may hold more than can be told: a copy is known by its cleaned text."""

    folder: str
    rows: int  # that are told, to be emptied or removed
    damaged: tuple[str, ...]  # files that cannot be read, whatever they hold


def find(data: Store, dataset: str, target: Target) -> Iterator[pa.Table]:
    """Yield the rows of a dataset that a takedown means: narrow columns, and `is_due`, whether scrubbing changes it.

    Raises:
        PublishError: a file is damaged.
    """
    for path in _files(data, dataset):
        for part in _parts(data, path, whole=False, loses=dataset in LOSE_ROWS):
            is_meant = meant(part, target)
            due = is_meant if dataset in LOSE_ROWS else is_full(part)
            rows = part.append_column("is_due", due).filter(is_meant)
            if len(rows):
                yield rows


def scrub(data: Store, dataset: str, target: Target) -> None:
    """Remove or empty the rows of a dataset that a takedown means."""
    for path in list(_files(data, dataset)):
        loses = dataset in LOSE_ROWS
        rows = (part for part in _parts(data, path, whole=False, loses=loses))
        if any(pc.any(_due(part, meant(part, target), loses)).as_py() for part in rows):
            parts = _parts(data, path, whole=True, loses=loses)
            rewrite(data, path, _schema(data, path), (_left(part, meant(part, target), loses) for part in parts))


def copies(data: Store, target: Target) -> Iterator[dict[str, Any]]:
    """Yield the rows of the ledger's duplicates that were copies of what a takedown means, without its own."""
    own = target.outlet or target.article_id
    mine, theirs = ("outlet", "duplicate_of_outlet") if target.outlet else ("article_id", "duplicate_of")
    for path in _files(data, "ledger/duplicates"):
        for part in _parts(data, path, whole=False, loses=True):
            is_text = pc.and_(pc.equal(part[theirs], own), pc.equal(part["reason"], Reason.SAME_TEXT.value))
            yield from part.filter(pc.and_(is_text, pc.not_equal(part[mine], own))).to_pylist()


def unfinished(data: Store, target: Target) -> Iterator[Unfinished]:
    """Yield the staging folders of runs, with the number of rows in each that a takedown means."""
    for folder in _folders(data):
        damaged: list[str] = []
        keys = _staged_keys(data, folder, target, damaged)
        rows = sum(_count_due(data, path, target, keys, damaged) for path in _files(data, folder))
        yield Unfinished(folder, rows, tuple(sorted(set(damaged))))


def scrub_staging(data: Store, target: Target) -> None:
    """Empty the rows in staging that a takedown means. What cannot be read there is left."""
    for folder in _folders(data):
        damaged: list[str] = []
        keys = _staged_keys(data, folder, target, damaged)
        for path in list(_files(data, folder)):
            if _count_due(data, path, target, keys, damaged):
                loses = _loses(path)
                parts = _parts(data, path, whole=True, loses=loses)
                left = (_left(part, _meant_staged(part, target, keys), loses) for part in parts)
                rewrite(data, path, _schema(data, path), left)


def _staged_keys(data: Store, folder: str, target: Target, damaged: list[str]) -> pa.Array:
    """Return the record_keys of a run's records that are meant; a text is known in `cleaned` alone."""
    found: set[str] = set()
    for dataset in ("extracted", "settled", "cleaned"):
        for path in _files(data, f"{folder}/{dataset}"):
            for part in _readable(data, path, damaged, whole=False, loses=True):
                found.update(part["record_key"].filter(meant(part, target)).to_pylist())
    return pa.array(sorted(found), pa.string())


def _count_due(data: Store, path: str, target: Target, keys: pa.Array, damaged: list[str]) -> int:
    loses = _loses(path)
    parts = _readable(data, path, damaged, whole=False, loses=loses)
    return sum(pc.sum(_due(part, _meant_staged(part, target, keys), loses)).as_py() or 0 for part in parts)


def _meant_staged(part: pa.Table, target: Target, keys: pa.Array) -> pa.ChunkedArray:
    names = set(part.column_names)
    if "record_key" in names:
        return pc.is_in(part["record_key"], value_set=keys)
    if {"article_id", "outlet"} <= names or "example" in names:
        return meant(part, target)
    return pa.chunked_array([pa.nulls(len(part), pa.bool_()).fill_null(False)])


def _loses(path: str) -> bool:
    return path.split("/")[2] in STAGED_LOSE_ROWS


def _due(part: pa.Table, is_meant: pa.ChunkedArray, loses: bool) -> pa.ChunkedArray:
    return is_meant if loses else pc.and_(is_meant, is_full(part))


def _left(part: pa.Table, is_meant: pa.ChunkedArray, loses: bool) -> pa.Table:
    return part.filter(pc.invert(is_meant)) if loses else emptied(part, is_meant)


def _folders(data: Store) -> list[str]:
    """Return the staging folders of runs; a takedown's own holds no Parquet file."""
    return sorted({"/".join(path.split("/")[:2]) for path in _files(data, "staging") if path.count("/") > 1})


def _files(data: Store, folder: str) -> Iterator[str]:
    return (entry.path for entry in data.files(folder) if entry.path.endswith(".parquet"))


def _readable(data: Store, path: str, damaged: list[str], *, whole: bool, loses: bool) -> Iterator[pa.Table]:
    try:
        yield from _parts(data, path, whole=whole, loses=loses)
    except PublishError:
        damaged.append(path)


def _schema(data: Store, path: str) -> Any:
    with parquet.opened(data, path) as file:
        return file.schema_arrow


def _parts(data: Store, path: str, *, whole: bool, loses: bool) -> Iterator[pa.Table]:
    """Yield a file's rows: all columns, or those that tell what is to be done (keys alone where rows go).

    Raises:
        PublishError: it is damaged.
    """
    try:
        with parquet.opened(data, path) as file:
            schema = file.schema_arrow
            columns = None if whole else (keys_of(schema) if loses else columns_of(schema))
            for batch in parquet.batches(file, READ_ROWS, columns):
                yield pa.table(batch)
    except FileNotFoundError:  # it went between listing and reading, as empty files do
        return
    except (pa.ArrowException, OSError) as error:
        raise PublishError(
            f"{data.uri}/{path} cannot be read ({error}): newsmill repair {path}, then take down again"
        ) from error
