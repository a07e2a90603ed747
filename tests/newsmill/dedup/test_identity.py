"""Which record speaks for an article over many runs: late, lost, edited, renamed, overtaken ones."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from newsmill.dedup.decide import deduplicate
from newsmill.model import key_of
from tests.newsmill.dedup.factory import DAY, Mill, article, at, decided, settled

LATER = date(2024, 1, 5)


@pytest.fixture
def mill(tmp_path: Path) -> Mill:
    return Mill(tmp_path)


def version(name: str, text: str, **fields: Any) -> dict[str, Any]:
    """A version of the article x, in a file of its own."""
    return article(name, text, id="x", **fields)


def cleaned_otherwise(row: dict[str, Any], text: str) -> dict[str, Any]:
    """The same record, its text made by other rules or profiles."""
    names = ("raw_path", "raw_sha256", "fingerprint", "outlet", "published_at", "fetched_at", "article_id")
    return article(row["source_id"], text, **{name: row[name] for name in names})


def rows(mill: Mill) -> list[tuple[str, str, int]]:
    return [(row["key"], row["text"], row["revision"]) for row in mill.corpus()]


def texts(mill: Mill) -> list[tuple[str, int]]:
    return [(text, revision) for _, text, revision in rows(mill)]


def fates(decisions: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {row["source_id"]: "/".join(filter(None, [row["fate"], row["reason"]])) for row in decisions.values()}


# runs that overlap


@pytest.mark.parametrize(("reprocess", "stays"), [(False, True), (True, False)])
def test_what_another_run_published_meanwhile_stays_unless_the_run_reprocesses(
    mill: Mill, reprocess: bool, stays: bool
) -> None:
    row = article("a", "As others cleaned it.")
    staging = mill.stage([cleaned_otherwise(row, "As this run cleaned it.")], run_id="slow", reprocess=reprocess)
    mill.run([row], run_id="fast")
    deduplicate(staging, mill.index, reprocess=reprocess)
    mill.publish(staging)
    mill.end(staging, 1)
    [(text, revision)] = texts(mill)
    assert (text, revision) == (("As others cleaned it.", 1) if stays else ("As this run cleaned it.", 2))


def test_a_record_that_was_overtaken_is_known_whatever_became_of_it(mill: Mill) -> None:
    met = [article("a"), article("b", failed=["title"]), settled("c"), settled("large", reason="too_large")]
    changed = {"fingerprint": "other bytes"}
    mine = [*met, article("d"), article("e", **changed), settled("f", **changed)]
    staging = mill.stage(mine, run_id="slow")
    mill.run([*met, article("e"), settled("f")], run_id="fast")
    deduplicate(staging, mill.index)
    found = {Path(path).stem: f"{row['fate']}/{row['reason']}" for path, row in decided(staging).items()}
    known = dict.fromkeys("abc", "unchanged/known_record")
    assert found == known | {
        "large": "unreadable/too_large",  # hangs on a setting, so it is read again by every run
        "d": "published/None",
        "e": "unchanged/known_text",
        "f": "unreadable/empty",
    }
    assert "since this one read them" in decided(staging)["verity/a.html"]["detail"]


def test_two_zones_with_one_path_for_two_articles_keep_both(mill: Mill) -> None:
    for night, name in enumerate(["one", "other", "one", "other"]):
        row = article("a", f"Article {name}.", id=name)
        mill.run([row], run_id=f"night-{night}", day=LATER)
    assert sorted(texts(mill)) == [("Article one.", 1), ("Article other.", 1)]
    assert mill.ledger("revisions") == []


# fetch times


def test_a_late_arrival_does_not_stand_in_the_way_of_a_version_that_may_be_new(mill: Mill) -> None:
    mill.run([version("a1", "Row.", fetched_at=at(5))])
    late, new = version("a2", "Late.", fetched_at=at(4)), version("a3", "New.")
    assert fates(mill.decide([late, new], run_id="run-2")) == {"a2": "duplicate/superseded", "a3": "published"}


def test_the_latest_of_a_run_still_loses_to_the_row_and_none_of_its_copies_is_called_one(mill: Mill) -> None:
    mill.run([version("a1", "Row.", fetched_at=at(5))])
    late = [version("a2", "Late.", fetched_at=at(4)), version("a3", "Late.", fetched_at=at(4))]
    found = mill.decide([*late, version("a4", "Later.", fetched_at=at(3))], run_id="run-2")
    assert fates(found) == dict.fromkeys(["a2", "a3", "a4"], "duplicate/superseded")
    # of those that stand in the corpus a copy is one
    newer = [version("a2", "New.", fetched_at=at(6)), version("a3", "New.", fetched_at=at(6))]
    assert fates(mill.decide(newer, run_id="run-3")) == {"a2": "published", "a3": "duplicate/same_text"}


def test_a_late_arrival_with_a_third_articles_text_is_a_late_arrival(mill: Mill) -> None:
    mill.run([version("a1", "Row.", fetched_at=at(5)), article("z", "Third.")])
    found = mill.decide([version("a2", "Third.", fetched_at=at(4))], run_id="run-2")
    assert fates(found) == {"a2": "duplicate/superseded"}
    assert {row["duplicate_of"] for row in found.values()} == {key_of("id", "x")}


@pytest.mark.parametrize(("minutes", "fate"), [(-1, "duplicate/superseded"), (0, "published"), (1, "published")])
def test_times_of_another_zone_are_compared_as_moments(mill: Mill, minutes: int, fate: str) -> None:
    mill.run([version("a1", "Row.", fetched_at=at(5, 12))])
    tokyo = timezone(timedelta(hours=9))
    there = datetime(2023, 9, 5, 21, tzinfo=tokyo) + timedelta(minutes=minutes)
    assert fates(mill.decide([version("a2", "Other.", fetched_at=there)], run_id="run-2")) == {"a2": fate}


def test_a_newer_version_in_quarantine_leaves_the_older_one_where_it_is(mill: Mill) -> None:
    mill.run([version("a1", "Row.", fetched_at=at(4))])
    broken = version("a2", "Broken.", fetched_at=at(5), failed=["title"])
    report = mill.run([broken, version("a0", "Late.", fetched_at=at(3))], run_id="run-2")
    assert (report.totals["quarantined"], report.totals["duplicate"]) == (1, 1)
    assert texts(mill) == [("Row.", 1)]
    mill.run([broken | {"failed": []}], run_id="replay", reprocess=True)
    assert texts(mill) == [("Broken.", 2)]


# what comes back, and what does not


@pytest.mark.parametrize("places", [("a1", "a2", "a3"), ("a1", "a1", "a1")])
def test_an_article_that_goes_back_to_an_earlier_text_has_three_revisions(mill: Mill, places: tuple[str, ...]) -> None:
    for night, (place, text) in enumerate(zip(places, ["A.", "B.", "A."], strict=True)):
        mill.run([version(place, text)], run_id=f"night-{night}")
    assert texts(mill) == [("A.", 3)]
    assert [(row["text"], row["revision"]) for row in mill.ledger("revisions")] == [("A.", 1), ("B.", 2)]


def replaced(mill: Mill) -> Iterator[dict[str, Any]]:
    """Two versions, the second of which made the row; neither tells its time."""
    for name, text in (("a1", "Old."), ("a2", "New.")):
        row = version(name, text, outlet="tass" if name == "a1" else "verity")
        mill.run([row], run_id=name)
        yield row


@pytest.mark.parametrize("kind", ["reprocess", "by_name"])
@pytest.mark.parametrize("text", ["Old.", "Old, cleaned by new rules.", "New."])
def test_a_replaced_record_that_is_taken_again_alone_does_not_come_back(mill: Mill, text: str, kind: str) -> None:
    old, _ = replaced(mill)
    before = mill.bytes_of("corpus")
    mill.run([cleaned_otherwise(old, text)], run_id="again", **{kind: True})
    assert mill.bytes_of("corpus") == before


def test_the_record_that_made_the_row_does_and_so_does_a_surely_later_one(mill: Mill) -> None:
    _, new = replaced(mill)
    mill.run([cleaned_otherwise(new, "New, cleaned better.")], run_id="again", reprocess=True)
    assert texts(mill) == [("New, cleaned better.", 3)]
    timed = [article(name, f"{name}.", id="y", fetched_at=at(day)) for name, day in (("y1", 1), ("y2", 2))]
    mill.run([timed[0], article("z", "y2.")], run_id="night-1")
    mill.run([timed[1]], run_id="night-2")  # a copy of z
    mill.run([cleaned_otherwise(timed[1], "Its own.")], run_id="night-3", reprocess=True)
    assert ("Its own.", 2) in texts(mill)


def test_a_record_that_only_gave_a_former_text_again_takes_no_row_away(mill: Mill) -> None:
    again = version("a2", "A.", raw_sha256="other bytes", fingerprint="other bytes")
    for night, row in enumerate([version("a1", "A."), again, version("a3", "B."), article("z", "A.")]):
        mill.run([row], run_id=f"night-{night}")
    mill.run([again], run_id="again", reprocess=True)
    assert sorted(texts(mill)) == [("A.", 1), ("B.", 2)]


# where a row lies


def test_an_article_without_a_date_stays_where_it_was_first_published_until_it_has_one(mill: Mill) -> None:
    days = [(None, "A."), (None, "B."), (at(20), "C."), (None, "D.")]
    seen = []
    for night, (published, text) in enumerate(days):
        day = DAY + timedelta(days=night)
        row = version(f"a{night}", text, published_at=published)
        mill.run([row | {"date": published.date() if published else day}], run_id=f"night-{night}", day=day)
        seen += [key for key, _, _ in rows(mill)]
    first = f"{DAY}|verity"
    assert seen == [first, first, "2023-09-20|verity", first]
    assert {row["ingested_on"] for row in mill.corpus()} == {DAY}


def test_an_outlet_with_a_new_name_takes_its_articles_with_it_when_they_are_reprocessed(mill: Mill) -> None:
    row = article("a", "Text.", raw_path="a.html")
    renamed = row | {"outlet": "new-name"}
    mill.run([row])
    mill.run([renamed], run_id="run-2", reprocess=True)
    assert rows(mill) == [("2023-09-13|new-name", "Text.", 1)]
    assert [(row["outlet"], row["revision"]) for row in mill.ledger("revisions")] == [("verity", 1)]
    assert mill.index.articles([row["article_id"]])[row["article_id"]].outlet == "new-name"
