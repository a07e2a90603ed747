"""The cluster of docker-compose.yaml, started natively: the rate of its batch stages with two workers and with one.

Owns the nights and their clocks. Everything runs on this machine, so what is no worker takes from the cores that the
workers compute on, and most from two workers' where there are two cores. Keep out: how a service becomes a process
(tests.cluster).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.bench.dag import MOST_SECONDS, PAUSE
from tests.bench.records import PAGES, lay_out
from tests.cluster.native import Cluster, env_for

SECOND = "worker-2"
BATCHES = 8
"""So many a night, for two workers as for one: their last batches end together, more or less."""


def nights(source: Path | None, pages: int, rounds: int, folder: Path) -> Iterator[tuple[float, float]]:
    """Yield the pages a second of extract and clean together, with two workers and with one, in turns.

    Args:
        source: a folder of landing files; None: pages made here.
        pages: of a night.
        rounds: of two nights each.
        folder: an empty one.
    """
    landing = folder / "landing"
    _lay_out(source, landing, pages, 2 * rounds)
    env = env_for(landing, WORKERS="2", WORKER_TASKS="1", NEWSMILL_BATCH_RECORDS=str(-(-pages // BATCHES)))
    env |= {f"NEWSMILL_{name}": "" for name in ("SCHEDULE", "LEARN_SCHEDULE", "VERIFY_SCHEDULE")}
    (folder / "cluster").mkdir()
    with Cluster(folder / "cluster", env | {"NEWSMILL_REJECTION_LIMIT": "1"}) as cluster:
        for turn in range(rounds):
            both = pages / _seconds(cluster, f"night-{2 * turn}")
            cluster.stop(SECOND)
            alone = pages / _seconds(cluster, f"night-{2 * turn + 1}")
            cluster.start_again(SECOND)
            yield both, alone


def _lay_out(source: Path | None, landing: Path, pages: int, nights: int) -> None:
    """Write as many pages for each night, all of them distinct."""
    whole = landing / "whole"
    whole.mkdir(parents=True)
    files = lay_out(source, pages * nights, whole, only=PAGES)[PAGES].files
    each = len(files) // nights
    for number, part in enumerate(files):
        night = landing / f"night-{min(number // each, nights - 1)}"
        night.mkdir(exist_ok=True)
        (whole / part.path).rename(night / part.path)
    whole.rmdir()


def _seconds(cluster: Cluster, night: str) -> float:
    """Run a night, and return what extract and clean took, each from its first task's start to its last one's end."""
    api = cluster.api
    run = api.begin("ingest_news", {"landing_uri": f"{cluster.env['CLUSTER_LANDING_URI']}/{night}"})
    if api.ended(run, MOST_SECONDS, PAUSE)["state"] != "success":
        raise SystemExit(f"the run of {night} failed; see the logs in {cluster.home}")
    tasks = api.task_instances(run)
    return sum(_span([task for task in tasks if task["task_id"] == stage]) for stage in ("extract", "clean"))


def _span(tasks: list[dict[str, Any]]) -> float:
    starts, ends = ([datetime.fromisoformat(task[name]) for task in tasks] for name in ("start_date", "end_date"))
    return (max(ends) - min(starts)).total_seconds()
