"""What is remembered does not hang on the runs in which articles came."""

from __future__ import annotations

import random

from newsmill.learn.remembering import merged
from newsmill.learn.window import A_DAY, TITLES, WINDOW, newest_first, remembered, sample

from .factory import seen


def test_as_many_of_a_day_and_in_all_as_the_bounds_say():
    articles = newest_first([seen(f"{n}", "a line", day=n // (A_DAY + 10)) for n in range(12 * (A_DAY + 10))])
    whole, titled = remembered(articles)
    assert len(whole) == WINDOW
    days = [article.day for article in whole]
    assert max(days.count(day) for day in set(days)) == A_DAY
    assert days[0] == max(article.day for article in articles)
    assert len(whole) + len(titled) == len(articles)


def test_titles_of_more_articles_are_remembered_and_no_more_than_that():
    articles = newest_first([seen(f"{n}", "a line", title="A title", day=n // 100) for n in range(TITLES + 50)])
    whole, titled = remembered(articles)
    assert len(titled) <= TITLES
    assert len({article.article_id for article in (*whole, *titled)}) >= TITLES
    assert all(article.keys == () and article.title_key for article in merged(articles, []) if article not in whole)


def test_runs_one_after_the_other_remember_what_one_run_would():
    articles = [seen(f"{n}", "a line", day=n % 9) for n in range(900)]
    random.Random(3).shuffle(articles)
    at_once = merged(articles, [])
    nightly: list = []
    for start in range(0, 900, 250):
        nightly = merged(articles[start : start + 250], nightly)
    assert nightly == at_once
    assert merged(articles[:100], at_once) == at_once


def test_a_newer_sighting_of_an_article_takes_the_place_of_the_older():
    (only,) = merged([seen("a", "new")], [seen("a", "old")])
    assert only == seen("a", "new")


def test_sample_is_of_different_articles():
    assert sample(["a", "a", "b"]) == ["a", "b"]
    assert len(sample(f"{n:06}" for n in range(WINDOW + 1))) == WINDOW
