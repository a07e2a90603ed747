"""What is published, laid out in the order of the landing zone: a passing SQLite file.

The corpus lies by date and outlet, its removals by run, and the raw records as they arrived. Bringing them together
needs a sort; it is done on disk, so that memory does not grow with the corpus. Each dataset is read once.

Owns that file. Keep out: what a row means (published).
"""

from __future__ import annotations

import heapq
import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from newsmill import parquet
from newsmill.model import Removal, key_of, place_of
from newsmill.standing import EVERY_ROW, Standing
from newsmill.storage import Store

ROWS_AT_ONCE = 500
"""Rows of a Parquet file held at a time."""

COLUMNS = [
    "article_id",
    "source_id",
    "url",
    "title",
    "description",
    "authors",
    "tags",
    "language",
    "date_source",
    "text",
    "removed_chars",
    "raw_format",
    "raw_path",
    "raw_sha256",
]
"""What cleaning reads of an article, and where its raw record lies."""

_REMOVAL = [field.name for field in fields(Removal)]
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE articles (article_id TEXT PRIMARY KEY, record_key TEXT, file TEXT, line INTEGER, row TEXT) WITHOUT ROWID;
CREATE TABLE removals (record_key TEXT, run TEXT, row TEXT);
CREATE TABLE marks (record_key TEXT PRIMARY KEY, mark TEXT) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX by_place ON articles (file, line);
CREATE INDEX by_record ON removals (record_key);
"""


class Desk:
    """The open file. `lay_out` makes it."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def articles(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of the corpus (`COLUMNS`, with `outlet`) by landing file and line."""
        for (row,) in self._database.execute("SELECT row FROM articles ORDER BY file, line"):
            yield json.loads(row)

    def article(self, article_id: str) -> dict[str, Any] | None:
        """Return one row of the corpus."""
        found = self._database.execute("SELECT row FROM articles WHERE article_id = ?", (article_id,)).fetchone()
        return json.loads(found[0]) if found else None

    def outlets(self) -> dict[str, int]:
        """Return the number of articles of each outlet."""
        return dict(self._database.execute("SELECT json_extract(row, '$.outlet'), count(*) FROM articles GROUP BY 1"))

    def mark(self, marks: Iterable[tuple[str, str]]) -> None:
        """Keep a mark on each of some raw records, given as (record_key, mark)."""
        self._database.executemany("INSERT INTO marks VALUES (?, ?)", marks)

    def marked(self, record_key: str) -> str | None:
        """Return the mark on a raw record."""
        found = self._database.execute("SELECT mark FROM marks WHERE record_key = ?", (record_key,)).fetchone()
        return found[0] if found else None

    def removals(self, record_key: str) -> list[list[Removal]]:
        """Return what each run removed from a raw record, the latest run first."""
        runs: dict[str, list[Removal]] = {}
        asked = "SELECT run, row FROM removals WHERE record_key = ? ORDER BY run DESC"
        for run, row in self._database.execute(asked, (record_key,)):
            runs.setdefault(run, []).append(Removal(**json.loads(row)))
        return list(runs.values())

    def fill(self, data: Store, standing: Standing, sample: int | None) -> None:
        """Read corpus and ledger of a data root."""
        database = self._database
        database.executescript(_TABLES)
        last = _last_of_sample(data, standing, sample) if sample else None
        rows = (row for row in standing.rows(data, COLUMNS) if last is None or row["article_id"] <= last)
        database.executemany("INSERT OR IGNORE INTO articles VALUES (?, ?, ?, ?, ?)", map(_article, rows))
        for removals in _ledger(data):
            database.executemany("INSERT INTO removals VALUES (?, ?, ?)", self._wanted(removals))
        database.executescript(_INDEXES)

    def _wanted(self, removals: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
        keys = sorted({row["record_key"] for row in removals})
        asked = "SELECT record_key FROM articles WHERE record_key IN (SELECT value FROM json_each(?))"
        wanted = {key for (key,) in self._database.execute(asked, (json.dumps(keys),))}
        for row in removals:
            if row["record_key"] in wanted:
                yield row["record_key"], row["run"], json.dumps({name: row[name] for name in _REMOVAL})


@contextmanager
def lay_out(data: Store, standing: Standing = EVERY_ROW, *, sample: int | None = None) -> Iterator[Desk]:
    """Lay out these rows of a data root's corpus, `sample` of them at most.

    The sample is the articles of the lowest ids, which are hashes: by chance, but always the same.
    """
    with (
        tempfile.TemporaryDirectory(prefix="newsmill-rules-") as folder,
        closing(sqlite3.connect(Path(folder) / "desk.sqlite")) as database,
    ):
        desk = Desk(database)
        desk.fill(data, standing, sample)
        yield desk


def _article(row: dict[str, Any]) -> tuple[str, str, str, int, str]:
    return row["article_id"], key_of(row["raw_path"]), *place_of(row["raw_path"]), json.dumps(row)


def _last_of_sample(data: Store, standing: Standing, sample: int) -> str | None:
    lowest = heapq.nsmallest(sample, (row["article_id"] for row in standing.rows(data, ["article_id"])))
    return lowest[-1] if lowest else None


def _ledger(data: Store) -> Iterator[list[dict[str, Any]]]:
    for path in _files(data, "ledger/removals"):
        for rows in _rows(data, path, ["record_key", *_REMOVAL]):
            yield [row | {"run": path} for row in rows]


def _files(data: Store, dataset: str) -> Iterable[str]:
    return (entry.path for entry in data.files(dataset) if entry.path.endswith(".parquet"))


def _rows(data: Store, path: str, columns: list[str]) -> Iterator[list[dict[str, Any]]]:
    with parquet.opened(data, path) as file:
        for batch in parquet.batches(file, ROWS_AT_ONCE, columns):
            yield batch.to_pylist()
