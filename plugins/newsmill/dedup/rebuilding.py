"""Make the index again, whole: what is there now counts for nothing.

Owns putting the new one in the place of the old in one step. Keep out: where its rows come from.

An SQLite index is built beside the old one and renamed. In PostgreSQL it is one transaction, which drops and makes the
tables; so an index of any version, or one whose tables are broken, can be replaced.
"""

from __future__ import annotations

import dataclasses
import glob
import os
import uuid
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from newsmill.dedup.index import (
    CORPUS_KEY,
    KEYS_AT_ONCE,
    ROWS_PER_WRITE,
    VERSION_ROW,
    CorpusIndexError,
    Index,
    in_chunks,
)
from newsmill.dedup.tables import ARTICLES, META, RECORDS, RUNS, TABLES
from newsmill.model import Published, Seen

SQLITE_BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite keeps beside a file. A journal that is left would be played back into the new one."""


class TwiceError(CorpusIndexError):
    """Two rows of the corpus have one article_id or one text."""

    def __init__(self, what: str, first: Published, second: Published) -> None:
        super().__init__(f"the {what} {getattr(first, what)} is twice in the corpus")
        self.what, self.first, self.second = what, first, second


class NewIndex(Index):
    """An index that is to be made again."""

    def fill(
        self,
        corpus: str,
        articles: Iterable[Published],
        records: Iterable[Seen],
        runs: Iterable[tuple[str, date]],
    ) -> None:
        """Make the index hold exactly this. All is streamed, in this order; of equal `record_key`s the last counts.

        Args:
            corpus: the id of the corpus.
            articles: all that stand in it.
            records: what need not be read again.
            runs: run ids and days of those that changed the index.

        Raises:
            TwiceError: two articles have one article_id or one content_hash; the old index is as it was.
            CorpusIndexError: the database refuses; the old index is as it was.
        """
        if not self._is_sqlite:
            self._write(corpus, articles, records, runs)
            return
        path = Path(self._url.database or "")
        self._make_folder(path.parent)
        for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp*"):
            left.unlink()
        beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
        try:
            NewIndex(sa.URL.create("sqlite", database=str(beside)))._write(corpus, articles, records, runs)
            _put(beside, path)
        finally:
            beside.unlink(missing_ok=True)

    def _write(
        self, corpus: str, articles: Iterable[Published], records: Iterable[Seen], runs: Iterable[tuple[str, date]]
    ) -> None:
        with self._explained(), self._engine.begin() as connection:
            TABLES.drop_all(connection)
            for table in TABLES.sorted_tables:
                connection.execute(CreateTable(table))
            for rows in in_chunks(articles, KEYS_AT_ONCE):
                _check_once(connection, rows)
                connection.execute(sa.insert(ARTICLES), [dataclasses.asdict(row) for row in rows])
            for chunk in in_chunks(records, ROWS_PER_WRITE):
                last = {row.record_key: dataclasses.asdict(row) for row in chunk}  # a statement touches a row once
                for statement, known in self._upserts(RECORDS, last.values()):
                    connection.execute(statement, known)
            named = ({"run_id": run_id, "run_date": day} for run_id, day in runs)
            for statement, known in self._upserts(RUNS, named):
                connection.execute(statement, known)
            connection.execute(sa.insert(META), [VERSION_ROW, {"key": CORPUS_KEY, "value": corpus}])


def _check_once(connection: sa.Connection, rows: list[Published]) -> None:
    """Check that no article_id and no text of these rows is there already, or twice among them."""
    for what in ("article_id", "content_hash"):
        values = [getattr(row, what) for row in rows]
        found = connection.execute(sa.select(ARTICLES).where(ARTICLES.c[what].in_(values)))
        known = {getattr(row, what): Published(**row._mapping) for row in found}
        for row in rows:
            first = known.setdefault(getattr(row, what), row)
            if first is not row:
                raise TwiceError(what, first, row)


def _put(new: Path, path: Path) -> None:
    """Put the new file in the place of the old one, whatever that is."""
    if path.is_dir():
        path.rename(path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.aside"))
    if any(Path(f"{path}{ending}").exists() for ending in SQLITE_BESIDE):
        path.unlink(missing_ok=True)
        for ending in SQLITE_BESIDE:
            Path(f"{path}{ending}").unlink(missing_ok=True)
    new.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
