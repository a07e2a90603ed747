"""The files of the corpus, each by itself, and their rows on the desk.

What can be told of one file alone is told without holding the corpus: a file is whole at any moment, because one rename
replaces it. Only narrow columns are read while nobody may write.

Owns what a file of the corpus must be. Keep out: what several files say together (agreement).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.corpus import VERSION_KEY
from newsmill.dedup.hashing import content_hash
from newsmill.model import count_words
from newsmill.publish.files import ARTICLES_KEY, ORDER, folder_of
from newsmill.publish.files import FILE_NAME as FILE
from newsmill.schema import CORPUS, SCHEMA_VERSION
from newsmill.storage import Store
from newsmill.upkeep.desk import Desk
from newsmill.upkeep.findings import Finding, Findings, repair

ROWS_AT_ONCE = 500
IDS_SHOWN = 3

DAMAGE = (pa.ArrowException, OSError, ValueError, KeyError, TypeError)
"""What reading a damaged Parquet file raises, a string that is not UTF-8 included."""

NARROW = [
    "article_id",
    "content_hash",
    "source_id",
    "published_at",
    "fetched_at",
    "revision",
    "ingested_on",
    "raw_path",
    "raw_sha256",
    "removed_chars",
]
_CHECKED = ["article_id", "content_hash", "published_at", "text", "word_count"]
_PATH = re.compile(rf"corpus/date=(?P<day>[^/]+)/outlet=(?P<outlet>[^/]+)/{re.escape(FILE)}")


def place_at(path: str) -> tuple[date, str] | None:
    """Return day and outlet of a partition's file; None for a path that no partition's file has."""
    found = _PATH.fullmatch(path)
    try:
        is_place = found is not None and folder_of(f"{found['day']}|{found['outlet']}") == path.rpartition("/")[0]
    except Exception:  # noqa: BLE001 - a name that is none, for whatever reason
        return None
    return (date.fromisoformat(found["day"]), found["outlet"]) if found and is_place else None


def check_files(data: Store, found: Findings) -> None:
    """Check every file of the corpus by itself: readable to the last page, of our schema, sorted, its texts hashed."""
    for entry in data.files("corpus"):
        place = place_at(entry.path)
        if place is None:
            detail = f"no file of the corpus: a partition has one file, date=YYYY-MM-DD/outlet=<slug>/{FILE}"
            found.add(_finding("corpus.stray", entry.path, detail))
            continue
        found.checked["files of the corpus"] += 1
        for kind, detail in _problems(data, entry.path, place[0]):
            found.add(_finding(kind, entry.path, detail))


def load_corpus(data: Store, desk: Desk, found: Findings) -> None:
    """Put the narrow columns of the corpus on the desk; who calls holds the corpus."""
    for entry in data.files("corpus"):
        place = place_at(entry.path)
        if place is None:
            continue
        try:
            with parquet.opened(data, entry.path) as file:
                rows = parquet.read(file, NARROW).cast(pa.schema([CORPUS.field(name) for name in NARROW]))
        except DAMAGE as error:
            found.add(_unreadable(entry.path, error))
            continue
        desk.add("corpus", _on_desk(entry.path, place, rows))


def _on_desk(path: str, place: tuple[date, str], rows: pa.Table) -> pa.Table:
    size = len(rows)
    fixed = {"path": path, "date": place[0], "outlet": place[1]}
    columns = {name: pa.repeat(value, size) for name, value in fixed.items()}
    columns |= {name: rows[name] for name in NARROW}
    for name in ("published_at", "fetched_at"):
        columns[name] = columns[name].cast(pa.int64())
    return pa.table(columns)


def _problems(data: Store, path: str, day: date) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a file, as kind and sentence; after what makes the rest meaningless, no more."""
    try:
        with parquet.opened(data, path, checked=True) as file:
            metadata = file.schema_arrow.metadata or {}
            version = int(metadata.get(VERSION_KEY, SCHEMA_VERSION))
            if version > SCHEMA_VERSION:
                yield "corpus.newer_version", _newer(version)
                return
            if version == SCHEMA_VERSION and not file.schema_arrow.remove_metadata().equals(CORPUS):
                yield "corpus.schema", _differences(file.schema_arrow)
                return
            yield from _of_rows(file, int(metadata.get(ARTICLES_KEY, file.metadata.num_rows)), day)
    except FileNotFoundError:
        return  # a run has emptied the partition since it was listed
    except DAMAGE as error:
        yield "corpus.unreadable", _unreadable(path, error).detail


def _of_rows(file: Any, promised: int, day: date) -> Iterator[tuple[str, str]]:
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    keys = []
    for batch in parquet.batches(file, ROWS_AT_ONCE):  # every column, so that every page is read
        keys.append(batch.select(["published_at", "article_id"]))
        for row in batch.select(_CHECKED).to_pylist():
            for kind in _wrongs(row, day):
                wrong[kind].append(row["article_id"])
    for kind, ids in wrong.items():
        yield kind, f"{_SAYS[kind]}: {named(ids, len(ids))}"
    rows = pa.Table.from_batches(keys, pa.schema([CORPUS.field(name) for name in ("published_at", "article_id")]))
    if len(rows) != promised:
        yield "corpus.count", f"it says that it holds {promised:,} articles, and holds {len(rows):,}"
    order = pc.sort_indices(rows, sort_keys=ORDER)
    if not order.equals(pa.array(range(len(rows)), order.type)):
        yield "corpus.unsorted", "its rows are not sorted by published_at, then article_id"


_SAYS = {
    "corpus.empty_text": "articles without a text",
    "corpus.wrong_hash": "content_hash is not the hash of the text",
    "corpus.wrong_words": "word_count is not the number of the text's words",
    "corpus.wrong_partition": "published_at is another day (UTC) than the partition's",
}


def _wrongs(row: dict[str, Any], day: date) -> Iterator[str]:
    if not row["text"]:
        yield "corpus.empty_text"
    if row["content_hash"] != content_hash(row["text"]):
        yield "corpus.wrong_hash"
    if row["word_count"] != count_words(row["text"]):
        yield "corpus.wrong_words"
    if row["published_at"] and row["published_at"].astimezone(UTC).date() != day:
        yield "corpus.wrong_partition"


def named(ids: list[str], count: int) -> str:
    """Return some ids as words, with how many more there are."""
    shown = ", ".join(ids[:IDS_SHOWN])
    return shown if count <= IDS_SHOWN else f"{shown} and {count - IDS_SHOWN:,} more"


def _newer(version: int) -> str:
    return (
        f"schema version {version}, and this newsmill knows {SCHEMA_VERSION}: install the newsmill that wrote it, or "
        "have this one make it again"
    )


def _differences(schema: pa.Schema) -> str:
    missing = [field.name for field in CORPUS if field.name not in schema.names]
    extra = [name for name in schema.names if name not in CORPUS.names]
    other = [
        field.name for field in CORPUS if field.name in schema.names and not field.equals(schema.field(field.name))
    ]
    said = {"lacks": missing, "has too many": extra, "has of another type": other}
    parts = [f"{what} {', '.join(names)}" for what, names in said.items() if names]
    return f"not the columns of the corpus: it {'; '.join(parts) or 'has them in another order'}"


def _unreadable(path: str, error: BaseException) -> Finding:
    return _finding("corpus.unreadable", path, f"cannot be read: {error}")


def _finding(kind: str, path: str, detail: str) -> Finding:
    return Finding(kind=kind, where=path, detail=detail, command=repair(path))
