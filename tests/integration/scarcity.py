"""What is done over a data root in which something is missing, and what must be there afterwards.

Owns a run with everything in it, taken to where it decides, and the processes that go on from there. Keep out: how room
and permissions are taken away (starved).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

from newsmill import pipeline, profiles
from newsmill.cli import app
from newsmill.model import NewsmillError, Reprocess
from newsmill.rerun import compare
from tests.integration import starved
from tests.integration.agree import check_whole, dealt_with, left_behind
from tests.integration.crashing import DAY, FIXED, asked, end, first_night, second_night, to_decision
from tests.integration.nights import line, more, put_lines, told
from tests.integration.runs import content, rows
from tests.integration.warm import Nursery, import_stages, judge_by_length

Change = Callable[[Path], None]
Work = Callable[[Path], None]
GONE = "harbour-post"


def prepare(landing: Path, data: Path) -> None:
    """Publish the first night, and take the second to where it is decided, as a run of `reprocess`."""
    import_stages()
    first_night(landing)
    pipeline.run("first", DAY, asked(landing))
    second_night(landing)
    put_lines(landing, "third.jsonl", [line(told(30), text=f"{more('thirty')}\n\nShare this article\n\n{more('3')}")])
    to_decision("second", replace(asked(landing), reprocess=True))
    compare("second", Reprocess(only_outdated=False))


def end_run(place: Path) -> None:
    """Do what is left of the second night's run."""
    if place.name == "docs":
        pipeline.validate("second")
    end()


def take_down(_: Path) -> None:
    command("takedown", "--outlet", GONE, "--yes")


def learn(_: Path) -> None:
    profiles.learn_profiles("weekly", DAY)


def command(*arguments: str) -> None:
    """Do what a user types; one that fails must say why in a line, as a program does that expected it."""
    done = CliRunner().invoke(app, arguments)
    if isinstance(done.exception, Exception):
        raise done.exception
    if done.exit_code:
        assert done.stderr.startswith("newsmill: ")
        assert done.stderr.count("\n") == 1
        raise NewsmillError(f"exit code {done.exit_code}: {done.stderr}")


def next_run(landing: Path, data: Path) -> tuple:
    """Do a run over both nights, and return what is there."""
    judge_by_length()  # it judges these articles as the real one does, in a tenth of the time
    pipeline.run("next", DAY, asked(landing))
    check_whole(data)
    return left_behind(data), dealt_with(data)


def lone(tell, landing: Path, data: Path) -> None:
    tell(next_run(landing, data))


def outside_staging(data: Path) -> dict[str, str]:
    """Return the bytes of all that runs leave; who holds the index is not among it."""
    found = content(data)
    return {path: digest for path, digest in found.items() if not path.startswith("staging/") and path[-5:] != ".lock"}


def ended(data: Path) -> tuple:
    """Return what is there when a work has ended: all bytes, and rows of the index and of tombstones."""
    check_whole(data)
    told_otherwise = ("index/", "ledger/takedowns/")
    found = {path: digest for path, digest in outside_staging(data).items() if not path.startswith(told_otherwise)}
    return found, dealt_with(data), sorted((row["scope"], row["outlet"]) for row in rows(data, "ledger/takedowns"))


def undisturbed(tell, landing: Path, data: Path, work: Work) -> None:
    """Work; tell what has changed, what of it is there, and the end."""
    before = outside_staging(data)
    work(data)
    after = outside_staging(data)
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    tell(changed)
    tell(changed & set(after))
    tell(ended(data))


class Outcome(NamedTuple):
    """What came of a work without something."""

    error: str | None
    has_changed: bool  # something outside of staging
    goes_on: bool  # whether the next run will finish it
    end: tuple | None  # of the next run; of the work itself, where it did not fail or the next run finishes it


def disturbed(tell, landing: Path, data: Path, work: Work, place: Path, take: Change, give: Change, once: bool) -> None:
    """Work where something is missing, then let a run come that has it.

    A run does the same over the same bytes. So where nothing has changed it need come but `once`; and where it first
    finishes the work, what it does then need not be done.
    """
    before = outside_staging(data)
    take(place)
    error = error_of(work, place)
    give(place)
    has_changed = outside_staging(data) != before
    goes_on = bool([*data.glob("staging/*/groups.json"), *data.glob("staging/*/takedown.json")])
    end = None
    if goes_on or not error:
        pipeline.recover("next")
        end = ended(data)
    elif once or has_changed:
        end = next_run(landing, data)
    tell(Outcome(error, has_changed, goes_on, end))


