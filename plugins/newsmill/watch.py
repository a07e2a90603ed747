"""What one record may cost, held by the kernel, and where a task is.

Owns the limits of a record and the note of the record that is being worked on, which outlives the process. It runs in
the child that `guard` forks. Keep out: processes and pipes (guard), what is done with a record.

Processor time and memory are limited by the kernel, because nothing else stops C code: a timer whose signal ends the
process (ITIMER_PROF), and a limit on its address space (RLIMIT_AS). The limit on memory is set where an allocation
fails at twice of what a record may take; and a record that has taken more than once of it is refused after it was read,
whatever came of it. For libraries go on without the memory that they did not get, and what they then make of an article
is less than there was: trafilatura catches every error, and libxml2 gives the tree as far as it came.

Linux tells a process how much memory it has; elsewhere only time is limited.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import resource
import signal
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from newsmill.model import Spot, Unreadable, key_of
from newsmill.settings import Settings

WALL_TIMES, WALL_MORE = 10, 60.0
"""A record may take ten times its seconds of computing by the clock, and a minute: a busy machine or a slow disk is no
fault of the record; what sleeps for longer does not end."""

HEAD, LENGTH = struct.Struct("@Q"), struct.Struct("@I")
SLOT = 64 * 1024
"""Bytes for the name of a record: a path has 4,096 at most, a key of an object store 1,024."""

STATM = "/proc/self/statm"

HELD_BACK = 8
"""An eighth of what a record may take: once so much more is resident than there was, what was freed is given back."""

FORGET_PEAK = "5"
"""Written to `clear_refs`, it makes Linux count the peak of resident memory from now on: proc_pid_clear_refs(5)."""

_give_back = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""glibc's: what was freed stays resident until then, and a record that uses it again would seem to take nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one record may take."""

    seconds: float  # of computing
    memory_bytes: int
    wall_seconds: float  # by the clock

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Return the limits that the settings say."""
        seconds = settings.record_seconds
        return cls(seconds, settings.record_memory_bytes, WALL_TIMES * seconds + WALL_MORE)

    def marked(self, fingerprint: str) -> str:
        """Return the fingerprint of a record that was too much for these limits: under others it is another."""
        return key_of(fingerprint, f"{self.seconds} s", f"{self.memory_bytes} bytes")


class Slate:
    """Memory that two processes share: the child writes where it is, and the parent reads it when the child is dead.

    Two places take turns, and eight bytes say which counts; so what is read was written whole.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, HEAD.size + 2 * (LENGTH.size + SLOT))
        self._turn = 0

    def write(self, spot: Spot | None) -> None:
        """Note a record, or that there is none."""
        self._turn += 1
        if spot:
            data = "\0".join(_strings(spot)).encode("utf-8", "surrogatepass")
            start = self._start(self._turn)
            self._memory[start : start + LENGTH.size + len(data)] = LENGTH.pack(len(data)) + data
        HEAD.pack_into(self._memory, 0, self._turn << 1 | bool(spot))

    def turn(self) -> tuple[int, bool]:
        """Return a number that each note changes, and whether there is a record; while the child lives, too."""
        (head,) = HEAD.unpack_from(self._memory, 0)
        return head, bool(head & 1)

    def read(self) -> Spot | None:
        """Return the record that is noted; for when the child is dead."""
        head, is_at_record = self.turn()
        if not is_at_record:
            return None
        start = self._start(head >> 1)
        (length,) = LENGTH.unpack_from(self._memory, start)
        data = self._memory[start + LENGTH.size : start + LENGTH.size + length]
        raw_path, *rest = data.decode("utf-8", "surrogatepass").split("\0")
        folder, raw_sha256, fingerprint = (text or None for text in rest)
        return Spot(raw_path=raw_path, folder=folder, raw_sha256=raw_sha256, fingerprint=fingerprint)

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()

    def _start(self, turn: int) -> int:
        return HEAD.size + (turn & 1) * (LENGTH.size + SLOT)


def _strings(spot: Spot) -> tuple[str, str, str, str]:
    return spot.raw_path, spot.folder or "", spot.raw_sha256 or "", spot.fingerprint or ""


class Watch:
    """Tells the kernel and the parent which record is worked on. For a child process alone: its limits fall on it."""

    def __init__(self, limits: Limits, slate: Slate, lost: Mapping[str, Unreadable]) -> None:
        self._limits = limits
        self._slate = slate
        self._lost = lost
        self._statm = os.open(STATM, os.O_RDONLY) if os.path.exists(STATM) else None  # noqa: PTH110
        self._soft, self._hard = resource.getrlimit(resource.RLIMIT_AS)
        self._held = self._peak = self._usual = 0
        self._spot: Spot | None = None
        self.is_on = False
        """A record is being worked on, under its limits."""

    def at(self, spot: Spot) -> Unreadable | None:
        """Begin a record, or tell more of the one that has begun; its limits count from its beginning.

        Returns:
            What has become of it, where it killed an earlier process: then it is not to be touched.
        """
        if self.is_on and self._spot and self._spot.raw_path != spot.raw_path:
            self.leave()
        self._spot = spot
        lost = self._lost.get(spot.raw_path)
        if lost is None:
            self._slate.write(spot)
            if not self.is_on:
                self._begin()
        return lost

    def leave(self) -> Spot | None:
        """End the record that has begun, and return it.

        Raises:
            MemoryError: it has taken more than it may.
        """
        if self.is_on:
            if self.overdrawn():
                raise MemoryError
            self.lift()
            self._slate.write(None)
        return self._spot

    def lift(self) -> None:
        """Lift the limits; the record stays noted."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        if self._statm is not None:
            resource.setrlimit(resource.RLIMIT_AS, (self._soft, self._hard))
        self.is_on = False

    def overdrawn(self) -> bool:
        """Tell whether the record has taken more memory than it may.

        What is resident of files, libraries that were just loaded for one, is no cost of the record's. To ask whether
        the peak has risen costs a microsecond.
        """
        if self._statm is None or _peak() == self._peak:
            return False
        return _peak() - _told(self._statm).of_files - self._held > self._limits.memory_bytes

    def _begin(self) -> None:
        self.is_on = True
        signal.setitimer(signal.ITIMER_PROF, self._limits.seconds)
        if self._statm is not None:
            memory = self._memory(self._statm)
            self._held, self._peak = memory.resident - memory.of_files, _peak()
            most = memory.size + 2 * self._limits.memory_bytes
            unlimited = self._soft == resource.RLIM_INFINITY
            resource.setrlimit(resource.RLIMIT_AS, (most if unlimited else min(most, self._soft), self._hard))

    def _memory(self, statm: int) -> _Memory:
        """Return what the process has, once what others have used and freed is given back."""
        memory = _told(statm)
        if memory.resident > self._usual + self._limits.memory_bytes // HELD_BACK:
            if _give_back:
                _give_back(0)
            with suppress(OSError), open("/proc/self/clear_refs", "w") as refs:  # noqa: PTH123
                refs.write(FORGET_PEAK)
            memory = _told(statm)
            self._usual = memory.resident
        return memory


class _Memory(NamedTuple):
    """What a process has, in bytes."""

    size: int  # of its address space
    resident: int
    of_files: int  # of what is resident


def _told(statm: int) -> _Memory:
    return _Memory(*(int(pages) * mmap.PAGESIZE for pages in os.pread(statm, 64, 0).split()[:3]))


def _peak() -> int:
    """Return the most memory that was resident, in bytes, as Linux counts it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
