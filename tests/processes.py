"""Look at processes from outside, by /proc."""

from __future__ import annotations

import os
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def children(pid: int | None = None) -> set[int]:
    """Return the ids of a process's children, this one's by default, and of those that ended unasked for."""
    return {
        int(stat.parent.name)
        for stat in Path("/proc").glob("[0-9]*/stat")
        if _field(stat, 1) == str(pid or os.getpid())
    }


def state(pid: int) -> str:
    """Return R (it runs), S (it waits) or another letter of `man proc`; empty for a process that is gone."""
    return _field(Path(f"/proc/{pid}/stat"), 0)


def computed(pid: int) -> float:
    """Return the seconds that a process has computed."""
    stat = Path(f"/proc/{pid}/stat")
    return (int(_field(stat, 11) or 0) + int(_field(stat, 12) or 0)) / TICKS


def is_waiting(pid: int) -> bool:
    """Tell whether a process waits, and goes on waiting."""
    before = computed(pid)
    for _ in range(10):
        if state(pid) != "S":
            return False
        time.sleep(0.02)
    return computed(pid) == before


def wait_for(condition, seconds: float = 60):
    """Wait until a condition holds, and return its value."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)
    return found


def _field(stat: Path, number: int) -> str:
    """Return a field of a process's state, counted behind its name."""
    try:
        return stat.read_text().rpartition(") ")[2].split()[number]
    except (FileNotFoundError, ProcessLookupError):
        return ""
