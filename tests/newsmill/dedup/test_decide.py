import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.dedup.decide import deduplicate
from newsmill.model import Published, key_of
from newsmill.schema import VERDICTS
from newsmill.staging import StagingError, write_rows
from tests.newsmill.dedup.factory import Mill, article, at, decided, settled

INDEXED_DAY = date(2023, 12, 1)


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    return Mill(tmp_path)


def put(mill: Mill, row: dict[str, Any], **fields: Any) -> None:
    """Let the index know an article as published."""
    names = ("article_id", "content_hash", "source_id", "outlet", "date", "published_at", "fetched_at")
    names += ("raw_path", "raw_sha256")
    known = {name: row[name] for name in names} | {"revision": 1, "ingested_on": INDEXED_DAY} | fields
    mill.index.commit("before", INDEXED_DAY, [Published(**known)], [])


def fates(decisions: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The fate and reason of each record, by the name of its file."""
    return {Path(path).stem: "/".join(filter(None, [row["fate"], row["reason"]])) for path, row in decisions.items()}


def test_new_texts_are_published_as_first_versions(mill: Mill) -> None:
    decisions = mill.decide([article("a"), article("b")])
    assert fates(decisions) == {"a": "published", "b": "published"}
    assert {(row["revision"], row["replaces_date"], row["detail"]) for row in decisions.values()} == {(1, None, None)}


def test_settled_records_keep_what_was_said_of_them(mill: Mill) -> None:
    decisions = mill.decide([settled("s"), article("a"), settled("k", "unchanged", "known_record", article_id="x")])
    assert fates(decisions) == {"s": "unreadable/empty", "a": "published", "k": "unchanged/known_record"}
    assert decisions["verity/s.html"]["detail"] == "because"
    assert decisions["verity/s.html"]["failed"] == []
    assert decisions["verity/k.html"]["article_id"] == "x"


def test_a_failed_verdict_quarantines_and_a_warning_does_not(mill: Mill) -> None:
    decisions = mill.decide([article("a", failed=["title", "words"]), article("b", warnings=["authors"])])
    assert fates(decisions) == {"a": "quarantined/failed_expectations", "b": "published"}
    assert decisions["verity/a.html"]["detail"] == "title, words"
    assert decisions["verity/a.html"]["revision"] is None
    assert decisions["verity/b.html"]["warnings"] == ["authors"]


def test_what_is_no_article_is_quarantined_with_that_reason(mill: Mill) -> None:
    rows = [article("a", failed=["is_article"], problem="cookie_wall"), article("b", failed=["title"])]
    assert fates(mill.decide(rows)) == {"a": "quarantined/cookie_wall", "b": "quarantined/failed_expectations"}


def test_what_was_not_believed_is_told_with_the_fate(mill: Mill) -> None:
    decisions = mill.decide([article("a", notes=["year 9999"]), article("b", failed=["title"], notes=["year 1"])])
    assert decisions["verity/a.html"]["detail"] == "year 9999"
    assert decisions["verity/b.html"]["detail"] == "title; year 1"


def test_a_quarantined_article_stands_for_nothing(mill: Mill) -> None:
    rows = [article("a", "Same words.", published_at=at(1), failed=["x"]), article("b", "Same words.")]
    assert fates(mill.decide(rows))["b"] == "published"


def test_an_article_without_a_verdict_stops_the_run(mill: Mill) -> None:
    staging = mill.stage([article("a"), article("b")])
    row = {"record_key": article("a")["record_key"], "failed": [], "warnings": []}
    write_rows(mill.data, staging.path("verdicts.parquet"), VERDICTS, [row])
    with pytest.raises(StagingError, match=r"no verdict on 'verity/b\.html'"):
        deduplicate(staging, mill.index)


def test_no_articles_need_no_verdicts(mill: Mill) -> None:
    assert fates(mill.decide([settled("s")])) == {"s": "unreadable/empty"}
    assert mill.decide([], run_id="other") == {}


def test_a_record_that_is_there_twice_stops_the_run(mill: Mill) -> None:
    with pytest.raises(StagingError, match=r"'verity/a\.html' is in staging twice"):
        mill.decide([settled("a"), article("a")])


def test_the_counts_are_of_every_fate(mill: Mill) -> None:
    rows = [article("a"), article("b", failed=["x"]), settled("s"), article("c", "The story of a. It has words.")]
    counts = deduplicate(mill.stage(rows), mill.index)
    assert counts == {"published": 1, "duplicate": 1, "quarantined": 1, "unreadable": 1, "unchanged": 0}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"fetched_at": at(14)}, {"fetched_at": at(13)}),
        ({"fetched_at": at(1)}, {"fetched_at": None}),
        ({"source_id": "1"}, {"source_id": "2"}),
        ({"fetched_at": at(3), "source_id": "1"}, {"fetched_at": at(3), "source_id": "2"}),
        ({"source_id": "s", "raw_path": "a.html"}, {"source_id": "s", "raw_path": "b.html"}),
    ],
)
def test_of_two_versions_the_newest_fetch_stays(mill: Mill, one: dict[str, Any], other: dict[str, Any]) -> None:
    first = article("one", id="x", **{"raw_path": "verity/1.html", **one})
    second = article("other", id="x", outlet="express", **{"raw_path": "verity/2.html", **other})
    decisions = mill.decide([second, first])
    assert decisions[first["raw_path"]]["fate"] == "published"
    loser = decisions[second["raw_path"]]
    assert (loser["fate"], loser["reason"]) == ("duplicate", "superseded")
    assert (loser["duplicate_of"], loser["duplicate_of_outlet"]) == (key_of("id", "x"), "verity")
    assert loser["duplicate_of_date"] == date(2023, 9, 13)


def test_two_versions_with_one_text_are_the_same_text(mill: Mill) -> None:
    rows = [article("1", "One text.", id="x", fetched_at=at(2)), article("2", "one TEXT", id="x", fetched_at=at(1))]
    assert fates(mill.decide(rows)) == {"1": "published", "2": "duplicate/same_text"}


def test_a_known_article_with_the_same_text_is_unchanged(mill: Mill) -> None:
    put(mill, article("a"))
    decisions = mill.decide([article("a", fetched_at=at(20), outlet="express")])
    assert fates(decisions) == {"a": "unchanged/known_text"}
    row = decisions["express/a.html"]
    assert row["duplicate_of"] is None
    assert row["detail"].endswith("in date=2023-09-13, outlet=verity")


@pytest.mark.parametrize(
    ("old", "new", "fate"),
    [
        (at(13), at(14), "published"),
        (at(13), at(13), "published"),
        (at(13), None, "published"),
        (None, at(13), "published"),
        (None, None, "published"),
        (at(13, 1), at(13), "duplicate/superseded"),
    ],
)
def test_another_text_of_a_known_article_is_its_next_revision_unless_its_fetch_is_older(
    mill: Mill, old: Any, new: Any, fate: str
) -> None:
    put(mill, article("a", fetched_at=old), revision=3)
    decisions = mill.decide([article("a", "Other words.", fetched_at=new, outlet="express", published_at=at(15))])
    assert fates(decisions) == {"a": fate}
    row = decisions["express/a.html"]
    if fate == "published":
        assert (row["revision"], row["replaces_date"], row["replaces_outlet"]) == (4, date(2023, 9, 13), "verity")
        assert (row["date"], row["outlet"], row["ingested_on"]) == (date(2023, 9, 15), "express", INDEXED_DAY)
    else:
        assert (row["duplicate_of_outlet"], row["duplicate_of_date"]) == ("verity", date(2023, 9, 13))


def test_an_article_without_a_date_lies_on_the_day_on_which_it_was_first_published(mill: Mill) -> None:
    put(mill, article("a", published_at=None), date=INDEXED_DAY)
    put(mill, article("b"))  # had a date until now
    rows = [article("a", "New words.", published_at=None), article("b", "Newer words.", published_at=None)]
    decisions = mill.decide(rows)
    assert decisions["verity/a.html"]["date"] == INDEXED_DAY
    assert decisions["verity/b.html"]["date"] == INDEXED_DAY


def test_a_known_text_under_another_id_is_a_duplicate_of_it(mill: Mill) -> None:
    put(mill, article("a", "One text."))
    decisions = mill.decide([article("b", "One text.", published_at=at(1), outlet="express")])
    assert fates(decisions) == {"b": "duplicate/same_text"}
    assert decisions["express/b.html"]["duplicate_of"] == key_of("id", "a")


def test_an_older_version_of_an_article_that_is_a_duplicate_points_to_what_stands(mill: Mill) -> None:
    put(mill, article("z", "Known text.", outlet="express"))
    rows = [article("1", "First.", id="x", fetched_at=at(1)), article("2", "Known text.", id="x", fetched_at=at(2))]
    decisions = mill.decide(rows)
    assert fates(decisions) == {"1": "duplicate/superseded", "2": "duplicate/same_text"}
    assert {row["duplicate_of"] for row in decisions.values()} == {key_of("id", "z")}
    assert {row["duplicate_of_outlet"] for row in decisions.values()} == {"express"}


@pytest.mark.parametrize(
    ("kept", "other"),
    [
        ({"published_at": at(1)}, {"published_at": at(2)}),
        ({"published_at": at(20)}, {"published_at": None}),
        ({"fetched_at": at(1)}, {"fetched_at": at(2)}),
        ({"fetched_at": at(20)}, {"fetched_at": None}),
        ({"published_at": at(1), "fetched_at": None}, {"published_at": at(2), "fetched_at": at(1)}),
        ({"source_id": "1"}, {"source_id": "2"}),
        ({"source_id": "s", "outlet": "a"}, {"source_id": "s", "outlet": "b"}),
        ({"source_id": "s", "raw_path": "1"}, {"source_id": "s", "raw_path": "2"}),
    ],
)
def test_of_articles_with_one_text_the_earliest_stays(mill: Mill, kept: dict[str, Any], other: dict[str, Any]) -> None:
    first = article("one", "One text.", **{"raw_path": "p1", **kept})
    second = article("two", "One text.", **{"raw_path": "p2", **other})
    decisions = mill.decide([second, first])
    assert decisions[first["raw_path"]]["fate"] == "published"
    loser = decisions[second["raw_path"]]
    assert (loser["fate"], loser["reason"], loser["duplicate_of"]) == ("duplicate", "same_text", first["article_id"])
    assert (loser["duplicate_of_outlet"], loser["duplicate_of_date"]) == (first["outlet"], first["date"])


def test_reprocess_publishes_a_known_text_again_in_its_place(mill: Mill) -> None:
    put(mill, article("a", published_at=None), date=INDEXED_DAY, revision=2)
    decisions = mill.decide([article("a", published_at=None)], reprocess=True)
    row = decisions["verity/a.html"]
    assert (row["fate"], row["revision"], row["date"]) == ("published", 2, INDEXED_DAY)
    assert (row["replaces_date"], row["ingested_on"]) == (INDEXED_DAY, INDEXED_DAY)


def test_reprocess_does_not_go_back_to_an_older_fetch(mill: Mill) -> None:
    put(mill, article("a", fetched_at=at(14)))
    assert fates(mill.decide([article("a", fetched_at=at(13))], reprocess=True)) == {"a": "unchanged/known_text"}


def test_reprocess_counts_another_text_as_the_next_revision(mill: Mill) -> None:
    put(mill, article("a"))
    row = mill.decide([article("a", "Cleaned better.")], reprocess=True)["verity/a.html"]
    assert (row["fate"], row["revision"]) == ("published", 2)


def test_deciding_does_not_write_to_the_index(mill: Mill) -> None:
    mill.decide([article("a")])
    assert not (mill.root / "index.sqlite").exists()


TIMES = st.sampled_from([None, at(1), at(2), at(3)])
ARTICLES = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from("wxyz"),
            "text": st.sampled_from(["One.", "Two.", "Three.", "Four."]),
            "outlet": st.sampled_from(["verity", "express"]),
            "published_at": TIMES,
            "fetched_at": TIMES,
            "source_id": st.sampled_from(["s1", "s2"]),
            "failed": st.sampled_from([[], [], [], ["title"]]),
        }
    ),
    max_size=12,
)


def rows_of(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        article(str(number), values["text"], **{k: v for k, v in values.items() if k != "text"})
        for number, values in enumerate(drawn)
    ]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), drawn=ARTICLES, indexed=ARTICLES, reprocess=st.booleans())
def test_order_and_batches_do_not_change_a_decision(
    data: st.DataObject, drawn: list[dict[str, Any]], indexed: list[dict[str, Any]], reprocess: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        mill = Mill(Path(folder))
        ids: set[str] = set()
        texts: set[str] = set()
        for row in rows_of(indexed):
            if row["article_id"] not in ids and row["content_hash"] not in texts:
                put(mill, row)
            ids.add(row["article_id"])
            texts.add(row["content_hash"])
        rows = [*rows_of(drawn), settled("s1"), settled("s2", "unchanged", "known_record")]
        expected = mill.decide(rows, reprocess=reprocess)
        shuffled = data.draw(st.permutations(rows))
        staging = mill.stage(shuffled, run_id="other", batch_rows=data.draw(st.integers(1, 5)))
        counts = deduplicate(staging, mill.index, reprocess=reprocess)
        found = decided(staging)
        assert list(found) == list(expected) == sorted(row["raw_path"] for row in rows)
        assert [without_batch(row) for row in found.values()] == [without_batch(row) for row in expected.values()]
        assert sum(counts.values()) == len(rows)
        published = [row for row in found.values() if row["fate"] == "published"]
        for name in ("content_hash", "article_id"):
            assert len({row[name] for row in published}) == len(published)
        check_duplicates(mill, found)


def check_duplicates(mill: Mill, found: dict[str, dict[str, Any]]) -> None:
    """Every duplicate points to where an article was, or will be."""
    published = [row for row in found.values() if row["fate"] == "published"]
    places = {(row["article_id"], row["outlet"], row["date"]) for row in published}
    for row in found.values():
        place = (row["duplicate_of"], row["duplicate_of_outlet"], row["duplicate_of_date"])
        if row["fate"] == "duplicate" and place not in places:
            known = mill.index.articles([place[0]])[place[0]]
            assert place[1:] == (known.outlet, known.date)
        assert (row["fate"] == "duplicate") == (row["duplicate_of"] is not None)


def without_batch(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "batch"}
