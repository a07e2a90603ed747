"""The files of the corpus, each by itself, and their rows on the desk.

What can be told of one file alone is told without holding the corpus: a file is whole at any moment, because one rename
replaces it. Only narrow columns are read while nobody may write.

Owns what a file of the corpus must be. Keep out: what several files say together (agreement).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import corpus, parquet, schema
from newsmill.corpus import SchemaVersionError
from newsmill.dedup.hashing import content_hash
from newsmill.model import article_id_of, count_words
from newsmill.places import FILE_NAME, FOLDER, corpus_file
from newsmill.publish.files import ARTICLES_KEY, ORDER
from newsmill.publish.reconcile import INDEXED
from newsmill.storage import Store
from newsmill.upkeep.desk import Desk
from newsmill.upkeep.findings import Finding, Findings, repair

ROWS_AT_ONCE = 500
IDS_SHOWN = 3
NEWER = "corpus.newer_version"

DAMAGE = (pa.ArrowException, OSError, ValueError, KeyError, TypeError)
"""What reading a damaged Parquet file raises, a string that is not UTF-8 included."""

NARROW = [*INDEXED, "removed_chars"]
"""Columns of the corpus that are compared with index and ledger."""

_ORDERED_BY = ["published_at", "article_id"]
_CHECKED = ["article_id", "url", "source_id", "content_hash", "published_at", "text", "word_count"]


def place_at(path: str) -> tuple[date, str] | None:
    """Return day and outlet of a partition's one file; None for a path that no such file has."""
    file = corpus_file(path)
    return (file.day, file.outlet) if file and file.has_our_name else None


def check_files(data: Store, found: Findings) -> None:
    """Check every file of the corpus by itself: readable to the last page, of our schema, sorted, its texts hashed."""
    for entry in data.files(FOLDER):
        place = place_at(entry.path)
        if place is None:
            detail = f"no file of the corpus: a partition has one file, date=YYYY-MM-DD/outlet=<slug>/{FILE_NAME}"
            found.add(_finding("corpus.stray", entry.path, detail))
            continue
        found.checked["files of the corpus"] += 1
        for kind, detail in _problems(data, entry.path, place):
            found.add(_finding(kind, entry.path, detail))


def load_corpus(data: Store, desk: Desk, found: Findings) -> None:
    """Put the narrow columns of the corpus on the desk; who calls holds the corpus."""
    for entry in data.files(FOLDER):
        place = place_at(entry.path)
        if place is None:
            continue
        try:
            rows = corpus.read(data, entry.path, NARROW)
        except SchemaVersionError as error:
            found.add(_finding(NEWER, entry.path, _newer(error)))
            continue
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


def _problems(data: Store, path: str, place: tuple[date, str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a file, as kind and sentence; after what makes the rest meaningless, no more."""
    try:
        with parquet.opened(data, path, checked=True) as file:
            version = corpus.version_of(data, path, file)
            if version == schema.SCHEMA_VERSION and not file.schema_arrow.remove_metadata().equals(schema.CORPUS):
                yield "corpus.schema", _differences(file.schema_arrow)
                return
            metadata = file.schema_arrow.metadata or {}
            promised = int(metadata.get(ARTICLES_KEY, file.metadata.num_rows))
            yield from _of_rows(corpus.rows_of(data, path, file, ROWS_AT_ONCE), promised, place)
    except FileNotFoundError:
        return  # a run has emptied the partition since it was listed
    except SchemaVersionError as error:
        yield NEWER, _newer(error)
    except DAMAGE as error:
        yield "corpus.unreadable", _unreadable(path, error).detail


def _of_rows(parts: Iterator[pa.Table], promised: int, place: tuple[date, str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the rows; they come with every column, so that every page is read."""
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    keys = [pa.schema([schema.CORPUS.field(name) for name in _ORDERED_BY]).empty_table()]
    for part in parts:
        keys.append(part.select(_ORDERED_BY))
        for row in part.select(_CHECKED).to_pylist():
            for kind in _wrongs(row, *place):
                wrong[kind].append(row["article_id"])
    for kind, ids in wrong.items():
        yield kind, f"{_SAYS[kind]}: {named(ids, len(ids))}"
    rows = pa.concat_tables(keys)
    if len(rows) != promised:
        yield "corpus.count", f"it says that it holds {promised:,} articles, and holds {len(rows):,}"
    order = pc.sort_indices(rows, sort_keys=ORDER)
    if not order.equals(pa.array(range(len(rows)), order.type)):
        yield "corpus.unsorted", "its rows are not sorted by published_at, then article_id"


_SAYS = {
    "corpus.empty_text": "articles without a text",
    "corpus.wrong_hash": "content_hash is not the hash of the text",
    "corpus.wrong_words": "word_count is not the number of the text's words",
    "corpus.wrong_id": "article_id is not that of the row's url, or else of its outlet and source_id",
    "corpus.wrong_partition": "published_at is another day (UTC) than the partition's",
}


def _wrongs(row: dict[str, Any], day: date, outlet: str) -> Iterator[str]:
    if not row["text"]:
        yield "corpus.empty_text"
    if row["content_hash"] != content_hash(row["text"]):
        yield "corpus.wrong_hash"
    if row["word_count"] != count_words(row["text"]):
        yield "corpus.wrong_words"
    if row["article_id"] != article_id_of(row["url"], outlet, row["source_id"]):
        yield "corpus.wrong_id"
    if row["published_at"] and row["published_at"].astimezone(UTC).date() != day:
        yield "corpus.wrong_partition"


def named(ids: list[str], count: int) -> str:
    """Return some ids as words, with how many more there are."""
    shown = ", ".join(ids[:IDS_SHOWN])
    return shown if count <= IDS_SHOWN else f"{shown} and {count - IDS_SHOWN:,} more"


def _newer(error: SchemaVersionError) -> str:
    return f"{error}, or have this one make the file again"


def _differences(found: pa.Schema) -> str:
    ours = schema.CORPUS
    missing = [field.name for field in ours if field.name not in found.names]
    extra = [name for name in found.names if name not in ours.names]
    other = [field.name for field in ours if field.name in found.names and not field.equals(found.field(field.name))]
    said = {"lacks": missing, "has too many": extra, "has of another type": other}
    parts = [f"{what} {', '.join(names)}" for what, names in said.items() if names]
    return f"not the columns of the corpus: it {'; '.join(parts) or 'has them in another order'}"


def _unreadable(path: str, error: BaseException) -> Finding:
    return _finding("corpus.unreadable", path, f"cannot be read: {error}")


def _finding(kind: str, path: str, detail: str) -> Finding:
    return Finding(kind=kind, where=path, detail=detail, command=repair(path))
