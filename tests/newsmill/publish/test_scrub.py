import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.dedup.hashing import content_hash
from newsmill.model import Target
from newsmill.publish.files import PublishError
from newsmill.publish.ledger import ROWS_PER_GROUP, rewrite
from newsmill.publish.scrub import KEEP_ROWS, LOSE_ROWS, find, scrub, scrub_staging, unfinished
from newsmill.publish.takedown_report import LISTED, Some
from newsmill.schema import FATES, REMOVALS
from newsmill.storage import Store
from tests.newsmill.dedup.factory import Mill, article, at

PATH = "ledger/fates/run_date=2024-01-02/run.parquet"
OURS = Target(article_id="ours", content_hashes=("text",), records=("run-1|twin",), places=("place",))


def fate(**fields: Any) -> dict[str, Any]:
    return {
        "run_id": "run-1",
        "record_key": "key",
        "raw_path": "a/b.html",
        "source_id": "an id of its own",
        "article_id": "other",
        "outlet": "verity",
        "fate": "published",
        "detail": "it says so",
        "warnings": ["title: 'it says so'"],
        "revision": 3,
    } | fields


def write(data: Store, rows: list[dict[str, Any]], path: str = PATH, schema: pa.Schema = FATES) -> None:
    rewrite(data, path, schema, [pa.Table.from_pylist([row], schema=schema) for row in rows])


def read(data: Store, path: str = PATH) -> list[dict[str, Any]]:
    with data.open(path) as handle:
        return pq.ParquetFile(handle).read().to_pylist()