def disturbed_late(tell, landing: Path, data: Path, place: Path, take: Change, give: Change) -> None:
    """Decide, publish where something is missing, and let others finish; tell error, what readers see, and the end."""
    groups = pipeline.deduplicate("second")
    take(place)
    tell(error_of(lambda _: _publish(groups), place))
    corpus = rows(data, "corpus")
    tell([(row["article_id"], row["content_hash"]) for row in corpus])
    give(place)
    pipeline.recover("next")
    tell(ended(data))


def _publish(groups: list[dict]) -> None:
    for group in groups:
        pipeline.publish("second", group["number"])
    pipeline.reconcile("second")


def commanded(tell, landing: Path, data: Path, arguments: tuple[str, ...], place: Path, take: Change, give: Change):
    """Type a command where something is missing; tell the error, and whether anything has changed."""
    before = outside_staging(data)
    take(place)
    error = error_of(lambda _: command(*arguments), place)
    give(place)
    tell((error, outside_staging(data) != before))


def first_run(tell, landing: Path, data: Path) -> None:
    """Do the first run of all where nothing may be made in the data root but what is there when it decides."""
    judge_by_length()
    to_decision("zero", asked(landing))
    (data / "index").mkdir()
    starved.obey_permissions()
    data.chmod(0o500)
    tell(error_of(lambda _: pipeline.deduplicate("zero"), data))
    tell(list(data.glob("staging/*/groups.json")))
    data.chmod(0o700)
    tell(pipeline.deduplicate("zero"))


def plan_without(tell, landing: Path, data: Path, there: Path, folder: Path) -> None:
    """Plan a run over a landing zone of which a folder cannot be listed."""
    starved.hide(folder)
    tell(error_of(lambda _: pipeline.plan("blind", DAY, asked(there)), folder))
    starved.open_up(folder)


def error_of(work: Work, place: Path) -> str | None:
    """Return what a work says that fails as it should; what is not newsmill's own error is not caught."""
    try:
        work(place)
    except NewsmillError as error:
        return str(error)
    return None


def silent() -> None:
    """Say nothing more: what a process has been told to write into is a file, too."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


class End(NamedTuple):
    """What a work leaves when nothing is missing, and the datasets that it needs."""

    ended: tuple
    changed: list[str]
    written: list[str]  # of these; in others it only removes


class Mill:
    """A data root with a run to be ended, as often as is asked for."""

    def __init__(self, root: Path) -> None:
        self.root, self.landing, self.ready = root, root / "landing", root / "ready"
        environment = self.environment(self.ready)
        self.nursery = Nursery(root / "log", prepare, self.landing, self.ready, environment=environment)
        self._count = 0

    def environment(self, data: Path) -> dict[str, str]:
        place = {"NEWSMILL_DATA_URI": str(data), "NEWSMILL_LANDING_URI": str(self.landing)}
        return FIXED | place | {"NEWSMILL_INDEX_URL": f"sqlite:///{data}/index/index.sqlite"}

    def copy(self) -> Path:
        self._count += 1
        return shutil.copytree(self.ready, self.root / f"data-{self._count}")

    def call(self, work, data: Path, *arguments) -> list:
        done = self.nursery.call(work, self.landing, data, *arguments, environment=self.environment(data))
        assert done.code == 0, (done.code, done.log[-5000:])
        return [said for said, _ in done.begun]

    def end(self, work: Work) -> End:
        """Do a work with everything there."""
        changed, written, found = self.call(undisturbed, self.copy(), work)
        datasets = (sorted({dataset_of(path) for path in paths} - {"newsmill.json"}) for paths in (changed, written))
        return End(found, *datasets)

    def next_run(self) -> tuple:
        """Return what a run leaves while the second night's is where it decides."""
        return self.call(lone, self.copy())[-1]

    def outcomes(
        self, work: Work, datasets: Iterable[str], take: Change, give: Change
    ) -> Iterator[tuple[Path, Outcome]]:
        """Do a work without each of these datasets in turn; yield where they lie, and what came of it."""
        for number, dataset in enumerate(datasets):
            data = self.copy()
            yield data / dataset, self.outcome(data, work, data / dataset, take, give, once=not number)
            shutil.rmtree(data)

    def outcome(self, data: Path, work: Work, place: Path, take: Change, give: Change, *, once: bool) -> Outcome:
        """Do a work over a copy in which something is missing."""
        return self.call(disturbed, data, work, place, take, give, once)[0]


def dataset_of(path: str) -> str:
    """Return the folder of a file's dataset."""
    return "/".join(path.split("/")[: 2 if path.startswith("ledger/") else 1])
