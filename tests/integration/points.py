"""Find every step at which a process changes what lies on the disk, and kill it at one of them.

Owns counting. A step is a file opened for writing, renamed or removed, a folder made or removed, an `fsync`, a
statement or a commit of the index. They are found by Python's own audit hooks, so that a step that is written tomorrow
is counted too. A process is killed before a step, which is after the one before it. What lies on the disk at a step is
told as a digest: steps between which nothing has changed are one and the same crash.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.symlink")
SAYS_MORE = (".lock", "-journal")
"""Ends of files that hold a time or a random number, so that they are never the same twice."""

TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
OWN_NAME = re.compile(r"\.[0-9a-f]{32}\.tmp$")
"""What `Store.replacing` gives a file that is not whole yet: another name each time."""


def on_every_step(root: Path, reached: Callable[[], None]) -> None:
    """Call `reached` before every step of this process that changes something below a folder; for good."""
    below = f"{root}/"
    busy = False

    def step(*_: Any) -> None:
        nonlocal busy
        if not busy:
            busy = True
            reached()
            busy = False

    def audit(event: str, arguments: tuple) -> None:
        if _is_written(below, arguments) if event == "open" else event in CHANGES and _is_below(below, arguments):
            step()

    real_sync = os.fsync

    def synced(descriptor: int) -> None:
        step()
        real_sync(descriptor)

    os.fsync = synced
    sys.addaudithook(audit)
    sa.event.listen(sa.Engine, "before_cursor_execute", step)
    sa.event.listen(sa.Engine, "commit", step)


def kill_at(root: Path, number: int) -> None:
    """Kill this process before step `number`, from 0."""
    left = number

    def reached() -> None:
        nonlocal left
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    on_every_step(root, reached)


def digest(root: Path) -> str:
    """Return a digest of all that lies below a folder: folders, files and what is in them."""
    seen = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        seen.update(f"{OWN_NAME.sub('.tmp', str(path.relative_to(root)))}\0".encode())
        if path.is_file() and not path.name.endswith(SAYS_MORE):
            seen.update(path.read_bytes())
    return seen.hexdigest()


def _is_below(below: str, arguments: tuple) -> bool:
    """Tell whether a change is below the folder; names that count from an open folder are those of a tree removed."""
    return any(isinstance(name, str) and (name.startswith(below) or "/" not in name) for name in arguments[:2])


def _is_written(below: str, arguments: tuple) -> bool:
    name, _, flags = arguments
    return isinstance(name, str) and name.startswith(below) and bool(flags & TO_WRITE)
