"""How much memory the tasks of a run take, over ten times the records.

Owns the two runs. Their staging is made in bulk (see `bulk`) up to what `clean` hands on; each task then runs in a
process of its own. What `plan`, `extract` and `clean` hold hangs on a batch: of these a whole real run is measured.
Keep out: how a process is measured (tasks).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from newsmill.read.plan import LEAST_BYTES
from newsmill.storage import Store
from tests.bench.bulk import TEMPLATE, Bulk
from tests.bench.pages import Record, dump
from tests.bench.tasks import Took, ending, surroundings, timed

TEMPLATE_RECORDS = 1000
SHORT = 32
ONE_PART = 2 * LEAST_BYTES - 1
"""Bytes of a batch, of which `plan` makes no smaller parts: a small run is else cut into several batches."""
DAY = date(2026, 1, 31)


def template(folder: Path, records: int = TEMPLATE_RECORDS) -> Iterator[Took]:
    """Put text dumps into a landing zone and take them through a run up to `validate`, as one batch.

    Args:
        folder: gets `landing/` and the data root `data/`.
        records: how many.
    """
    landing, data = folder / "landing", folder / "data"
    for made in (landing, data):
        made.mkdir(parents=True)
    (landing / "dumps.jsonl").write_text("".join(f"{json.dumps(_short(number))}\n" for number in range(records)))
    arguments = {"plan": (DAY.isoformat(), str(landing)), "extract": (1,), "clean": (1,)}
    for task in ("plan", "extract", "learn", "clean", "validate"):
        given = arguments.get(task, ())
        took = timed(task, str(data), TEMPLATE, *given, batch_records=records, batch_bytes=ONE_PART)
        if task == "plan" and len(took.result) != 1:
            raise SystemExit(f"the template is cut into {len(took.result)} batches, and only one would be multiplied")
        yield took


def _short(number: int) -> Record:
    """Return a dump of a third of its length, as long as the news of an agency."""
    record = dump(number)
    return record | {"text": "\n\n".join(record["text"].split("\n\n")[:SHORT])}


def peaks(data: str, records: int) -> dict[str, int]:
    """Return the most bytes of each task from `learn` on, over so many records in one run.

    Args:
        data: a data root with a template in it.
        records: a multiple of those of the template.
    """
    run_id = f"bench memory {records}"
    with surroundings(data):
        Bulk(Store(data), DAY).stage(run_id, range(1, records // TEMPLATE_RECORDS + 1), is_judged=False, is_whole=True)
    tasks = [timed("learn", data, run_id), timed("validate", data, run_id)]
    return most([*tasks, *ending(run_id, data)])


def most(tasks: Iterable[Took]) -> dict[str, int]:
    """Return the most bytes that any task of a name took."""
    peak: dict[str, int] = {}
    for took in tasks:
        peak[took.task] = max(peak.get(took.task, 0), took.peak_bytes)
    return peak
