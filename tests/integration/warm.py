"""Runs in processes that start warm: forked from one that has imported everything, and has parsed the DAG.

Owns starting, watching and killing them. A process that starts anew pays some ten seconds for imports; a fork pays
none, is as alone (its own process group), and dies as surely. Keep out: what a test wants of them.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import logging
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from tests.conftest import AIRFLOW_HOME, PROJECT

WHAT_STAGES_IMPORT = (
    "newsmill.pipeline",
    "newsmill.intake",
    "newsmill.cleaning",
    "newsmill.guard",
    "newsmill.clean.rules",
    "newsmill.learn.remembering",
    "newsmill.learn.task",
    "newsmill.dedup.decide",
    "newsmill.publish.reconcile",
    "newsmill.takedown.carry",
    "newsmill.publish.partitions",
    "newsmill.rows",
    "newsmill.staging",
)
WHAT_VALIDATION_IMPORTS = ("newsmill.validate.docs", "newsmill.validate.judge", "great_expectations", "pandas")
STEPS = ("recover", "plan", "extract", "learn", "clean", "validate", "deduplicate", "publish", "reconcile")
SUBREAPER = 36
"""`prctl`: what a killed child has forked becomes a child of ours, so that we can wait for its end."""

RUN_SECONDS = 120

Work = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Blow:
    """When to kill: so many seconds after the `nth` beginning (from 0) of a step."""

    step: str
    nth: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a process: exit code (-9: killed), what it began when (seconds from its start), what it said."""

    code: int
    begun: tuple[tuple[str, float], ...]
    log: str

    def counts(self, step: str) -> int:
        """Return how often a step was begun."""
        return sum(name == step for name, _ in self.begun)


class Nursery:
    """A process that has imported what it was told to, and forks children that call a function.

    The function is called as `work(tell, *arguments)`; `tell(step)` says that a step begins.
    """

    def __init__(self, log: Path, prepare: Callable[..., Any], *arguments: Any, environment: dict[str, str]) -> None:
        context = multiprocessing.get_context("spawn")
        self._log = log
        self._asks, theirs = context.Pipe()
        self._told, tell = context.Pipe(duplex=False)
        self._process = context.Process(target=_nurse, args=(theirs, tell, log, prepare, arguments, environment))
        self._process.start()
        theirs.close()
        tell.close()
        try:
            self._asks.recv()
        except EOFError:
            raise RuntimeError(f"it did not start:\n{log.read_text()[-5000:]}") from None

    def close(self) -> None:
        """End it."""
        self._asks.close()
        self._process.join()

    def call(
        self,
        work: Callable[..., Any],
        *arguments: Any,
        environment: dict[str, str],
        blow: Blow | None = None,
        **named: Any,
    ) -> Done:
        """Fork a child in a process group of its own, let it work, and kill the whole group if told to."""
        self._asks.send((partial(work, **named), arguments, environment))
        pid = self._asks.recv()
        logged = self._log.stat().st_size
        begun: list[tuple[str, float]] = []
        start = time.monotonic()
        end: float | None = None
        while True:
            left = (start + RUN_SECONDS if end is None else end) - time.monotonic()
            ready = wait([self._asks, self._told], max(0, left))
            if self._told in ready:
                begun.append((self._told.recv(), time.monotonic() - start))
                if blow and end is None and begun[-1][0] == blow.step and _times(begun, blow.step) == blow.nth + 1:
                    end = time.monotonic() + blow.seconds
                elif end is not None:
                    end = 0  # it was quicker than was thought: now, at the beginning of what comes after
            elif self._asks in ready:
                return Done(self._asks.recv(), tuple(begun), self._log.read_bytes()[logged:].decode(errors="replace"))
            if not ready or end == 0:
                os.killpg(pid, signal.SIGKILL)
                end = time.monotonic() + RUN_SECONDS


def _times(begun: list[tuple[str, float]], step: str) -> int:
    return sum(name == step for name, _ in begun)


def _nurse(asks: Connection, tell: Connection, log: Path, prepare: Callable[..., Any], *given: Any) -> None:
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    arguments, environment = given
    os.environ.update(environment)
    prepare(*arguments)
    asks.send("ready")
    while True:
        try:
            work, arguments, environment = asks.recv()
        except EOFError:
            shutil.rmtree(AIRFLOW_HOME, ignore_errors=True)
            os._exit(0)  # what Airflow would still do at its end takes seconds
        if pid := os.fork():
            asks.send(pid)
            asks.send(_buried(pid))
        else:
            _live(work, arguments, environment, tell)


def _buried(pid: int) -> int:
    """Wait for a child and for what it has forked; return the child's exit code."""
    _, status = os.waitpid(pid, 0)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-pid, 0)
    return os.waitstatus_to_exitcode(status)


def _live(work: Callable[..., Any], arguments: tuple, environment: dict[str, str], tell: Connection) -> None:
    code = 1
    try:
        os.setsid()
        os.environ.update(environment)
        work(tell.send, *arguments)
        code = 0
    except BaseException:
        logging.getLogger("newsmill").exception("the child failed")
    finally:
        sys.stderr.flush()
        os._exit(code)


