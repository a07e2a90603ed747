"""Runs that meet: two processes publish overlapping articles at once, fifty times, and no row is lost or doubled."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest

from newsmill import pipeline
from newsmill.model import Selection
from tests.integration.agree import check_whole
from tests.integration.nights import MANY, Told, line, more, put_lines, told
from tests.integration.runs import content, rows
from tests.integration.warm import Nursery, import_stages_but_validation, together

DAY = date(2026, 3, 1)
ROUNDS = 50
IN_ORDER = (0, 18, 37)
"""Rounds of which both orders, one zone after the other, are tried over a copy: the corpus must be one of the two."""

FIXED = {"NEWSMILL_MOVE_GRACE_SECONDS": "0", "NEWSMILL_PUBLISH_GROUPS": "2", "NEWSMILL_LOCK_WAIT_SECONDS": "120"}
IMPATIENT = {"NEWSMILL_LOCK_WAIT_SECONDS": "0"}


def go(run_id: str, landing: Path) -> None:
    pipeline.run(run_id, DAY, Selection(landing_uri=str(landing)))


class Rounds:
    """One corpus, the landing zones of each round, and what the corpus must hold."""

    def __init__(self, root: Path) -> None:
        self.root, self.data = root, root / "data"
        self.nursery = Nursery(root / "log", import_stages_but_validation, environment={})
        self.texts: dict[str, str] = {}  # by source_id
        self.twins: list[tuple[str, ...]] = []  # of these exactly one stands, under one text

    def lay_out(self, number: int, zones: int = 2) -> list[Path]:
        """Lay out what meets in a round: for each run a zone, with articles of its own and articles of all."""
        base = MANY + 20 * number
        zone = [self.root / f"round-{number}" / f"zone-{which}" for which in range(zones)]
        shared = [line(told(base)), *(line(one) for one in self._again(number))]
        versions = [self._version(base + 1, which) for which in range(zones)]
        twins = [self._twin(base + 2, which) for which in range(zones)]
        for which, folder in enumerate(zone):
            put_lines(folder, f"shared-{number}.jsonl", shared)
            own = line(told(base + 3 + which))
            put_lines(folder, f"own-{number}-{which}.jsonl.gz", [own, line(versions[which]), twins[which]])
            self._expect(told(base + 3 + which))
        self._expect(told(base))
        self._expect(versions[-1])
        self.twins.append(tuple(twin["id"] for twin in twins))
        return zone

    def _again(self, number: int) -> list[Told]:
        """Return articles of the round before, as all zones have them now: with another text, and on another day."""
        if not number:
            return []
        before = MANY + 20 * (number - 1)
        moved = told(before + 3).retold()
        again = [told(before).retold(), moved.again(published=moved.published + timedelta(days=1))]
        for one in again:
            self._expect(one)
        return again

    def _version(self, number: int, which: int) -> Told:
        """Return one of several versions of an article, each newer than the one before."""
        one = told(number)
        paragraphs = (*one.paragraphs, more(f"version {which} of {number}"))
        return replace(one, paragraphs=paragraphs, fetched=one.fetched + timedelta(hours=which))

    def _twin(self, number: int, which: int) -> dict:
        """Return one text under several outlets."""
        return line(told(number), id=f"twin-{number}-{which}", url=None, outlet=f"twin-{which}")

    def _expect(self, one: Told) -> None:
        self.texts[f"id-{one.number}"] = one.text

    def at_once(self, number: int, zones: list[Path], delays: list[float], **environment: str) -> list[str | None]:
        """Run over all zones, each in a process of its own; return what each has come to."""
        works = [partial(go, f"round-{number}-{which}", zone) for which, zone in enumerate(zones)]
        done = self.call(self.data, together, works, delays, **environment)
        return [said for said, _ in done.begun]

    def call(self, data: Path, work, *arguments, **environment: str):
        place = {"NEWSMILL_DATA_URI": str(data), "NEWSMILL_LANDING_URI": str(self.root)}
        done = self.nursery.call(work, *arguments, environment=FIXED | place | environment)
        assert done.code == 0, done.log[-5000:]
        return done

    def one_by_one(self, name: str, number: int, zones: list[Path], order: list[int]) -> dict[str, str]:
        """Run over the zones one after the other, over a copy of what lies there now; return the corpus's bytes."""
        data = shutil.copytree(self.data, self.root / name) if self.data.exists() else self.root / name
        for which in order:
            self.call(data, _alone, f"round-{number}-{which}", zones[which])
        return content(data / "corpus")

    def check(self) -> None:
        """Check that the corpus holds what it must, and nothing else."""
        there = {row["source_id"]: row["text"] for row in rows(self.data, "corpus")}
        for twins in self.twins:
            assert len([name for name in twins if there.pop(name, None)]) == 1
        assert there == self.texts


def _alone(_, run_id: str, zone: Path) -> None:
    go(run_id, zone)


@pytest.fixture(scope="module")
def rounds(tmp_path_factory):
    made = Rounds(tmp_path_factory.mktemp("rounds"))
    yield made
    made.nursery.close()


@pytest.mark.parametrize("numbers", [range(10), pytest.param(range(10, ROUNDS), marks=pytest.mark.long)], ids=str)
def test_two_processes_over_one_corpus_fifty_times_lose_no_row_and_publish_none_twice(rounds, numbers):
    rng = Random(f"rounds {numbers}")
    for number in numbers:
        zones = rounds.lay_out(number)
        orders = (
            [rounds.one_by_one(f"{number}-{way}", number, zones, [0, 1][::way]) for way in (1, -1)]
            if number % 10 == 0
            else []
        )
        if number % 10 == 5:
            _impatiently(rounds, number, zones)
        else:
            delays = [0.0, 0.0] if number % 2 == 0 else [0.0, 0.6 * rng.random()]
            assert rounds.at_once(number, zones, delays) == [None, None]
        rounds.check()
        if number % 10 == 9:
            check_whole(rounds.data)
        assert not orders or content(rounds.data / "corpus") in orders


def _impatiently(rounds: Rounds, number: int, zones: list[Path]) -> None:
    """Let no one wait: one fails and names who holds the corpus; it is run again."""
    came = rounds.at_once(number, zones, [0.0, 0.0], **IMPATIENT)
    failed = [which for which, said in enumerate(came) if said]
    assert len(failed) <= 1
    for which in failed:
        assert came[which].startswith("CorpusBusyError: the corpus is held by round-")
        rounds.call(rounds.data, _alone, f"round-{number}-{which}-again", zones[which])


def test_three_processes_at_once(rounds):
    number = ROUNDS
    zones = rounds.lay_out(number, 3)
    assert rounds.at_once(number, zones, [0.0, 0.0, 0.0]) == [None] * 3
    rounds.check()
    check_whole(rounds.data)
