"""Sightings for tests: an article is said by its blocks."""

from __future__ import annotations

from datetime import date, timedelta

from newsmill.learn.history import Remembered
from newsmill.learn.sight import sighting_row
from newsmill.model import key_of

DAY = date(2026, 3, 1)
WORDS = ["amber", "basin", "copper", "dune", "ember", "fjord", "grove", "heron", "inlet", "kelp", "marsh", "otter"]


def prose(name: str, words: int = 20) -> str:
    """A paragraph of its own: the words of its name, spelt out in letters that no other name has."""
    spelt = "".join(chr(ord("a") + int(digit, 16)) for digit in key_of(name)[:12])
    return " ".join(f"{spelt}{WORDS[number % len(WORDS)]}" for number in range(words)) + "."


def seen(name: str, *blocks: str, title: str = "", authors: tuple[str, ...] = (), day: int = 0, **facts) -> Remembered:
    """An article with these blocks, `day` days after `DAY`."""
    row = sighting_row(
        article_id=key_of(name), day=DAY + timedelta(days=day), title=title, authors=authors, blocks=blocks
    )
    return Remembered.of(row | {"text_chars": 1000, "removed_chars": 0} | facts)


def story(name: str, *around: str, paragraphs: int = 4, **fields) -> Remembered:
    """An article with a text of its own, and the outlet's blocks behind it."""
    return seen(name, *(prose(f"{name} {number}") for number in range(paragraphs)), *around, **fields)
