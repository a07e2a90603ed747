"""The ledger gives back what the nights remembered, and a change of an outlet's pages is reported."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta

import pytest

from newsmill import profiles
from tests.conftest import DAY
from tests.integration.runs import content, published, rows, run, snapshot
from tests.newsmill.learn.courier import OUTLET, as_lines, twenty

SUNDAY = DAY + timedelta(days=14)
NEW_LINE = "Winter timetable of all ferries on page four"


@pytest.fixture
def landing(tmp_path):
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Where the first test leaves what it made, for the others."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def data(landing, tmp_path, made):
    """A corpus of four nights."""
    if any(made.iterdir()):
        shutil.copytree(made, tmp_path, dirs_exist_ok=True)
        return tmp_path / "data"
    for night in range(4):
        (landing / f"night-{night}.jsonl").write_bytes(as_lines(twenty()[night * 5 : night * 5 + 5]))
        run(landing, f"night-{night}", DAY + timedelta(days=night))
    for folder in ("landing", "data"):
        shutil.copytree(tmp_path / folder, made / folder)
    return tmp_path / "data"


def learn(run_id: str = "sunday", day: date = SUNDAY, **asked) -> dict[str, int]:
    profiles.learn_profiles(run_id, day, **asked)
    return profiles.report_drift(run_id, day, dry_run=asked.get("dry_run", False))


def redesigned(articles, night: date) -> list[dict]:
    """The same stories under new addresses, longer, and with a line of the outlet's that was never there."""
    lines = []
    for article in articles:
        body = [f"{line} So it was told in the {word} week." for line in article.body for word in ("first", "last")]
        text = "\n\n".join([*body, *article.around, NEW_LINE])
        lines.append(article.line | {"id": f"new-{article.number}", "url": None, "text": text})
    return [line | {"published_at": f"{night}T06:00:00Z"} for line in lines]


def test_the_ledger_gives_the_profiles_back_that_the_nights_made(data):
    before = snapshot(data / "profiles")
    assert profiles.learn_profiles("sunday", SUNDAY) == {"unchanged": 1}
    assert snapshot(data / "profiles") == before
    for path in (data / "profiles").rglob("*.parquet"):
        path.unlink()
    assert profiles.learn_profiles("sunday", SUNDAY) == {"changed": 1}
    (made,) = content(data / "profiles").values()
    newest = max(before)
    assert made == before[newest][0]


def test_learning_again_changes_nothing(data):
    learn()
    before = snapshot(data)
    learn()
    after = snapshot(data)
    assert {path: digest for path, (digest, _) in after.items()} == {
        path: digest for path, (digest, _) in before.items()
    }


def test_articles_cleaned_again_are_read_back_by_what_their_last_run_cut(data, landing):
    changed = [line | {"text": line["text"].replace("dentist", "doctor")} for line in (a.line for a in twenty()[:5])]
    (landing / "again.jsonl").write_text("".join(json.dumps(line) + "\n" for line in changed))
    run(landing, "again", DAY + timedelta(days=5))
    assert max(row["revision"] for row in published(data).values()) == 2
    assert profiles.learn_profiles("sunday", SUNDAY) == {"unchanged": 1}


def test_drift_names_the_block_that_newly_repeats_and_the_jump_in_length(data, landing):
    week = DAY + timedelta(days=12)
    (landing / "new.jsonl").write_text("".join(json.dumps(line) + "\n" for line in redesigned(twenty(), week)))
    run(landing, "new", week)
    found = learn()
    assert found["new_repeat"] >= 1
    assert found["text_length"] == 1
    drift = rows(data, "ledger/drift")
    (newly,) = [row for row in drift if row["example"] == NEW_LINE]
    assert (newly["outlet"], newly["what"], newly["before"]) == (OUTLET, "new_repeat", None)
    (longer,) = [row for row in drift if row["what"] == "text_length"]
    assert longer["after"] > 1.5 * longer["before"]


def test_no_drift_where_nothing_changed(data):
    assert learn() == {}
    assert len(list((data / "ledger" / "drift").rglob("*.parquet"))) == 1


def test_dry_run_writes_staging_only(data):
    before = content(data)
    learn(dry_run=True)
    assert {path.split("/")[0] for path in set(content(data)) - set(before)} == {"staging"}
    assert {path: digest for path, digest in content(data).items() if path in before} == before


def test_only_the_outlets_asked_for_are_learnt(data):
    assert profiles.learn_profiles("sunday", SUNDAY, ("another-outlet",)) == {}


def test_without_a_corpus_there_is_nothing_to_learn():
    assert learn() == {}
