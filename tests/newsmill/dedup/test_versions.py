"""Which of several versions of one article in a run speaks for it."""

from pathlib import Path
from typing import Any

import pytest

from newsmill.model import key_of
from tests.newsmill.dedup.factory import Mill, article, at


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    return Mill(tmp_path)


def version(name: str, **fields: Any) -> dict[str, Any]:
    """A version of the article x, in a file of its own."""
    return article(name, f"Text {name}.", id="x", **fields)


def text_of(mill: Mill) -> list[tuple[str, int]]:
    return [(row["text"], row["revision"]) for row in mill.corpus()]


def details(decisions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {row["source_id"]: row["detail"] for row in decisions.values() if row["fate"] == "duplicate"}


def test_reprocessing_does_not_go_back_to_a_version_that_another_one_replaced(mill: Mill) -> None:
    mill.run([version("a1")])
    mill.run([version("a2")], run_id="run-2")
    report = mill.run([version("a1"), version("a2")], run_id="run-3", reprocess=True)
    assert text_of(mill) == [("Text a2.", 2)]
    assert (report.totals["published"], report.totals["duplicate"]) == (1, 1)


def test_reprocessing_stays_with_the_first_choice_where_both_came_in_one_run(mill: Mill) -> None:
    mill.run([version("a2"), version("a1")])
    for number in range(2, 4):
        mill.run([version("a2"), version("a1")], run_id=f"run-{number}", reprocess=True)
        assert text_of(mill) == [("Text a1.", 1)]


@pytest.mark.parametrize(("first", "then"), [(None, None), (at(2), None), (None, at(2)), (at(2), at(2))])
def test_where_times_do_not_tell_the_record_that_made_the_row_stays(mill: Mill, first: Any, then: Any) -> None:
    rows = [version("a1", fetched_at=first), version("a2", fetched_at=then)]
    mill.run(rows[:1])
    mill.run(rows[1:], run_id="run-2")
    mill.run(rows, run_id="run-3", reprocess=True)
    assert text_of(mill) == [("Text a2.", 2)]


def test_a_surely_later_fetch_beats_the_record_that_made_the_row(mill: Mill) -> None:
    rows = [version("a1", fetched_at=at(1)), version("a2", fetched_at=at(2))]
    mill.run(rows[:1])
    mill.run(rows, run_id="run-2", reprocess=True)
    assert text_of(mill) == [("Text a2.", 2)]


def test_a_surely_later_fetch_that_was_a_duplicate_speaks_for_its_article(mill: Mill) -> None:
    rows = [version("a1", fetched_at=at(1)), version("a2", fetched_at=at(2))]
    mill.run([rows[0], article("z", "Text a2.")])
    mill.run(rows[1:], run_id="run-2")
    mill.run([*rows, article("z", "Text of z.")], run_id="run-3", reprocess=True)
    assert sorted(text_of(mill)) == [("Text a2.", 2), ("Text of z.", 2)]


def test_a_record_that_is_new_beats_the_one_that_made_the_row(mill: Mill) -> None:
    mill.run([version("a1")])
    mill.run([version("a1"), version("a2")], run_id="run-2", reprocess=True)
    assert text_of(mill) == [("Text a2.", 2)]
    changed = version("a1") | {"fingerprint": "other bytes", "raw_sha256": "other bytes"}
    mill.run([changed, version("a2")], run_id="run-3", reprocess=True)
    assert text_of(mill) == [("Text a1.", 3)]


def test_a_record_that_was_quarantined_counts_as_new(mill: Mill) -> None:
    mill.run([version("a1")])
    mill.run([version("a2", failed=["words"])], run_id="run-2")
    mill.run([version("a1"), version("a2")], run_id="run-3", reprocess=True)
    assert text_of(mill) == [("Text a2.", 2)]


def test_the_bytes_that_made_the_row_are_known_at_another_place(mill: Mill) -> None:
    mill.run([version("a1")])
    mill.run([version("a2")], run_id="run-2")
    moved = version("a2") | {"raw_path": "verity/moved.html", "record_key": key_of("verity/moved.html")}
    mill.run([moved | {"text": "text A2!"}], run_id="run-3")
    mill.run([version("a1"), moved], run_id="run-4", reprocess=True)
    assert text_of(mill) == [("Text a2.", 2)]


def test_reprocessing_copies_of_one_text_keeps_the_row_to_the_byte(mill: Mill) -> None:
    rows = [article(name, "One text.", id="x", title=name) for name in ("b", "a")]
    mill.run(rows[:1])
    mill.run(rows[1:], run_id="run-2")
    before = mill.files("corpus")
    mill.run(rows, run_id="run-3", reprocess=True)
    assert mill.files("corpus") == before


def test_the_detail_says_older_only_where_that_is_known(mill: Mill) -> None:
    known = mill.decide([version("a1", fetched_at=at(1)), version("a2", fetched_at=at(2))])
    assert details(known) == {"a1": f"an older version of article {key_of('id', 'x')} than another one in this run"}
    for number, (one, other) in enumerate([(None, None), (at(2), at(2)), (at(2), None)]):
        rows = [version("a1", fetched_at=one), version("a2", fetched_at=other)]
        said = details(mill.decide(rows, run_id=f"other-{number}"))
        assert said == {"a2": f"another version of article {key_of('id', 'x')} in this run, without a later fetch"}