def import_stages() -> None:
    """Import what the stages import when they are called."""
    for name in (*WHAT_STAGES_IMPORT, *WHAT_VALIDATION_IMPORTS):
        importlib.import_module(name)
    load()


def load() -> None:
    """Load the cleaning rules, compile the English ones, and load the language model: who is forked need not."""
    from newsmill.extract.language import load_detector
    from newsmill.settings import load_settings
    from newsmill.workplace import rules_of

    rules_of(load_settings()).spoken(frozenset({"en"})).patterns.compile()
    load_detector()


def together(tell: Callable[[Any], None], works: Sequence[Work], delays: Sequence[float]) -> None:
    """Do each of these works in a process of its own, all begun at one moment or so many seconds behind it.

    Tells what each has come to, in their order: None, or the error.
    """
    waiting, go = os.pipe()
    ends = [_fork_waiting(work, delay, waiting, go) for work, delay in zip(works, delays, strict=True)]
    os.close(waiting)
    os.close(go)
    for pid, end in ends:
        with os.fdopen(end) as said:
            error = said.read()
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        tell(error or (f"it ended with {code}" if code else None))


def _fork_waiting(work: Work, delay: float, waiting: int, go: int) -> tuple[int, int]:
    """Fork a process that works when the last writing end of `waiting` is closed; return its id, and where it tells."""
    told, end = os.pipe()
    if pid := os.fork():
        os.close(end)
        return pid, told
    os.close(go)
    os.read(waiting, 1)
    time.sleep(delay)
    try:
        work()
    except Exception as error:
        logging.getLogger("newsmill").exception("a work failed")
        os.write(end, f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(0)


def import_stages_but_validation() -> None:
    """Import what the stages import, but for validation, and judge articles by their length alone.

    Great Expectations takes four fifths of a run over ten articles, and most of a process's memory, which makes forks
    slow. For tests of hundreds of runs in which it plays no part.
    """
    for name in WHAT_STAGES_IMPORT:
        importlib.import_module(name)
    load()
    judge_by_length()


def judge_by_length() -> None:
    """Let nothing of an article be judged but its length, from here on."""
    from newsmill import pipeline

    pipeline.validate = _judge_by_length


def _judge_by_length(run_id: str) -> dict[str, int]:
    from newsmill.schema import CLEANED, VERDICTS
    from newsmill.staging import write_rows
    from newsmill.workplace import open_workplace

    place = open_workplace(run_id)
    least = place.run.selection.min_words
    parts = place.staging.parts("cleaned", CLEANED, ["record_key", "word_count"])
    rows = [row for part in parts for row in part.to_pylist()]
    verdicts = (
        {"record_key": row["record_key"], "failed": ["words"] * (row["word_count"] < least), "warnings": []}
        for row in rows
    )
    write_rows(place.data, place.staging.path("verdicts.parquet"), VERDICTS, verdicts)
    return {"articles": len(rows)}


def telling(tell: Callable[[str], None]) -> None:
    """Make every step of the pipeline say that it begins; it does the same as before."""
    from newsmill import pipeline

    for name in STEPS:
        setattr(pipeline, name, _telling(tell, name, getattr(pipeline, name)))


def _telling(tell: Callable[[str], None], name: str, step: Callable[..., Any]) -> Callable[..., Any]:
    def told(*arguments: Any, **named: Any) -> Any:
        tell(name)
        return step(*arguments, **named)

    return told


PARSED: dict[str, Any] = {}


def warm_dags(landing: Path, moment: tuple[int, ...]) -> None:
    """Import Airflow and the stages, make a metadata database, parse the DAGs, and run the first one, once."""
    import_stages()
    from airflow.dag_processing.dagbag import BundleDagBag
    from airflow.sdk.execution_time.supervisor import in_process_api_server
    from airflow.utils.db import initdb

    initdb()
    folder = PROJECT / "dags"
    PARSED.update(BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder").dags)
    run_dag(landing, moment)
    del in_process_api_server().transport  # its thread must not be there when we fork
    gc.collect()


def run_dag(landing: Path, moment: tuple[int, ...]) -> None:
    """Run the DAG `ingest_news` as `airflow dags test` does; raise when it does not end well."""
    when = datetime(*moment, tzinfo=UTC)
    ended = PARSED["ingest_news"].test(run_after=when, logical_date=when, run_conf={"landing_uri": str(landing)})
    if ended.state != "success":
        raise RuntimeError(f"the run ended as {ended.state}")


def run_dag_telling(tell: Callable[[str], None], landing: Path, moment: tuple[int, ...], *, stay: bool) -> None:
    """Run the DAG, and tell which steps begin, and the end; then stay, to be killed, or go."""
    telling(tell)
    run_dag(landing, moment)
    tell("end")
    if stay:
        time.sleep(RUN_SECONDS)


def verify_all(_: Callable[[str], None]) -> None:
    """Verify the data root, all its articles; raise when anything is wrong."""
    from newsmill.upkeep.verify import verify

    found = verify(sample=None)
    if not found.is_clean:
        raise RuntimeError(f"newsmill verify: {found.findings}")
