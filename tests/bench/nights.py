"""What a night of new articles costs over a small corpus and over a large one.

Owns the two corpora and the nights over them, in turns. The corpora are made in bulk (see `bulk`). Each night brings
new articles, the same to both; so one corpus grows as the other does. Keep out: how a task is measured (tasks).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from tests.bench.bulk import grown
from tests.bench.memory import template
from tests.bench.pages import dump
from tests.bench.tasks import Took, whole_run

FIRST_NIGHT = date(2026, 6, 1)
OF_RUN = 50_000
"""Articles that a run brings while a corpus is made: few runs, so that most of the time goes into articles."""
FIRST_NEW = 100_000
"""Number of the first dump of a night: the template has others."""
TASKS = ("recover", "plan", "extract", "learn", "clean", "validate", "deduplicate", "publish", "reconcile")
COMPUTING = "computing"
"""The seconds of processor of a night's tasks, which other work on the machine lengthens less."""


def grow(folder: Path, articles: int) -> Path:
    """Make a corpus of about so many articles below a folder, unless it is there; return its data root."""
    data, made = folder / "data", folder / "made"
    if not made.exists():
        for _ in template(folder):
            pass
        for _ in grown(str(data), articles, min(articles, OF_RUN), date(2026, 2, 1)):
            pass
        made.touch()
    return data


def night(data: Path, landing: Path, number: int) -> dict[str, float]:
    """Do one night; return the seconds of each task by the clock, mapped ones together, and of `COMPUTING`."""
    day = FIRST_NIGHT + timedelta(days=number)
    return seconds(whole_run(f"bench night {number}", day, str(landing), str(data)))


def nights(
    corpora: Sequence[Path], folder: Path, articles: int, rounds: int, first: int = 0
) -> list[list[dict[str, float]]]:
    """Do nights over each corpus in turns.

    Args:
        corpora: their data roots.
        folder: gets a landing zone for each night.
        articles: that a night brings.
        rounds: nights of each.
        first: number of the first; earlier ones are in the corpora already.

    Returns:
        For each round what each corpus's night took, by task.
    """
    took = []
    for number in range(first, first + rounds):
        landing = folder / f"night-{number}"
        landing.mkdir(parents=True)
        new = range(FIRST_NEW + number * articles, FIRST_NEW + (number + 1) * articles)
        (landing / "new.jsonl").write_text("".join(f"{json.dumps(dump(one))}\n" for one in new))
        took.append([night(data, landing, number) for data in corpora])
    return took


def seconds(tasks: Iterable[Took]) -> dict[str, float]:
    """Return the sum of seconds of each task, in the order of a run, and behind them the processor's of all."""
    sums = dict.fromkeys((*TASKS, COMPUTING), 0.0)
    for took in tasks:
        sums[took.task] += took.seconds
        sums[COMPUTING] += took.computing
    return sums
