"""What is noted of an article, and how much at most."""

from __future__ import annotations

from newsmill.blockkeys import block_key
from newsmill.learn.sight import FIRST, LAST, MAX_BLOCKS, MIDDLE

from .factory import seen


def test_thirds_of_an_article():
    assert seen("a", *"abcdefghi").places == (FIRST,) * 3 + (MIDDLE,) * 3 + (LAST,) * 3
    assert seen("a", "a").places == (FIRST,)


def test_both_ends_of_an_endless_article_are_noted():
    blocks = [f"line {'x' * number}" for number in range(MAX_BLOCKS + 10)]
    noted = seen("a", *blocks)
    assert len(noted.keys) == len(noted.words) == len(noted.places) == MAX_BLOCKS
    assert (noted.keys[0], noted.keys[-1]) == (block_key(blocks[0]), block_key(blocks[-1]))
    assert (noted.places[0], noted.places[-1]) == (FIRST, LAST)


def test_no_text_is_noted():
    noted = seen("a", "A secret line", title="A secret title", authors=("Ada Secret",))
    assert "secret" not in repr(noted).lower()
