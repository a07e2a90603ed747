"""Many keys looked up, and many rows written, in few statements.

Owns how that is asked of each database. Keep out: what is looked up or written, and in which transaction (index).

PostgreSQL is another machine: what costs there is the way. Keys go as one array (`= any`), rows by COPY into a passing
table and from there in one statement: 8 times as many rows a second as rows in VALUES, and more than arrays (`unnest`)
or JSON would carry. SQLite is in this process: keys go as one JSON text (of a list of parameters SQLAlchemy alone takes
longer than the look-up), rows one by one through a prepared statement. No value ever becomes part of a statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from newsmill.dedup.tables import ARTICLES

KEYS_OF_ARRAY = 10_000
"""Keys of one array; bounds what is held of the answer, on both sides."""

ROWS_AT_ONCE = 10_000
"""Rows handed to the database at once; bounds the memory of a commit (a row has some 300 bytes)."""

INSERTS: dict[str, Callable[[sa.Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

Item = TypeVar("Item")
Row = tuple[Any, ...]

_KEYS = sa.bindparam("keys", type_=postgresql.ARRAY(sa.Text))
_LISTED = sa.select(sa.func.json_each(sa.bindparam("keys", type_=sa.Text)).table_valued("value").c.value)
_SPECIAL = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
"""What COPY reads otherwise than as itself."""


def find(connection: sa.Connection, table: sa.Table, column: sa.Column[Any], keys: Iterable[str]) -> list[sa.Row[Any]]:
    """Return the rows of a table that have one of these keys in a column that has an index."""
    is_here = connection.dialect.name == "sqlite"
    asked = sa.select(table).where(column.in_(_LISTED) if is_here else column == sa.any_(_KEYS))
    found: list[sa.Row[Any]] = []
    for some in in_chunks(sorted(set(keys)), KEYS_OF_ARRAY):
        found += connection.execute(asked, {"keys": json.dumps(some) if is_here else some})
    return found


def put(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Put rows into a table; one that is there already, equal, is not touched.

    Args:
        connection: in a transaction.
        table: one of the index's.
        rows: values in the order of the table's columns; of several with one key the last counts.
    """
    place = table.c.keys().index(table.primary_key.columns.keys()[0])
    last = {row[place]: row for row in rows}  # PostgreSQL refuses a statement that meets a row twice
    if connection.dialect.name == "sqlite":
        named = [dict(zip(table.c.keys(), row, strict=True)) for row in last.values()]
        connection.execute(_settling(INSERTS["sqlite"](table), table), named)
        return
    arriving = _copied(connection, table, last.values())
    statement = INSERTS["postgresql"](table).from_select(table.c.keys(), sa.select(arriving))
    connection.execute(_settling(statement, table))
    connection.exec_driver_sql(f"TRUNCATE {arriving.fullname}")  # deleted rows would be read again with the next ones


def forget(connection: sa.Connection, gone: Sequence[Row]) -> None:
    """Remove the articles that still have this text, of pairs (article_id, content_hash)."""
    if connection.dialect.name == "sqlite":
        statement = sa.delete(ARTICLES).where(
            ARTICLES.c.article_id == sa.bindparam("gone_id"), ARTICLES.c.content_hash == sa.bindparam("gone_hash")
        )
        connection.execute(statement, [{"gone_id": article_id, "gone_hash": text} for article_id, text in gone])
        return
    arrays = [sa.cast(list(column), postgresql.ARRAY(sa.Text)) for column in zip(*gone, strict=True)]
    pairs = sa.func.unnest(*arrays).table_valued("article_id", "content_hash").render_derived(name="gone")
    connection.execute(
        sa.delete(ARTICLES).where(
            ARTICLES.c.article_id == pairs.c.article_id, ARTICLES.c.content_hash == pairs.c.content_hash
        )
    )


def in_chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of at most `size` items."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _settling(insert: Any, table: sa.Table) -> Any:
    """Let an insert replace the row that has its key, if that is another."""
    others = [column for column in table.columns if not column.primary_key]
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={column.name: insert.excluded[column.name] for column in others},
        where=sa.or_(*(column.is_distinct_from(insert.excluded[column.name]) for column in others)),
    )


def _copied(connection: sa.Connection, table: sa.Table, rows: Iterable[Row]) -> sa.Table:
    """Put rows into a passing table that goes when the transaction ends; return it, to be emptied once it was read."""
    arriving = table.to_metadata(sa.MetaData(), name=f"arriving_{table.name}", schema="pg_temp")
    columns = ", ".join(table.c.keys())  # our own names
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS arriving_{table.name} ON COMMIT DROP AS "  # noqa: S608 - our own names
        f"SELECT {columns} FROM {table.name} WITH NO DATA"
    )
    to_text = [column.type.bind_processor(connection.dialect) or str for column in table.columns]
    lines = ("\t".join(map(_field, row, to_text)) for row in rows)
    copy = f"COPY pg_temp.arriving_{table.name} ({columns}) FROM STDIN"
    with _errors_of_sqlalchemy(connection, copy):
        _send(connection.connection.cursor(), copy, "\n".join([*lines, ""]))
    return arriving


def _send(cursor: Any, copy: str, text: str) -> None:
    if hasattr(cursor, "copy_expert"):  # psycopg2
        cursor.copy_expert(copy, StringIO(text))
        return
    with cursor.copy(copy) as stream:
        stream.write(text)


@contextmanager
def _errors_of_sqlalchemy(connection: sa.Connection, statement: str) -> Iterator[None]:
    """Raise what the driver raises as SQLAlchemy would, which does not know COPY."""
    base = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        raise sa.exc.DBAPIError.instance(statement, None, error, base, dialect=connection.dialect) from error


def _field(value: Any, to_text: Callable[[Any], Any]) -> str:
    return r"\N" if value is None else str(to_text(value)).translate(_SPECIAL)
