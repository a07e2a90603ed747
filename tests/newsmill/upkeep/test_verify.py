"""verify beside runs, lost raw records and a damaged index: what it says, and what it must not say."""

from __future__ import annotations

import json
import shutil
import uuid
from datetime import timedelta

import pytest

from newsmill import pipeline
from newsmill.lock import CorpusBusyError
from newsmill.model import Selection
from newsmill.settings import load_settings
from newsmill.upkeep.verify import verify as verify_all
from newsmill.workplace import holding_corpus
from tests.conftest import DAY
from tests.integration.runs import SEEDS, content, published, run, snapshot
from tests.newsmill.test_cli import call
from tests.newsmill.upkeep.damage import INDEX, PARTITIONS, deleted, flip_a_bit, truncate, truncated
from tests.newsmill.upkeep.everything import line, write_lines
from tests.newsmill.upkeep.mending import COMMANDS, mend, names, printed, verify

NEXT = DAY + timedelta(days=5)


def test_verify_of_a_sound_corpus_finds_nothing_and_writes_nothing(made):
    before = snapshot(made.data)
    assert verify("--all", clean=True).startswith("no findings, no warnings; looked at 20 files of the corpus")
    assert snapshot(made.data) == before


def test_verify_of_an_empty_data_root_is_clean_and_of_none_is_a_mistake(tmp_path):
    assert "no data root here" in call("verify").stderr
    (tmp_path / "data").mkdir()
    assert verify(clean=True).startswith("no findings")


def test_verify_as_json_says_where_and_which_command(made):
    truncated(made, PARTITIONS[0])
    shown = call("verify", "--json")
    told = json.loads(shown.stdout)
    (finding,) = told["findings"]
    assert shown.exit_code == 1
    assert (finding["kind"], finding["where"]) == ("corpus.unreadable", PARTITIONS[0])
    assert told["commands"] == [finding["command"]] == [f"newsmill repair {PARTITIONS[0]}"]


def decide(made, run_id: str = "in flight") -> list[int]:
    """Take a run to the point from which on it is finished, come what may; return its groups."""
    write_lines(made.landing / "night-9.jsonl", [line(f"late-{number}", "wire", "2026-02-12") for number in range(3)])
    numbers = [batch["number"] for batch in pipeline.plan(run_id, NEXT, Selection(landing_uri=str(made.landing)))]
    for number in numbers:
        pipeline.extract(run_id, number)
    pipeline.learn(run_id)
    for number in numbers:
        pipeline.clean(run_id, number)
    pipeline.validate(run_id)
    return [group["number"] for group in pipeline.deduplicate(run_id)]


def test_run_in_flight_is_no_damage(made):
    write_lines(made.landing / "night-9.jsonl", [line("late", "wire", "2026-02-12")])
    pipeline.plan("undecided", NEXT, Selection(landing_uri=str(made.landing)))
    pipeline.extract("undecided", 1)
    verify(clean=True)


def test_half_published_run_is_one_finding_and_ends_by_recover(made):
    (group, *_) = decide(made)
    pipeline.publish("in flight", group)
    shown = verify(clean=False)
    assert "1 finding, no warnings" in shown
    assert "run.unfinished: staging/in-flight-" in shown
    assert printed(shown) == ["newsmill recover"]
    pipeline.recover("what the command does")
    assert verify("--all", clean=True)
    assert {"late-0", "late-1", "late-2"} <= set(published(made.data))


def test_verify_waits_for_a_run_that_is_about_to_end(made, monkeypatch):
    """The run ends while verify waits, between two of its looks."""
    for group in decide(made):
        pipeline.publish("in flight", group)
    looks = []

    def ends(seconds: float) -> None:
        looks.append(seconds)
        pipeline.reconcile("in flight")

    monkeypatch.setattr("newsmill.upkeep.verify.time.sleep", ends)
    assert verify_all(wait=60).is_clean
    assert len(looks) == 1


def test_decided_run_whose_staging_is_damaged_is_to_be_abandoned(made):
    decide(made)
    (decisions,) = (made.data / "staging").glob("*/decisions.parquet")
    truncate(decisions)
    shown = verify(clean=False)
    assert "run.damaged: staging/in-flight-" in shown
    assert "decisions.parquet cannot be read" in shown
    assert printed(shown) == [f"newsmill recover --abandon {decisions.parent.name}"]


def test_verify_waits_for_who_holds_the_corpus_and_names_him(made, monkeypatch):
    monkeypatch.setenv("NEWSMILL_LOCK_WAIT_SECONDS", "0")
    with holding_corpus("another run: publish", shared=True), pytest.raises(CorpusBusyError, match="another run"):
        verify_all()
    assert verify_all().is_clean


