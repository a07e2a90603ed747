"""The files of ledger and quarantine, each read to its last page, and their narrow columns on the desk.

A ledger file belongs to one run and does not change after the run, so nobody needs to be kept from writing while they
are read. One that `newsmill repair` has set aside leaves a file of its name below `damaged/`: what it held is known to
be lost, and is a warning from then on.

Owns reading the files and what is missing of them. Keep out: whether they agree (agreement).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmill import parquet
from newsmill.model import Scope
from newsmill.publish.ledger import folder_of
from newsmill.schema import LEDGER
from newsmill.storage import Store
from newsmill.upkeep.aside import articles_lost, paths_aside
from newsmill.upkeep.corpus import DAMAGE
from newsmill.upkeep.desk import Desk
from newsmill.upkeep.findings import Finding, Findings, repair

ROWS_AT_ONCE = 5000

_ON_DESK = {
    "runs": ["run_id", "outlet", "read", "published", "duplicate", "quarantined", "unreadable", "unchanged"],
    "fates": [
        "run_id",
        "record_key",
        "fingerprint",
        "fate",
        "article_id",
        "raw_path",
        "raw_sha256",
        "date",
        "outlet",
        "revision",
    ],
    "duplicates": ["record_key", "duplicate_of"],
    "revisions": ["article_id", "content_hash", "revision", "replaced_by", "raw_path", "removed_chars"],
    "quarantine": ["record_key", "article_id", "removed_chars"],
}
MADE_AGAIN = ("runs",)
"""Datasets of which `newsmill repair` can make a file again that is like the one that was lost."""

_PATH = re.compile(
    r"(?:ledger/(?P<dataset>[a-z]+)|(?P<quarantine>quarantine))"
    r"/(?P<run>run_date=[0-9]{4}-[0-9]{2}-[0-9]{2}/[^/]+)\.parquet"
)


class LedgerFile(NamedTuple):
    """A file of ledger or quarantine: its dataset, and its place there, which stands for the run."""

    dataset: str
    run: str

    @property
    def path(self) -> str:
        """The path from the data root."""
        return f"{folder_of(self.dataset)}/{self.run}.parquet"

    @property
    def day(self) -> str:
        """The day of the run, `YYYY-MM-DD`."""
        return self.run.partition("/")[0].removeprefix("run_date=")

    @property
    def name(self) -> str:
        """What the file is called: the run, by its slug and a hash; or a takedown."""
        return self.run.partition("/")[2]


def ledger_file(path: str) -> LedgerFile | None:
    """Return what a path is in the ledger; None where it is no file of it."""
    found = _PATH.fullmatch(path)
    name = (found["dataset"] or found["quarantine"]) if found else None
    return LedgerFile(name, found["run"]) if found and name and name in LEDGER else None


def is_readable(data: Store, ledger: LedgerFile) -> bool:
    """Tell whether a file is there, has its dataset's columns, and can be read to its end."""
    try:
        with parquet.opened(data, ledger.path, checked=True) as file:
            for _ in parquet.batches(file, ROWS_AT_ONCE):
                pass
            return not _problem(ledger, file)
    except DAMAGE:
        return False


def list_ledger(data: Store) -> dict[str, int]:
    """Return the files of ledger and quarantine, with their bytes."""
    return {entry.path: entry.size for folder in ("ledger", "quarantine") for entry in data.files(folder)}


def load_ledger(data: Store, paths: Iterable[str], desk: Desk, found: Findings) -> None:
    """Read these files whole, and put what is asked of them on the desk."""
    for path in paths:
        file = ledger_file(path)
        if file is None:
            found.add(_finding("ledger.stray", path, "no file of the ledger: <dataset>/run_date=…/<run>.parquet"))
            continue
        found.checked["files of the ledger"] += 1
        problem = _load(data, file, desk)
        desk.add_values("gaps" if problem else "files", [(file.dataset, file.run)])
        if problem:
            found.add(_finding("ledger.unreadable", path, problem))


