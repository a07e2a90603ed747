"""The tables of the index.

Owns names, types and the version of the index's own schema. Keep out: reading and writing them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

INDEX_VERSION = 1
"""What an index is understood by: another version is refused, by readers and writers. Raise it only with a change that
a newsmill of before would read wrongly; any other change is a revision alone."""

REVISION = "0003"
"""The newest of the migrations (`migrations/versions`), which lead to these tables. Any change of them needs one."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Moment(sa.TypeDecorator[datetime]):
    """A UTC datetime, kept as microseconds since 1970: exact, ordered and the same in every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:  # noqa: ARG002
        """Return what the database holds."""
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Return what the database held."""
        return None if value is None else EPOCH + value * MICROSECOND


TABLES = sa.MetaData()

META = sa.Table(
    "meta",
    TABLES,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

ARTICLES = sa.Table(
    "articles",
    TABLES,
    sa.Column("article_id", sa.Text, primary_key=True),
    sa.Column("content_hash", sa.Text, nullable=False, unique=True),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("outlet", sa.Text, nullable=False),
    sa.Column("date", sa.Date, nullable=False),
    sa.Column("published_at", Moment),
    sa.Column("fetched_at", Moment),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("ingested_on", sa.Date, nullable=False),
    sa.Column("raw_path", sa.Text, nullable=False),
    sa.Column("raw_sha256", sa.Text, nullable=False),
)
"""Every article in the corpus; `model.Published` has the same fields."""

BY_DAY = sa.Index("articles_by_day", ARTICLES.c.date, ARTICLES.c.outlet)
"""To count articles by day and outlet without reading them."""

RECORDS = sa.Table(
    "records",
    TABLES,
    sa.Column("record_key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("fate", sa.Text, nullable=False),
    sa.Column("outlet", sa.Text),
    sa.Column("article_id", sa.Text),
)
"""Every raw record that a run has dealt with, and how; `model.Seen` has the same fields."""

FILES = sa.Table(
    "files",
    TABLES,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
)
"""Landing files of which a run has dealt with all records, with their version then. An index that an older
newsmill writes on is right: a file is read again whose version is not here."""

RUNS = sa.Table(
    "runs",
    TABLES,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("run_date", sa.Date, nullable=False),
)
"""Runs that changed the index."""

STAMP = sa.Table(
    "index_revision", sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True, nullable=False)
)
"""Alembic's own table, in which it keeps the revision; its usual name is Airflow's, which may share the database."""