def test_file_that_a_killed_writer_left_is_found(made):
    left = made.data / PARTITIONS[0].replace("articles.parquet", f".articles.parquet.{uuid.uuid4().hex}.tmp")
    left.write_bytes(b"half a file")
    shown = verify(clean=False)
    assert names(shown, ("corpus.temporary", str(left.relative_to(made.data))))
    assert printed(shown) == ["newsmill recover"]


def test_raw_records_that_are_gone_or_changed_are_warnings(made):
    (made.landing / "verity" / "003_ea36221fa27ea21e.txt").unlink()
    feed = made.landing / "night-1.jsonl"
    feed.write_text(feed.read_text().replace("piece-7 of", "piece 7 of"))
    shown = verify("--all", clean=True)
    assert names(shown, ("warning: landing.gone", "verity/003_ea36221fa27ea21e.txt"))
    assert names(shown, ("warning: landing.changed", "night-1.jsonl#8"))
    assert "no findings, 2 warnings" in shown
    shutil.rmtree(made.landing)
    assert names(verify(clean=True), ("warning: landing.gone", str(made.landing)))


def test_sample_is_as_large_as_asked_and_hangs_on_the_seed(made):
    (made.landing / "night-1.jsonl").unlink()
    (made.landing / "night-2.jsonl").unlink()
    samples = [verify("--sample", "5", "--seed", seed, clean=True) for seed in ("a", "a", "b")]
    assert all("5 articles looked at closely, 5 raw records" in shown for shown in samples)
    assert samples[0] == samples[1] != samples[2]


def test_articles_whose_raw_record_is_gone_are_named_and_come_back_with_it(made):
    before = content(made.data / "corpus")
    feed = made.landing / "night-1.jsonl"
    kept = feed.read_text()
    deleted(made, PARTITIONS[0])
    feed.write_text("")
    done = call("repair", PARTITIONS[0])
    assert done.exit_code == 1
    assert done.stdout.count("\nlost: ") == 2
    assert "(night-1.jsonl#4)" in done.stdout.replace("#22", "#4")
    shown = verify(clean=False)
    assert names(shown, ("index.too_much", "index.sqlite"))
    assert printed(shown) == ["newsmill rebuild-index"]
    feed.write_text(kept)
    assert call("repair", PARTITIONS[0]).exit_code == 0
    verify("--all", clean=True)
    assert content(made.data / "corpus") == before


def test_record_that_is_no_article_any_more_is_named_with_the_reason(made):
    lines = (made.landing / "night-1.jsonl").read_text().splitlines()
    place = next(number for number, each in enumerate(lines) if '"piece-4"' in each)
    lines[place] = json.dumps({"id": "piece-4", "outlet": "wire", "url": json.loads(lines[place])["url"], "html": ""})
    (made.landing / "night-1.jsonl").write_text("\n".join(lines) + "\n")
    path = next(path for path, row in _paths(made) if row["source_id"] == "piece-4")
    truncate(made.data / path)
    done = call("repair", path)
    assert done.exit_code == 1
    assert f"(night-1.jsonl#{place + 1}): unreadable, " in done.stdout


def _paths(made):
    for row in published(made.data).values():
        yield f"corpus/date={row['date']}/outlet={row['outlet']}/articles.parquet", row


def test_changed_rules_make_a_later_revision_and_lose_nothing(made, monkeypatch, tmp_path):
    include = tmp_path / "include"
    shutil.copytree(load_settings().include, include)
    for path in (include / "rules").iterdir():
        if path.stem != "subscribe":
            path.unlink()
    monkeypatch.setenv("NEWSMILL_INCLUDE_DIR", str(include))
    truncated(made, PARTITIONS[0])
    mend(verify(clean=False))
    verify("--all", clean=True)
    rows = [row for path, row in _paths(made) if path == PARTITIONS[0]]
    assert [(row["revision"], "Share this article" in row["text"]) for row in rows] == [(2, True), (2, True)]


def test_damaged_profile_is_learnt_again(made):
    path = max((made.data / "profiles" / "outlet=wire").iterdir())
    where = str(path.relative_to(made.data))
    flip_a_bit(path, "article_id")
    path.write_bytes(path.read_bytes()[:-40])
    shown = verify(clean=False)
    assert names(shown, ("profile.unreadable", where))
    assert printed(shown) == [f"newsmill repair {where}"]
    mend(shown)
    verify(clean=True)
    assert any((made.data / "profiles" / "outlet=wire").iterdir())
    run(made.landing, "after", NEXT)  # the next night reads it


def test_repair_that_cannot_make_anything_again_sets_nothing_aside(made):
    truncated(made, PARTITIONS[0])
    shutil.rmtree(made.landing)
    before = snapshot(made.data)
    assert "landing" in call("repair", PARTITIONS[0]).stderr
    assert snapshot(made.data) == before


