"""An article as rules see it: folded blocks, and what is known of its title, authors and outlet.

Owns the facts that need no rule. Keep out: rules, and what is cut.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from newsmill.clean.category import Category
from newsmill.clean.fold import count_words, fold, has_no_spaces, is_ideographic, words_of
from newsmill.clean.repeats import Known, known_of
from newsmill.clean.subject import subjects_of
from newsmill.model import Article, Block, BlockKind, Profile
from newsmill.registry import Outlet

SENTENCE_WORDS = 10
"""A block that ends like a sentence and is as long as this reads as prose."""
LONG_WORDS = 25
"""A block as long as this reads as prose without a full stop: dumps lose them."""
STEM_LETTERS = 5
"""Shorter words are mostly particles, and most forms of a longer word agree in as many letters."""
STEM_SYLLABLES = 2
"""The same in Korean, where a letter is a syllable and most nouns have two, before what is hung on them."""
MAX_NAMES = 100
"""Authors, and tags, that are looked for: each block is compared with every one of them, and no article has as many."""
TEASER_KEY = 4
"""Words by which blocks that begin alike are found."""

UNSTOPPED_WORDS = 15
"""The same for Thai and Lao, which have no full stop: about 75 letters."""

_STOPS = r".!?…。．！？।॥۔؟።፧။។៕։\u037e"
_ENDS = re.compile(rf"""(?:[{_STOPS}]|[\u0370-\u03ff];)(?:\s?["'”’“»«›‹)\]」』】）])*\d{{0,2}}$""")
"""A full stop, a question or an exclamation mark of any script; the Greek question mark looks like a semicolon."""
_TELLING = {BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.LIST_ITEM}

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A block with what its text alone tells."""

    index: int
    block: Block
    folded: str
    words: Words
    count: int  # words, as `count_words` counts
    ends_sentence: bool
    reads_as_prose: bool

    @property
    def long_prose(self) -> bool:
        """Whether this is a whole paragraph of prose, to be cut only for unmistakable words."""
        return self.reads_as_prose and self.count >= LONG_WORDS


@dataclass(frozen=True, slots=True)
class Page:
    """All lines of an article and the facts that predicates ask for."""

    lines: tuple[Line, ...]
    languages: frozenset[str] | None  # whose phrases count, besides `any`; None: all
    title: Words
    title_words: frozenset[str]
    description: Words
    authors: tuple[Words, ...]
    author_words: frozenset[str]
    subject: frozenset[str]  # stems of title, description and tags
    subjects: frozenset[Category]  # of title and description
    tags: frozenset[Words]
    outlet_names: frozenset[str]  # letters and digits only
    first_with: dict[str, int]  # folded text -> its first block
    times: Counter[str]  # folded text -> how many blocks have it
    last_begun: dict[Words, int]  # the first TEASER_KEY words -> the last block that begins so
    prose: tuple[int, ...]  # the blocks that read as prose
    told_first: dict[str, int]  # word -> the first of these that has it
    known: Known  # what the outlet's profile says of the blocks


def survey(article: Article, outlet: Outlet, profile: Profile | None = None) -> Page:
    """Look at an article once; linear in its text."""
    lines = tuple(line_of(number, block) for number, block in enumerate(article.blocks))
    prose = [line for line in lines if line.reads_as_prose]
    title, authors = _words(article.title), tuple(filter(None, map(_words, article.authors[:MAX_NAMES])))
    return Page(
        lines=lines,
        languages=languages_of(article.language, outlet),
        title=title,
        title_words=frozenset(title),
        description=_words(article.description),
        authors=authors,
        author_words=frozenset(word for author in authors for word in author),
        subject=stems(_words(" ".join((article.title or "", article.description or "", *article.tags)))),
        subjects=subjects_of(fold(f"{article.title or ''} {article.description or ''}")),
        tags=frozenset(filter(None, map(_words, article.tags[:MAX_NAMES]))),
        outlet_names=frozenset(filter(None, ("".join(_words(name)) for name in (*outlet.names, outlet.slug)))),
        first_with=_first((line.folded, line.index) for line in lines),
        times=Counter(line.folded for line in lines),
        last_begun={line.words[:TEASER_KEY]: line.index for line in lines if len(line.words) >= TEASER_KEY},
        prose=tuple(line.index for line in prose),
        told_first=_first((word, line.index) for line in prose for word in line.words),
        known=known_of(article, profile),
    )


def _first(found: Iterable[tuple[str, int]]) -> dict[str, int]:
    first: dict[str, int] = {}
    for text, index in found:
        first.setdefault(text, index)
    return first


def stems(words: Words) -> frozenset[str]:
    """Return the first letters of the longer words, in which a word's forms agree: cookie, cookies."""
    sizes = ((word, STEM_SYLLABLES if "\uac00" <= word[0] <= "\ud7a3" else STEM_LETTERS) for word in words)
    return frozenset(word[:size] for word, size in sizes if len(word) >= size)


def line_of(index: int, block: Block) -> Line:
    """Return what a block's text alone tells."""
    folded = fold(block.text)
    words = words_of(folded)
    count = count_words(words)
    ends = bool(_ENDS.search(block.text.rstrip()[-8:])) or (count >= UNSTOPPED_WORDS and has_no_spaces(words[-1]))
    telling = block.kind in _TELLING and ((ends and count >= SENTENCE_WORDS) or _is_long(block.text, words, count))
    return Line(index, block, folded, words, count, ends, telling)


def _is_long(text: str, words: Words, count: int) -> bool:
    """Whether a block without a full stop is too long for a headline; one of ideographs takes one a syllable."""
    long = LONG_WORDS * 2 if words and is_ideographic(words[0]) else LONG_WORDS
    return count >= long and not _mostly_capitalised(text)


def _mostly_capitalised(text: str) -> bool:
    words = text.split()
    return sum(word[0].isupper() for word in words) * 2 > len(words)


def _words(text: str | None) -> Words:
    return words_of(fold(text or ""))


def languages_of(language: str | None, outlet: Outlet) -> frozenset[str] | None:
    """Return the languages in which phrases are looked for in an article, besides `any`; None: all of them.

    Args:
        language: the article's, if it is known.
        outlet: the facts of its outlet.
    """
    known = frozenset(filter(None, (language, outlet.language)))
    return known | {"en"} if language else None  # pages in any language have English buttons
