"""Raw records whose latest fate is that they were refused: quarantined or unreadable.

The ledger is read once, run after run in the order in which they ended, narrow columns only; what is refused at each
moment lies in a passing SQLite file, so that memory does not grow with the ledger. A record's latest fate is that of
the last run that had to do with it, with two exceptions:

- `unchanged` because the record is known says nothing new: an earlier fate stays.
- `vanished` counts only where nothing else is known of the record. A replay over the wrong landing zone, or while it is
  away, would otherwise take the reason from every record that it was to find again.

An article that another record has brought into the corpus, in the same run or later, is not taken up again from the
refused record: it is an older fetch, and where fetch times are unknown it would replace the newer one.

Owns what counts as the latest fate. Keep out: doing anything about it (pipeline).
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import structlog

from newsmill import parquet
from newsmill.model import Fate, NewsmillError, Reason, Replay
from newsmill.publish.runs import in_order
from newsmill.storage import Store

ROWS_AT_ONCE = 10_000
RUNS_NAMED = 5
"""Runs that the error names where the one asked for is not in the ledger."""

_NARROW = ["record_key", "fate", "reason", "article_id"]
_NOTED = ["record_key", "raw_path", "outlet", "reason", "article_id", "run_id"]
_TABLE = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE refused (
    record_key TEXT PRIMARY KEY, raw_path TEXT, outlet TEXT, reason TEXT, article_id TEXT, run_id TEXT, run_date TEXT,
    stands INTEGER DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX by_article ON refused (article_id);
"""
_NOTE = "INSERT OR {way} INTO refused VALUES (?, ?, ?, ?, ?, ?, ?, 0)"

log = structlog.get_logger("newsmill")


@contextmanager
def refused(data: Store, asked: Replay) -> Iterator[Iterator[str]]:
    """Give the raw_paths of the refused records that are asked for.

    Raises:
        NewsmillError: the run that is asked for is not in the ledger, or a file of the ledger is damaged.
    """
    with (
        tempfile.TemporaryDirectory(prefix="newsmill-refused-") as folder,
        closing(sqlite3.connect(Path(folder) / "refused.sqlite")) as database,
    ):
        database.executescript(_TABLE)
        runs = [_note_run(database, data, path) for path in in_order(data)]
        if asked.run_id and asked.run_id not in runs:
            last = ", ".join(runs[-RUNS_NAMED:]) or "none at all"
            raise NewsmillError(f"run_id: the ledger has no run {asked.run_id!r}; its last ones are {last}")
        where, values = _condition(asked)
        (left_out,) = database.execute(f"SELECT count(*) FROM refused WHERE stands AND {where}", values).fetchone()  # noqa: S608
        if left_out:
            log.info("left out: another record has brought the article into the corpus", records=left_out)
        rows = database.execute(f"SELECT raw_path FROM refused WHERE NOT stands AND {where}", values)  # noqa: S608
        yield (raw_path for (raw_path,) in rows)


def _condition(asked: Replay) -> tuple[str, list[str]]:
    """Return the words of a WHERE clause, in which only fixed names stand, and its values."""
    tests = {
        "reason": asked.reasons,
        "outlet": asked.outlets,
        "run_id": (asked.run_id,) if asked.run_id else (),
    }
    parts = [f"{name} IN ({', '.join('?' * len(values))})" for name, values in tests.items() if values]
    found = [value for values in tests.values() for value in values]
    for sign, day in ((">=", asked.from_date), ("<=", asked.to_date)):
        if day:
            parts.append(f"run_date {sign} ?")
            found.append(day.isoformat())
    return " AND ".join(parts) or "1", found


def _note_run(database: sqlite3.Connection, data: Store, path: str) -> str:
    """Take note of one run's fates; return its id."""
    run_id = str(next(_parts(data, path, ["run_id"]))["run_id"][0].as_py())
    fates = path.replace("ledger/runs/", "ledger/fates/", 1)
    day = path.split("/")[2].removeprefix("run_date=")
    for part in _parts(data, fates, [*_NARROW, "raw_path", "outlet", "run_id"]):
        _note_refused(database, part, day)
        _note_others(database, part)
    for part in _parts(data, fates, _NARROW):
        _note_standing(database, part)
    return run_id


def _note_refused(database: sqlite3.Connection, part: pa.Table, day: str) -> None:
    is_refused = pc.is_in(part["fate"], value_set=pa.array([Fate.QUARANTINED.value, Fate.UNREADABLE.value]))
    rows = part.filter(is_refused).select(_NOTED)
    has_vanished = pc.equal(rows["reason"], Reason.VANISHED.value)
    for way, some in (("REPLACE", rows.filter(pc.invert(has_vanished))), ("IGNORE", rows.filter(has_vanished))):
        columns = [column.to_pylist() for column in some.columns]
        database.executemany(_NOTE.format(way=way), ((*row, day) for row in zip(*columns, strict=True)))


def _note_others(database: sqlite3.Connection, part: pa.Table) -> None:
    """Forget the records of which this run knows better."""
    says_nothing = pc.fill_null(pc.equal(part["reason"], Reason.KNOWN_RECORD.value), False)
    is_refused = pc.is_in(part["fate"], value_set=pa.array([Fate.QUARANTINED.value, Fate.UNREADABLE.value]))
    keys = part.filter(pc.invert(pc.or_(says_nothing, is_refused)))["record_key"].to_pylist()
    database.executemany("DELETE FROM refused WHERE record_key = ?", ((key,) for key in keys))


def _note_standing(database: sqlite3.Connection, part: pa.Table) -> None:
    """Mark the refused records whose articles this run published."""
    ids = part.filter(pc.equal(part["fate"], Fate.PUBLISHED.value))["article_id"].to_pylist()
    database.executemany("UPDATE refused SET stands = 1 WHERE article_id = ?", ((article_id,) for article_id in ids))


def _parts(data: Store, path: str, columns: list[str]) -> Iterator[pa.Table]:
    try:
        with parquet.opened(data, path) as file:
            yield from parquet.tables(file, ROWS_AT_ONCE, columns)
    except (OSError, ValueError) as error:
        raise parquet.unreadable(data, path, error) from error
