"""What an outlet repeats goes, and no line of a body: twenty articles at once, and on four nights.

A night knows its own articles and those before. Of five articles on the first night, what stands around all of them
goes, headlines of articles among the five, and the biography of an author of two. An article that came alone kept what
the outlet prints around it: `reprocess` cleans it by what has been learnt since.
"""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from newsmill.clean.restore import restore
from newsmill.learn.history import ProfileError
from newsmill.model import Removal
from newsmill.preview.files import preview
from tests.conftest import DAY
from tests.integration.runs import content, published, rows, run, snapshot
from tests.newsmill.learn.courier import OUTLET, SECTION, SIGN_OFF, WIRE, as_lines, twenty

TEN = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]


@pytest.fixture
def landing(tmp_path):
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


def lost_and_left(data, articles) -> tuple[list[str], list[str]]:
    """What is gone of the bodies, and what is left of what stands around them."""
    found = {source: row["text"].split("\n\n") for source, row in published(data).items()}
    pairs = [(article, found[article.line["id"]]) for article in articles if article.line["id"] in found]
    lost = [f"{article.number}: {line}" for article, kept in pairs for line in article.body if line not in kept]
    left = [f"{article.number}: {line}" for article, kept in pairs for line in kept if line not in article.body]
    return lost, left


def four_nights(landing, articles) -> None:
    for night in range(4):
        (landing / f"night-{night}.jsonl").write_bytes(as_lines(articles[night * 5 : night * 5 + 5]))
        run(landing, f"night-{night}", DAY + timedelta(days=night))


def newest_profile(data) -> list[dict]:
    return pq.ParquetFile(max((data / "profiles" / f"outlet={OUTLET}").iterdir())).read().to_pylist()


def test_twenty_articles_at_once_keep_their_bodies_and_nothing_else(landing, tmp_path):
    (landing / "courier.jsonl").write_bytes(as_lines(twenty()))
    counts = run(landing)
    assert (counts["read"], counts["published"] + counts["duplicate"]) == (20, 20)
    assert counts["duplicate"] == 1  # the wire report's second print, word for word the first
    assert lost_and_left(tmp_path / "data", twenty()) == ([], [])


def test_every_cut_states_its_evidence_and_can_be_undone(landing, tmp_path):
    (landing / "courier.jsonl").write_bytes(as_lines(twenty()))
    run(landing)
    removals = rows(tmp_path / "data", "ledger/removals")
    said = {row["text_before"]: row["evidence"] for row in removals if row["rule"] == "outlet.repeated"}
    assert "it is in 18 of 18 articles since 2026-02-20, on 4 days, at the end" in said[SIGN_OFF]
    assert "it is in 18 of 18 articles since 2026-02-20, on 4 days, at the beginning" in said[SECTION]
    assert {row["rule"] for row in removals} >= {"outlet.repeated", "outlet.biography", "outlet.other_title"}
    corpus = published(tmp_path / "data")
    for article in twenty():
        row = corpus.get(article.line["id"])
        own = [_removal(cut) for cut in removals if row and cut["article_id"] == row["article_id"]]
        assert row is None or restore(row["text"], own) == list(article.blocks)


def _removal(row: dict) -> Removal:
    return Removal(**{name: row[name] for name in Removal.__slots__})


def test_twenty_articles_on_four_nights_keep_their_bodies_and_nothing_else(landing, tmp_path):
    articles = twenty()
    four_nights(landing, articles)
    assert lost_and_left(tmp_path / "data", articles) == ([], [])
    assert len(list((tmp_path / "data" / "profiles").rglob("*.parquet"))) == 4


def test_the_first_articles_of_an_outlet_leave_what_they_cannot_know_and_the_third_night_nothing(landing, tmp_path):
    articles = twenty()
    for night, some in enumerate([articles[:1], articles[1:3], articles[3:5]]):
        (landing / f"{night}.jsonl").write_bytes(as_lines(some))
        run(landing, f"night-{night}", DAY + timedelta(days=night))
    lost, left = lost_and_left(tmp_path / "data", articles)
    assert lost == []
    assert f"0: {SIGN_OFF}" in left
    assert f"0: {SECTION}" in left
    assert not [line for line in left if line.startswith(("1: Printed", "2: Printed", "3: ", "4: There"))]
    run(landing, "again", DAY + timedelta(days=3), reprocess=True)
    assert lost_and_left(tmp_path / "data", articles) == ([], [])


def test_nights_and_one_run_remember_the_same(landing, tmp_path, monkeypatch):
    four_nights(landing, twenty())
    nightly = newest_profile(tmp_path / "data")
    monkeypatch.setenv("NEWSMILL_DATA_URI", str(tmp_path / "at-once"))
    run(landing)
    assert newest_profile(tmp_path / "at-once") == nightly
    assert len(nightly) == 19


