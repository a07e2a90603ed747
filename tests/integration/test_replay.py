"""What was refused goes through the pipeline again after the cause is mended; and nothing else does."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from newsmill import rerun
from newsmill.model import QUARANTINE_REASONS, UNREADABLE_REASONS, Fate, NewsmillError, Reason, Replay, Selection
from newsmill.refused import refused
from newsmill.storage import Store
from tests.conftest import DAY
from tests.integration.runs import content, fates, point_at, published, rows, run
from tests.newsmill.preview.conftest import SHARE, rule, rules_file

LONG = (
    "The ferry of {0} came back to the harbour on Monday, after the engineers had looked for the damage in vain.",
    "Nobody of {0} had counted on it, and the shops on the quay stayed closed until the evening of that day.",
    "The council of {0} wants to hear the captain before it decides about the money for another ship.",
)
HEAVY_RULE = rule("share.council", patterns={"en": ["the council of [abc].*"]}, in_prose=True)
ERROR_PAGE = "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1><p>nginx</p></body></html>"
SECOND_DAY = DAY + timedelta(days=1)


def text(name: str, paragraphs: int = 3) -> str:
    return "\n\n".join(part.format(name) for part in LONG[:paragraphs])


def line(name: str, paragraphs: int = 3, **fields) -> str:
    return json.dumps({"id": name, "text": text(name, paragraphs), **fields}) + "\n"


@pytest.fixture(scope="session")
def refused_once(tmp_path_factory) -> Path:
    """Two nights: of 11 records 4 are published, 5 quarantined for two reasons at two outlets, 2 unreadable."""
    folder = tmp_path_factory.mktemp("refused")
    post, wire = folder / "landing" / "bay-post", folder / "landing" / "wire"
    post.mkdir(parents=True)
    wire.mkdir()
    (post / "good.txt").write_text(text("Orrin"))
    (post / "short.txt").write_text(text("Selby", 1))
    (post / "missing.html").write_text(ERROR_PAGE)
    feed = line("w1") + line("w2", 1) + "not json\n" + line("w4") + line("w5", 1)
    (wire / "feed.jsonl.gz").write_bytes(gzip.compress(feed.encode()))
    (folder / "include" / "outlets").mkdir(parents=True)
    rules_file(folder / "include" / "rules" / "share.yaml", SHARE)
    with pytest.MonkeyPatch.context() as patch:
        point_at(patch, folder)
        first = run(folder / "landing", "night-1", min_words=25, rejection_limit=1)
        (post / "later.txt").write_text(text("Dunmere", 1))
        (post / "large.txt").write_text(text("Torrin"))
        (post / "fine.txt").write_text(text("Kell", 2))
        patch.setenv("NEWSMILL_MAX_RECORD_BYTES", "250")
        second = run(folder / "landing", "night-2", SECOND_DAY, min_words=25, rejection_limit=1)
    assert (first["published"], first["quarantined"], first["unreadable"]) == (3, 4, 1)
    assert (second["published"], second["quarantined"], second["unreadable"]) == (1, 1, 1)
    return folder


@pytest.fixture
def made(refused_once, tmp_path, monkeypatch) -> Path:
    """A copy that a test may change."""
    return point_at(monkeypatch, shutil.copytree(refused_once, tmp_path / "copy"))


def replay(made: Path, run_id: str = "replay", day=SECOND_DAY, asked: Replay | None = None, **more) -> dict[str, int]:
    more = {"min_words": 15, "rejection_limit": 1} | more
    return rerun.replay(run_id, day, Selection(landing_uri=str(made / "landing"), **more), asked or Replay())


def taken(made: Path, asked: Replay) -> set[str]:
    with refused(Store(str(made / "data")), asked) as raw_paths:
        return set(raw_paths)


SHORT = {"bay-post/short.txt", "wire/feed.jsonl.gz#2", "wire/feed.jsonl.gz#5"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Replay(), {*SHORT, "bay-post/missing.html", "bay-post/later.txt"}),
        (Replay(reasons=("error_page",)), {"bay-post/missing.html"}),
        (Replay(reasons=("failed_expectations",)), {*SHORT, "bay-post/later.txt"}),
        (Replay(reasons=("bad_json", "too_large")), {"wire/feed.jsonl.gz#3", "bay-post/large.txt"}),
        (Replay(reasons=("cookie_wall",)), set()),
        (Replay(outlets=("wire",)), {"wire/feed.jsonl.gz#2", "wire/feed.jsonl.gz#5"}),
        (Replay(outlets=("wire", "bay-post"), reasons=("error_page",)), {"bay-post/missing.html"}),
        (Replay(run_id="night-2"), {"bay-post/later.txt"}),
        (Replay(run_id="night-1"), {*SHORT, "bay-post/missing.html"}),
        (Replay(from_date=SECOND_DAY), {"bay-post/later.txt"}),
        (Replay(to_date=DAY), {*SHORT, "bay-post/missing.html"}),
        (Replay(from_date=DAY, to_date=SECOND_DAY, reasons=()), {
            *SHORT, "bay-post/missing.html", "bay-post/later.txt", "bay-post/large.txt", "wire/feed.jsonl.gz#3"
        }),
    ],
)  # fmt: skip
def test_records_are_taken_by_reason_outlet_run_and_day(asked, expected, refused_once):
    assert taken(refused_once, asked) == expected


def test_after_the_fix_they_are_published_and_others_are_not_touched_and_a_second_replay_takes_nothing(made):
    data = made / "data"
    before = {row["source_id"]: row for row in rows(data, "corpus")}
    counts = replay(made, asked=Replay(reasons=("failed_expectations",)))
    assert (counts["read"], counts["published"]) == (4, 4)
    after = published(data)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"bay-post/short.txt", "bay-post/later.txt", "w2", "w5"}
    told = [(row["run_id"], row["fate"]) for row in rows(data, "ledger/fates") if row["source_id"] == "w2"]
    assert sorted(told) == [("night-1", "quarantined"), ("night-2", "unchanged"), ("replay", "published")]
    assert taken(made, Replay()) == {"bay-post/missing.html"}
    corpus = content(data / "corpus")
    again = replay(made, "again", asked=Replay(reasons=("failed_expectations",)))
    assert again["read"] == 0
    (made / "landing" / "bay-post" / "large.txt").unlink()
    assert run(made / "landing", "night-3", SECOND_DAY, min_words=25)["unchanged"] == 10
    assert content(data / "corpus") == corpus


def test_what_is_refused_again_has_its_new_reason_though_it_is_the_same_day(made):
    (made / "landing" / "bay-post" / "missing.html").write_text(text("Ash", 1))
    assert replay(made, "b", DAY, Replay(reasons=("error_page",)), min_words=25)["quarantined"] == 1
    assert "bay-post/missing.html" not in taken(made, Replay(reasons=("error_page",)))
    assert "bay-post/missing.html" in taken(made, Replay(reasons=("failed_expectations",), run_id="b"))
    assert replay(made, "a", DAY, Replay(run_id="b"))["published"] == 1
    assert "bay-post/missing.html" not in taken(made, Replay(reasons=()))


def test_a_rule_that_took_too_much_is_mended_and_its_articles_come(made):
    rules = made / "include" / "rules"
    rules_file(rules / "heavy.yaml", HEAVY_RULE)
    path = made / "landing" / "bay-post" / "council.txt"
    path.write_text("\n\n".join(f"The council of {name} met on Monday to speak of the new ferry." for name in "ABCD"))
    assert run(made / "landing", "night-3", SECOND_DAY, min_words=25, rejection_limit=1)["quarantined"] == 1
    (rules / "heavy.yaml").unlink()
    assert replay(made, asked=Replay(run_id="night-3"), min_words=25)["published"] == 1
    assert published(made / "data")["bay-post/council.txt"]["word_count"] == 52


def test_an_outlet_whose_name_was_refused_comes_with_its_file(made):
    path = made / "landing" / "Bay Post" / "one.txt"
    path.parent.mkdir()
    path.write_text("---\nurl: https://baypost.example/one\n---\n\n" + text("Wick"))
    assert run(made / "landing", "night-3", SECOND_DAY, rejection_limit=1)["quarantined"] == 1
    assert fates(made / "data", "night-3")["Bay Post/one.txt"]["outlet"] == "Bay Post"
    (made / "include" / "outlets" / "bay-post.yaml").write_text("hosts: [baypost.example]\n")
    counts = replay(made, asked=Replay(outlets=("Bay Post",)))
    assert (counts["read"], counts["published"]) == (1, 1)
    assert published(made / "data")["Bay Post/one.txt"]["outlet"] == "bay-post"


def test_unreadable_records_come_after_their_fix(made):
    lines = line("w1") + line("w2", 1) + line("w3") + line("w4") + line("w5", 1)
    (made / "landing" / "wire" / "feed.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    counts = replay(made, asked=Replay(reasons=("bad_json", "too_large")))
    assert (counts["read"], counts["published"]) == (2, 2)
    assert {"w3", "bay-post/large.txt"} < set(published(made / "data"))
    assert taken(made, Replay(reasons=("bad_json", "too_large"))) == set()


def test_a_record_that_is_gone_ends_as_vanished_and_keeps_its_reason(made):
    (made / "landing" / "bay-post" / "short.txt").rename(made / "kept.txt")
    counts = replay(made, asked=Replay(outlets=("bay-post",), run_id="night-1"))
    assert (counts["read"], counts["unreadable"], counts["quarantined"]) == (2, 1, 1)
    assert fates(made / "data", "replay")["bay-post/short.txt"]["reason"] == "vanished"
    (made / "kept.txt").rename(made / "landing" / "bay-post" / "short.txt")
    assert replay(made, "again", asked=Replay(reasons=("failed_expectations",)))["published"] == 4


def test_an_article_that_came_by_another_record_meanwhile_is_not_taken_back_to_its_older_fetch(made):
    line_of = {"url": "https://wire.example/a", "outlet": "wire"}
    feed = made / "landing" / "wire"
    (feed / "old.jsonl").write_text(line("old", 1, **line_of))
    run(made / "landing", "night-3", SECOND_DAY, min_words=25, rejection_limit=1)
    assert "wire/old.jsonl#1" in taken(made, Replay())
    (feed / "new.jsonl").write_text(line("new", 3, **line_of))
    run(made / "landing", "night-4", SECOND_DAY, min_words=25, rejection_limit=1)
    assert "wire/old.jsonl#1" not in taken(made, Replay())


def test_a_dry_run_publishes_nothing(made):
    before = content(made / "data")
    assert replay(made, dry_run=True)["published"] == 4
    after = content(made / "data")
    assert {path.split("/")[0] for path in set(after) - set(before)} == {"staging"}
    assert {path: after[path] for path in before} == before


def test_a_run_that_is_not_in_the_ledger_and_days_the_wrong_way_round_are_named(made):
    with pytest.raises(
        NewsmillError, match="run_id: the ledger has no run 'nigth-1'; its last ones are night-1, night-2"
    ):
        replay(made, asked=Replay(run_id="nigth-1"))
    with pytest.raises(NewsmillError, match="swap them"):
        replay(made, asked=Replay(from_date=SECOND_DAY, to_date=DAY))


def test_a_damaged_ledger_is_named(made):
    path = max((made / "data" / "ledger" / "fates").rglob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(NewsmillError, match=f"{path.name} cannot be read.*newsmill verify"):
        taken(made, Replay())
    path = max((made / "data" / "ledger" / "runs").rglob("*.parquet"))
    path.write_bytes(b"")
    with pytest.raises(NewsmillError, match=f"ledger/runs/.*{path.name} cannot be read"):
        taken(made, Replay())


def test_every_reason_of_quarantined_and_unreadable_records_can_be_asked_for():
    of_others = {Reason.SAME_TEXT, Reason.SUPERSEDED, Reason.KNOWN_RECORD, Reason.KNOWN_TEXT, Reason.TAKEN_DOWN}
    assert {*QUARANTINE_REASONS, *UNREADABLE_REASONS} == set(Reason) - of_others
    assert not set(QUARANTINE_REASONS) & set(UNREADABLE_REASONS)
    assert Fate.QUARANTINED not in UNREADABLE_REASONS
