"""Narrow columns of corpus, index and ledger side by side: a passing DuckDB database.

Checks across datasets are joins of millions of keys. DuckDB does them on disk within a fixed memory, so a verification
needs no more for a large corpus than for a small one. Rows come as Arrow tables and questions as fixed SQL: no value
of an article is ever part of a statement.

Owns the database and its tables. Keep out: what is asked of it (agreement, sample).
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

MEMORY = "512MB"
"""What DuckDB takes before it spills to disk; the joins of a million articles fit."""

ROWS_AT_ONCE = 1000

ROWS_HELD, TABLES_HELD = 20_000, 2_000
"""Written at once: each write costs ten milliseconds, and most files of a corpus have few rows."""

_TABLES = """
CREATE TABLE corpus (path VARCHAR, date DATE, outlet VARCHAR, article_id VARCHAR, content_hash VARCHAR,
    source_id VARCHAR, published_at BIGINT, fetched_at BIGINT, revision BIGINT, ingested_on DATE, raw_path VARCHAR,
    raw_sha256 VARCHAR, removed_chars BIGINT);
CREATE TABLE articles (date DATE, outlet VARCHAR, article_id VARCHAR, content_hash VARCHAR, source_id VARCHAR,
    published_at BIGINT, fetched_at BIGINT, revision BIGINT, ingested_on DATE, raw_path VARCHAR, raw_sha256 VARCHAR);
CREATE TABLE records (record_key VARCHAR, fingerprint VARCHAR);
CREATE TABLE landing_files (path VARCHAR);
CREATE TABLE files (dataset VARCHAR, run VARCHAR);
CREATE TABLE gaps (dataset VARCHAR, run VARCHAR);
CREATE TABLE runs (run VARCHAR, run_id VARCHAR, outlet VARCHAR, read BIGINT, published BIGINT, duplicate BIGINT,
    quarantined BIGINT, unreadable BIGINT, unchanged BIGINT);
CREATE TABLE fates (run VARCHAR, run_id VARCHAR, record_key VARCHAR, fingerprint VARCHAR, fate VARCHAR,
    article_id VARCHAR, raw_path VARCHAR, raw_sha256 VARCHAR, date DATE, outlet VARCHAR, revision BIGINT);
CREATE TABLE duplicates (run VARCHAR, record_key VARCHAR, duplicate_of VARCHAR);
CREATE TABLE revisions (run VARCHAR, article_id VARCHAR, content_hash VARCHAR, revision BIGINT, replaced_by VARCHAR,
    raw_path VARCHAR, removed_chars BIGINT);
CREATE TABLE quarantine (run VARCHAR, record_key VARCHAR, article_id VARCHAR, removed_chars BIGINT);
CREATE TABLE removals (run VARCHAR, record_key VARCHAR, chars BIGINT);
CREATE TABLE bad (path VARCHAR);
CREATE TABLE aside (path VARCHAR);
CREATE TABLE given_up (article_id VARCHAR);
CREATE TABLE down (article_id VARCHAR, content_hash VARCHAR, outlet VARCHAR);
CREATE TABLE cuts (run VARCHAR, record_key VARCHAR, block BIGINT, step BIGINT, text_before VARCHAR,
    text_after VARCHAR);
CREATE TABLE decided (run VARCHAR, record_key VARCHAR, field VARCHAR, value VARCHAR);
CREATE MACRO corpus_path(day, slug) AS
    'corpus/date=' || CAST(day AS VARCHAR) || '/outlet=' || slug || '/articles.parquet';
CREATE MACRO ledger_path(dataset, run) AS
    CASE dataset WHEN 'quarantine' THEN 'quarantine/' ELSE 'ledger/' || dataset || '/' END || run || '.parquet';
"""
"""`run` is a ledger file's place in its dataset, `run_date=…/<name>`: a run that was cleared has one an attempt."""


class Desk:
    """The open database. `open_desk` makes it."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database
        self._held: defaultdict[str, list[pa.Table]] = defaultdict(list)

    def add(self, table: str, rows: pa.Table) -> None:
        """Put rows into a table; their columns are the table's, in its order."""
        if len(rows):
            self._held[table].append(rows)
            if len(self._held[table]) >= TABLES_HELD or sum(map(len, self._held[table])) >= ROWS_HELD:
                self._write(table)

    def add_values(self, table: str, rows: Sequence[tuple[str, ...]]) -> None:
        """Put rows of strings into a table."""
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            self.add(table, pa.table(columns, names=[f"c{number}" for number in range(len(columns))]))

    def ask(self, question: str, values: dict[str, Any] | None = None) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of the answer; `values` are those of the question's `$names`."""
        self._write_all()
        cursor = self._database.cursor()
        cursor.execute(question, values or {})
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows

    def do(self, statement: str, values: dict[str, Any] | None = None) -> None:
        """Run a statement without an answer."""
        self._write_all()
        self._database.execute(statement, values or {})

    def _write_all(self) -> None:
        for table in list(self._held):
            self._write(table)

    def _write(self, table: str) -> None:
        arriving = pa.concat_tables(self._held.pop(table))
        self._database.register("arriving", arriving)
        self._database.execute(f"INSERT INTO {table} SELECT * FROM arriving")  # noqa: S608 - our own name
        self._database.unregister("arriving")

    def count(self, table: str) -> int:
        """Return the number of rows of a table."""
        ((count,),) = self.ask(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names
        return int(count)


@contextmanager
def open_desk() -> Iterator[Desk]:
    """Open an empty database in a temporary folder, which goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="newsmill-verify-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": str(Path(folder) / "spilled"),
            "autoinstall_known_extensions": "false",
            "preserve_insertion_order": "false",
        }
        with closing(duckdb.connect(str(Path(folder) / "desk.duckdb"), config=settings)) as database:
            database.execute("SET enable_external_access = false")
            database.execute("SET lock_configuration = true")
            database.execute(_TABLES)
            yield Desk(database)
