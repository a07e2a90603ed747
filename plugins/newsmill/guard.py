"""Work on records in a child process, so that a record which kills or outlasts it costs nothing but itself.

Owns the parent's side: when a child begins, what comes from it, and what its death says of a record. Keep out: what
goes on in the child (forked), the limits and the note of the record (watch), what the work is.

The child is forked, so the work finds everything loaded. It notes each record before it touches it, and sends each
result whole. When it dies, the record that it was at becomes an `Unreadable`, and a new child goes on behind the last
result that came; `Watch.at` then hands out that `Unreadable` instead of letting the record be touched again. Results
that the dead child had made and not sent yet are made again. A child that dies while no record is noted, or by a
signal with which people and schedulers end programs, is nobody's fault but its surroundings': the task fails. So does
one that meets an error of which no record is the cause, and the task raises that error.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import select
import signal
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import Any

import structlog

from newsmill.forked import ENDED_BY_OTHERS, FRAME, NO_MEMORY, TOO_DEEP, Mark, Result, Work, fork, serve
from newsmill.model import NewsmillError, Reason, Spot, Unreadable
from newsmill.watch import Limits, Slate, Watch

PIPE_BYTES = 1024 * 1024
"""What the pipe holds, so that the child goes on while the parent writes; Linux gives so much to anyone."""

TICK = 0.25
"""Seconds between two looks at a child that sends nothing. The clock of a record counts these looks: while the whole
machine sleeps, or a container is stopped, there are none."""

log = structlog.get_logger("newsmill")


class WorkerDiedError(NewsmillError, ChildProcessError):
    """The process that did the work died, and no record was to blame; doing it again may help."""


@contextmanager
def guarded(work: Work[Mark, Result], limits: Limits) -> Iterator[Iterator[Result]]:
    """Do work in a child process; give its results, in their order, while the block runs.

    Raises:
        WorkerDiedError: the child died, and no record was to blame.
        Exception: what the work raised, with the child's traceback as a note.
    """
    slate = Slate()
    with closing(slate), closing(_results(work, limits, slate)) as results:
        yield results


def _results(work: Work[Mark, Result], limits: Limits, slate: Slate) -> Generator[Result, None, None]:
    mark: Mark | None = None
    lost: dict[str, Unreadable] = {}
    while True:
        with closing(_Child(work, mark, limits, lost, slate)) as child:
            for behind, result in child.results():
                yield result
                mark = behind
            if child.is_done:
                return
            record = child.blamed()
        lost[record.raw_path] = record
        log.warning("unreadable", raw_path=record.raw_path, reason=record.reason.value, detail=record.detail)


class _Child:
    """A child process at work, as its parent sees it."""

    def __init__(
        self, work: Work[Any, Any], mark: Any, limits: Limits, lost: Mapping[str, Unreadable], slate: Slate
    ) -> None:
        self.is_done = False
        self._limits = limits
        self._slate = slate
        self._slate.write(None)
        self._outlasted = False
        self._status: int | None = None
        self._pipe, end = os.pipe()
        with suppress(AttributeError, OSError):
            fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        try:
            self._pid = fork(lambda: serve(work, mark, Watch(limits, slate, lost), end), self._pipe)
        finally:
            os.close(end)

    def results(self) -> Iterator[tuple[Any, Any]]:
        """Yield marks and results as they come, until the child has ended, one way or another.

        Raises:
            Exception: what the work raised.
        """
        failure: BaseException | None = None
        for message in self._messages():
            if isinstance(message, BaseException):
                failure = message
            elif message is None:
                self.is_done = True
            else:
                yield message
        if failure:
            raise failure

    def blamed(self) -> Unreadable:
        """Return what has become of the record that killed the child.

        Raises:
            WorkerDiedError: it was no record.
        """
        status = self._ended()
        spot = self._slate.read()
        if spot is None or -status in ENDED_BY_OTHERS:
            where = f"at {spot.raw_path}" if spot else "between two records"
            raise WorkerDiedError(
                f"the process that did this task's work was ended {where}, {_named(status)}; no record is to blame. "
                "Look who ended it, or whether the machine had run out of memory, and run the task again"
            )
        reason, detail = _cause(status, self._limits, outlasted=self._outlasted)
        return Unreadable(
            raw_path=spot.raw_path,
            reason=reason,
            detail=detail,
            folder=spot.folder,
            raw_sha256=spot.raw_sha256,
            fingerprint=_remembered(spot, status, self._limits, outlasted=self._outlasted),
        )

    def close(self) -> None:
        """End the child, whatever it is doing."""
        os.close(self._pipe)
        if self._status is None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            self._ended()

    def _messages(self) -> Iterator[Any]:
        held = bytearray()
        while self._wait() and (part := os.read(self._pipe, PIPE_BYTES)):
            held += part
            start = 0
            while len(held) >= start + FRAME.size:
                body = start + FRAME.size
                end = body + FRAME.unpack_from(held, start)[0]
                if len(held) < end:
                    break
                yield pickle.loads(memoryview(held)[body:end].tobytes())  # noqa: S301 - of our own child
                start = end
            del held[:start]

    def _wait(self) -> bool:
        """Wait until there is something to read; end a child that is at one record for too long."""
        poller = select.poll()
        poller.register(self._pipe, select.POLLIN)
        since, ticks = -1, 0
        while not poller.poll(TICK * 1000):
            turn, is_at_record = self._slate.turn()
            since, ticks = turn, ticks + 1 if turn == since else 0
            if is_at_record and ticks * TICK >= self._limits.wall_seconds:
                self._outlasted = True
                os.kill(self._pid, signal.SIGKILL)
                return False
        return True

    def _ended(self) -> int:
        """Wait for the child's end, and return its exit code, or its signal as a negative number."""
        if self._status is None:
            self._status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._status


