"""Batch size, order of files and number of runs do not change a byte of the corpus."""

from __future__ import annotations

import gzip
import json
import os
import random

import pytest

from tests.integration.runs import SEEDS, content, fates, published, rows, run, snapshot


def article(number: int, **fields) -> dict:
    words = random.Random(number)
    sentences = [
        f"In town {number}, the {words.choice(['old', 'new', 'grey', 'long', 'high'])} "
        f"{words.choice(['bridge', 'tower', 'market', 'harbour'])} was opened on {words.randint(1, 28)} May by "
        f"{words.randint(20, 900)} people who had waited for it since {words.randint(1950, 2020)}."
        for _ in range(6)
    ]
    day = f"2026-02-{words.randint(1, 5):02}"
    return {
        "id": f"article-{number}",
        "url": f"https://outlet-{number % 4}.example.org/{day}/story-{number}",
        "outlet": f"outlet-{number % 4}",
        "title": f"Town {number} opens it",
        "published_at": f"{day}T{words.randint(0, 23):02}:00:00Z",
        "text": "\n\n".join(sentences),
    } | fields


def lines(articles) -> bytes:
    return "".join(json.dumps(each) + "\n" for each in articles).encode()


@pytest.fixture
def landing(tmp_path):
    """Forty articles in four files of two kinds, with copies among them, beside the seeds' own text."""
    folder = tmp_path / "landing"
    folder.mkdir()
    articles = [article(number) for number in range(36)]
    copies = [article(number, id=f"copy-{number}", url=None, outlet="copier") for number in (3, 8, 13, 21)]
    (folder / "a.jsonl").write_bytes(lines(articles[:20]))
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(lines(articles[20:] + copies)))
    for path in SEEDS.rglob("*.txt"):
        (folder / path.parent.name).mkdir(exist_ok=True)
        (folder / path.parent.name / path.name).write_bytes(path.read_bytes())
    return folder


def corpus_of(monkeypatch, landing, data, **settings) -> dict[str, str]:
    monkeypatch.setenv("NEWSMILL_DATA_URI", str(data))
    for name, value in settings.items():
        monkeypatch.setenv(f"NEWSMILL_{name.upper()}", str(value))
    run(landing)
    return content(data / "corpus")


def test_batch_size_changes_no_byte_of_the_corpus_and_no_fate(landing, tmp_path, monkeypatch):
    one = corpus_of(monkeypatch, landing, tmp_path / "one", batch_records=1, publish_groups=1)
    many = corpus_of(monkeypatch, landing, tmp_path / "many", batch_records=1000, publish_groups=8)
    few_bytes = corpus_of(monkeypatch, landing, tmp_path / "bytes", batch_records=7, batch_bytes=3000)
    assert len(one) > 10
    assert one == many == few_bytes
    assert fates(tmp_path / "one") == fates(tmp_path / "many")
    assert content(tmp_path / "one" / "ledger") == content(tmp_path / "many" / "ledger")


def test_order_of_lines_and_files_changes_no_byte_but_where_the_raw_record_lies(landing, tmp_path, monkeypatch):
    first = corpus_of(monkeypatch, landing, tmp_path / "first")
    before = published(tmp_path / "first")
    for name in ("a.jsonl", "b.jsonl.gz"):
        path = landing / name
        raw = gzip.decompress(path.read_bytes()) if name.endswith("gz") else path.read_bytes()
        turned = b"".join(reversed(raw.splitlines(keepends=True)))
        path.write_bytes(gzip.compress(turned) if name.endswith("gz") else turned)
    corpus_of(monkeypatch, landing, tmp_path / "second")
    after = published(tmp_path / "second")
    places = {"raw_path"}
    assert {key: {k: v for k, v in row.items() if k not in places} for key, row in before.items()} == {
        key: {k: v for k, v in row.items() if k not in places} for key, row in after.items()
    }
    assert len(first) == len(content(tmp_path / "second" / "corpus"))


def test_files_that_were_written_in_another_order_give_the_same_bytes(landing, tmp_path, monkeypatch):
    turned = tmp_path / "turned"
    for path in sorted(landing.rglob("*"), reverse=True):
        if path.is_file():
            target = turned / path.relative_to(landing)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            os.utime(target, (1, 1))
    first = corpus_of(monkeypatch, landing, tmp_path / "first")
    assert corpus_of(monkeypatch, turned, tmp_path / "second") == first


def test_second_run_publishes_nothing_changes_no_file_and_says_unchanged(landing, tmp_path):
    data = tmp_path / "data"
    first = run(landing)
    before = snapshot(data)
    second = run(landing, "run-2")
    after = snapshot(data)
    assert second == {"read": first["read"], "unchanged": first["read"]} | dict.fromkeys(
        ("published", "duplicate", "quarantined", "unreadable"), 0
    )
    assert {path: after[path] for path in before} == before
    assert all(path.startswith(("ledger/fates/", "ledger/runs/")) for path in set(after) - set(before))


def test_two_copies_under_two_outlets_give_one_row_and_one_duplicate_that_names_it(tmp_path):
    landing = tmp_path / "landing"
    landing.mkdir()
    first = article(1, outlet="early-outlet", url="https://early.example.org/a", published_at="2026-02-01T08:00:00Z")
    second = article(
        1, id="x", outlet="late-outlet", url="https://late.example.org/b", published_at="2026-02-01T09:00:00Z"
    )
    (landing / "feed.jsonl").write_bytes(lines([second, first]))
    counts = run(landing)
    assert (counts["published"], counts["duplicate"], counts["read"]) == (1, 1, 2)
    (row,) = rows(tmp_path / "data", "corpus")
    (copy,) = rows(tmp_path / "data", "ledger/duplicates")
    assert row["outlet"] == "early-outlet"
    assert (copy["outlet"], copy["reason"], copy["duplicate_of"]) == ("late-outlet", "same_text", row["article_id"])
    assert fates(tmp_path / "data")["feed.jsonl#1"]["fate"] == "duplicate"


def test_dry_run_writes_nothing_outside_staging_and_reports_what_would_happen(landing, tmp_path):
    data = tmp_path / "data"
    dry = run(landing, dry_run=True)
    assert {path.split("/")[0] for path in content(data)} == {"staging"}
    (report,) = (data / "staging").rglob("report.txt")
    assert "outlet-0" in report.read_text()
    assert run(landing, "run-2") == dry


def test_selection_of_outlets_and_days_leaves_the_rest_for_a_later_run(landing, tmp_path):
    from datetime import date

    data = tmp_path / "data"
    counts = run(landing, outlets=("outlet-1",), from_date=date(2026, 2, 2), to_date=date(2026, 2, 3))
    chosen = published(data).values()
    assert counts["read"] == counts["published"] == len(chosen) > 0
    assert {row["outlet"] for row in chosen} == {"outlet-1"}
    assert {row["date"] for row in chosen} <= {"2026-02-02", "2026-02-03"}
    rest = run(landing, "run-2")
    assert rest["unchanged"] == counts["published"]
    assert rest["published"] + rest["unchanged"] == 41


def test_reprocess_takes_known_records_again_and_changes_no_byte_when_nothing_changed(landing, tmp_path):
    data = tmp_path / "data"
    first = run(landing)
    before = snapshot(data / "corpus")
    again = run(landing, "run-2", reprocess=True)
    assert again["read"] == first["read"]
    assert snapshot(data / "corpus") == before
