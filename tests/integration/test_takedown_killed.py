"""A takedown killed at any of its writes is finished by the next run, byte for byte as if it had not been."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from newsmill.learn.history import Remembered, latest, write_version
from newsmill.learn.sight import sighting_row
from newsmill.model import key_of
from tests.conftest import PROJECT
from tests.newsmill.dedup.factory import DAY, Mill, article, at, settled

SECRET = "quinquereme"
OUR_ID = key_of("id", "ours")


def ours(text: str, **fields: object) -> dict:
    return article("ours", f"{text} with a {SECRET}", title=SECRET, notes=[SECRET], **fields)


COPY = article("copy", f"First with a {SECRET}", outlet="express", published_at=at(14))


def remembered(row: dict) -> Remembered:
    noted = sighting_row(
        article_id=row["article_id"], day=DAY, title=row["title"], authors=row["authors"], blocks=[row["text"]]
    )
    return Remembered.of(noted | {"text_chars": len(row["text"]), "removed_chars": 0})


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    """A corpus in which one article lies alone in its partition, has a revision, and copies and failures elsewhere."""
    mill = Mill(tmp_path_factory.mktemp("base"))
    others = [article("other"), article("express one", outlet="express")]
    mill.run([ours("First"), *others, COPY, settled("s")])
    second = ours("Second", published_at=at(20), fetched_at=at(21), raw_path="verity/second.html")
    mill.run([second, ours("Third", failed=["title"], fetched_at=at(22), raw_path="verity/third.html")], run_id="run-2")
    for day in (1, 2):
        write_version(mill.data, "verity", DAY.replace(day=day), f"run-{day}", map(remembered, [second, others[0]]))
    write_version(mill.data, "express", DAY, "run-1", [remembered(ours("First"))])
    mill.data.write("docs/index.html", SECRET.encode())
    mill.data.write("docs/a/b.html", SECRET.encode())
    (mill.root / f"corpus/.articles.parquet.{'0123' * 8}.tmp").write_bytes(SECRET.encode())
    mill.stage([ours("Fourth", raw_path="verity/fourth.html"), article("another")], run_id="dead")
    return mill.root


@pytest.mark.parametrize(
    ("target", "every"),
    [
        pytest.param({"article_id": OUR_ID}, 1, marks=pytest.mark.long),
        ({"article_id": OUR_ID}, 8),
        ({"outlet": "verity"}, 8),
    ],
)
def test_a_takedown_killed_at_each_step_is_finished_by_the_next_run(base, tmp_path, target, every):
    words = [SECRET] if "article_id" in target else ["The story of other"]
    arguments = [base, tmp_path / "work", json.dumps(target), every, *words]
    command = [sys.executable, "-m", "tests.integration.takedown_killer", *map(str, arguments)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    *killed, undisturbed = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(killed) >= 30 / every
    assert not undisturbed["killed"]
    assert undisturbed["traces"] == []
    assert any("/takedowns/" in path for path in undisturbed["files"])
    assert not any(path.startswith(("docs/", "staging/takedown")) for path in undisturbed["files"])
    # A kill before the intent is written leaves what was: nothing was decided, and the command is given again.
    begun = [step for step in killed if any("/takedowns/" in path for path in step["files"])]
    assert len(killed) - len(begun) <= 5
    for step in begun:
        assert {**step, "killed": False, "traces": [], "seen": undisturbed["seen"]} == undisturbed
    for step in killed:  # a reader between the kill and the next run
        assert set(undisturbed["seen"]) <= set(step["seen"]) <= set(killed[0]["seen"])
        assert len(step["seen"]) == len(set(step["seen"]))
    remembered_there = {one.article_id for one in latest(Mill(tmp_path / "work").data, "express")}
    assert remembered_there == ({OUR_ID} if "outlet" in target else set())
