"""The index by itself, and its rows on the desk.

Owns reading all of it. Keep out: whether it agrees with the corpus (agreement).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from newsmill.dedup.tables import ARTICLES, INDEX_VERSION, META
from newsmill.storage import Store
from newsmill.upkeep.desk import Desk
from newsmill.upkeep.findings import REBUILD_INDEX, Finding, Findings

ROWS_AT_ONCE = 10_000
IDENTITY = "newsmill.json"
CORPUS_KEY = "corpus"
"""Of the corpus's id, in that file and in the index's table META."""

_COLUMNS = [
    "date",
    "outlet",
    "article_id",
    "content_hash",
    "source_id",
    "published_at",
    "fetched_at",
    "revision",
    "ingested_on",
    "raw_path",
    "raw_sha256",
]
_MOMENTS = ("published_at", "fetched_at")


def name_of(url: str) -> str:
    """Return how the index is told, without a password."""
    return sa.make_url(url).render_as_string(hide_password=True)


def corpus_id(data: Store, found: Findings) -> str | None:
    """Return which corpus the data root says it holds."""
    if not data.exists(IDENTITY):
        return None
    try:
        return str(json.loads(data.read(IDENTITY))[CORPUS_KEY])
    except (OSError, ValueError, KeyError, TypeError) as error:
        detail = f"cannot be read ({error!r}): put a backup of it back; or remove it, and have a new one made"
        command = f"{REBUILD_INDEX} --replace"
        found.add(Finding(kind="corpus.identity", where=IDENTITY, detail=detail, command=command))
        return None


def is_usable(url: str) -> bool:
    """Tell whether the index is there, and can be read by this newsmill."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return False
    try:
        with closing(sa.create_engine(address, poolclass=NullPool).connect()) as connection:
            return not _problem(connection) and sa.inspect(connection).has_table(ARTICLES.name)
    except sa.exc.SQLAlchemyError:
        return False


def load_index(url: str, corpus: str | None, desk: Desk, found: Findings, *, must_exist: bool) -> bool:
    """Put the index's articles on the desk; return whether they can be relied on.

    Args:
        url: the index's.
        corpus: the id of the corpus that it must be the index of; None where the data root says none.
        desk: where the rows go.
        found: is told what is wrong with the index by itself.
        must_exist: whether there is a corpus, so that an index is wanted.
    """
    address = sa.make_url(url)
    name = name_of(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return _missing(name, found) if must_exist else True
    engine = sa.create_engine(address, poolclass=NullPool)
    try:
        with closing(engine.connect()) as connection:
            problem = _problem(connection)
            if problem:
                return _unusable(name, problem, found)
            if not sa.inspect(connection).has_table(ARTICLES.name):
                return _missing(name, found) if must_exist else True
            owner = connection.execute(sa.select(META.c.value).where(META.c.key == CORPUS_KEY)).scalar()
            if owner and corpus and owner != corpus:
                return _of_another(name, owner, found)
            for part in _parts(connection):
                desk.add("articles", part)
    except (sa.exc.SQLAlchemyError, ValueError, TypeError, pa.ArrowException) as error:
        return _unusable(name, str(getattr(error, "orig", error)), found)
    return True


def _problem(connection: sa.Connection) -> str:
    if connection.dialect.name == "sqlite":
        (said, *_) = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
        if said != "ok":
            return f"the file is damaged: {said}"
    if not sa.inspect(connection).has_table(META.name):
        return ""
    version = connection.execute(sa.select(META.c.value).where(META.c.key == "schema_version")).scalar()
    if version not in (None, str(INDEX_VERSION)):
        return f"it has schema version {version}, and this newsmill knows {INDEX_VERSION}"
    return ""


def _parts(connection: sa.Connection) -> Iterator[pa.Table]:
    raw = [
        sa.type_coerce(ARTICLES.c[name], sa.BigInteger) if name in _MOMENTS else ARTICLES.c[name] for name in _COLUMNS
    ]
    rows = connection.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE).execute(sa.select(*raw))
    for part in rows.partitions(ROWS_AT_ONCE):
        columns = [list(column) for column in zip(*part, strict=True)]
        yield pa.table({name: pa.array(column, _TYPES[name]) for name, column in zip(_COLUMNS, columns, strict=True)})


_TYPES = {name: pa.string() for name in _COLUMNS} | {
    "date": pa.date32(),
    "ingested_on": pa.date32(),
    "published_at": pa.int64(),
    "fetched_at": pa.int64(),
    "revision": pa.int64(),
}


def _of_another(name: str, owner: str, found: Findings) -> bool:
    detail = (
        f"the index of another corpus ({owner}): set NEWSMILL_INDEX_URL or NEWSMILL_DATA_URI right; or, if no other "
        "corpus uses it, make it this one's"
    )
    return _unusable(name, detail, found, kind="index.of_another_corpus", command=f"{REBUILD_INDEX} --replace")


def _missing(name: str, found: Findings) -> bool:
    return _unusable(name, "there is none, and there is a corpus", found, kind="index.missing")


def _unusable(
    name: str, detail: str, found: Findings, *, kind: str = "index.unreadable", command: str = REBUILD_INDEX
) -> bool:
    found.add(Finding(kind=kind, where=name, detail=detail, command=command))
    return False
