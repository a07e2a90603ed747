"""Who gets a text that several articles bring, or that a row of the corpus has."""

from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from newsmill.model import key_of
from tests.newsmill.dedup.factory import Mill, article, at

LATER = date(2024, 1, 3)


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    return Mill(tmp_path)


def texts(mill: Mill) -> dict[str, str]:
    """The corpus: each article's text."""
    return {row["source_id"]: row["text"] for row in mill.corpus()}


def fates(decisions: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {row["source_id"]: row["fate"] for row in decisions.values()}


def bytes_of(row: dict[str, Any], text: str, **fields: Any) -> dict[str, Any]:
    """The same record cleaned by other rules: other text out of the same bytes."""
    kept = {
        name: row[name] for name in ("raw_path", "raw_sha256", "fingerprint", "outlet", "published_at", "fetched_at")
    }
    return article(row["source_id"], text, **{**kept, **fields})


def test_a_text_whose_article_gets_another_one_goes_to_the_article_that_brings_it(mill: Mill) -> None:
    mill.run([article("x", "Old text.")])
    mill.run([article("x", "New text."), article("n", "Old text.")], run_id="run-2")
    assert texts(mill) == {"x": "New text.", "n": "Old text."}


def test_a_text_whose_article_stays_as_it_is_does_not(mill: Mill) -> None:
    mill.run([article("x", "Old text.")])
    assert fates(mill.decide([article("x", "Old text."), article("n", "Old text.")], run_id="run-2")) == {
        "x": "unchanged",
        "n": "duplicate",
    }
    assert fates(mill.decide([article("n", "Old text.")], run_id="run-3")) == {"n": "duplicate"}


def test_a_text_whose_article_brings_only_an_older_fetch_or_is_quarantined_does_not(mill: Mill) -> None:
    mill.run([article("x", "Old text.", fetched_at=at(14))])
    new = article("n", "Old text.")
    for number, fields in enumerate(({"fetched_at": at(13)}, {"failed": ["title"]})):
        found = mill.decide([article("x", "Other.", **fields), new], run_id=f"later-{number}")
        assert found[new["raw_path"]]["fate"] == "duplicate"
        assert found[new["raw_path"]]["takes_article_id"] is None


def test_a_feed_that_puts_a_new_line_first_keeps_every_text(mill: Mill) -> None:
    mill.run([article("1", "A."), article("2", "B.")])
    mill.run([article("1", "N."), article("2", "A."), article("3", "B.")], run_id="run-2")
    assert texts(mill) == {"1": "N.", "2": "A.", "3": "B."}


def test_a_feed_that_loses_its_first_line_keeps_every_text(mill: Mill) -> None:
    mill.run([article("1", "A."), article("2", "B."), article("3", "C.")])
    found = mill.decide([article("1", "B."), article("2", "C.")], run_id="run-2")
    # the row of 3 stays, so 2 does not get C and keeps B, so 1 does not get B and keeps A
    assert fates(found) == {"1": "duplicate", "2": "duplicate"}
    assert [row["duplicate_of"] for row in found.values()] == [key_of("id", "2"), key_of("id", "3")]


def test_articles_that_change_texts_in_a_circle_all_get_theirs(mill: Mill) -> None:
    mill.run([article("x", "A."), article("y", "B.", outlet="express"), article("z", "C.", outlet="tass")])
    rows = [article("x", "B."), article("y", "C.", outlet="express"), article("z", "A.", outlet="tass")]
    mill.run(rows, run_id="run-2", day=LATER)
    assert texts(mill) == {"x": "B.", "y": "C.", "z": "A."}
    assert {row["revision"] for row in mill.corpus()} == {2}


def test_a_chain_whose_end_is_refused_is_refused_back_to_its_begin(mill: Mill) -> None:
    names = [f"a{number:02}" for number in range(30)]
    mill.run([article(name, f"Text {name}.") for name in names])
    rows = [article(name, f"Text {names[place + 1]}.") for place, name in enumerate(names[:-1])]
    assert set(fates(mill.decide([*rows, article("n", "Text a00.")], run_id="run-2")).values()) == {"duplicate"}
    free = [*rows, article("n", "Text a00."), article(names[-1], "All new.")]
    assert set(fates(mill.decide(free, run_id="run-3")).values()) == {"published"}


def test_who_loses_a_text_to_another_keeps_its_row_and_with_it_that_text(mill: Mill) -> None:
    mill.run([article("x", "A."), article("y", "B.")])
    rows = [article("x", "T.", published_at=at(1)), article("y", "T.", published_at=at(2)), article("n", "B.")]
    assert fates(mill.decide(rows, run_id="run-2")) == {"x": "published", "y": "duplicate", "n": "duplicate"}


def test_an_article_with_a_row_gets_a_text_before_a_new_one_and_among_equals_the_earliest(mill: Mill) -> None:
    mill.run([article("x", "A."), article("y", "B.")])
    rows = [article("n", "T.", published_at=at(1)), article("x", "T.", published_at=at(3)), article("y", "T.")]
    for number, order in enumerate(permutations(rows)):
        found = mill.decide(list(order), run_id=f"later-{number}")
        assert fates(found) == {"n": "duplicate", "x": "published", "y": "duplicate"}
        assert {row["duplicate_of"] for row in found.values()} == {None, key_of("id", "x")}


def test_a_row_whose_record_gives_another_articles_text_by_new_rules_leaves_the_corpus(mill: Mill) -> None:
    x, z = article("x", "T. Slogan."), article("z", "T.", outlet="express", published_at=at(1))
    mill.run([x, z])
    mill.run([bytes_of(x, "T."), z], run_id="run-2", reprocess=True)
    assert texts(mill) == {"z": "T."}
    assert mill.index.articles([x["article_id"]]) == {}
    [row] = mill.ledger("revisions")
    assert (row["source_id"], row["text"], row["replaced_by"]) == ("x", "T. Slogan.", z["content_hash"])
    [copy] = mill.ledger("duplicates")
    assert (copy["source_id"], copy["duplicate_of"]) == ("x", z["article_id"])
    before = mill.files("corpus")
    mill.run([bytes_of(x, "T."), z], run_id="run-3", reprocess=True)
    assert mill.files("corpus") == before
    assert len(mill.ledger("revisions")) == 1


def test_a_row_whose_article_brings_another_articles_text_in_other_bytes_stays(mill: Mill) -> None:
    x, z = article("x", "First."), article("z", "T.", outlet="express", published_at=at(1))
    mill.run([x, z])
    mill.run([article("x", "T.", outlet="express"), z], run_id="run-2", reprocess=True)
    assert texts(mill) == {"x": "First.", "z": "T."}


@pytest.mark.parametrize(("day", "kept"), [(1, "x"), (20, "z")])
def test_of_two_rows_that_new_rules_make_one_text_the_earlier_stays(mill: Mill, day: int, kept: str) -> None:
    x, z = article("x", "T. Slogan.", published_at=at(day)), article("z", "T.", outlet="express")
    mill.run([x, z])
    mill.run([bytes_of(x, "T."), z], run_id="run-2", reprocess=True)
    assert texts(mill) == {kept: "T."}
    gone = {"x", "z"} - {kept}
    assert {row["source_id"] for row in mill.ledger("duplicates")} == gone
    assert sorted(mill.index.articles([x["article_id"], z["article_id"]])) == [key_of("id", kept)]
    [row] = [row for row in mill.ledger("revisions") if row["source_id"] in gone]
    assert row["replaced_by"] == z["content_hash"]


def test_a_row_that_no_record_of_the_run_speaks_for_is_never_ousted(mill: Mill) -> None:
    x, z = article("x", "T. Slogan.", published_at=at(1)), article("z", "T.", outlet="express")
    mill.run([x, z])
    mill.run([bytes_of(x, "T.")], run_id="run-2", reprocess=True)
    assert texts(mill) == {"z": "T."}


def test_a_text_that_a_leaving_row_had_is_free(mill: Mill) -> None:
    x, z = article("x", "T. Slogan."), article("z", "T.", outlet="express", published_at=at(1))
    mill.run([x, z])
    new = article("n", "T. Slogan.", outlet="tass")
    mill.run([bytes_of(x, "T."), z, new], run_id="run-2", reprocess=True)
    assert texts(mill) == {"z": "T.", "n": "T. Slogan."}
    assert sorted(mill.index.hashes([x["content_hash"]])) == [x["content_hash"]]


def test_a_record_that_once_gave_the_same_text_from_other_bytes_counts_as_the_rows_own(mill: Mill) -> None:
    x, z = article("x", "T. Slogan."), article("z", "T.", outlet="express", published_at=at(1))
    mill.run([x, z])
    again = article("x", "T. Slogan.", raw_sha256="other", fingerprint="other")
    mill.run([again], run_id="run-2")
    mill.run([bytes_of(again, "T."), z], run_id="run-3", reprocess=True)
    assert texts(mill) == {"z": "T."}


def test_the_detail_says_what_goes_and_where_a_text_comes_from(mill: Mill) -> None:
    x, z = article("x", "T. Slogan."), article("z", "T.", outlet="express", published_at=at(1))
    mill.run([x, z])
    new = article("n", "T. Slogan.", outlet="tass")
    found = mill.decide([bytes_of(x, "T."), z, new], run_id="run-2", reprocess=True)
    assert found[x["raw_path"]]["detail"] == (
        f"the same text as article {z['article_id']} in date=2023-09-01, outlet=express; its own row in "
        "date=2023-09-13, outlet=verity leaves the corpus"
    )
    assert found[new["raw_path"]]["detail"] == f"until this run article {x['article_id']} had this text"
