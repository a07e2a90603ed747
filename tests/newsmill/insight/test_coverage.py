"""What the counts of the index tell: sizes, the busiest outlets, those that have gone silent."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, timedelta

import pytest

from newsmill.dedup.index import Index
from newsmill.insight.coverage import Coverage, coverage_of, days_until
from newsmill.model import Published
from tests.newsmill.dedup.shapes import make_old

FIRST = date(2026, 3, 1)


def on(*numbers: int) -> dict[date, int]:
    return {FIRST + timedelta(number): 1 for number in numbers}


def coverage(**outlets: dict[date, int]) -> Coverage:
    return Coverage({"steady": on(*range(60)), **outlets})


@pytest.mark.parametrize(
    ("days", "is_silent"),
    [
        (on(*range(56)), False),  # for three days
        (on(*range(55)), True),  # for four
        (on(*range(0, 50, 7)), False),  # a weekly one, ten days ago
        (on(*range(0, 30, 7)), True),  # a weekly one, a month ago
        (on(1, 2, 3), False),  # too few days to know its ways
    ],
    ids=["three days", "four days", "weekly, ten days", "weekly, a month", "unknown"],
)
def test_outlet_is_silent_when_its_usual_gap_is_long_over(days, is_silent):
    found = coverage(other=days).silent()
    assert [silence.outlet for silence in found] == ["other"] * is_silent
    for silence in found:
        assert silence.last == max(days)
        assert silence.days == (FIRST + timedelta(59) - max(days)).days


def test_sums_and_order_are_those_of_the_counts():
    found = coverage(burst={FIRST: 100}, late={FIRST + timedelta(80): 7})
    assert (found.articles, found.partitions) == (167, 62)
    assert (found.first, found.last) == (FIRST, FIRST + timedelta(80))
    assert [slug for slug, _, _ in found.sizes()] == ["burst", "steady", "late"]
    newest = days_until(found.last, 30)
    assert (newest[0], newest[-1], len(newest)) == (FIRST + timedelta(51), FIRST + timedelta(80), 30)
    assert found.busiest(newest) == ["steady", "late", "burst"]
    assert found.matrix(["late", "burst"], newest) == [[*[0] * 29, 7], [0] * 30]
    empty = Coverage({})
    assert (empty.articles, empty.first, empty.last, empty.silent()) == (0, None, None, [])


def test_index_is_counted_again_only_when_a_run_has_changed_it(tmp_path, monkeypatch):
    index = Index(f"sqlite:///{tmp_path}/index.sqlite")
    assert coverage_of(index).outlets == {}
    article = Published(
        article_id="a",
        content_hash="h",
        source_id="s",
        outlet="verity",
        published_at=None,
        fetched_at=None,
        revision=1,
        ingested_on=FIRST,
        raw_path="verity/a.txt",
        raw_sha256="r",
        date=FIRST,
    )
    index.commit("run 1", FIRST, [article], [])
    assert coverage_of(index).outlets == {"verity": {FIRST: 1}}
    with monkeypatch.context() as patch:
        patch.setattr(Index, "coverage", lambda self: pytest.fail("counted again"))
        coverage_of(Index(f"sqlite:///{tmp_path}/index.sqlite"))
    other = replace(article, article_id="b", content_hash="i", date=FIRST + timedelta(1))
    index.commit("run 2", FIRST, [other], [])
    assert coverage_of(index).outlets == {"verity": {FIRST: 1, FIRST + timedelta(1): 1}}
    index.forget("takedown 1", FIRST, article_id="a")
    assert coverage_of(index).outlets == {"verity": {FIRST + timedelta(1): 1}}


def test_an_index_of_before_gets_what_counts_by_day_with_its_next_run(tmp_path):
    path = tmp_path / "index.sqlite"
    make_old(f"sqlite:///{path}", "0002")
    Index(f"sqlite:///{path}").claim("corpus")
    with sqlite3.connect(path) as database:
        plan = database.execute("EXPLAIN QUERY PLAN SELECT date, outlet, count(*) FROM articles GROUP BY 1, 2")
        assert "COVERING INDEX articles_by_day" in str(plan.fetchall())
