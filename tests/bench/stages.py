"""The whole pipeline without Airflow, in as many processes as asked for, and where its time goes.

Owns the clock around each stage. Each run has processes of its own, which have imported nothing: what a stage imports
is part of its time. Mapped tasks are spread over the processes, which stay for the whole run; so a library is loaded
once a process, not once a task as Airflow does it.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from newsmill.settings import PROJECT
from tests.bench.tasks import selection, surroundings

DAY = date(2026, 3, 1)
RUN_ID = "bench"


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took."""

    read: int  # raw records
    published: int
    seconds: float
    stages: dict[str, float]  # seconds by the clock


def run_pipeline(landing: Path, data: Path, workers: int, **settings: object) -> Run:
    """Run the pipeline over a landing zone into a new data root, in new processes."""
    asked = json.dumps({"landing": str(landing), "data": str(data), "workers": workers, "settings": settings})
    command = [sys.executable, "-m", __name__, asked]
    ended = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    return Run(**json.loads(ended.stdout.splitlines()[-1]))


def _run(landing: str, data: str, workers: int, settings: dict[str, object]) -> Run:
    started = time.perf_counter()
    seconds: defaultdict[str, float] = defaultdict(float)
    fork = multiprocessing.get_context("fork")
    with surroundings(data, **settings), ProcessPoolExecutor(workers, fork, _quiet) as pool:

        def all_of(stage: str, *arguments: Any) -> list[Any]:
            before = time.perf_counter()
            results = list(pool.map(_call, *zip(*((stage, each) for each in arguments), strict=True)))
            seconds[stage] += time.perf_counter() - before
            return results

        all_of("recover", ())
        (batches,) = all_of("plan", (DAY, selection(landing)))
        numbers = [(batch["number"],) for batch in batches]
        all_of("extract", *numbers)
        all_of("learn", ())
        all_of("clean", *numbers)
        all_of("validate", ())
        (groups,) = all_of("deduplicate", ())
        all_of("publish", *((group["number"],) for group in groups))
        (fates,) = all_of("reconcile", ())
    return Run(fates["read"], fates["published"], time.perf_counter() - started, dict(seconds))


def _quiet() -> None:
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def _call(stage: str, arguments: tuple[Any, ...]) -> Any:
    from newsmill import pipeline

    return getattr(pipeline, stage)(RUN_ID, *arguments)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_run(**json.loads(sys.argv[1])))) + "\n")
