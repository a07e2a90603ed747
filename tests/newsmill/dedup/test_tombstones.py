import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.dedup.decide import deduplicate
from newsmill.dedup.hashing import content_hash
from newsmill.dedup.tombstones import TombstoneError, read_tombstones, tombstone_path, write_tombstones
from newsmill.model import Fate, key_of
from tests.newsmill.dedup.factory import DAY, Mill, article, at, decided, settled
from tests.newsmill.dedup.test_decide import ARTICLES, fates, put, rows_of, without_batch

DOWN = "unchanged/taken_down"


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    return Mill(tmp_path)


def bury(mill: Mill, name: str = "one", **fields: Any) -> None:
    """Write one tombstone: of an article by its name in the factory, of its text, or of an outlet."""
    row = {"id": name, "day": DAY, "scope": "article", "article_id": None, "content_hash": None, "counts": []} | fields
    write_tombstones(mill.data, DAY, name, [{"outlet": None, "reason": None} | row])


def bury_article(mill: Mill, name: str, text: str | None = None) -> None:
    bury(mill, name, article_id=key_of("id", name), content_hash=text and content_hash(text), outlet="verity")


@pytest.mark.parametrize("fields", [{}, {"fetched_at": at(20)}, {"outlet": "express"}, {"failed": ["title"]}])
def test_a_taken_down_article_stays_out_whatever_its_text_and_verdict(mill: Mill, fields: dict[str, Any]) -> None:
    bury_article(mill, "a", "The old text.")
    rows = [article("a", "A new text.", notes=["year 1"], warnings=["authors"], **fields), article("b")]
    decisions = mill.decide(rows)
    assert fates(decisions) == {"a": DOWN, "b": "published"}
    row = decisions[rows[0]["raw_path"]]
    assert (row["detail"], row["failed"], row["warnings"], row["source_id"]) == (None, [], [], row["raw_path"])


def test_a_taken_down_text_stays_out_whoever_brings_it_and_another_text_of_that_article_does_not(mill: Mill) -> None:
    bury_article(mill, "a", "One text.")
    rows = [article("b", "ONE text", outlet="express"), article("c", "One text more.", outlet="verity")]
    assert fates(mill.decide(rows)) == {"b": DOWN, "c": "published"}


def test_a_taken_down_outlet_keeps_out_its_own_records_and_no_text_of_others(mill: Mill) -> None:
    bury(mill, scope="outlet", outlet="verity")
    rows = [
        article("a", "One text.", published_at=at(1)),
        article("b", "One text.", outlet="express"),
        article("c", failed=["title"]),
        settled("broken", detail="near 'One te'"),
        settled("broken too", outlet="express", raw_path="express/broken too.html", record_key=key_of("x")),
        settled("known", "unchanged", "known_record", source_id="own id"),
    ]
    decisions = mill.decide(rows)
    assert fates(decisions) == {
        "a": DOWN,
        "b": "published",
        "c": DOWN,
        "broken": DOWN,
        "broken too": "unreadable/empty",
        "known": "unchanged/known_record",
    }
    assert decisions["verity/broken.html"]["detail"] is None
    assert decisions["express/broken too.html"]["detail"] == "because"
    assert decisions["verity/known.html"]["source_id"] == "verity/known.html"


def test_the_outlet_of_a_taken_down_article_is_not_taken_down(mill: Mill) -> None:
    bury_article(mill, "a", "One text.")
    assert fates(mill.decide([article("b"), settled("s")])) == {"b": "published", "s": "unreadable/empty"}


