"""Traits of a block that are cheap to see, and without which a predicate cannot be true of it.

Most blocks are paragraphs, and hardly any rule that has no words can be true of one. Its traits tell which can, so only
these are asked.

Owns the traits and which predicate needs which. Keep out: what makes a predicate true (predicates).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from newsmill.clean.fold import has_digit
from newsmill.clean.page import Line, Page
from newsmill.clean.predicates import ALT_WORDS, LINK_SIGNS, Predicate, sizes_near
from newsmill.clean.repeats import NOTHING
from newsmill.clean.vocabulary import BY
from newsmill.model import BlockKind

OPEN = 1 << 0  # it ends like no sentence
NUMBERED = 1 << 1
BEGUN = 1 << 2  # it begins with the first word of the title or of a tag
AS_LONG = 1 << 3  # as the title, nearly
NAMING = 1 << 4  # it has a word of an author's name
BY_FIRST = 1 << 5
BROKEN = 1 << 6  # it is broken off, or the description
TWICE = 1 << 7  # the page prints it more than once
KNOWN = 1 << 8  # the outlet repeats it
ENTITLED = 1 << 9  # it is the title of another article
LINKED = 1 << 10  # it holds a sign that stands between links
LOWER = 1 << 11  # few words, all in lower case
ROW = 1 << 12  # it stands in a row of short lines
NAME_FIRST = 1 << 13  # it begins with a word of an author's name
LAST = 1 << 14  # it is one of the last paragraphs, or behind them
AT_ONCE = 1 << 15  # it repeats the one before it

_NEEDED = {
    Predicate.TITLE: BEGUN,
    Predicate.NEAR_TITLE: AS_LONG,
    Predicate.AUTHOR_NAME: OPEN | NAMING,
    Predicate.ABOUT_AUTHOR: OPEN | NAMING,
    Predicate.STARTS_WITH_AUTHOR: NAME_FIRST,
    Predicate.NEW_NAME: LAST,
    Predicate.NAMES_AFTER_BY: OPEN | BY_FIRST,
    Predicate.DATE_LINE: OPEN | NUMBERED,
    Predicate.TEASER: BROKEN,
    Predicate.REPEATED: TWICE,
    Predicate.REPEATED_AT_ONCE: AT_ONCE,
    Predicate.PRINTED_AGAIN: TWICE,
    Predicate.ALT_TEXT: OPEN | LOWER,
    Predicate.ONLY_TAGS: BEGUN,
    Predicate.LINK_LIST: OPEN | LINKED,
    Predicate.SHORT_RUN: OPEN | ROW,
    Predicate.OUTLET_REPEATS: KNOWN,
    Predicate.OUTLET_ALWAYS: KNOWN,
    Predicate.AUTHOR_REPEATS: KNOWN,
    Predicate.OTHER_TITLE: ENTITLED,
    Predicate.OTHER_TITLE_WITHIN: ENTITLED,
}


def traits_of(line: Line, page: Page) -> int:
    """Return the traits of a block."""
    traits = 0 if line.ends_sentence else _open_traits(line, page)
    if page.times[line.folded] > 1:
        again = line.index > 0 and page.lines[line.index - 1].folded == line.folded
        traits |= TWICE | AT_ONCE if again else TWICE
    if "..." in line.folded or line.words == page.description:
        traits |= BROKEN
    if len(line.words) in sizes_near(len(page.title)):
        traits |= AS_LONG
    if line.words and line.words[0] in page.begun:
        traits |= BEGUN
    if line.words and line.words[0] in page.author_words:
        traits |= NAME_FIRST
    if line.index >= page.last_prose:
        traits |= LAST
    if page.known is not NOTHING:
        traits |= KNOWN if line.index in page.known.repeats else 0
        traits |= ENTITLED if line.index in page.known.titles else 0
    return traits


def _open_traits(line: Line, page: Page) -> int:
    """Return the traits that only count of a block that ends like no sentence."""
    words = line.words
    traits = OPEN if line.is_short or not has_digit(line.folded) else OPEN | NUMBERED
    if not page.author_words.isdisjoint(words):
        traits |= NAMING
    if words and words[0] in BY:
        traits |= BY_FIRST
    if LINK_SIGNS.search(line.folded):
        traits |= LINKED
    if len(words) <= ALT_WORDS and line.block.text == line.block.text.lower():
        traits |= LOWER
    if line.index in page.rows:
        traits |= ROW
    return traits


@dataclass(frozen=True, slots=True)
class Askable:
    """Rules that their words do not find, by what a block must have for each."""

    rules: tuple[tuple[int, tuple[BlockKind, ...], int], ...]  # number, kinds, traits
    _asked: dict[tuple[BlockKind, int], tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Iterable[tuple[int, tuple[BlockKind, ...], tuple[Predicate, ...]]]) -> Askable:
        """Index rules by number, kinds and predicates."""
        return cls(tuple((number, kinds, traits_needed(predicates)) for number, kinds, predicates in rules))

    def of_block(self, kind: BlockKind, traits: int) -> tuple[int, ...]:
        """Return the rules that can be true of a block, as far as its kind and traits tell."""
        key = (kind, traits)
        if key not in self._asked:
            self._asked[key] = tuple(
                number
                for number, kinds, needed in self.rules
                if needed & traits == needed and (not kinds or kind in kinds)
            )
        return self._asked[key]


def traits_needed(predicates: Iterable[Predicate]) -> int:
    """Return the traits without which predicates cannot all be true; 0 where any block may be asked."""
    needed = 0
    for predicate in predicates:
        needed |= _NEEDED.get(predicate, 0)
    return needed
