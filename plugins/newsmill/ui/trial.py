"""Try: one pasted or landed record through extraction and cleaning, in a process of its own, storing nothing.

Owns the process and its limits. It runs the command `newsmill explain`, so what is shown is what that command says.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

from newsmill.model import NewsmillError
from newsmill.settings import load_settings

MAX_BYTES = 2 * 1024 * 1024
"""What may be pasted; the largest of 519 real news pages has 1.6 MB."""
SECONDS = 30
"""By the clock, of which starting the process and asking Great Expectations take five or six."""
OF_LIBRARIES = 2 * 1024**3
"""Addresses that libraries reserve, mostly without using them, beside what a record may take."""
AT_ONCE = 2
"""Trials at the same time: they compete with Airflow's own work."""

_PLACES = BoundedSemaphore(AT_ONCE)


class TrialError(NewsmillError):
    """The trial gave no result; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is to be tried: content, or the place of a record in the landing zone."""

    content: str = ""
    raw_path: str = ""
    outlet: str = ""
    url: str = ""

    def arguments(self) -> list[str]:
        """Return the arguments of `newsmill explain`."""
        options = ["--json", "--verdict", *(["--outlet", self.outlet] if self.outlet else [])]
        if self.raw_path:
            return [*options, "--landed", "--", self.raw_path]
        return [*options, *(["--url", self.url] if self.url else []), "--", "-"]


def carry_out(trial: Trial) -> dict[str, Any]:
    """Return what `newsmill explain --json` says of a record.

    Raises:
        TrialError: it is too large, cannot be read, takes too long, or too many trials run already.
    """
    if not (trial.content.strip() or trial.raw_path):
        raise TrialError("paste a page or a text, or name a record of the landing zone")
    content = trial.content.encode("utf-8", "surrogatepass")
    if len(content) > MAX_BYTES:
        raise TrialError(f"that is {len(content):,} bytes, and at most {MAX_BYTES:,} are tried here: newsmill explain")
    if not _PLACES.acquire(blocking=False):
        raise TrialError(f"{AT_ONCE} trials are running already: try again in a moment")
    try:
        return _told(trial.arguments(), content)
    finally:
        _PLACES.release()


def _told(arguments: Sequence[str], content: bytes) -> dict[str, Any]:
    command = [sys.executable, "-m", "newsmill.cli", "explain", *arguments]
    with subprocess.Popen(  # noqa: S603 - a fixed program; what a user says is an argument behind `--`, or its input
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        memory = load_settings().record_memory_bytes + OF_LIBRARIES
        if sys.platform == "linux":
            resource.prlimit(process.pid, resource.RLIMIT_AS, (memory, memory))
        try:
            said, error = process.communicate(content, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise TrialError(f"it took longer than {SECONDS} seconds: a run gives a record more") from None
    if process.returncode:
        why = error.decode(errors="replace").strip().splitlines()
        raise TrialError(why[-1].removeprefix("newsmill: ") if why else f"it ended with exit code {process.returncode}")
    told: dict[str, Any] = json.loads(said.splitlines()[0])
    return told
