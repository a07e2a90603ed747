"""The index: the small database that knows every published article and every raw record dealt with.

Owns its reads and writes. Keep out: what follows from what it knows (decide), how a database is asked for many rows at
once (bulk), how its tables come to be (migrating).

A read looks up keys and never scans a table. A write is one transaction that can be repeated. A run that has nothing
to write leaves an SQLite file as it is, to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from newsmill.database import CorpusIndexError, explained, is_missing, make_folder, name_of, open_engine, parse
from newsmill.dedup.bulk import ROWS_AT_ONCE, find, forget, in_chunks, put
from newsmill.dedup.migrating import bring_up, revision_of
from newsmill.dedup.tables import ARTICLES, FILES, INDEX_VERSION, META, RECORDS, REVISION, RUNS
from newsmill.model import Fate, Published, Seen

VERSION_ROW = ("schema_version", str(INDEX_VERSION))
CORPUS_KEY = "corpus"
"""Of the row of META that says of which corpus this is the index; one made by an early newsmill has none."""

ARTICLE_ROW: Callable[[Published], tuple[Any, ...]] = attrgetter(*ARTICLES.c.keys())
RECORD_ROW: Callable[[Seen], tuple[Any, ...]] = attrgetter(*RECORDS.c.keys())

Write = Callable[[sa.Connection], None]


class Index:
    """The index behind a SQLAlchemy URL. Holds no connection between two calls.

    Args:
        url: SQLAlchemy's.
        corpus: the id of the corpus whose index it must be; None: of whichever.
    """

    def __init__(self, url: str | sa.URL, corpus: str | None = None) -> None:
        self._corpus = corpus
        self._url = parse(url)
        self.name = name_of(self._url)
        self._engine = open_engine(self._url)
        self._found = False
        self._has_files = False

    def known(self, keys: Iterable[str]) -> dict[str, Seen]:
        """Return what is known of these raw records, by `record_key`; those never seen are left out."""
        return {row.record_key: _seen(row) for row in self._rows(RECORDS, RECORDS.c.record_key, keys)}

    def articles(self, ids: Iterable[str]) -> dict[str, Published]:
        """Return the published articles with these ids, by `article_id`."""
        return {row.article_id: published_of(row) for row in self._rows(ARTICLES, ARTICLES.c.article_id, ids)}

    def hashes(self, hashes: Iterable[str]) -> dict[str, Published]:
        """Return the published articles with these texts, by `content_hash`."""
        return {row.content_hash: published_of(row) for row in self._rows(ARTICLES, ARTICLES.c.content_hash, hashes)}

    def files(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the versions of these landing files of which all records were dealt with, by path."""
        return {row.path: row.version for row in self._rows(FILES, FILES.c.path, paths)}

    def knows_files(self, count: int) -> bool:
        """Tell whether it knows at least so many landing files."""
        query = sa.select(FILES.c.path).order_by(FILES.c.path).offset(count - 1).limit(1)
        return self._one(query, FILES) is not None

    def corpus(self) -> str | None:
        """Return the id of the corpus whose index this is; None where it says none, or is not there."""
        found: str | None = self._one(sa.select(META.c.value).where(META.c.key == CORPUS_KEY))
        return found

    def has_run(self, run_id: str) -> bool:
        """Tell whether a run has changed this index."""
        return self._one(sa.select(RUNS.c.run_id).where(RUNS.c.run_id == run_id)) is not None

    def coverage(self) -> list[tuple[date, str, int]]:
        """Return day, outlet and number of articles of each partition, in no order; counted, a second for millions."""
        query = sa.select(ARTICLES.c.date, ARTICLES.c.outlet, sa.func.count())
        return [tuple(row) for row in self._all(query.group_by(ARTICLES.c.date, ARTICLES.c.outlet))]

    def state(self) -> tuple[Any, ...]:
        """Return what is another once a run, or a takedown, has changed what is known of articles."""
        found = self._all(sa.select(sa.func.count(), sa.func.max(RUNS.c.run_date), sa.func.max(RUNS.c.run_id)))
        return tuple(found[0]) if found else ()

    def is_empty(self) -> bool:
        """Tell whether it knows no article."""
        return self._one(sa.select(ARTICLES.c.article_id).limit(1)) is None

    def claim(self, corpus: str) -> None:
        """Write of which corpus this is the index, and make or migrate it where it must be; may be done twice."""
        self.bring_up()
        with self._writing() as connection:
            put(connection, META, [VERSION_ROW, (CORPUS_KEY, corpus)])

    def commit(
        self,
        run_id: str,
        run_date: date,
        articles: Iterable[Published],
        records: Iterable[Seen],
        freed: Iterable[tuple[str, str]] = (),
        files: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Take in what a run published and the records that it dealt with: all of it, or nothing.

        All are streamed. An article that is there already is replaced. A run that has nothing to say writes
        nothing, itself included; what is there already, equal, is not written again.

        Args:
            run_id: the run's.
            run_date: its UTC day.
            articles: as they stand in the corpus now.
            records: what later runs need not read again.
            freed: (article_id, content_hash) of rows that left the corpus, or whose text another of the `articles` has
                now. They are forgotten first, because a text is here once; a row that has another text stays.
            files: paths and versions of the landing files of which these are all records.

        Raises:
            CorpusIndexError: the database refuses; its state is as before.
        """
        writes = chain(
            _forgets(freed),
            _puts(ARTICLES, map(ARTICLE_ROW, articles)),
            _puts(RECORDS, map(RECORD_ROW, records)),
            _puts(FILES, files),
        )
        first = next(writes, None)
        if first is None:
            return
        if self._corpus and self.corpus() != self._corpus:
            raise CorpusIndexError(
                f"{self.name}: the index knew this corpus when the run was decided, and does not now: newsmill "
                "rebuild-index makes it again, and ends the run"
            )
        self.bring_up()
        end = _puts(RUNS, [(run_id, run_date)])
        with self._writing() as connection:
            for write in chain(_puts(META, [VERSION_ROW]), [first], writes, end):
                write(connection)

    def forget(self, name: str, day: date, *, article_id: str | None = None, outlet: str | None = None) -> None:
        """Forget that an article, or an outlet's articles, are published: in one transaction, which may be done twice.

        What is known of their records stays, so that no run reads them again. On SQLite the bytes are overwritten.

        Args:
            name: of the takedown; kept among the runs that changed the index.
            day: its UTC day.
            article_id: the article; or else
            outlet: the outlet.
        """
        wanted = ARTICLES.c.article_id == article_id if article_id else ARTICLES.c.outlet == outlet
        if is_missing(self._url):
            return
        with self._writing() as connection:
            if not self._is_ready(connection):
                return
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete = ON")
            if connection.execute(sa.delete(ARTICLES).where(wanted)).rowcount:
                put(connection, RUNS, [(name, day)])

    def bring_up(self) -> tuple[str | None, str]:
        """Make the tables, or migrate those of an older newsmill; nothing is touched where they are as they must be.

        Until the first commit ends, readers take a new index for absent.

        Returns:
            The revision before, None where there was no index, and that of now.

        Raises:
            CorpusIndexError: the database refuses, or a newer newsmill made the index.
        """
        before = self.revision()
        if before is not None and before >= REVISION:
            return before, before
        make_folder(self._url)
        self._found = False
        with self._writing() as connection:
            return bring_up(connection)

    def revision(self) -> str | None:
        """Return the revision of the tables; None where there is no index.

        Raises:
            CorpusIndexError: the database refuses, or a newer newsmill made the index.
        """
        self._found = False  # the file may have been taken away since
        if is_missing(self._url):
            return None
        with self._reading() as connection:
            return revision_of(connection) if self._is_ready(connection) else None

    def _one(self, query: sa.Select[tuple[Any]], table: sa.Table = META) -> Any:
        if is_missing(self._url):
            return None
        with self._reading() as connection:
            return connection.execute(query).scalar() if self._has(connection, table) else None

    def _all(self, query: sa.Select[*tuple[Any, ...]]) -> list[Any]:
        if is_missing(self._url):
            return []
        with self._reading() as connection:
            return list(connection.execute(query)) if self._is_ready(connection) else []

    def _rows(self, table: sa.Table, column: sa.Column[Any], keys: Iterable[str]) -> list[sa.Row[Any]]:
        wanted = set(keys)
        if not wanted or is_missing(self._url):
            return []
        with self._reading() as connection:
            return find(connection, table, column, wanted) if self._has(connection, table) else []

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with explained(self._url), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with explained(self._url), self._engine.begin() as connection:
            yield connection

    def _has(self, connection: sa.Connection, table: sa.Table) -> bool:
        """Tell whether the index is there, and this table of it: one that was not migrated yet has no FILES."""
        return self._is_ready(connection) and (table is not FILES or self._has_files)

    def _is_ready(self, connection: sa.Connection) -> bool:
        """Tell whether something was committed, by a newsmill whose index this one understands."""
        if self._found:
            return True
        names = sa.inspect(connection).get_table_names()
        self._has_files = FILES.name in names
        if META.name not in names:
            return False
        known = {row.key: row.value for row in connection.execute(sa.select(META))}
        version, corpus = known.get("schema_version"), known.get(CORPUS_KEY)
        if version not in (None, str(INDEX_VERSION)):
            raise CorpusIndexError(
                f"{self.name}: this index has schema version {version}, and this newsmill knows version "
                f"{INDEX_VERSION}: install a newsmill of that version, or point NEWSMILL_INDEX_URL elsewhere"
            )
        if self._corpus and corpus not in (None, self._corpus):
            raise CorpusIndexError(
                f"{self.name}: this is the index of another corpus ({corpus}, and newsmill.json in the data root says "
                f"{self._corpus}): set NEWSMILL_INDEX_URL or NEWSMILL_DATA_URI right; or, if no other corpus uses this "
                "index, newsmill rebuild-index --replace makes it this corpus's own"
            )
        self._found = version is not None
        return self._found


def _puts(table: sa.Table, rows: Iterable[tuple[Any, ...]]) -> Iterator[Write]:
    return (partial(put, table=table, rows=part) for part in in_chunks(rows, ROWS_AT_ONCE))


def _forgets(gone: Iterable[tuple[str, str]]) -> Iterator[Write]:
    return (partial(forget, gone=part) for part in in_chunks(gone, ROWS_AT_ONCE))


def published_of(row: sa.Row[Any]) -> Published:
    """Return what a row of ARTICLES says."""
    return Published(**dict(zip(row._fields, row, strict=True)))  # `**row._mapping` takes 2.5 times as long


def _seen(row: sa.Row[Any]) -> Seen:
    return Seen(**{**dict(zip(row._fields, row, strict=True)), "fate": Fate(row.fate)})
