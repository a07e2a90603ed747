"""Kill a process at every step of the end of a run, one by one, and let the next run mend it.

Owns a small run that has everything in it, taken to where it decides. Nothing is sampled: the steps are counted while a
process does them undisturbed, and for each after which something else lies on the disk a process is killed there, with
SIGKILL, over a copy of what it began with.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path

from newsmill import pipeline
from newsmill.model import Selection
from tests.integration.agree import check_whole, dealt_with, left_behind
from tests.integration.nights import LONELY, line, put_lines, told
from tests.integration.points import digest, kill_at, on_every_step
from tests.integration.warm import Nursery, import_stages_but_validation

Work = Callable[[], None]
DAY = date(2026, 3, 1)
FIXED = {"NEWSMILL_MOVE_GRACE_SECONDS": "0", "NEWSMILL_PUBLISH_GROUPS": "2", "NEWSMILL_BATCH_RECORDS": "100"}


def first_night(landing: Path) -> None:
    put_lines(landing, "first.jsonl", [line(told(number)) for number in (0, 2, 3, LONELY)])


def second_night(landing: Path) -> None:
    """Add a revision, a move that empties a partition, texts that change their articles, and what is refused."""
    lines = [
        line(told(0).retold()),
        line(told(8)),
        line(told(LONELY).again(outlet="harbour-post", paragraphs=told(9).paragraphs)),
        line(told(2).again(paragraphs=told(3).paragraphs)),
        line(told(3).again(paragraphs=told(10).paragraphs)),
        line(told(8), id="copy", url=None, outlet="copier"),
        line(told(11), text="Too short."),
        "not json",
    ]
    put_lines(landing, "second.jsonl", lines)


def prepare(landing: Path) -> None:
    """Publish the first night in this process, and take the second one to where it is decided."""
    import_stages_but_validation()
    first_night(landing)
    pipeline.run("first", DAY, asked(landing))
    second_night(landing)
    to_decision("second", asked(landing))


def to_decision(run_id: str, selection: Selection) -> None:
    """Take a run to where it decides."""
    batches = pipeline.plan(run_id, DAY, selection)
    for batch in batches:
        pipeline.extract(run_id, batch["number"])
    pipeline.learn(run_id)
    for batch in batches:
        pipeline.clean(run_id, batch["number"])
    pipeline.validate(run_id)


def asked(landing: Path) -> Selection:
    return Selection(landing_uri=str(landing))


def end() -> None:
    """Do what the last tasks of the second night do."""
    for group in pipeline.deduplicate("second"):
        pipeline.publish("second", group["number"])
    pipeline.reconcile("second")


def recover() -> None:
    """Do what another run does first."""
    pipeline.recover("other")


def next_run(_, landing: Path) -> None:
    pipeline.run("next", DAY, asked(landing))


def decide(_) -> None:
    """Take the second night to where another run would finish it."""
    pipeline.deduplicate("second")


def watched(tell, work: Work, root: Path) -> None:
    """Work, and tell what lies on the disk before every step."""
    on_every_step(root, lambda: tell(digest(root)))
    work()


def struck(_, work: Work, root: Path, number: int) -> None:
    """Work, and be killed before a step."""
    kill_at(root, number)
    work()


def recovered(_) -> None:
    """Do what a run does first, in a process that is not killed."""
    recover()


class Mill:
    """A data root with a run to be ended, as often as is asked for."""

    def __init__(self, root: Path) -> None:
        self.root, self.landing = root, root / "landing"
        self.start = root / "start"
        self.nursery = Nursery(root / "log", prepare, self.landing, environment=self.environment(self.start))

    def environment(self, data: Path) -> dict[str, str]:
        return FIXED | {"NEWSMILL_DATA_URI": str(data), "NEWSMILL_LANDING_URI": str(self.landing)}

    def what_is_there(self, data: Path) -> tuple:
        """Return what a data root holds, if corpus, index and ledger agree."""
        check_whole(data)
        return left_behind(data), dealt_with(data)

    def call(self, work, data: Path, *arguments, code: int = 0):
        done = self.nursery.call(work, *arguments, environment=self.environment(data))
        assert done.code == code, done.log[-5000:]
        return [said for said, _ in done.begun]


def check_steps(mill: Mill, start: Path, work: Work, *, every: int, at_least: int) -> None:
    """Kill the work at each step, or some; let a run go to its end; check that all is as if nothing had happened.

    Where that is so already when the run has recovered, which is the first thing that it does, the rest of it is not
    done: over the same bytes it does the same as after the work that was not disturbed, which is done once.
    """
    data = mill.root / "data"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(start, data)
    seen = mill.call(watched, data, work, data)
    expected = mill.what_is_there(data)
    mill.call(next_run, data, mill.landing)
    assert mill.what_is_there(data) == expected
    steps = [number for number, state in enumerate(seen) if not number or state != seen[number - 1]]
    assert len(steps) >= at_least
    steps = steps[::every]
    undecided = 0
    for number in steps:
        shutil.rmtree(data)
        shutil.copytree(start, data)
        mill.call(struck, data, work, data, number, code=-signal.SIGKILL)
        assert digest(data) == seen[number]
        mill.call(recovered, data)
        if mill.what_is_there(data) != expected:
            mill.call(next_run, data, mill.landing)
            undecided += 1
        assert mill.what_is_there(data) == expected, number
    assert undecided < len(steps) / 4
