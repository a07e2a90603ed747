"""Rows of the whole ledger that are about one thing: an article, a record.

Owns the question to all files of a dataset at once. DuckDB asks them by its own reader: of a ledger of 400 nights with
2,400 records each it finds a record in a fifth of a second, and newer rows sooner, as only files since a day are asked.
Values are parameters, never part of a statement. Keep out: what is made of the rows.
"""

from __future__ import annotations

import glob
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import duckdb

from newsmill.model import NewsmillError
from newsmill.publish.ledger import folder_of
from newsmill.schema import LEDGER
from newsmill.storage import Store

THREADS_ON_DISK, THREADS_IN_A_STORE = 2, 16
"""In an object store a thread mostly waits."""
SLACK = timedelta(days=31)
"""A run that was cleared, and ends later than a newer one, keeps its day."""
AT_MOST = 1000
"""Rows, the newest: a page shows no more."""


def traces(data: Store, dataset: str, columns: Sequence[str], since: date, **equal: str) -> list[dict[str, Any]]:
    """Return rows of a dataset of the ledger in which columns equal values, those of the newest day first.

    Args:
        data: the data root.
        dataset: its name.
        columns: of it; `path` (the file) and `day` (of the run) come with them.
        since: the day (UTC) on which the thing came in; runs of `SLACK` before are asked too.
        equal: values by column.

    Raises:
        NewsmillError: a file cannot be read; says what mends it.
    """
    days = {_named(data, path): (path, day) for path, day in _files(data, dataset) if day >= since - SLACK}
    if not days:
        return []
    names = {name: LEDGER[dataset].field(name).name for name in (*columns, *equal)}  # none but the schema's
    where = " AND ".join(f'"{names[name]}" = ${name}' for name in equal)
    chosen = ", ".join(f'"{names[name]}"' for name in columns)
    question = f"SELECT {chosen}, filename FROM read_parquet($files, filename = true) WHERE {where} LIMIT {AT_MOST}"  # noqa: S608 - names of our schema
    rows = _asked(data, question, {"files": [glob.escape(name) for name in days], **equal})
    found = [
        dict(zip(columns, row, strict=False)) | dict(zip(("path", "day"), days[row[-1]], strict=True)) for row in rows
    ]
    return sorted(found, key=lambda row: (row["day"], row["path"]), reverse=True)


def _files(data: Store, dataset: str) -> list[tuple[str, date]]:
    paths = [entry.path for entry in data.files(folder_of(dataset)) if entry.path.endswith(".parquet")]
    return [(path, date.fromisoformat(path.split("/")[-2].removeprefix("run_date="))) for path in paths]


def _named(data: Store, path: str) -> str:
    """Return a file's name as DuckDB has it."""
    return data.full(path) if data.is_local else str(data.filesystem.unstrip_protocol(data.full(path)))


def _asked(data: Store, question: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    threads = THREADS_ON_DISK if data.is_local else THREADS_IN_A_STORE
    try:
        with closing(duckdb.connect(config={"threads": threads})) as database:
            if not data.is_local:
                database.register_filesystem(data.filesystem)
            return database.execute(question, values).fetchall()
    except duckdb.Error as error:
        raise NewsmillError(
            f"the ledger in {data.uri} cannot be read ({error}): newsmill verify says what mends it"
        ) from error