def _cause(status: int, limits: Limits, *, outlasted: bool) -> tuple[Reason, str]:
    """Return the reason of a death, and a sentence that says which limit it was and what to do."""
    if outlasted:
        return Reason.TOO_SLOW, (
            f"did not end in {limits.wall_seconds:,.0f} seconds by the clock (ten times NEWSMILL_RECORD_SECONDS and "
            "a minute), though it hardly computed: see to the disk or the object store that it lies on"
        )
    if status == -signal.SIGPROF:
        return Reason.TOO_SLOW, (
            f"took more than {limits.seconds:g} seconds of computing; raise NEWSMILL_RECORD_SECONDS if it is an "
            "article, else look what made it"
        )
    if status == NO_MEMORY:
        return Reason.OUT_OF_MEMORY, (
            f"took more than {limits.memory_bytes:,} bytes of memory; raise NEWSMILL_RECORD_MEMORY_BYTES if it is an "
            "article, else look what made it"
        )
    if status == TOO_DEEP:
        return Reason.TOO_DEEP, "its parts are nested deeper than any article's: look what made it"
    if status == -signal.SIGKILL:
        return Reason.PROCESS_DIED, (
            f"the process was ended at it, {_named(status)}: mostly the machine has run out of memory; lower "
            "NEWSMILL_RECORD_MEMORY_BYTES or run fewer tasks at once, and the next run reads it again"
        )
    return Reason.PROCESS_DIED, (
        f"a library ended the process at it, {_named(status)}: look what made it, and take it out of the landing zone"
    )


def _remembered(spot: Spot, status: int, limits: Limits, *, outlasted: bool) -> str | None:
    """Return the fingerprint by which later runs know the record; None where they shall read it again.

    What hangs on a limit is known as long as the limit stays, or each night would spend it again. Who was killed, or
    waited too long, may fare better in the next run.
    """
    if status == TOO_DEEP or not spot.fingerprint:
        return spot.fingerprint
    hangs_on_limit = status in (NO_MEMORY, -signal.SIGPROF) and not outlasted
    return limits.marked(spot.fingerprint) if hangs_on_limit else None


def _named(status: int) -> str:
    return f"by signal {-status} ({signal.Signals(-status).name})" if status < 0 else f"with exit code {status}"
