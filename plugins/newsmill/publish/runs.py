"""The runs in the ledger: their reports, read back from `ledger/runs`, and the order in which they ended.

Owns reading these files and the numbers in them. Keep out: what a report says (report), writing the ledger (ledger).

Several runs end on one day, and neither their ids nor the times of files tell which was the last; so each has a number,
counted up while the corpus is held. No number is given twice, even if files were lost or set aside: the runs are read
in this order when the index is made again, and where a record's latest fate is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from itertools import islice

from newsmill import parquet
from newsmill.places import DAMAGED
from newsmill.publish.report import BooksError, Report, outlet_books
from newsmill.schema import RUNS
from newsmill.staging import run_slug
from newsmill.storage import Store

FOLDER = "ledger/runs"
LOOK_BACK = 30
"""Files that are looked at for a run that published, or for the highest number: a month of nights."""

_ASIDE = re.compile(rf"{DAMAGED}/(?P<path>{FOLDER}/.+\.parquet)(?:\.\d+)?")


def latest(data: Store) -> Report | None:
    """Return the report of the last run in the ledger; None where there is none."""
    paths = _paths(data)
    if not paths:
        return None
    day = max(map(_day, paths))
    return _read(data, max((path for path in paths if _day(path) == day), key=lambda path: _order(data, path)))


def in_order(data: Store) -> list[str]:
    """Return the paths of all runs, in the order in which they ended.

    Raises:
        BooksError: a file cannot be read.
    """
    return sorted(_paths(data), key=lambda path: _order(data, path))


def readable(data: Store, day: str = "") -> list[str]:
    """Return the paths of the runs, or of those in one folder of a day, that can be read, as they ended."""
    ordered = []
    for path in _paths(data, day):
        with suppress(BooksError):
            ordered.append(_order(data, path))
    return [path for _, path in sorted(ordered)]


def newest_published(data: Store) -> Report | None:
    """Return the report of the newest run that wrote a partition, if it is among the newest files.

    A report that cannot be read is passed over.
    """
    for path in _newest(data):
        with suppress(BooksError):
            report = _read(data, path)
            if report.partitions:
                return report
    return None


def of_run(data: Store, run_id: str) -> Report | None:
    """Return the report of a run that has ended, its last attempt's if it was cleared; None where it has not ended."""
    slug = run_slug(run_id)
    paths = [path for path in _paths(data) if path.rpartition("/")[2].startswith(slug)]
    reports = [_read(data, path) for path in sorted(paths, key=lambda path: (len(path), path))]
    return next((report for report in reversed(reports) if report.run_id == run_id), None)


def number_of(data: Store, path: str) -> int:
    """Return the place of a run, by its path, in the order in which runs end: its own, or the next one.

    The caller holds the corpus, so runs end one after another. What is written twice keeps its place.

    Raises:
        BooksError: its file is there, and cannot be read.
    """
    paths = _paths(data)
    return _order(data, path)[0] if path in paths else _last_number(data, paths) + 1


def lost_number(data: Store, path: str) -> int:
    """Return the place of a run whose file is damaged or gone: the lowest that no other has, behind earlier days.

    Where one file is lost, this is the number that it had; where several are, those of one day may be mixed up.
    """
    known = {other: _order(data, other)[0] for other in readable(data) if other != path}
    earlier = max((number for other, number in known.items() if _day(other) < _day(path)), default=0)
    free = set(range(1, _last_number(data, {*known, path}) + 1)) - set(known.values())
    return min((number for number in free if number > earlier), default=min(free))


def _last_number(data: Store, paths: Collection[str]) -> int:
    """Return the highest number that was given: no fewer than there are runs, and those that were set aside count."""
    aside = (_ASIDE.fullmatch(entry.path) for entry in data.files(f"{DAMAGED}/{FOLDER}"))
    runs = {*paths, *(found["path"] for found in aside if found)}
    return max([len(runs), *(_order(data, path)[0] for path in _newest(data))])


def _newest(data: Store) -> Iterator[str]:
    """Yield the newest files that can be read, the last of the newest day first."""
    newest = (path for day in reversed(data.folders(FOLDER)) for path in reversed(readable(data, day)))
    yield from islice(newest, LOOK_BACK)


def _paths(data: Store, day: str = "") -> list[str]:
    return [entry.path for entry in data.files(f"{FOLDER}/{day}".rstrip("/")) if entry.path.endswith(".parquet")]


def _day(path: str) -> str:
    return path.rpartition("/")[0]


def _order(data: Store, path: str) -> tuple[int, str]:
    with _explained(data, path), parquet.opened(data, path) as file:
        if "number" not in file.schema_arrow.names:
            return 0, path  # written before runs were numbered
        return parquet.read(file, ["number"])["number"][0].as_py(), path


def _read(data: Store, path: str) -> Report:
    with _explained(data, path), parquet.opened(data, path) as file:
        known = [name for name in file.schema_arrow.names if name in RUNS.names]  # some columns came later
        rows = parquet.read(file, [name for name in known if name != "number"]).to_pylist()
        return Report(
            run_id=rows[0]["run_id"],
            books=tuple(outlet_books(row["outlet"], row, row["partitions"]) for row in rows),
        )


@contextmanager
def _explained(data: Store, path: str) -> Iterator[None]:
    """Say which file cannot be read: one without a row is damaged too, as even a run over nothing has one."""
    try:
        yield
    except (OSError, ValueError, LookupError) as error:
        raise BooksError(f"{data.uri}/{path} cannot be read ({error}): newsmill verify says what mends it") from error
