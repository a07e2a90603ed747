"""Take what a takedown means out of the ledger and the quarantine, and out of the staging of runs that have not ended.

Owns which datasets lose their rows and which keep them emptied, and the rewriting of their files. Keep out: which rows
are meant (target), the corpus (withdraw).

A run's fates and duplicates stay, emptied, so that its books still balance; so do other articles' rows that hold one of
the texts, because what became of these articles is told by them. A file is rewritten by one rename, and only where a
row of it changes, so all of this may be done twice. The files of staging are rewritten in the same way while their run
may be alive: it finds records without a text there, and a tombstone when it decides on them.
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
from newsmill.publish.target import columns_of, emptied, is_full, is_own, keys_of, meant
from newsmill.storage import Store

LOSE_ROWS = ("ledger/removals", "ledger/metadata", "ledger/revisions", "quarantine")
KEEP_ROWS = ("ledger/fates", "ledger/duplicates", "ledger/drift")
KEYS_ONLY = ("ledger/removals", "ledger/metadata")
"""Of these all rows that are meant go, others' too: so their keys tell all."""

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
        for part in _parts(data, path, whole=False, keys_only=dataset in KEYS_ONLY):
            is_meant = meant(part, target)
            rows = part.append_column("is_due", _due(part, is_meant, _goes(part, target, dataset))).filter(is_meant)
            if len(rows):
                yield rows


def scrub(data: Store, dataset: str, target: Target) -> None:
    """Remove or empty the rows of a dataset that a takedown means."""
    for path in list(_files(data, dataset)):
        parts = _parts(data, path, whole=False, keys_only=dataset in KEYS_ONLY)
        if any(pc.any(_due(part, meant(part, target), _goes(part, target, dataset))).as_py() for part in parts):
            whole = _parts(data, path, whole=True)
            left = (_left(part, meant(part, target), _goes(part, target, dataset)) for part in whole)
            rewrite(data, path, _schema(data, path), left)


def copies(data: Store, target: Target) -> Iterator[dict[str, Any]]:
    """Yield the rows of the ledger's duplicates that were copies of what a takedown means, without its own."""
    own = target.outlet or target.article_id
    mine, theirs = ("outlet", "duplicate_of_outlet") if target.outlet else ("article_id", "duplicate_of")
    for path in _files(data, "ledger/duplicates"):
        for part in _parts(data, path, whole=False, keys_only=True):
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
                marked = ((part, _meant_staged(part, target, keys)) for part in _parts(data, path, whole=True))
                left = (_left(part, is_meant, _goes_staged(path, is_meant)) for part, is_meant in marked)
                rewrite(data, path, _schema(data, path), left, even_empty=True)  # the run looks for its files


def _staged_keys(data: Store, folder: str, target: Target, damaged: list[str]) -> pa.Array:
    """Return the record_keys of a run's records that are meant; a text is known in `cleaned` alone."""
    found: set[str] = set()
    for dataset in ("extracted", "settled", "refused", "cleaned"):
        for path in _files(data, f"{folder}/{dataset}"):
            for part in _readable(data, path, damaged, keys_only=True):
                found.update(part["record_key"].filter(meant(part, target)).to_pylist())
    return pa.array(sorted(found), pa.string())


def _count_due(data: Store, path: str, target: Target, keys: pa.Array, damaged: list[str]) -> int:
    rows = 0
    for part in _readable(data, path, damaged):
        is_meant = _meant_staged(part, target, keys)
        rows += pc.sum(_due(part, is_meant, _goes_staged(path, is_meant))).as_py() or 0
    return rows


def _meant_staged(part: pa.Table, target: Target, keys: pa.Array) -> pa.ChunkedArray:
    names = set(part.column_names)
    if "record_key" in names:
        return pc.is_in(part["record_key"], value_set=keys)
    if {"article_id", "outlet"} <= names or "example" in names:
        return meant(part, target)
    return _all(part, False)


def _goes(part: pa.Table, target: Target, dataset: str) -> pa.ChunkedArray:
    """Tell of each row, if it is meant, whether it goes; else it is emptied."""
    if dataset in KEYS_ONLY:
        return _all(part, True)
    return is_own(part, target) if dataset in LOSE_ROWS else _all(part, False)


def _goes_staged(path: str, is_meant: pa.ChunkedArray) -> pa.ChunkedArray:
    return _all(is_meant, path.split("/")[2] in STAGED_LOSE_ROWS)


def _all(rows: Any, value: bool) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat(pa.scalar(value), len(rows))])


def _due(part: pa.Table, is_meant: pa.ChunkedArray, goes: pa.ChunkedArray) -> pa.ChunkedArray:
    """Tell of each row whether it goes, or has something to be emptied of."""
    return pc.and_(is_meant, pc.or_(goes, is_full(part)))


def _left(part: pa.Table, is_meant: pa.ChunkedArray, goes: pa.ChunkedArray) -> pa.Table:
    stays = pc.invert(pc.and_(is_meant, goes))
    return emptied(part, is_meant).filter(stays)


def _folders(data: Store) -> list[str]:
    """Return the staging folders of runs; a takedown's own holds no Parquet file."""
    return sorted({"/".join(path.split("/")[:2]) for path in _files(data, "staging") if path.count("/") > 1})


def _files(data: Store, folder: str) -> Iterator[str]:
    return (entry.path for entry in data.files(folder) if entry.path.endswith(".parquet"))


def _readable(data: Store, path: str, damaged: list[str], *, keys_only: bool = False) -> Iterator[pa.Table]:
    try:
        yield from _parts(data, path, whole=False, keys_only=keys_only)
    except PublishError:
        damaged.append(path)


def _schema(data: Store, path: str) -> Any:
    with parquet.opened(data, path) as file:
        return file.schema_arrow


def _parts(data: Store, path: str, *, whole: bool, keys_only: bool = False) -> Iterator[pa.Table]:
    """Yield a file's rows: all columns, those that tell what is to be done, or keys alone.

    Raises:
        PublishError: it is damaged.
    """
    try:
        with parquet.opened(data, path) as file:
            schema = file.schema_arrow
            columns = None if whole else (keys_of(schema) if keys_only else columns_of(schema))
            yield from parquet.tables(file, READ_ROWS, columns)
    except FileNotFoundError:  # it went between listing and reading, as empty files do
        return
    except (pa.ArrowException, OSError) as error:
        raise PublishError(
            f"{data.uri}/{path} cannot be read ({error}): newsmill repair {path}, then take down again"
        ) from error