@pytest.fixture
def data(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


@pytest.mark.parametrize(
    ("fields", "is_meant"),
    [
        ({"article_id": "ours"}, True),
        ({"article_id": "other"}, False),
        ({"article_id": None, "record_key": "place"}, True),  # it could not be read there
        ({"article_id": "other", "record_key": "place"}, False),  # another article lies there now
        ({"article_id": None}, False),
        ({"article_id": "other", "record_key": "twin"}, True),  # it brought the text in this run
        ({"article_id": "other", "record_key": "twin", "run_id": "run-2"}, False),
    ],
)
def test_fates_of_an_article_stay_without_a_word_of_it(data: Store, fields: dict[str, Any], is_meant: bool) -> None:
    write(data, [fate(**fields), fate()])
    before = read(data)
    scrub(data, "ledger/fates", OURS)
    silent = {"detail": None, "warnings": [], "source_id": "a/b.html"}
    assert read(data) == [before[0] | silent if is_meant else before[0], before[1]]


@pytest.mark.parametrize(("outlet", "left"), [("verity", ["b"]), ("express", ["a"]), ("verit", ["a", "b"])])
def test_removals_of_an_outlet_go_and_its_fates_stay_silent(data: Store, outlet: str, left: list[str]) -> None:
    plain = dict.fromkeys(REMOVALS.names, "x") | {"block": 0, "step": 0, "text_after": None}
    rows = [plain | {"outlet": "verity", "text_before": "a"}, plain | {"outlet": "express", "text_before": "b"}]
    path = PATH.replace("fates", "removals")
    write(data, rows, path, REMOVALS)
    write(data, [fate(outlet="verity", article_id=None), fate(outlet="express")])
    for dataset in ("ledger/removals", "ledger/fates"):
        scrub(data, dataset, Target(outlet=outlet))
    assert [row["text_before"] for row in read(data, path)] == left
    assert [row["detail"] is None for row in read(data)] == [outlet == "verity", outlet == "express"]


def test_a_file_without_a_row_goes(data: Store) -> None:
    plain = dict.fromkeys(REMOVALS.names, "x") | {"block": 0, "step": 0, "text_after": None}
    write(data, [plain], PATH.replace("fates", "removals"), REMOVALS)
    scrub(data, "ledger/removals", Target(outlet="x"))
    assert list(data.files()) == []


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "article_id": st.sampled_from(["ours", "other", None]),
            "record_key": st.sampled_from(["place", "twin", "key"]),
            "run_id": st.sampled_from(["run-1", "run-2"]),
            "detail": st.sampled_from([None, "it says so"]),
            "warnings": st.sampled_from([[], ["it says so"]]),
        }
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
def test_other_rows_keep_value_and_order_and_nothing_is_due_twice(rows: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Store(folder)
        write(data, [fate(**row) for row in rows] or [fate()])
        before = read(data)
        scrub(data, "ledger/fates", OURS)
        after, content = read(data), data.read(PATH)
        meant = [
            row["article_id"] == "ours"
            or (row["article_id"] is None and row["record_key"] == "place")
            or (row["record_key"], row["run_id"]) == ("twin", "run-1")
            for row in before
        ]
        for old, new, is_meant in zip(before, after, meant, strict=True):
            assert new == (old | {"detail": None, "warnings": [], "source_id": old["raw_path"]} if is_meant else old)
        assert not any(due for part in find(data, "ledger/fates", OURS) for due in part["is_due"].to_pylist())
        modified = data.last_written(PATH)
        scrub(data, "ledger/fates", OURS)
        assert (data.read(PATH), data.last_written(PATH)) == (content, modified)


def test_rows_of_others_that_hold_one_of_the_texts_stay_without_it(tmp_path: Path) -> None:
    mill = Mill(tmp_path)
    mill.run([article("b", "The text.", fetched_at=at(1)), article("c")])
    failed = article("d", "The text.", failed=["title"], raw_path="verity/d.html")
    mill.run([article("b", "Another.", fetched_at=at(2), raw_path="verity/b2.html"), failed], run_id="run-2")
    before = {name: mill.ledger(name) for name in ("revisions", "quarantine")}
    target = Target(
        article_id="gone",
        content_hashes=(content_hash("The text."),),
        records=(f"run-2|{failed['record_key']}",),
    )
    for dataset in (*KEEP_ROWS, *LOSE_ROWS):
        scrub(mill.data, dataset, target)
    (revised,), (refused,) = mill.ledger("revisions"), mill.ledger("quarantine")
    silent = {"text": "", "title": None, "url": None, "authors": [], "sources": []}
    assert revised == before["revisions"][0] | silent | {"source_id": revised["raw_path"]}
    whose = {"source_id": "verity/d.html", "detail": None, "failed": [], "removed_chars": 0}
    assert refused == before["quarantine"][0] | silent | whose
    assert {row["record_key"] for row in mill.ledger("removals")} == {
        row["record_key"] for row in (article("b"), article("c"), article("b", raw_path="verity/b2.html"))
    }


def test_row_groups_keep_the_size_that_the_ledger_has(data: Store, tmp_path: Path) -> None:
    write(data, [])
    many = pa.Table.from_pylist([fate(), fate(article_id="ours")] * 3000, schema=FATES)
    rewrite(data, PATH, FATES, [many])
    scrub(data, "ledger/fates", OURS)
    file = pq.ParquetFile(tmp_path / PATH)
    assert [file.metadata.row_group(group).num_rows for group in range(2)] == [ROWS_PER_GROUP, 1000]
    assert file.schema_arrow == FATES


def test_a_damaged_file_of_the_ledger_is_named_with_the_command_that_mends_it(data: Store) -> None:
    data.write(PATH, b"PAR1 not really")
    with pytest.raises(PublishError, match=r"run\.parquet cannot be read .*newsmill repair ledger/fates/"):
        list(find(data, "ledger/fates", OURS))


def test_a_damaged_staging_file_is_named_and_stops_nothing(tmp_path: Path) -> None:
    mill = Mill(tmp_path)
    rows = [article("a", title="secret"), article("b", title="open")]
    staging = mill.stage(rows, run_id="dead")
    mill.data.write(staging.path("verdicts.parquet"), b"half")
    target = Target(article_id=rows[0]["article_id"])
    (found,) = unfinished(mill.data, target)
    assert (found.folder, found.rows) == (staging.root, 3)  # extracted, cleaned, its removal
    assert found.damaged == (staging.path("verdicts.parquet"),)
    scrub_staging(mill.data, target)
    assert [row["title"] for row in read(mill.data, staging.batch_path("cleaned", 1))] == [None, "open"]
    assert [row["source_id"] for row in read(mill.data, staging.batch_path("removals", 1))] == ["b"]
    (found,) = unfinished(mill.data, target)
    assert found.rows == 0


@pytest.mark.parametrize(("number", "is_more"), [(LISTED, False), (LISTED + 1, True)])
def test_a_report_lists_the_first_and_says_that_there_are_more(number: int, is_more: bool) -> None:
    some = Some()
    for place in reversed(range(number)):
        some.add([f"{place:04}", f"{place:04}"])
    assert some.first == [f"{place:04}" for place in range(LISTED)]
    assert some.lines()[LISTED:] == (["  … and more"] if is_more else [])
