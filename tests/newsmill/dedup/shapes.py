"""Indexes as earlier newsmills made them, by the statements of then, for tests of the migrations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.pool import NullPool

from newsmill.dedup.tables import STAMP, TABLES

FIRST = (
    "CREATE TABLE meta (key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key))",
    "CREATE TABLE articles (article_id TEXT NOT NULL, content_hash TEXT NOT NULL, source_id TEXT NOT NULL, "
    "outlet TEXT NOT NULL, date DATE NOT NULL, published_at BIGINT, fetched_at BIGINT, revision INTEGER NOT NULL, "
    "ingested_on DATE NOT NULL, raw_path TEXT NOT NULL, raw_sha256 TEXT NOT NULL, PRIMARY KEY (article_id), "
    "UNIQUE (content_hash))",
    "CREATE TABLE records (record_key TEXT NOT NULL, fingerprint TEXT NOT NULL, fate TEXT NOT NULL, outlet TEXT, "
    "article_id TEXT, PRIMARY KEY (record_key))",
    "CREATE TABLE runs (run_id TEXT NOT NULL, run_date DATE NOT NULL, PRIMARY KEY (run_id))",
)
FILES = "CREATE TABLE files (path TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (path))"
BY_DAY = "CREATE INDEX articles_by_day ON articles (date, outlet)"
SHAPES = {"0001": FIRST, "0002": (*FIRST, FILES), "0003": (*FIRST, FILES, BY_DAY)}
"""By the revision that each amounts to; none of them says it."""

ROWS = (
    "INSERT INTO meta VALUES ('schema_version', '1'), ('corpus', 'c0')",
    "INSERT INTO articles VALUES ('one', 'hash of one', 'one', 'verity', '2023-09-13', 1694581567891011, NULL, 1, "
    "'2024-01-02', 'verity/one.html', 'bytes of one')",
    "INSERT INTO records VALUES ('r', 'bytes of r', 'published', 'verity', 'r')",
    "INSERT INTO runs VALUES ('run', '2024-01-02')",
)


def tell(url: str, *statements: str) -> None:
    """Run statements in one transaction."""
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def make_old(url: str, shape: str) -> None:
    """Make an index of a shape, with a row in each of its first tables."""
    tell(url, *SHAPES[shape], *ROWS)


def differences(url: str) -> list[Any]:
    """Return what Alembic would change to come from the database to the tables of now."""
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": STAMP.name, "compare_type": True})
        return list(compare_metadata(context, TABLES))


def stamped(url: str) -> str | None:
    """Return the revision that an index says it has."""
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        return connection.execute(sa.select(STAMP.c.version_num)).scalar()


def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of an index that has all tables, sorted."""
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=str)
            for table in TABLES.sorted_tables
        }