def test_the_ledger_holds_nothing_of_it_but_its_fate_and_the_index_knows_the_record(mill: Mill) -> None:
    bury_article(mill, "a")
    rows = [article("a", failed=["title"]), article("b"), article("c", failed=["title"])]
    report = mill.run(rows)
    assert report.totals["unchanged"] == 1
    names = {dataset: {row["source_id"] for row in mill.ledger(dataset)} for dataset in ("removals", "metadata")}
    assert names == {"removals": {"b", "c"}, "metadata": {"b", "c"}}
    assert [row["source_id"] for row in mill.ledger("quarantine")] == ["c"]
    assert [row["source_id"] for row in mill.corpus()] == ["b"]
    assert mill.index.known([rows[0]["record_key"]])[rows[0]["record_key"]].fate is Fate.UNCHANGED
    assert mill.index.articles([rows[0]["article_id"]]) == {}


def test_a_run_stops_where_it_cannot_be_told_what_was_taken_down(mill: Mill) -> None:
    bury_article(mill, "a")
    mill.data.write(tombstone_path(DAY, "b"), b"PAR1 not really")
    with pytest.raises(TombstoneError, match=r"takedowns/run_date=2024-01-02/b\.parquet cannot be read"):
        mill.decide([article("c")])


def test_tombstones_of_all_days_count(mill: Mill) -> None:
    bury_article(mill, "a", "One text.")
    bury(mill, "out", scope="outlet", outlet="express")
    found = read_tombstones(mill.data)
    assert (found.article_ids, found.content_hashes) == ({key_of("id", "a")}, {content_hash("One text.")})
    assert found.outlets == {"express"}
    assert read_tombstones(Mill(mill.root / "empty").data).article_ids == frozenset()


DOWNS = st.tuples(st.sets(st.sampled_from("wxyz"), max_size=2), st.sets(st.sampled_from(["One.", "Two."]), max_size=1))


@settings(max_examples=25, deadline=None)
@given(drawn=ARTICLES, indexed=ARTICLES, down=DOWNS, is_express_down=st.booleans(), reprocess=st.booleans())
def test_all_others_are_decided_as_if_what_is_down_had_never_come(
    drawn: list[dict[str, Any]], indexed: list[dict[str, Any]], down: Any, is_express_down: bool, reprocess: bool
) -> None:
    ids, texts = down

    def is_down(row: dict[str, Any]) -> bool:
        named = row["article_id"] in {key_of("id", name) for name in ids}
        said = row["content_hash"] in {content_hash(text) for text in texts}
        return named or said or (is_express_down and row["outlet"] == "express")

    with tempfile.TemporaryDirectory() as folder:
        mill, plain = Mill(Path(folder, "a")), Mill(Path(folder, "b"))
        for name in ids:
            bury_article(mill, name)
        for number, text in enumerate(texts):
            bury(mill, f"text-{number}", article_id=key_of("id", "gone"), content_hash=content_hash(text))
        if is_express_down:
            bury(mill, "out", scope="outlet", outlet="express")
        standing: set[str] = set()
        for row in rows_of(indexed):
            if not is_down(row) and not {row["article_id"], row["content_hash"]} & standing:
                standing |= {row["article_id"], row["content_hash"]}
                put(mill, row)
                put(plain, row)
        rows = rows_of(drawn)
        found = mill.decide(rows, reprocess=reprocess)
        expected = plain.decide([row for row in rows if not is_down(row)], reprocess=reprocess)
        for row in rows:
            decision = found[row["raw_path"]]
            if is_down(row):
                assert (decision["fate"], decision["reason"]) == ("unchanged", "taken_down")
            else:
                assert without_batch(decision) == without_batch(expected[row["raw_path"]])


def test_decisions_of_many_batches_are_silenced_row_by_row(mill: Mill) -> None:
    for number in range(0, 30, 3):
        bury_article(mill, f"n{number}")
    staging = mill.stage([article(f"n{number}", notes=[f"note {number}"]) for number in range(30)], batch_rows=4)
    deduplicate(staging, mill.index)
    told = {path: row["detail"] for path, row in decided(staging).items()}
    expected = {f"verity/n{number}.html": f"note {number}" if number % 3 else None for number in range(30)}
    assert told == expected
