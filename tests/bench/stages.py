"""The whole pipeline in one process, and where its time goes.

Owns the clock around each stage. Each run has a process of its own, which has imported nothing: what a stage imports
is part of its time, as in a task.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
STAGES = ("plan", "extract", "clean", "validate", "deduplicate", "publish", "reconcile")
DAY = date(2026, 3, 1)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took."""

    read: int  # raw records
    published: int
    seconds: float
    stages: dict[str, float]  # seconds
    peak_bytes: int


def run_pipeline(landing: Path, data: Path) -> Run:
    """Run the pipeline over a landing zone into a new data root, in a new process."""
    command = [sys.executable, "-m", __name__, str(landing), str(data)]
    ended = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    return Run(**json.loads(ended.stdout.splitlines()[-1]))


def _run(landing: str, data: str) -> Run:
    for name in [name for name in os.environ if name.startswith("NEWSMILL_")]:
        del os.environ[name]
    os.environ["NEWSMILL_DATA_URI"] = data
    import structlog

    from newsmill import pipeline
    from newsmill.model import Selection
    from newsmill.settings import Settings

    Settings.model_config["env_file"] = None  # the user's own data root has no part in this
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    seconds = dict.fromkeys(STAGES, 0.0)
    for name in STAGES:
        setattr(pipeline, name, _timed(getattr(pipeline, name), seconds))
    started = time.perf_counter()
    fates = pipeline.run("bench", DAY, Selection(landing_uri=landing, rejection_limit=1.0))
    whole = time.perf_counter() - started
    return Run(fates["read"], fates["published"], whole, seconds, _peak_bytes())


def _timed(stage: Callable[..., Any], seconds: dict[str, float]) -> Callable[..., Any]:
    @wraps(stage)
    def timed(*args: Any) -> Any:
        started = time.perf_counter()
        try:
            return stage(*args)
        finally:
            seconds[stage.__name__] += time.perf_counter() - started

    return timed


def _peak_bytes() -> int:
    """Return the most memory that this process held.

    Linux keeps `ru_maxrss` over exec, so that a new process starts with its parent's; VmHWM starts at nothing.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_run(*sys.argv[1:]))) + "\n")
