"""Which articles are one story, whatever stands around them."""

from __future__ import annotations

import random

import pytest

from newsmill.learn.stories import stories_of

from .factory import prose, seen, story

APPEAL = prose("appeal", 60)
PARTS = [prose(f"wire {number}") for number in range(10)]


def count(articles) -> int:
    return len(set(stories_of(articles)))


def test_articles_of_their_own_are_different_stories():
    assert count([story(f"{number}", APPEAL) for number in range(6)]) == 6


def test_copies_are_one_story():
    assert count([seen("a", *PARTS), seen("b", *PARTS, APPEAL), story("c", APPEAL)]) == 2


@pytest.mark.parametrize(("kept", "stories"), [(6, 1), (5, 2)])
def test_an_edited_reprint_is_the_same_story_as_long_as_most_of_it_stands(kept, stories):
    edited = [*PARTS[:kept], *(prose(f"edited {number}") for number in range(10 - kept))]
    assert count([seen("a", *PARTS), seen("b", *edited)]) == stories


def test_a_reprint_that_was_cut_to_half_is_the_same_story():
    assert count([seen("a", *PARTS), seen("b", *PARTS[:5], prose("local"))]) == 1


def test_long_boilerplate_does_not_join_short_articles_of_an_outlet_that_prints_long_ones_too():
    short = [story(f"short {number}", APPEAL, paragraphs=1) for number in range(5)]
    assert count([*short, story("long 1", APPEAL, paragraphs=12), story("long 2", APPEAL, paragraphs=12)]) == 7


def test_a_background_paragraph_joins_no_follow_ups():
    assert count([story(f"{number}", prose("background")) for number in range(4)]) == 4


def test_articles_without_prose_of_their_own_are_one_story_together():
    assert count([seen("a", "Weather"), seen("b", "Sport today"), seen("c", APPEAL), story("d", APPEAL)]) <= 3
    assert count([seen("a", "Weather"), seen("b", "Sport today"), story("d")]) == 2


def test_order_does_not_matter():
    articles = [seen("a", *PARTS), seen("b", *PARTS[:6], prose("x")), *(story(f"{n}", APPEAL) for n in range(8))]
    grouped = _groups(articles)
    for seed in range(5):
        turned = random.Random(seed).sample(articles, len(articles))
        assert _groups(turned) == grouped


def _groups(articles) -> set[frozenset[str]]:
    found: dict[int, set[str]] = {}
    for article, root in zip(articles, stories_of(articles), strict=True):
        found.setdefault(root, set()).add(article.article_id)
    return set(map(frozenset, found.values()))