@pytest.mark.parametrize("path", ["../outside", "index.sqlite", "docs/index.html", "", "profiles/outlet=../x.parquet"])
def test_path_that_nothing_can_repair_is_a_mistake_and_nothing_happens(made, path):
    before = snapshot(made.data)
    done = call("repair", path)
    assert done.exit_code == 1
    assert done.stderr.startswith("newsmill: ")
    assert snapshot(made.data) == before


@pytest.mark.parametrize("damage", INDEX, ids=lambda damage: damage.__name__)
def test_damage_to_the_index_is_found_named_and_mended(made, damage):
    said = damage(made)
    shown = verify(clean=False)
    assert names(shown, said), shown
    assert printed(shown) == ["newsmill rebuild-index"]
    if "rebuild-index" not in COMMANDS:
        pytest.skip("this newsmill cannot rebuild its index")
    mend(shown)
    verify("--all", clean=True)


@pytest.mark.skipif("rebuild-index" not in COMMANDS, reason="this newsmill cannot rebuild its index")
def test_index_of_another_corpus_is_found_and_made_this_one_s(made, tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSMILL_DATA_URI", str(tmp_path / "other"))
    run(SEEDS)
    monkeypatch.setenv("NEWSMILL_DATA_URI", str(made.data))
    shutil.copy(tmp_path / "other" / "index.sqlite", made.data / "index.sqlite")
    shown = verify(clean=False)
    assert names(shown, ("index.of_another_corpus", "index.sqlite"))
    assert printed(shown) == ["newsmill rebuild-index --replace"]
    mend(shown)
    verify("--all", clean=True)


@pytest.mark.skipif("recover" not in COMMANDS, reason="this newsmill cannot recover by a command")
def test_what_a_killed_run_left_is_mended_by_the_command(made):
    (group, *_) = decide(made)
    pipeline.publish("in flight", group)
    (made.data / PARTITIONS[0].replace("articles.parquet", f".articles.parquet.{uuid.uuid4().hex}.tmp")).write_bytes(
        b"half a file"
    )
    mend(verify(clean=False))
    verify("--all", clean=True)


@pytest.mark.skipif("recover" not in COMMANDS, reason="this newsmill cannot recover by a command")
def test_run_that_is_abandoned_leaves_a_clean_corpus(made):
    before = content(made.data / "corpus")
    (group, *_) = decide(made)
    pipeline.publish("in flight", group)
    (decisions,) = (made.data / "staging").glob("*/verdicts.parquet")
    truncate(decisions)
    mend(verify(clean=False))
    verify("--all", clean=True)
    assert content(made.data / "corpus") == before


@pytest.mark.skipif("rebuild-index" not in COMMANDS, reason="this newsmill cannot rebuild its index")
def test_corpus_and_index_damaged_at_once_are_mended_in_two_rounds(made):
    before = published(made.data)
    truncated(made, PARTITIONS[0])
    (made.data / "index.sqlite").unlink()
    first, second = printed(verify(clean=False))
    assert (first, second) == (f"newsmill repair {PARTITIONS[0]}", "newsmill rebuild-index")
    done = call("repair", PARTITIONS[0])
    assert (done.exit_code, "run newsmill rebuild-index" in done.stdout) == (1, True)
    assert call("rebuild-index").exit_code == 0
    again = verify(clean=False)
    assert names(again, ("corpus.lost", PARTITIONS[0]))
    mend(again)
    verify("--all", clean=True)
    after = published(made.data)
    assert {name: row["text"] for name, row in after.items()} == {name: row["text"] for name, row in before.items()}


@pytest.mark.parametrize("content", [None, "{"], ids=["gone", "garbage"])
def test_what_says_which_corpus_this_is_is_made_again(made, content):
    path = made.data / "newsmill.json"
    path.unlink()
    if content:
        path.write_text(content)
    shown = verify(clean=False)
    kind = ("corpus.identity", "newsmill.json") if content else ("index.of_another_corpus", "index.sqlite")
    assert names(shown, kind)
    assert printed(shown) == ["newsmill rebuild-index --replace"]
    mend(shown)
    verify("--all", clean=True)
    assert not content or (made.data / "damaged/newsmill.json").read_text() == content


@pytest.mark.parametrize("name", ["run.json", "decisions.parquet"])
def test_decided_run_that_lacks_a_file_is_to_be_abandoned(made, name):
    decide(made)
    (path,) = (made.data / "staging").glob(f"*/{name}")
    path.unlink()
    shown = verify(clean=False)
    assert f"{name} cannot be read: it is missing" in shown
    assert "recover --abandon" in call("recover").stderr
    mend(shown)
    verify(clean=True)
