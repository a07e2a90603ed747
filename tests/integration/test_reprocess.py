"""What is published is cleaned again after a rule edit; the report says beforehand exactly what that changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from newsmill import pipeline, rerun
from newsmill.model import NewsmillError, Reprocess, Selection
from newsmill.schema import DIFFERENCES
from newsmill.staging import run_slug
from tests.conftest import DAY
from tests.integration.runs import content, fates, point_at, published, rows, run
from tests.newsmill.preview.conftest import SHARE, rule, rules_file

LONG = (
    "The ferry of {0} came back to the harbour on Monday, after the engineers had looked for the damage in vain.",
    "Nobody of {0} had counted on it, and the shops on the quay stayed closed until the evening of that day.",
    "The council of {0} wants to hear the captain before it decides about the money for another ship.",
)
SHARE_LINE = "Share this article"  # 3 words; the old rules cut it, the new ones do not
WEATHER_LINE = "Weather: rain on Friday"  # 4 words; the new rules cut it
CREDIT = " (Photo: Kell)"  # 2 words; the new rules take it out of a paragraph
WEATHER = rule("share.weather", patterns={"en": ["weather: rain on friday"]}, in_prose=True)
PHOTO = rule("share.photo", replace={"pattern": r" \(Photo: \w+\)", "by": ""})
SECOND_DAY = DAY.replace(day=9)


def text(name: str, *lines: str, credit: str = "") -> str:
    first, *rest = (part.format(name) for part in LONG)
    return "\n\n".join((first + credit, *lines, *rest))


@pytest.fixture(scope="session")
def published_once(tmp_path_factory) -> Path:
    """Ten articles at three outlets, by the old rules."""
    folder = tmp_path_factory.mktemp("to-reprocess")
    landing = folder / "landing"
    plain = {
        "bay-post/both.txt": text("Orrin", SHARE_LINE, WEATHER_LINE),
        "bay-post/same.txt": text("Selby"),
        "bay-post/gone.txt": text("Dunmere", WEATHER_LINE),
        "bay-post/changed.txt": text("Torrin", WEATHER_LINE),
        "bay-post/thin.txt": "\n\n".join((LONG[0].format("Wick"), WEATHER_LINE)),  # 20 words and 4
        "twin/one.txt": text("Ash", WEATHER_LINE),
        "twin/two.txt": text("Ash"),
    }
    for path, body in plain.items():
        (landing / path).parent.mkdir(parents=True, exist_ok=True)
        (landing / path).write_text(body)
    feed = [text("Kell", SHARE_LINE), text("Moor", credit=CREDIT), text("Fenn")]
    dates = ("2026-02-01T06:00:00Z", "2026-02-02T06:00:00Z", "2026-02-03T06:00:00Z")
    lines = [
        {"id": f"w{number}", "outlet": "wire", "text": body, "published_at": day}
        for number, (body, day) in enumerate(zip(feed, dates, strict=True))
    ]
    (landing / "feed.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    rules_file(folder / "include" / "rules" / "share.yaml", SHARE)
    (folder / "include" / "outlets").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        point_at(patch, folder)
        assert run(landing, "night-1", min_words=22)["published"] == 10
    return folder


@pytest.fixture
def made(published_once, tmp_path, monkeypatch) -> Path:
    """A copy that a test may change."""
    return point_at(monkeypatch, shutil.copytree(published_once, tmp_path / "copy"))


def edit_rules(made: Path) -> None:
    rules_file(made / "include" / "rules" / "share.yaml", WEATHER, PHOTO)


def again(made: Path, run_id: str = "again", asked: Reprocess | None = None, **more) -> dict[str, int]:
    selection = Selection(landing_uri=str(made / "landing"), **({"min_words": 22} | more))
    return rerun.reprocess(run_id, SECOND_DAY, selection, asked or Reprocess())


def row(outlet: str, rule: str | None = None, **counts) -> dict:
    return dict.fromkeys(DIFFERENCES.names) | {"run_id": "again", "outlet": outlet, "rule": rule} | counts


def blocks(gone: int = 0, back: int = 0, changed: int = 0, *, gained: int = 0, lost: int = 0) -> dict[str, int]:
    counts = {"blocks_gone": gone, "blocks_back": back, "blocks_changed": changed}
    return counts | {"words_gained": gained, "words_lost": lost}


def articles(changed: int, unchanged: int, leaving: int, left_out: int) -> dict[str, int]:
    compared = changed + unchanged + leaving
    counts = {"compared": compared, "changed": changed, "unchanged": unchanged}
    return counts | {"leaving": leaving, "left_out": left_out}


BY_HAND = [
    row("bay-post", **articles(changed=1, unchanged=1, leaving=0, left_out=3)),
    row("bay-post", "share.prompt", **blocks(back=1, gained=3)),
    row("bay-post", "share.weather", **blocks(gone=1, lost=4)),
    row("twin", **articles(changed=1, unchanged=0, leaving=1, left_out=0)),  # one.txt has the text of two.txt now
    row("twin", "share.weather", **blocks(gone=1, lost=4)),
    row("wire", **articles(changed=2, unchanged=1, leaving=0, left_out=0)),
    row("wire", "share.photo", **blocks(changed=1, lost=2)),
    row("wire", "share.prompt", **blocks(back=1, gained=3)),
]


def spoil_raw_records(made: Path) -> None:
    (made / "landing" / "bay-post" / "gone.txt").unlink()
    (made / "landing" / "bay-post" / "changed.txt").write_text(text("Torrin", WEATHER_LINE, "And more of it."))


def test_a_dry_run_reports_exactly_what_a_rule_edit_changes_and_changes_nothing(made, capsys):
    edit_rules(made)
    spoil_raw_records(made)
    before = content(made / "data")
    capsys.readouterr()
    again(made, dry_run=True)
    after = content(made / "data")
    assert {path: after[path] for path in before} == before
    folder = f"staging/{run_slug('again')}"
    assert set(after) - set(before) == {f"{folder}/differences.parquet", f"{folder}/report.txt"}
    found = pq.ParquetFile(made / "data" / folder / "differences.parquet").read()
    assert found.schema.remove_metadata() == DIFFERENCES
    assert found.to_pylist() == BY_HAND
    told = " ".join(capsys.readouterr().out.split())
    assert "bay-post 2 1 1 0 3 3 4" in told
    assert "total 7 4 2 1 3 6 10" in told
    assert "share.weather 2 0 0 0 8" in told
    for why in ("changed since", "vanished", "failed expectations"):
        assert f"left out, {why}: 1; the rows stay as they are" in told
    assert f"share.weather: goes, in bay-post/both.txt: {WEATHER_LINE}" in told
    assert f"share.prompt: comes back, in bay-post/both.txt: {SHARE_LINE}" in told


def test_a_real_run_changes_the_corpus_as_reported_and_running_again_changes_no_byte(made):
    edit_rules(made)
    spoil_raw_records(made)
    data = made / "data"
    before = published(data)
    again(made)
    assert rows(data, "ledger/differences") == [one | {"run_date": str(SECOND_DAY)} for one in BY_HAND]
    after = published(data)
    assert after["bay-post/both.txt"]["text"] == text("Orrin", SHARE_LINE)
    assert (after["w0"]["text"], after["w1"]["text"]) == (text("Kell", SHARE_LINE), text("Moor"))
    assert {name for name, one in after.items() if one["revision"] == 2} == {
        "bay-post/both.txt",
        "twin/one.txt",
        "w0",
        "w1",
    }
    assert set(before) - set(after) == {"twin/two.txt"}
    for name in ("gone", "changed", "thin"):
        assert after[f"bay-post/{name}.txt"] == before[f"bay-post/{name}.txt"]
    new = {one["cleaner_version"] for name, one in after.items() if name not in LEFT}
    assert len(new) == 1
    assert new != {before["w0"]["cleaner_version"]}
    old = {one["source_id"]: one["text"] for one in rows(data, "ledger/revisions") if one["run_id"] == "again"}
    changed = {name: before[name]["text"] for name in ("bay-post/both.txt", "w0", "w1", "twin/one.txt", "twin/two.txt")}
    assert {name: old[name] for name in changed} == changed
    told = fates(data, "again")
    assert "bay-post/changed.txt" not in told  # the nightly run takes what is new
    assert (told["bay-post/gone.txt"]["reason"], told["bay-post/thin.txt"]["fate"]) == ("vanished", "quarantined")

    corpus = content(data / "corpus")
    assert again(made, "outdated", rejection_limit=1)["read"] == 2  # those that stayed: gone and thin
    counts = again(made, "all", Reprocess(only_outdated=False))
    assert (counts["read"], counts["published"]) == (8, 6)
    assert content(data / "corpus") == corpus
    last = [one for one in rows(data, "ledger/differences") if one["run_id"] == "all"]
    assert [one["rule"] for one in last] == [None, None, None]
    assert sum(one["changed"] + one["leaving"] for one in last) == 0


LEFT = {"bay-post/gone.txt", "bay-post/changed.txt", "bay-post/thin.txt"}


def wanted(made: Path, asked: Reprocess) -> set[str]:
    selection = Selection(landing_uri=str(made / "landing"))
    rerun.plan_reprocess("chosen", SECOND_DAY, selection, asked)
    path = made / "data" / "staging" / run_slug("chosen") / "wanted.parquet"
    return set(pq.ParquetFile(path).read()["raw_path"].to_pylist())


def test_rows_are_taken_by_outlet_day_and_version(made):
    (version,) = {one["cleaner_version"] for one in published(made / "data").values()}
    wire = {f"feed.jsonl#{number}" for number in (1, 2, 3)}
    twins = {"twin/one.txt", "twin/two.txt"}
    assert wanted(made, Reprocess()) == set()  # the current version made them all
    assert len(wanted(made, Reprocess(only_outdated=False))) == 10
    assert wanted(made, Reprocess(outlets=("wire", "twin"), cleaner_version=version)) == wire | twins
    assert wanted(made, Reprocess(outlets=("twin",), cleaner_version="1+other")) == set()
    edit_rules(made)
    assert wanted(made, Reprocess(outlets=("twin",))) == twins
    february = Reprocess(from_date=DAY.replace(month=2, day=2), to_date=DAY.replace(month=2, day=3))
    assert wanted(made, february) == {"feed.jsonl#2", "feed.jsonl#3"}
    assert wanted(made, Reprocess(to_date=DAY.replace(month=2, day=1))) == {"feed.jsonl#1"}
    assert len(wanted(made, Reprocess(from_date=DAY))) == 7
    with pytest.raises(NewsmillError, match="swap them"):
        wanted(made, Reprocess(from_date=DAY, to_date=DAY.replace(year=2025)))


def test_a_damaged_file_of_the_corpus_is_named(made):
    path = max((made / "data" / "corpus").rglob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(NewsmillError, match=f"{path.name} cannot be read.*newsmill verify"):
        wanted(made, Reprocess())


def test_a_record_that_would_become_another_article_is_left_as_it_is(made):
    edit_rules(made)
    sidecar = made / "landing" / "bay-post" / "both.txt.meta.yaml"
    sidecar.write_text("url: https://baypost.example/both\n")
    before = published(made / "data")["bay-post/both.txt"]
    again(made, asked=Reprocess(outlets=("bay-post",)))
    after = published(made / "data")
    assert after["bay-post/both.txt"] == before
    assert after["bay-post/gone.txt"]["text"] == text("Dunmere")
    (counted,) = [one for one in rows(made / "data", "ledger/differences") if one["rule"] is None]
    assert (counted["compared"], counted["left_out"]) == (3, 2)


def test_a_run_that_died_after_it_decided_leaves_its_differences_too(made):
    edit_rules(made)
    asked = Reprocess(outlets=("wire",))
    selection = Selection(landing_uri=str(made / "landing"), min_words=22)
    for batch in rerun.plan_reprocess("died", SECOND_DAY, selection, asked):
        pipeline.extract("died", batch["number"])
        pipeline.learn("died")
        pipeline.clean("died", batch["number"])
    pipeline.validate("died")
    rerun.compare("died", asked)
    pipeline.deduplicate("died")
    assert rows(made / "data", "ledger/differences") == []
    pipeline.recover("next")
    found = rows(made / "data", "ledger/differences")
    assert [(one["run_id"], one["rule"]) for one in found] == [
        ("died", None),
        ("died", "share.photo"),
        ("died", "share.prompt"),
    ]
    assert published(made / "data")["w0"]["revision"] == 2
