"""A forked child that does work on records and sends its results to its parent.

Owns what happens in the child from its first moment to its last, and how a result goes through the pipe. Keep out: what
the parent makes of it (guard), the limits (watch).

The child is a copy of a process that may have handlers for signals, threads, open connections and an end of its own to
meet, such as Airflow's. It takes none of that over: signals end it, it ends with its parent and without clearing up,
and it never returns into the code that called it.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

from newsmill.watch import Watch

LOT_BYTES, LOT_SECONDS = 256 * 1024, 0.1
"""Results are sent together up to this size and age; what a dead child had not sent is done again."""

FRAME = struct.Struct("!Q")
"""Stands before each message: its bytes. A message is pickled: (mark, result), an error, or None at the end."""

NO_MEMORY, TOO_DEEP = 71, 72
"""Exit codes with which a child says what has become of the record."""

ENDED_BY_OTHERS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})
"""Signals with which people and schedulers end programs."""

FIRST_TO_DIE = "500"
"""What Linux adds to the child's score when memory runs out: better the child than the task or the scheduler."""

PR_SET_PDEATHSIG = 1

Mark = TypeVar("Mark")
Result = TypeVar("Result")
Work = Callable[[Watch, Mark | None], Iterator[tuple[Mark, Result]]]
"""Yields a result for each record, and with it a mark: given to the next child, the work goes on behind that record.
It calls `Watch.at` before it touches a record, and `Watch.leave` before it does what is no record's."""

_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def fork(serve: Callable[[], None], *foreign: int) -> int:
    """Fork; the child serves and ends. Signals wait meanwhile: no handler of the parent's runs in the child.

    Args:
        serve: what the child does.
        foreign: descriptors that the child closes.

    Returns:
        The child's process id, in the parent.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()  # else the child has what is held, too
    parent = os.getpid()
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, ENDED_BY_OTHERS)
    try:
        pid = os.fork()
        if pid == 0:
            _be_child(serve, parent, foreign)
        return pid
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)


def _be_child(serve: Callable[[], None], parent: int, foreign: tuple[int, ...]) -> NoReturn:
    code = 1
    try:
        for number in (*ENDED_BY_OTHERS, signal.SIGPROF):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if _prctl:
            _prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        for descriptor in foreign:
            os.close(descriptor)
        with suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123
            score.write(FIRST_TO_DIE)
        gc.freeze()  # what is there stays: to look through it would copy it
        if os.getppid() == parent:  # else it died before it could be told
            serve()
            code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else code
    finally:
        os._exit(code)


def serve(work: Work[Any, Any], mark: Any, watch: Watch, pipe: int) -> None:
    """Do the work in the child, and send what it gives.

    Raises:
        SystemExit: a record took too much memory, or is nested too deep.
    """
    outbox = _Outbox(pipe)
    try:
        for message in work(watch, mark):
            watch.leave()
            outbox.add(message)
        outbox.add(None)
    except Exception as error:  # noqa: BLE001 - the parent raises it
        is_on = watch.is_on
        watch.lift()
        if is_on and (isinstance(error, MemoryError) or watch.overdrawn()):
            raise SystemExit(NO_MEMORY) from None
        if is_on and isinstance(error, RecursionError):
            raise SystemExit(TOO_DEEP) from None
        outbox.add(_portable(error))
    outbox.flush()


class _Outbox:
    """The child's end of the pipe: holds messages until there is a lot of them."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._held = bytearray()
        self._since = time.monotonic()

    def add(self, message: Any) -> None:
        body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        self._held += FRAME.pack(len(body))
        self._held += body
        if len(self._held) >= LOT_BYTES or time.monotonic() - self._since >= LOT_SECONDS:
            self.flush()

    def flush(self) -> None:
        with memoryview(self._held) as rest:
            sent = 0
            while sent < len(rest):
                sent += os.write(self._pipe, rest[sent:])
        self._held = bytearray()
        self._since = time.monotonic()


def _portable(error: Exception) -> Exception:
    """Return the error as the parent shall raise it, with the child's traceback."""
    said = "".join(traceback.format_exception(error))
    error.add_note(f"In the process that did the work:\n{said}")
    try:
        if type(pickle.loads(pickle.dumps(error))) is type(error):  # noqa: S301 - our own
            return error
    except Exception as cause:  # noqa: BLE001 - what an error of others does when it is copied, nobody knows
        said += f"\nIt cannot be handed on as it is: {cause}"
    return RuntimeError(said)
