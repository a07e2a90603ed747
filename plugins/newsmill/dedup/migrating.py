"""Bring the tables of an index up to this newsmill's: made anew, or migrated from what an older one made.

Owns which revision an index has, and the step to the newest. Keep out: the revisions (migrations), reading and writing.

An index says its revision in a table of Alembic's (`tables.STAMP`). One that was made before there were revisions has
no such table; which tables it has says where it stands. A new index gets the tables as they are, and the newest
revision: a test holds that to what the migrations lead to. So Alembic is imported only where there is something to
migrate. There is no way down: whichever newsmill is to use an index makes it again (`newsmill rebuild-index`).
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from newsmill.database import CorpusIndexError, name_of
from newsmill.dedup.tables import ARTICLES, BY_DAY, FILES, META, REVISION, STAMP, TABLES

MIGRATION_KEY = int.from_bytes(b"newsmigr", "big") >> 1
"""Of PostgreSQL's advisory lock on the tables themselves; `>> 1` makes it fit a signed bigint."""


def revision_of(connection: sa.Connection) -> str | None:
    """Return the revision of an index; None where there is none. One of a newer newsmill may be unknown here."""
    found = sa.inspect(connection)
    names = found.get_table_names()
    if STAMP.name in names:
        known: str | None = connection.execute(sa.select(STAMP.c.version_num)).scalar()
        if known:
            return known
    if not {META.name, ARTICLES.name} <= set(names):
        return None
    if "raw_path" not in {column["name"] for column in found.get_columns(ARTICLES.name)}:
        raise CorpusIndexError(
            f"{name_of(connection.engine.url)}: a trial version made this index: newsmill rebuild-index makes it again"
        )
    if FILES.name not in names:
        return "0001"
    return "0003" if found.has_index(ARTICLES.name, str(BY_DAY.name)) else "0002"


def bring_up(connection: sa.Connection) -> tuple[str | None, str]:
    """Make or migrate the tables; the caller commits. Of two who do it at once the second finds it done.

    Returns:
        The revision of before, None where there were no tables, and that of now.
    """
    alone(connection)
    before = revision_of(connection)
    if before is None:
        TABLES.create_all(connection)
        stamp(connection, REVISION)
    elif before < REVISION:
        _migrate(connection, before)
    return before, max(before or "", REVISION)


def alone(connection: sa.Connection) -> None:
    """Let nobody else make tables until the transaction ends; it has only begun."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # Python's driver begins none before statements that make tables
    else:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_KEY)))


def stamp(connection: sa.Connection, revision: str) -> None:
    """Write an index's revision."""
    STAMP.create(connection, checkfirst=True)
    connection.execute(sa.delete(STAMP))
    connection.execute(sa.insert(STAMP), {"version_num": revision})


def _migrate(connection: sa.Connection, before: str) -> None:
    from alembic import command
    from alembic.config import Config

    stamp(connection, before)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, REVISION)
