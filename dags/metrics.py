"""Counters and timers of each stage, through Airflow's own: StatsD or OpenTelemetry, as its settings say.

Owns their names, which `docs/metrics.md` lists. Airflow puts its prefix before them (`airflow.`), and sends nothing
unless `AIRFLOW__METRICS__STATSD_ON` or `AIRFLOW__METRICS__OTEL_ON` is set. It looks into this file, and finds no DAG.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from airflow.sdk.observability import stats

COUNTED_AS = {"plan": "batches", "deduplicate": "groups", "publish": "partitions"}
"""What is in the list that a stage returns."""

Asked = ParamSpec("Asked")
Done = TypeVar("Done")


def measured(stage: str, work: Callable[Asked, Done], *args: Asked.args, **kwargs: Asked.kwargs) -> Done:
    """Do a stage's work and return what it returns; tell how long it took, what it counted, or that it failed.

    Counters are told by who ended well, so a task that is tried again counts once; what a task finds done already,
    because it was cleared or its worker died, it counts not at all or, the last one, again.

    Args:
        stage: the task's name, the middle of `newsmill.<stage>.<what>`.
        work: returns counts by name, or a list, which is counted.
        args: of `work`.
        kwargs: of `work`.
    """
    start = time.monotonic()
    try:
        done = work(*args, **kwargs)
    except BaseException:
        stats.incr(f"newsmill.{stage}.failures")
        raise
    stats.timing(f"newsmill.{stage}.duration", (time.monotonic() - start) * 1000)
    counts = {COUNTED_AS[stage]: len(done)} if isinstance(done, list) else done
    for what, count in counts.items() if isinstance(counts, dict) else ():
        if count:
            stats.incr(f"newsmill.{stage}.{what}", count)
    return done
