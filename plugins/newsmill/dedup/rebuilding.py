"""Make the index again, whole: what is there now counts for nothing.

Owns putting the new one in the place of the old in one step. Keep out: where its rows come from.

An SQLite index is built beside the old one and renamed. In PostgreSQL it is one transaction, which drops and makes the
tables; so an index of any version, or one whose tables are broken, can be replaced.
"""

from __future__ import annotations

import glob
import os
import uuid
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from newsmill.database import CorpusIndexError, make_folder
from newsmill.dedup.bulk import ROWS_AT_ONCE, find, in_chunks, put
from newsmill.dedup.index import ARTICLE_ROW, CORPUS_KEY, RECORD_ROW, VERSION_ROW, Index, published_of
from newsmill.dedup.migrating import alone, stamp
from newsmill.dedup.tables import ARTICLES, META, RECORDS, REVISION, RUNS, STAMP, TABLES
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
        if self._url.get_backend_name() != "sqlite":
            self._write(corpus, articles, records, runs)
            return
        path = Path(self._url.database or "")
        make_folder(self._url)
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
        with self._writing() as connection:
            alone(connection)
            STAMP.drop(connection, checkfirst=True)
            TABLES.drop_all(connection)
            TABLES.create_all(connection)
            stamp(connection, REVISION)
            for some in in_chunks(articles, ROWS_AT_ONCE):
                _check_once(connection, some)
                put(connection, ARTICLES, list(map(ARTICLE_ROW, some)))
            for seen in in_chunks(map(RECORD_ROW, records), ROWS_AT_ONCE):
                put(connection, RECORDS, seen)
            for named in in_chunks(runs, ROWS_AT_ONCE):
                put(connection, RUNS, named)
            put(connection, META, [VERSION_ROW, (CORPUS_KEY, corpus)])


def _check_once(connection: sa.Connection, rows: list[Published]) -> None:
    """Check that no article_id and no text of these rows is there already, or twice among them."""
    for what in ("article_id", "content_hash"):
        found = find(connection, ARTICLES, ARTICLES.c[what], (getattr(row, what) for row in rows))
        known = {getattr(row, what): published_of(row) for row in found}
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
