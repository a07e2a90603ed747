"""Jumps that are more than chance, on both sides of the bounds."""

from __future__ import annotations

import pytest

from newsmill.blockkeys import block_key
from newsmill.learn.drift import MIN_ARTICLES, drift, table

from .factory import prose, story

LINE = "Winter timetable on page four"


def some(name: str, size: int = 20, *around: str, chars: int = 1000, cut: int = 100):
    """Articles whose lengths and cuts lie around these."""
    return [
        story(
            f"{name} {n}",
            *around,
            day=n,
            text_chars=chars + n * 10,
            removed_chars=cut + n,
            title=prose(f"{name}{n}", 3),
        )
        for n in range(size)
    ]


def whats(before, after) -> list[str]:
    return [found.what for found in drift("verity", before, [*before, *after], {})]


def test_nothing_is_found_where_nothing_changed():
    assert whats(some("old"), some("new")) == []
    assert table([]) == ["no outlet's pages have changed"]


@pytest.mark.parametrize(("chars", "found"), [(1300, []), (2000, ["text_length"]), (500, ["text_length"])])
def test_text_length(chars, found):
    assert whats(some("old"), some("new", chars=chars)) == found


@pytest.mark.parametrize(("cut", "found"), [(150, []), (600, ["cut_share"])])
def test_cut_share(cut, found):
    assert whats(some("old"), some("new", cut=cut)) == found


def test_few_articles_prove_no_jump():
    assert whats(some("old"), some("new", MIN_ARTICLES - 1, chars=3000)) == []
    assert whats(some("old"), some("new", MIN_ARTICLES, chars=3000)) == ["text_length"]


def test_one_odd_article_is_no_jump():
    odd = [*some("new", 19), story("odd", text_chars=900_000)]
    assert whats(some("old"), odd) == []


def test_block_that_newly_repeats_is_named_with_an_example():
    before, after = some("old"), some("new", 20, LINE)
    (found,) = drift("verity", before, [*before, *after], {block_key(LINE): LINE})
    assert (found.what, found.before, found.after, found.example) == ("new_repeat", None, 0.5, LINE)
    assert found.detail.startswith("in 20 of 40 articles since 2026-03-01")
    assert drift("verity", some("old", 20, LINE), some("new", 20, LINE), {}) == []
    assert table([found])[1].split() == ["verity", "new_repeat", *found.detail.split()]
