"""An article's own rows in the whole ledger, and the fields of an outlet by week and month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import fsspec
import pytest

from newsmill.insight.article import tell_article
from newsmill.insight.fields import periods
from newsmill.insight.traces import traces
from newsmill.model import NewsmillError
from newsmill.storage import Store
from tests.newsmill.dedup.factory import Mill, article

DAY = date(2026, 3, 2)  # a Monday


@pytest.fixture(scope="module")
def mill(tmp_path_factory):
    """An article and its copy, a night of others, a revision, another night; in a folder with odd signs."""
    mill = Mill(tmp_path_factory.mktemp("root[1]*"))
    mill.run([article("a", "First words."), article("copy", "First words.", outlet="express")], run_id="r0", day=DAY)
    mill.run([article("n", "Others.")], run_id="r1", day=DAY + timedelta(1))
    later = {"fetched_at": datetime(2026, 4, 1, tzinfo=UTC)}
    mill.run([article("a", "Second words, and more.", **later)], run_id="r2", day=DAY + timedelta(2))
    mill.run([article("m", "Yet others.")], run_id="r3", day=DAY + timedelta(3))
    return mill


def told(mill, name):
    (published,) = mill.index.articles([article(name)["article_id"]]).values()
    return tell_article(mill.data, published)


def test_the_run_of_each_article_is_found_however_many_came_after_it(mill):
    assert told(mill, "n").run.run_id == "r1"
    assert told(mill, "m").run.run_id == "r3"


def test_a_later_version_is_of_the_run_that_made_it_and_tells_of_the_earlier_one_and_its_copies(mill):
    found = told(mill, "a")
    assert (found.run.run_id, found.row["revision"]) == ("r2", 2)
    assert [(old["revision"], old["day"]) for old in found.revisions] == [(1, DAY + timedelta(2))]
    assert [(copy["outlet"], copy["reason"], copy["day"]) for copy in found.duplicates] == [
        ("express", "same_text", DAY)
    ]


def test_days_before_are_not_asked_and_values_are_never_part_of_the_question(mill):
    path = article("a")["raw_path"]
    assert {row["day"] for row in traces(mill.data, "fates", ["fate"], DAY, raw_path=path)} == {DAY, DAY + timedelta(2)}
    assert traces(mill.data, "fates", ["fate"], DAY + timedelta(100), raw_path=path) == []
    assert traces(mill.data, "fates", ["fate"], DAY, raw_path="' OR 1 = 1 --") == []
    with pytest.raises(KeyError):
        traces(mill.data, "fates", ["fate"], DAY, **{'"; DROP': "x"})


def test_it_is_the_same_in_an_object_store(mill):
    memory = fsspec.filesystem("memory")
    for entry in mill.data.files("ledger"):
        with memory.open(f"/bucket/{entry.path}", "wb") as handle:
            handle.write(mill.data.read(entry.path))
    asked = {"raw_path": article("a")["raw_path"]}
    there = Store("memory://bucket")
    assert traces(there, "fates", ["fate"], DAY, **asked) == traces(mill.data, "fates", ["fate"], DAY, **asked) != []
    memory.rm("/bucket", recursive=True)


def test_a_damaged_file_is_told_with_what_mends_it(mill):
    (path,) = mill.root.glob(f"ledger/fates/run_date={DAY}/*")
    kept = path.read_bytes()
    path.write_bytes(kept[:100])
    with pytest.raises(NewsmillError, match="newsmill verify"):
        told(mill, "a")
    path.write_bytes(kept)


def test_fields_are_counted_by_week_and_of_more_than_half_a_year_by_month(tmp_path):
    mill = Mill(tmp_path)
    days = [DAY, DAY + timedelta(6), DAY + timedelta(7), DAY + timedelta(200)]
    mill.run(
        [
            article(f"p{n}", f"Text {n}.", published_at=datetime(day.year, day.month, day.day, tzinfo=UTC), **more)
            for n, (day, more) in enumerate(zip(days, ({"authors": []}, {"description": "D"}, {}, {}), strict=True))
        ]
    )
    weeks = periods(mill.data, "verity", days[:3])
    assert [(week.name, week.articles, week.share("authors"), week.share("description")) for week in weeks] == [
        ("2026-03-09", 1, 1, 0),
        ("2026-03-02", 2, 0.5, 0.5),
    ]
    assert weeks[1].source_share("record") == 1
    assert [(month.name, month.articles) for month in periods(mill.data, "verity", days)] == [
        ("2026-09", 1),
        ("2026-03", 3),
    ]
    assert periods(mill.data, "verity", []) == []
