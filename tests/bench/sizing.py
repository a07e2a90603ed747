"""What a night takes on so many workers: measured rates, put through the tasks of a run as they are scheduled.

Owns the rates, each with how it was measured, and the simulation that makes the table of docs/sizing.md of them.
Nothing is run here. A worker is one core with one task at a time. Keep out: measuring (the bench's other modules).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt

from newsmill.pipeline import MAX_TASKS
from newsmill.settings import Settings

HOUR = 3600.0
GIGABYTE = 1e9
DEFAULTS = Settings.model_fields

START = 1.0
"""Seconds from a free slot to a task's first line under Celery; a pod takes 10 to 20."""
RUN = 22.0
"""Seconds that Airflow takes for a run of ten tasks in a row, beside the tasks."""
EXTRACT, CLEAN = 1.5, 0.8
"""Seconds of processor before the first record: tasks of 150 and of 300 pages, in processes of their own."""
VALIDATE = 2.2, 1.0e-4
"""Seconds, and seconds a record: 20,000 to 300,000 records, as all that follow. Great Expectations is the first."""
DECIDE = 0.6, 3.2e-5
"""`deduplicate` with a PostgreSQL: 3.7 s for 100,000 records; 7.7 s for 300,000 with SQLite."""
RECONCILE = 0.6, 8.0e-5 + 3 / 33_000
"""Books and ledger, and three rows a record that the index takes in at 33,000 a second. An index of which the server
has not enough in memory takes 7,000 (ARCHITECTURE.md), and this is four times as slow then."""
PUBLISH = 0.34, 2.4e-5, 1.3e-4
"""Seconds of a task, a record of the whole run, which each task reads, and a record of its own: 8 and 32 groups."""
MERGED, CHECKED, PROFILE = 2.6e-3, 2.2e-3, 8.5e-3
"""Seconds of a partition in `publish` and in `reconcile`, and of an outlet's profile: 186 to 4,650 partitions, 12 to
1,530 outlets."""
NOTED, COMPARED, REMEMBERED = 6e-6, 1.65e-4, 2.8e-5
"""What outlets repeat: seconds of a sighting, which `learn` spreads over shares and reads, of an article that is
compared, and of one that is remembered: 100,000 and 1,000,000 records of 1,000 outlets."""
OF_OUTLET, TITLES = 300, 2_000
"""Articles of an outlet that are compared, and of which at least the title may be remembered (`learn.window`)."""
STREAM, PIECE = 100e6, 4e6
"""Bytes a second of one stream from an object store, and of a request in the middle of a file. Assumed."""

BASE, EXTRACTING, VALIDATING = 0.19e9, 0.55e9, 0.55e9
"""Bytes of memory of a task, measured; of `extract` with its child."""
DECIDED, SORTED = 60, 300
"""Bytes of memory a record in `deduplicate` and in `reconcile`."""
CLEANED, ROW = 3_000, 10_000
"""Bytes of a cleaned page in staging, and of memory a row of the partition that is merged; the latter extrapolated."""

STORED = 3_100 + 300
"""Bytes of corpus and of ledger that an article leaves: rows of 200 distinct pages, in zstd."""
INDEXED = 1_200
"""Bytes that an article takes in PostgreSQL, with its record and its indexes; one file each would add 200."""

OUTLET = 1_000
"""Articles of an outlet, in the mean; the n-th has a share of 1/√n. Assumed, as is what follows."""
DAYS = 0.8, 0.2
"""Shares of an outlet's articles on the days that a night touches."""
NIGHT = 8.0
"""Hours in which a night must end."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a raw record of a kind costs beyond what each article does."""

    name: str
    raw: int  # bytes, uncompressed
    packed: int  # bytes in the landing zone
    extract: float  # seconds of processor
    clean: float


