"""One task of a run in a process of its own, as Airflow starts it: how long it takes, and how much memory.

Owns the process and its clock. A new process has imported nothing, so what a task imports is part of its time. Keep
out: which tasks there are to measure.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from newsmill.model import Selection
from newsmill.settings import PROJECT, Settings

KIBIBYTE = 1024


@dataclass(frozen=True, slots=True)
class Took:
    """What a task took, and what it returned."""

    task: str
    seconds: float  # by the clock, from the start of the call; the interpreter's own start is not in it
    computing: float  # seconds of processor, its children's too
    peak_bytes: int  # the most that the process held, and beside it the largest of its children
    result: Any = None


@contextmanager
def surroundings(data: str, **settings: object) -> Iterator[None]:
    """Give this process settings of its own: a data root, and `NEWSMILL_…` by their small names."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("NEWSMILL_")}
    env_file = Settings.model_config["env_file"]
    Settings.model_config["env_file"] = None  # the user's own data root has no part in this
    os.environ["NEWSMILL_DATA_URI"] = data
    os.environ.update({f"NEWSMILL_{name.upper()}": str(value) for name, value in settings.items()})
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("NEWSMILL_")]:
            del os.environ[name]
        os.environ.update(kept)
        Settings.model_config["env_file"] = env_file


def selection(landing: str) -> Selection:
    """Return what a run of a bench is asked to do: all of it, whatever is quarantined."""
    return Selection(landing_uri=landing, rejection_limit=1.0)


def timed(task: str, data: str, *arguments: Any, **settings: object) -> Took:
    """Call `newsmill.pipeline.<task>` in a new process.

    Args:
        task: the function's name.
        data: the data root.
        arguments: the function's; a day as text, and for `plan` the landing zone in the place of the selection.
        settings: `NEWSMILL_…` by their small names.
    """
    asked = json.dumps({"task": task, "data": data, "arguments": arguments, "settings": settings})
    command = [sys.executable, "-m", __name__, asked]
    ended = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    return Took(**json.loads(ended.stdout.splitlines()[-1]))


def whole_run(run_id: str, day: date, landing: str, data: str, **settings: object) -> Iterator[Took]:
    """Do a run, each task in a process of its own, one after another; yield what each took."""

    def call(task: str, *arguments: Any) -> Took:
        return timed(task, data, run_id, *arguments, **settings)

    yield call("recover")
    yield (planned := call("plan", day.isoformat(), landing))
    yield from (call("extract", batch["number"]) for batch in planned.result)
    yield call("learn")
    yield from (call("clean", batch["number"]) for batch in planned.result)
    yield call("validate")
    yield from ending(run_id, data, **settings)


def ending(run_id: str, data: str, **settings: object) -> Iterator[Took]:
    """Do what comes behind `validate`, in the same way."""
    yield (decided := timed("deduplicate", data, run_id, **settings))
    for group in decided.result:
        yield timed("publish", data, run_id, group["number"], **settings)
    yield timed("reconcile", data, run_id, **settings)


def _call(task: str, data: str, arguments: list[Any], settings: dict[str, object]) -> Took:
    import logging

    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with surroundings(data, **settings):
        before = time.perf_counter(), _computing()
        from newsmill import pipeline

        if task == "plan":
            run_id, day, landing = arguments
            arguments = [run_id, date.fromisoformat(day), selection(landing)]
        result = getattr(pipeline, task)(*arguments)
        seconds, computing = time.perf_counter() - before[0], _computing() - before[1]
    return Took(task, seconds, computing, peak_bytes(), result)


def _computing() -> float:
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in spent)


def peak_bytes() -> int:
    """Return the most memory that this process held, and beside it the largest of its ended children.

    Linux keeps `ru_maxrss` over exec, so that a new process starts with its parent's; VmHWM starts at nothing. Pages
    that a forked child shares with its parent are counted twice.
    """
    unit = 1 if sys.platform == "darwin" else KIBIBYTE
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        own = int(line.split()[1]) * KIBIBYTE
    else:
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_call(**json.loads(sys.argv[1])))) + "\n")
