"""The index: the small database that knows every published article and every raw record dealt with.

Owns its reads and writes. Keep out: what follows from what it knows (decide).

A read looks up keys and never scans a table. A write is one transaction that can be repeated. A run that has nothing
to write leaves an SQLite file as it is, to the byte.
"""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex, CreateTable

from newsmill import disk
from newsmill.dedup.tables import ARTICLES, BY_DAY, FILES, INDEX_VERSION, META, RECORDS, RUNS, TABLES
from newsmill.model import Fate, NewsmillError, Published, Seen

KEYS_AT_ONCE = 500
"""Values of one IN list; SQLite before 3.32 takes 999 at most."""

ROWS_PER_WRITE = 1000
"""Rows handed to the database at once; bounds the memory of a commit."""

BUSY_SECONDS = 60
"""How long a write waits for another process's write to an SQLite index; a night's commit takes a few seconds."""

UPSERTS: dict[str, Callable[[sa.Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

VERSION_ROW = {"key": "schema_version", "value": str(INDEX_VERSION)}
CORPUS_KEY = "corpus"
"""Of the row of META that says of which corpus this is the index; one made by an early newsmill has none."""

_FORGET = sa.delete(ARTICLES).where(
    ARTICLES.c.article_id == sa.bindparam("gone_id"), ARTICLES.c.content_hash == sa.bindparam("gone_hash")
)

Item = TypeVar("Item")
Row = dict[str, Any]


class CorpusIndexError(NewsmillError):
    """The index cannot be used; the text names it and says what to do."""


class Index:
    """The index behind a SQLAlchemy URL. Holds no connection between two calls.

    Args:
        url: SQLAlchemy's.
        corpus: the id of the corpus whose index it must be; None: of whichever.
    """

    def __init__(self, url: str | sa.URL, corpus: str | None = None) -> None:
        self._corpus = corpus
        try:
            self._url = sa.make_url(url)
            self.name = self._url.render_as_string(hide_password=True)
            self._check_url()
            waiting = {"timeout": BUSY_SECONDS} if self._is_sqlite else {}
            self._engine = sa.create_engine(self._url, poolclass=NullPool, connect_args=waiting)
        except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
            raise CorpusIndexError(f"NEWSMILL_INDEX_URL: no database can be opened with it: {error}") from None
        self._found = False

    def known(self, keys: Iterable[str]) -> dict[str, Seen]:
        """Return what is known of these raw records, by `record_key`; those never seen are left out."""
        return {row.record_key: _seen(row) for row in self._rows(RECORDS, RECORDS.c.record_key, keys)}

    def articles(self, ids: Iterable[str]) -> dict[str, Published]:
        """Return the published articles with these ids, by `article_id`."""
        return {row.article_id: _published(row) for row in self._rows(ARTICLES, ARTICLES.c.article_id, ids)}

    def hashes(self, hashes: Iterable[str]) -> dict[str, Published]:
        """Return the published articles with these texts, by `content_hash`."""
        return {row.content_hash: _published(row) for row in self._rows(ARTICLES, ARTICLES.c.content_hash, hashes)}

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
        """Write of which corpus this is the index, and make it where it is not there; may be done twice."""
        self._create()
        with self._explained(), self._engine.begin() as connection:
            for statement, rows in self._upserts(META, [VERSION_ROW, {"key": CORPUS_KEY, "value": corpus}]):
                connection.execute(statement, rows)

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
        gone = ({"gone_id": article_id, "gone_hash": content_hash} for article_id, content_hash in freed)
        writes = chain(
            ((_FORGET, rows) for rows in in_chunks(gone, ROWS_PER_WRITE)),
            self._upserts(ARTICLES, map(dataclasses.asdict, articles)),
            self._upserts(RECORDS, map(dataclasses.asdict, records)),
            self._upserts(FILES, ({"path": path, "version": version} for path, version in files)),
        )
        first = next(writes, None)
        if first is None:
            return
        if self._corpus and self.corpus() != self._corpus:
            raise CorpusIndexError(
                f"{self.name}: the index knew this corpus when the run was decided, and does not now: newsmill "
                "rebuild-index makes it again, and ends the run"
            )
        self._create()
        end = self._upserts(RUNS, [{"run_id": run_id, "run_date": run_date}])
        with self._explained(), self._engine.begin() as connection:
            for statement, rows in chain(self._upserts(META, [VERSION_ROW]), [first], writes, end):
                connection.execute(statement, rows)

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
        if self._is_missing():
            return
        with self._explained(), self._engine.begin() as connection:
            if not self._is_ready(connection):
                return
            if self._is_sqlite:
                connection.exec_driver_sql("PRAGMA secure_delete = ON")
            if connection.execute(sa.delete(ARTICLES).where(wanted)).rowcount:
                for statement, rows in self._upserts(RUNS, [{"run_id": name, "run_date": day}]):
                    connection.execute(statement, rows)

    def _one(self, query: sa.Select[tuple[Any]], table: sa.Table = META) -> Any:
        if self._is_missing():
            return None
        with self._explained(), self._engine.connect() as connection:
            is_there = self._is_ready(connection) and self._has(connection, table)
            return connection.execute(query).scalar() if is_there else None

    def _all(self, query: sa.Select[*tuple[Any, ...]]) -> list[Any]:
        if self._is_missing():
            return []
        with self._explained(), self._engine.connect() as connection:
            return list(connection.execute(query)) if self._is_ready(connection) else []

    def _rows(self, table: sa.Table, column: sa.Column[Any], keys: Iterable[str]) -> list[sa.Row[Any]]:
        wanted = sorted(set(keys))
        found: list[sa.Row[Any]] = []
        if not wanted or self._is_missing():
            return found
        with self._explained(), self._engine.connect() as connection:
            if self._is_ready(connection) and self._has(connection, table):
                for chunk in in_chunks(wanted, KEYS_AT_ONCE):
                    found += connection.execute(sa.select(table).where(column.in_(chunk)))
        return found

    def _upserts(self, table: sa.Table, rows: Iterable[Row]) -> Iterator[tuple[Any, list[Row]]]:
        """Yield what puts rows into a table, in chunks; a row that is there already, equal, is not touched."""
        insert = UPSERTS[self._url.get_backend_name()](table)
        others = [column for column in table.columns if not column.primary_key]
        changed = sa.or_(*(column.is_distinct_from(insert.excluded[column.name]) for column in others))
        statement = insert.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={column.name: insert.excluded[column.name] for column in others},
            where=changed,
        )
        for chunk in in_chunks(rows, ROWS_PER_WRITE):
            yield statement, chunk

    def _create(self) -> None:
        """Create the tables that are missing; until the first commit ends, readers take them for absent."""
        if self._is_sqlite and self._url.database:
            self._make_folder(Path(self._url.database).parent)
        self._found = False  # the file may have been taken away since
        with self._explained(), self._engine.begin() as connection:
            if not (self._is_ready(connection) and self._is_complete(connection)):
                for table in TABLES.sorted_tables:
                    connection.execute(CreateTable(table, if_not_exists=True))
                connection.execute(CreateIndex(BY_DAY, if_not_exists=True))

    def _is_complete(self, connection: sa.Connection) -> bool:
        """Tell whether what came later than the first tables is there, too."""
        return self._has(connection, FILES) and sa.inspect(connection).has_index(ARTICLES.name, str(BY_DAY.name))

    def _has(self, connection: sa.Connection, table: sa.Table) -> bool:
        """Tell whether a table is there: of those of an index that was made, all but the one that came later are."""
        return table is not FILES or sa.inspect(connection).has_table(FILES.name)

    def _is_ready(self, connection: sa.Connection) -> bool:
        """Tell whether something was committed, by a newsmill whose index this one understands."""
        if self._found:
            return True
        if not sa.inspect(connection).has_table(META.name):
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

    @property
    def _is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    def _is_missing(self) -> bool:
        """Tell whether an SQLite file is not there yet; opening it would create it."""
        if not self._is_sqlite:
            return False
        path = self._url.database or ""
        try:
            found = disk.status(path)
        except OSError as error:
            raise CorpusIndexError(f"{self.name}: {path} cannot be looked at: {error.strerror}") from error
        if found and not stat.S_ISREG(found.st_mode):
            raise CorpusIndexError(
                f"{self.name}: {path} is no file: newsmill rebuild-index puts it aside and makes the index again; or "
                "set NEWSMILL_INDEX_URL right"
            )
        return found is None

    def _make_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CorpusIndexError(f"{self.name}: the folder {folder} cannot be made: {error.strerror}") from error

    def _check_url(self) -> None:
        if self._url.get_backend_name() not in UPSERTS:
            raise CorpusIndexError(f"NEWSMILL_INDEX_URL: {self.name}: use sqlite:///… or postgresql://…")
        if self._is_sqlite and (self._url.database or ":memory:") == ":memory:":
            raise CorpusIndexError(f"NEWSMILL_INDEX_URL: {self.name}: an index in memory forgets; name a file")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say which database refused, and what to do."""
        try:
            yield
        except sa.exc.IntegrityError as error:
            raise CorpusIndexError(
                f"{self.name}: another run published the same text or article meanwhile ({error.orig}); nothing of "
                "this run was taken in: start a new run"
            ) from error
        except sa.exc.DBAPIError as error:
            raise CorpusIndexError(
                f"{self.name}: {error.orig}. If its disk is full or it may not be written, make room or give "
                "permission; then, and if it is locked or away, run the task again; if it is damaged, newsmill "
                "rebuild-index makes it again from the corpus; NEWSMILL_INDEX_URL says where it lies"
            ) from error


def _published(row: sa.Row[Any]) -> Published:
    return Published(**row._mapping)


def _seen(row: sa.Row[Any]) -> Seen:
    return Seen(**{**row._mapping, "fate": Fate(row.fate)})


def in_chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of at most `size` items."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
