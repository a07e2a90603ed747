"""Take down, killed with SIGKILL before each write, rename and removal in turn, and let the next run finish.

Run as a script, so that what is killed is a process of its own that holds nothing of the test's. Prints one JSON object
a step: what the data root holds after the next run. The last step is the one that was not killed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from newsmill import pipeline, settings
from newsmill.dedup.index import Index
from newsmill.model import Target
from tests.integration.takedowns import index_of, traces

DAY = date(2026, 3, 10)
STEPS = ("replace", "unlink", "remove", "rmdir", "mkdir")


def dying(left: int, real: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is killed before its call, once so many calls of all its like have passed."""

    def step(*arguments: Any, **named: Any) -> Any:
        dying.passed += 1
        if dying.passed > left:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)

    return step


dying.passed = 0


def take_down(target: Target, left: int) -> None:
    for name in STEPS:
        setattr(os, name, dying(left, getattr(os, name)))
    Index.forget = dying(left, Index.forget)
    pipeline.take_down(target, DAY, "killed")
    dying(left, lambda: None)()  # the end itself: the hold of the corpus is let go


def in_child(action: Callable[[], object]) -> int:
    """Return the signal that ended a child process in which the action ran; 0 where it ended well."""
    child = os.fork()
    if child == 0:
        with ExitStack() as end:
            end.callback(os._exit, 1)  # with a traceback, if it comes to that
            action()
            os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("a step failed; see above")
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def main(base: Path, work: Path, target: Target, every: int, words: list[str]) -> None:
    settings.Settings.model_config["env_file"] = None
    os.environ.update(NEWSMILL_DATA_URI=str(work), NEWSMILL_MOVE_GRACE_SECONDS="0")
    signalled, left = signal.SIGKILL, 0
    while signalled:
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(base, work)
        signalled = in_child(lambda: take_down(target, left))  # noqa: B023 - called at once
        seen = ds.dataset(work / "corpus").to_table(use_threads=False)["article_id"].to_pylist()
        in_child(lambda: pipeline.recover("next"))  # the first that a run does
        files = {
            str(path.relative_to(work)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(work.rglob("*"))
            if path.is_file() and path.name != "index.sqlite"
        }
        said = [] if signalled else traces(work, *words)  # equal hashes have equal traces
        found = {
            "killed": bool(signalled),
            "seen": sorted(seen),
            "files": files,
            "index": repr(index_of(work)),
            "traces": said,
        }
        sys.stdout.write(json.dumps(found) + "\n")
        left += every


if __name__ == "__main__":
    base, work, target, every, *words = sys.argv[1:]
    main(Path(base), Path(work), Target(**json.loads(target)), int(every), words)