def test_order_and_batches_change_no_byte(landing, tmp_path, monkeypatch):
    (landing / "courier.jsonl").write_bytes(as_lines(twenty()))
    run(landing)
    turned = twenty()
    random.Random(5).shuffle(turned)
    other = tmp_path / "turned"
    for article in turned:
        (other / article.line["id"]).mkdir(parents=True)
        (other / article.line["id"] / "courier.jsonl").write_bytes(as_lines([article]))
    monkeypatch.setenv("NEWSMILL_DATA_URI", str(tmp_path / "second"))
    monkeypatch.setenv("NEWSMILL_BATCH_RECORDS", "3")
    run(other)
    assert content(tmp_path / "data" / "profiles") == content(tmp_path / "second" / "profiles")
    assert {key: row["text"] for key, row in published(tmp_path / "data").items()} == {
        key: row["text"] for key, row in published(tmp_path / "second").items()
    }


def test_second_run_and_reprocessing_count_no_article_twice(landing, tmp_path):
    (landing / "courier.jsonl").write_bytes(as_lines(twenty()))
    run(landing)
    data = tmp_path / "data"
    before = snapshot(data / "profiles"), snapshot(data / "corpus")
    run(landing, "run-2")
    run(landing, "run-3", reprocess=True)
    assert (snapshot(data / "profiles"), snapshot(data / "corpus")) == before
    evidence = {row["evidence"] for row in rows(data, "ledger/removals") if row["run_id"] == "run-3"}
    assert evidence == {row["evidence"] for row in rows(data, "ledger/removals") if row["run_id"] == "run-1"}


def test_an_article_fetched_again_counts_once(landing, tmp_path):
    five = twenty()[:5]
    (landing / "a.jsonl").write_bytes(as_lines(five))
    run(landing)
    (landing / "b.jsonl").write_bytes(as_lines(five).replace(b" oxide", b"").replace(b"dentist", b"doctor"))
    run(landing, "run-2", DAY + timedelta(days=1))
    assert len(newest_profile(tmp_path / "data")) == 5
    counted = [row["evidence"] for row in rows(tmp_path / "data", "ledger/removals") if row["text_before"] == SIGN_OFF]
    assert len(counted) == 10
    assert all("in 5 of 5 articles" in evidence for evidence in counted)


def test_dry_run_and_failed_run_leave_no_profile(landing, tmp_path):
    (landing / "courier.jsonl").write_bytes(as_lines(twenty()))
    run(landing, dry_run=True)
    with pytest.raises(Exception, match="rejection limit"):
        run(landing, "run-2", min_words=5000, rejection_limit=0.1)
    assert not (tmp_path / "data" / "profiles").exists()


def test_quarantined_articles_are_not_remembered(landing, tmp_path):
    articles = twenty()
    (landing / "courier.jsonl").write_bytes(as_lines(articles))
    counts = run(landing, min_words=70, rejection_limit=1)
    assert counts["quarantined"] > 3
    remembered = {row["article_id"] for row in newest_profile(tmp_path / "data")}
    assert remembered == {row["article_id"] for row in rows(tmp_path / "data", "corpus")}


@pytest.mark.parametrize("damage", [b"", b"no Parquet", "cut"])
def test_damaged_profile_stops_the_run_by_name_before_anything_is_published(damage, landing, tmp_path):
    articles = twenty()
    (landing / "a.jsonl").write_bytes(as_lines(articles[:5]))
    run(landing)
    (profile,) = (tmp_path / "data" / "profiles").rglob("*.parquet")
    profile.write_bytes(profile.read_bytes()[:-40] if damage == "cut" else damage)
    corpus = snapshot(tmp_path / "data" / "corpus")
    (landing / "b.jsonl").write_bytes(as_lines(articles[5:]))
    with pytest.raises(ProfileError, match=rf"{profile.name}.* cannot be read.*learn_outlets"):
        run(landing, "run-2")
    assert snapshot(tmp_path / "data" / "corpus") == corpus
    profile.unlink()
    run(landing, "run-3")


def test_wire_story_that_ten_outlets_and_one_outlet_ten_times_print_is_not_cut(landing, tmp_path):
    wire = twenty()[WIRE]
    lines = [
        wire.line
        | {"id": f"{outlet}-{number}", "outlet": outlet, "url": f"https://{outlet}.example/{number}/a"}
        | {"text": "\n\n".join((*wire.body, f"The {word} editors of this paper read it twice before they slept."))}
        for number, word in enumerate(TEN)
        for outlet in ("one-outlet", f"outlet-{word}")
    ]
    (landing / "wire.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    counts = run(landing)
    assert counts["published"] + counts["duplicate"] == 20
    assert counts["published"] >= 10
    for row in rows(tmp_path / "data", "corpus"):
        assert row["text"].split("\n\n")[:4] == list(wire.body)


def test_explain_shows_what_an_outlet_repeats_by_what_is_remembered(landing, tmp_path):
    articles = twenty()
    (landing / "courier.jsonl").write_bytes(as_lines(articles[:10]))
    run(landing)
    path = tmp_path / "one.jsonl"
    path.write_bytes(as_lines(articles[12:13]))
    ((article, cleaned),) = preview([str(path)])
    assert article.outlet == OUTLET
    assert not {SIGN_OFF, SECTION} & set(cleaned.text.split("\n\n"))
    assert any("it is in 11 of 11 articles" in removal.evidence for removal in cleaned.removals)
