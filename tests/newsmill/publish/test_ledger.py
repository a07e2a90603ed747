from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from newsmill.publish import ledger as ledger_module
from newsmill.schema import DUPLICATES, FATES, METADATA, QUARANTINE, REMOVALS, REVISIONS, RUNS
from tests.newsmill.dedup.factory import DAY, Mill, article, at, settled

SCHEMAS = {
    "ledger/fates": FATES,
    "ledger/removals": REMOVALS,
    "ledger/metadata": METADATA,
    "ledger/duplicates": DUPLICATES,
    "ledger/revisions": REVISIONS,
    "quarantine": QUARANTINE,
    "ledger/runs": RUNS,
}


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    return Mill(tmp_path)


def test_a_run_without_records_leaves_fates_and_runs_alone(mill: Mill) -> None:
    mill.run([])
    assert [entry.path.split("/")[1] for entry in mill.data.files("ledger")] == ["fates", "runs"]
    assert mill.ledger("fates") == []
    [row] = mill.ledger("runs")
    assert (row["run_id"], row["outlet"], row["read"]) == ("run-1", None, 0)


def test_every_dataset_has_one_file_of_its_schema_a_run(mill: Mill) -> None:
    mill.run([article("a")])
    mill.run([article("a", "Anew."), article("b", "Anew."), article("c", failed=["title"])], run_id="run-2")
    for folder, schema in SCHEMAS.items():
        path = [entry.path for entry in mill.data.files(folder)][-1]
        assert path.startswith(f"{folder}/run_date={DAY}/run-2")
        assert pq.ParquetFile(mill.root / path).schema_arrow.remove_metadata() == schema


def test_fates_are_one_a_record_by_path(mill: Mill) -> None:
    mill.run([settled("z"), article("b"), article("a", warnings=["authors"]), article("c", failed=["title"])])
    rows = mill.ledger("fates")
    assert [(row["raw_path"], row["fate"], row["reason"]) for row in rows] == [
        ("verity/a.html", "published", None),
        ("verity/b.html", "published", None),
        ("verity/c.html", "quarantined", "failed_expectations"),
        ("verity/z.html", "unreadable", "empty"),
    ]
    assert rows[0]["warnings"] == ["authors"]
    assert (rows[0]["run_id"], rows[0]["revision"], rows[0]["date"]) == ("run-1", 1, at(13).date())
    assert rows[3]["detail"] == "because"


def test_removals_of_every_cleaned_article_are_kept_in_their_order(mill: Mill) -> None:
    rows = [article("a"), article("b", failed=["title"]), article("c", "The story of a. It has words.")]
    mill.run(rows, batch_rows=2)
    assert [row["source_id"] for row in mill.ledger("removals")] == ["a", "b", "c"]


def test_metadata_is_one_row_a_decided_field_whatever_became_of_the_article(mill: Mill) -> None:
    url = {"field": "url", "value": "https://example.org/c", "source": "record", "agreeing": [],
           "runner_up": None, "runner_up_source": None}  # fmt: skip
    title = {**url, "field": "title", "value": "c", "agreeing": ["h1"], "runner_up": "d", "runner_up_source": "byline"}
    rows = [article("a"), article("b", failed=["title"], choices=[]), article("c", choices=[url, title]), settled("z")]
    mill.run(rows, batch_rows=2)
    told = mill.ledger("metadata")
    assert [(row["source_id"], row["field"], row["value"]) for row in told] == [
        ("a", "title", "a"),
        ("c", "url", "https://example.org/c"),
        ("c", "title", "c"),
    ]
    whose = {name: rows[2][name] for name in ("record_key", "article_id", "source_id", "outlet")}
    assert told[2] == {"run_id": "run-1", **whose, **title}


def test_a_copy_under_another_outlet_is_one_duplicate_that_names_what_it_duplicates(mill: Mill) -> None:
    mill.run([article("a", "One text.", published_at=at(1)), article("b", "One text.", outlet="express")])
    assert [row["source_id"] for row in mill.corpus()] == ["a"]
    assert [row["fate"] for row in mill.ledger("fates")] == ["duplicate", "published"]
    [row] = mill.ledger("duplicates")
    assert (row["outlet"], row["source_id"], row["reason"]) == ("express", "b", "same_text")
    assert row["duplicate_of"] == article("a")["article_id"]
    assert (row["duplicate_of_outlet"], row["duplicate_of_date"]) == ("verity", at(1).date())


def test_a_quarantined_article_is_kept_whole_with_what_it_failed(mill: Mill) -> None:
    rows = [article("a", failed=["title", "words"], notes=["year 9999"]), article("b"), article("c", failed=["date"])]
    mill.run(rows, batch_rows=1)
    kept = mill.ledger("quarantine")
    assert [(row["source_id"], row["failed"]) for row in kept] == [("a", ["title", "words"]), ("c", ["date"])]
    assert kept[0]["detail"] == "title, words; year 9999"
    for name in ("text", "raw_path", "raw_sha256", "authors", "outlet", "date", "published_at"):
        assert kept[0][name] == rows[0][name]


def test_an_outlet_that_is_no_path_is_kept_as_data(mill: Mill) -> None:
    mill.run([article("a", outlet="../../x", raw_path="in.jsonl#1", failed=["outlet"])])
    assert mill.ledger("quarantine")[0]["outlet"] == "../../x"
    assert mill.ledger("runs")[0]["outlet"] == "../../x"


@pytest.mark.parametrize("rows_per_group", [2, 3, 5000])
def test_batches_do_not_change_a_byte_of_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_per_group: int
) -> None:
    monkeypatch.setattr(ledger_module, "ROWS_PER_GROUP", rows_per_group)
    rows = [article(f"a{number}", failed=["x"] if number % 3 == 0 else []) for number in range(7)]
    rows.append(article("b", "The story of a1. It has words."))
    one, other = Mill(tmp_path / "one"), Mill(tmp_path / "other")
    one.run(rows, batch_rows=100)
    other.run(rows, batch_rows=2)
    assert one.bytes_of("ledger") == other.bytes_of("ledger")
    assert one.bytes_of("quarantine") == other.bytes_of("quarantine")
    sizes = [pq.ParquetFile(path).metadata.num_rows for path in (tmp_path / "one/ledger/removals").rglob("*.parquet")]
    assert sizes == [8]
    [removals] = (tmp_path / "one/ledger/removals").rglob("*.parquet")
    assert pq.ParquetFile(removals).num_row_groups == -(-8 // rows_per_group)


def test_a_dataset_is_written_while_it_is_read_and_never_held_whole(mill: Mill) -> None:
    text = "x" * 500
    held: list[int] = []

    def parts() -> Iterator[pa.Table]:
        for number in range(12):
            held.append(pa.total_allocated_bytes())
            yield pa.table({"text": [f"{number} {text}"] * ledger_module.ROWS_PER_GROUP})

    ledger_module.rewrite(mill.data, "ledger/texts.parquet", pa.schema([("text", pa.string())]), parts())
    assert pq.ParquetFile(mill.root / "ledger/texts.parquet").metadata.num_row_groups == 12
    assert max(held) - held[0] < 5 * len(text) * ledger_module.ROWS_PER_GROUP