PAGES = Kind("pages", 243_000, 40_000, 0.0165, 0.0019)
"""900 real pages in tasks of 300; bare extract + clean do 66 a second."""
DUMPS = Kind("dumps", 10_000, 3_500, 0.0025, 0.0065)
"""The mean of a light and of a heavy set of dumps: light ones take half of this, heavy ones half as much again."""
COUNTING = 1 / 1.2e9
"""Seconds a byte in which `plan` counts lines: zstd; gzip goes at a third of it (200 to 440 MB/s)."""


@dataclass(frozen=True, slots=True)
class Night:
    """What is asked of a night: so many records in so many runs one after another, and so many corpora side by side."""

    kind: Kind
    records: int
    workers: int  # of all corpora together
    groups: int  # of each run
    corpora: int = 1
    runs: int = 1  # of each corpus
    of_batch: int | None = None  # records at most; None: what the default settings say

    @property
    def of_run(self) -> int:
        """The records of one run."""
        return self.records // (self.corpora * self.runs)

    @property
    def batches(self) -> int:
        """Batches of one run; where there are too many, they are larger."""
        most = min(DEFAULTS["batch_records"].default, DEFAULTS["batch_bytes"].default // self.kind.raw)
        return min(MAX_TASKS, ceil(self.of_run / (self.of_batch or most)))

    @property
    def outlets(self) -> int:
        """The outlets of a corpus; each of its runs has articles of all of them."""
        return max(1, self.records // self.corpora // OUTLET)

    @property
    def partitions(self) -> int:
        """The partitions that one run touches."""
        return self.outlets * len(DAYS)

    @property
    def compared(self) -> int:
        """The articles of one run in which is looked for what outlets repeat."""
        return min(self.of_run, self.outlets * OF_OUTLET)

    @property
    def remembered(self) -> int:
        """The articles of one run that may be remembered."""
        return min(self.of_run, self.outlets * TITLES)


def stages(night: Night) -> dict[str, float]:
    """Return the seconds of each stage by the clock, of all runs of a corpus together."""
    tasks = work(night)
    slots = max(1, night.workers // night.corpora)
    return {stage: night.runs * (RUN / len(tasks) + spread(each, slots)) for stage, each in tasks.items()}


def work(night: Night) -> dict[str, list[float]]:
    """Return the seconds of each task of one run by stage, as a slot is taken."""
    records, batches = night.of_run, night.batches
    parts = [records // batches + (number < records % batches) for number in range(batches)]
    publish = PUBLISH[0] + records * PUBLISH[1] + night.partitions / night.groups * MERGED
    merged = PUBLISH[2] * (night.runs + 1) / 2  # with the rows that the runs before have brought
    tasks = {
        "plan": [records * (night.kind.raw * COUNTING + night.kind.packed / STREAM)],
        "extract": [EXTRACT + part * night.kind.extract for part in parts],
        "learn": [_learn(night)],
        "clean": [CLEAN + part * night.kind.clean for part in parts],
        "validate": [VALIDATE[0] + records * VALIDATE[1]],
        "deduplicate": [DECIDE[0] + records * DECIDE[1]],
        "publish": [publish + own * merged for own in loads(night)],
        "reconcile": [RECONCILE[0] + records * RECONCILE[1] + _remember(night)],
    }
    return {stage: [START + seconds for seconds in each] for stage, each in tasks.items()}


def spread(tasks: Sequence[float], slots: int) -> float:
    """Return when the last of these tasks ends, each begun in their order by the slot that is free first."""
    free = [0.0] * min(slots, len(tasks))
    for seconds in tasks:
        heapq.heappushpop(free, free[0] + seconds)
    return max(free)


def loads(night: Night) -> list[float]:
    """Return the records of each publish task: partitions spread as by `publish.partitions.groups`."""
    weights = [1 / sqrt(rank) for rank in range(1, night.outlets + 1)]
    each = night.of_run / sum(weights)
    groups = [0.0] * min(night.groups, len(weights) * len(DAYS))
    for partition in sorted((each * weight * share for weight in weights for share in DAYS), reverse=True):
        heapq.heappushpop(groups, groups[0] + partition)
    return groups


def _learn(night: Night) -> float:
    return night.of_run * NOTED + night.compared * COMPARED


def _remember(night: Night) -> float:
    files = night.partitions * CHECKED + night.outlets * PROFILE
    return files + night.remembered * REMEMBERED


def memory(night: Night) -> tuple[float, str]:
    """Return the bytes of the largest task, and its stage."""
    records = night.of_run
    largest = DAYS[0] * records * night.runs / sum(1 / sqrt(rank) for rank in range(1, night.outlets + 1))
    sizes = {
        "extract": EXTRACTING,
        "validate": VALIDATING + 30 * records,
        "deduplicate": BASE + DECIDED * records,
        "publish": BASE + ROW * largest,
        "reconcile": BASE + SORTED * records,
    }
    return max((size, stage) for stage, size in sizes.items())


def requests(night: Night) -> float:
    """Return the requests to an object store of all runs: docs/stores.md has them counted, on small runs."""
    of_batches = night.batches * (56 + night.groups)
    pieces = night.of_run * (4 * night.kind.packed + night.groups * CLEANED) / PIECE
    rest = night.groups * 10 + night.partitions * 7 + night.outlets * 6 + 220
    return night.corpora * night.runs * (of_batches + pieces + rest)


def core_seconds(night: Night) -> float:
    """Return the seconds that slots are taken, of all runs."""
    return night.corpora * night.runs * sum(map(sum, work(night).values()))


def least_workers(night: Night) -> Night | None:
    """Return the night with the fewest workers that end it in time; None where no number does."""
    most = night.corpora * max(map(len, work(night).values()))
    if sum(stages(replace(night, workers=most)).values()) > NIGHT * HOUR:
        return None
    few, many = 0, most // night.corpora  # of a run; `many` are enough
    while many - few > 1:
        middle = (few + many) // 2
        in_time = sum(stages(replace(night, workers=middle * night.corpora)).values()) <= NIGHT * HOUR
        few, many = (few, middle) if in_time else (middle, many)
    return replace(night, workers=many * night.corpora)


def _line(asked: Night, found: Night | None) -> str:
    widest = replace(asked, workers=asked.corpora * MAX_TASKS)
    night = found or widest
    took, (size, of) = stages(night), memory(night)
    stage = max(took, key=lambda name: took[name])
    cells = [
        f"{asked.records // MILLION} M {asked.kind.name}",
        f"{asked.corpora} × {asked.runs}",
        f"{found.workers:,}" if found else "none do",
        f"{sum(took.values()) / HOUR:,.1f}",
        f"{sum(stages(widest).values()) / HOUR:,.1f}",
        f"{stage} {took[stage] / sum(took.values()):.0%}",
        f"{core_seconds(night) / HOUR:,.0f}",
        f"{size / GIGABYTE:,.1f} GB, {of}",
        f"{requests(night) / 1000:,.0f} k",
        f"{asked.records * STORED / GIGABYTE:,.0f} GB",
        f"{asked.records * INDEXED / GIGABYTE:,.1f} GB",
    ]
    return f"| {' | '.join(cells)} |"


def table() -> Iterator[str]:
    """Yield the lines of the table: of each night the fewest workers that end it in time, or what all together do."""
    yield HEAD
    yield "|---|---" + "|---:" * 3 + "|---|---:|---|---:|---:|---:|"
    for night in NIGHTS:
        yield _line(night, least_workers(night))


HEAD = (
    "| a night | corpora × runs | workers | hours | at best | longest | core hours "
    "| largest task | requests | kept | index |"
)
MILLION = 1_000_000
SPLITS = ((1, 8, 1, 1), (10, 16, 1, 1), (10, 8, 1, 10), (10, 8, 4, 1), (100, 64, 1, 1), (100, 8, 40, 1))
"""Of each night: its millions of records, groups of a run, corpora, runs of a corpus."""
NIGHTS = [
    Night(kind, millions * MILLION, 1, groups, corpora, runs)
    for kind in (PAGES, DUMPS)
    for millions, groups, corpora, runs in SPLITS
]