def load_aside(data: Store, paths: Iterable[str], desk: Desk, found: Findings) -> None:
    """Put on the desk what was set aside, and warn of what the runs in the ledger lack since then.

    Args:
        data: the data root.
        paths: of the ledger. A run that has no file there was set aside as a whole, and never was.
        desk: where it goes.
        found: is told of warnings.
    """
    there = set(paths)
    runs = {file.run for file in map(ledger_file, there) if file}
    for path, lies_at in paths_aside(data):
        desk.add_values("aside", [(path,)])
        file = ledger_file(path)
        if file and (file.dataset not in MADE_AGAIN or path not in there):
            desk.add_values("gaps", [(file.dataset, file.run)])
            if file.run in runs:
                detail = f"{file.dataset} of this run are not complete; what there was lies in {lies_at}"
                found.add(Finding(kind="ledger.incomplete", where=path, detail=detail, is_warning=True))
    desk.add_values("given_up", [(article_id,) for article_id in articles_lost(data)])


def load_tombstones(rows: Iterable[Mapping[str, Any]], desk: Desk) -> None:
    """Put on the desk what was taken down, rows of `schema.TAKEDOWNS`: its fates stay, and nothing else."""
    for row in rows:
        whose = (row["article_id"], row["content_hash"], row["outlet"] if row["scope"] == Scope.OUTLET else None)
        columns = [pa.array([value], pa.string()) for value in whose]
        desk.add("down", pa.table(columns, names=["article_id", "content_hash", "outlet"]))


def _load(data: Store, ledger: LedgerFile, desk: Desk) -> str:
    """Read a file to its end; return what is wrong with it."""
    try:
        with parquet.opened(data, ledger.path, checked=True) as file:
            problem = _problem(ledger, file)
            if problem:
                return problem
            for part in parquet.tables(file, ROWS_AT_ONCE):
                narrow = _narrow(ledger, part)
                if narrow is not None:
                    desk.add(ledger.dataset, narrow)
    except DAMAGE as error:
        if ledger.dataset in (*_ON_DESK, "removals"):
            desk.do(f"DELETE FROM {ledger.dataset} WHERE run = $run", {"run": ledger.run})  # noqa: S608 - our own name
        return f"cannot be read: {error}"
    return ""


def _problem(ledger: LedgerFile, file: pq.ParquetFile) -> str:
    """Return what is wrong with a file that can be read; even a run over nothing has a row in its books."""
    if not _is_of(file.schema_arrow, LEDGER[ledger.dataset]):
        return f"not the columns of {ledger.dataset}: {', '.join(file.schema_arrow.names)}"
    return "it holds no row" if ledger.dataset == "runs" and not file.metadata.num_rows else ""


def _is_of(found: pa.Schema, schema: pa.Schema) -> bool:
    """Tell whether a file has a dataset's columns, and no others; one that may be null may have come in later."""
    ours = [field for field in schema if field.name in found.names]
    missing = [field for field in schema if field.name not in found.names]
    same = [field.name for field in ours] == found.names and all(
        field.equals(found.field(field.name)) for field in ours
    )
    return same and all(field.nullable for field in missing)


def _narrow(ledger: LedgerFile, part: pa.Table) -> pa.Table | None:
    run = pa.repeat(ledger.run, len(part))
    if ledger.dataset == "removals":
        after = pc.fill_null(pc.utf8_length(part["text_after"]), 0)
        gone = pc.subtract(pc.utf8_length(part["text_before"]), after)
        own = pa.table({"record_key": part["record_key"], "chars": pc.cast(gone, pa.int64())})
        sums = own.group_by("record_key", use_threads=False).aggregate([("chars", "sum")])
        return pa.table({"run": pa.repeat(ledger.run, len(sums)), **{name: sums[name] for name in sums.column_names}})
    if ledger.dataset not in _ON_DESK:
        return None
    return pa.table({"run": run, **{name: part[name] for name in _ON_DESK[ledger.dataset]}})


def _finding(kind: str, path: str, detail: str) -> Finding:
    return Finding(kind=kind, where=path, detail=detail, command=repair(path))
