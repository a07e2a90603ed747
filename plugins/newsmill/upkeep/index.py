"""The index by itself, and its rows on the desk.

Owns reading all of it. Keep out: whether it agrees with the corpus (agreement).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from newsmill.database import CorpusIndexError, DatabaseAwayError, explained, name_of, open_engine
from newsmill.dedup.index import CORPUS_KEY
from newsmill.dedup.tables import ARTICLES, FILES, INDEX_VERSION, META, RECORDS, RUNS, Moment
from newsmill.identity import PATH, IdentityError, read_identity
from newsmill.publish.reconcile import INDEXED
from newsmill.publish.runs import newest_published
from newsmill.storage import Store
from newsmill.upkeep.desk import Desk
from newsmill.upkeep.findings import REBUILD_INDEX, Finding, Findings
from newsmill.upkeep.ledger import load_tombstones
from newsmill.upkeep.tombstones import check_names

ROWS_AT_ONCE = 10_000

_STRING, _DAY, _MOMENT = pa.string(), pa.date32(), pa.int64()
_TYPES: Mapping[sa.Table, Mapping[str, pa.DataType]] = {
    ARTICLES: {
        "date": _DAY,
        "outlet": _STRING,
        **dict.fromkeys(INDEXED, _STRING),
        "published_at": _MOMENT,
        "fetched_at": _MOMENT,
        "revision": pa.int64(),
        "ingested_on": _DAY,
    },
    RECORDS: {"record_key": _STRING, "fingerprint": _STRING},
    FILES: {"path": _STRING},
}
"""What is read of each table; its columns on the desk, in their order."""
_NAMES = {ARTICLES: "articles", RECORDS: "records", FILES: "landing_files"}
"""What they are called on the desk."""


def _owners(data: Store, found: Findings) -> Collection[str | None] | None:
    """Return of which corpus the index may say that it is its own; None where that cannot be told."""
    try:
        identity = read_identity(data)
    except IdentityError as error:
        found.add(Finding(kind="corpus.identity", where=PATH, detail=str(error), command=f"{REBUILD_INDEX} --replace"))
        return None
    return {None, identity.corpus} if identity else {None}


def is_usable(url: str) -> bool:
    """Tell whether the index is there, and can be read by this newsmill.

    Raises:
        DatabaseAwayError: that cannot be told now.
    """
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return False
    try:
        with explained(address), closing(open_engine(address).connect()) as connection:
            return not _problem(connection) and sa.inspect(connection).has_table(ARTICLES.name)
    except DatabaseAwayError:
        raise
    except (sa.exc.SQLAlchemyError, CorpusIndexError):
        return False


def load_index(data: Store, url: str, desk: Desk, found: Findings) -> bool:
    """Put the index's articles and records on the desk; return whether they can be relied on.

    Args:
        data: the data root, which says whose the index must be, and which run it must know.
        url: the index's.
        desk: where the rows go; those of the corpus are there.
        found: is told what is wrong with the index by itself.

    Raises:
        SchemaVersionError: a newer newsmill writes this corpus, and knows better what is right.
        DatabaseAwayError: the database is away, which says nothing of the index.
    """
    address = sa.make_url(url)
    name = name_of(url)
    allowed, newest, is_wanted = _owners(data, found), newest_published(data), desk.count("corpus") > 0
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return _missing(name, found) if is_wanted else True
    engine = open_engine(address)
    try:
        with explained(address), closing(engine.connect()) as connection:
            problem = _problem(connection)
            if problem:
                return _unusable(name, problem, found)
            if not sa.inspect(connection).has_table(ARTICLES.name):
                return _missing(name, found) if is_wanted else True
            owner = connection.execute(sa.select(META.c.value).where(META.c.key == CORPUS_KEY)).scalar()
            if allowed is not None and owner not in allowed:
                return _of_another(name, str(owner), found)
            if newest and not connection.execute(sa.select(RUNS).where(RUNS.c.run_id == newest.run_id)).first():
                _lacks_run(name, newest.run_id, found)
            named = connection.execute(sa.select(RUNS.c.run_id, RUNS.c.run_date).order_by(RUNS.c.run_id)).tuples()
            load_tombstones(check_names(data, named, found), desk)
            for table, on_desk in _NAMES.items():
                for part in _parts(connection, table):
                    desk.add(on_desk, part)
    except DatabaseAwayError:
        raise
    except (sa.exc.SQLAlchemyError, CorpusIndexError, ValueError, TypeError, pa.ArrowException) as error:
        cause = error.__cause__ if isinstance(error, CorpusIndexError) else error
        return _unusable(name, str(getattr(cause, "orig", cause)), found)
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


def _parts(connection: sa.Connection, table: sa.Table) -> Iterator[pa.Table]:
    types = _TYPES[table]
    if not sa.inspect(connection).has_table(table.name):
        return  # of an index from before there was a table of files
    moments = {name for name in types if isinstance(table.c[name].type, Moment)}
    raw = [sa.type_coerce(table.c[name], sa.BigInteger) if name in moments else table.c[name] for name in types]
    rows = connection.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE).execute(sa.select(*raw))
    for part in rows.partitions(ROWS_AT_ONCE):
        columns = [list(column) for column in zip(*part, strict=True)]
        yield pa.table({name: pa.array(column, types[name]) for name, column in zip(types, columns, strict=True)})


def _of_another(name: str, owner: str, found: Findings) -> bool:
    detail = (
        f"the index of another corpus ({owner}) than {PATH} names: set NEWSMILL_INDEX_URL or NEWSMILL_DATA_URI right; "
        "or, if no other corpus uses it, make it this one's"
    )
    return _unusable(name, detail, found, kind="index.of_another_corpus", command=f"{REBUILD_INDEX} --replace")


def _lacks_run(name: str, run_id: str, found: Findings) -> None:
    detail = f"it lacks the run {run_id!r}, the newest that published: it is an old copy, and no run begins with it"
    found.add(Finding(kind="index.lacks_run", where=name, detail=detail, command=REBUILD_INDEX))


def _missing(name: str, found: Findings) -> bool:
    return _unusable(name, "there is none, and there is a corpus", found, kind="index.missing")


def _unusable(
    name: str, detail: str, found: Findings, *, kind: str = "index.unreadable", command: str = REBUILD_INDEX
) -> bool:
    found.add(Finding(kind=kind, where=name, detail=detail, command=command))
    return False
