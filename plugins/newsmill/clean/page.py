"""An article as rules see it: folded blocks, and what is known of its title, authors and outlet.

Owns the facts that need no rule. Keep out: rules, and what is cut.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from operator import attrgetter, itemgetter

from newsmill.clean.category import Category
from newsmill.clean.fold import count_words, fold, has_digit, has_no_spaces, is_ideographic, words_of
from newsmill.clean.repeats import Known, known_of
from newsmill.clean.stamps import stamps_of
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

LAST_PROSE = 1
"""Paragraphs that may stand behind a biography: a second author's, or an appeal."""
SHORT_WORDS = 8
"""A line of a menu is at most as long as this (headlines are longer)."""
RUN_LINES = 4
"""As many short lines in a row are a menu, not headings of an article."""
SHORT_CHARS = 80
"""Characters of a block that other pages may have word for word."""
REMEMBERED = 4_096
"""As many such blocks are remembered, some megabytes."""
UNSTOPPED_WORDS = 15
"""The same for Thai and Lao, which have no full stop: about 75 letters."""

_STOPS = r".!?…。．！？।॥۔؟።፧။។៕։\u037e"
_ENDS = re.compile(rf"""(?:[{_STOPS}]|[\u0370-\u03ff];)(?:\s?["'”’“»«›‹)\]」』】）])*\d{{0,2}}$""")
"""A full stop, a question or an exclamation mark of any script; the Greek question mark looks like a semicolon."""
_TELLING = {BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.LIST_ITEM}
_SHORT = attrgetter("is_short")
_LETTERS, _SYLLABLES = itemgetter(slice(STEM_LETTERS)), itemgetter(slice(STEM_SYLLABLES))

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
    is_short: bool  # as lines of menus are

    @property
    def long_prose(self) -> bool:
        """Whether this is a whole paragraph of prose, to be cut only for unmistakable words."""
        return self.reads_as_prose and self.count >= LONG_WORDS


@dataclass(frozen=True)  # without slots: what few pages are asked for is made when it is asked for
class Page:
    """All lines of an article and the facts that predicates ask for."""

    article: Article
    lines: tuple[Line, ...]
    languages: frozenset[str] | None  # whose phrases count, besides `any`; None: all
    title: Words
    authors: tuple[Words, ...]
    author_words: frozenset[str]
    outlet_names: frozenset[str]  # letters and digits only
    times: Counter[str]  # folded text -> how many blocks have it
    known: Known  # what the outlet's profile says of the blocks

    @cached_property
    def title_words(self) -> frozenset[str]:
        """The words of the title."""
        return frozenset(self.title)

    @cached_property
    def description(self) -> Words:
        """The description's words."""
        return _words(self.article.description)

    @cached_property
    def subject(self) -> frozenset[str]:
        """Stems of title, description and tags."""
        return stems(_words(" ".join((self.article.title or "", self.article.description or "", *self.article.tags))))

    @cached_property
    def subjects(self) -> frozenset[Category]:
        """What title and description say that the article is about."""
        return subjects_of(fold(f"{self.article.title or ''} {self.article.description or ''}"))

    @cached_property
    def tags(self) -> frozenset[Words]:
        """The words of each tag."""
        return frozenset(filter(None, map(_words, self.article.tags[:MAX_NAMES])))

    @cached_property
    def begun(self) -> frozenset[str]:
        """The first words of the title and of the tags."""
        return frozenset(words[0] for words in (self.title, *self.tags) if words)

    @cached_property
    def first_with(self) -> dict[str, int]:
        """Folded text -> its first block."""
        return {line.folded: line.index for line in reversed(self.lines)}

    @cached_property
    def last_begun(self) -> dict[Words, int]:
        """The first `TEASER_KEY` words -> the last block that begins so."""
        return {line.words[:TEASER_KEY]: line.index for line in self.lines if len(line.words) >= TEASER_KEY}

    @cached_property
    def prose(self) -> tuple[int, ...]:
        """The blocks that read as prose."""
        return tuple(line.index for line in self.lines if line.reads_as_prose)

    @cached_property
    def last_prose(self) -> int:
        """The first of the last paragraphs, behind which at most `LAST_PROSE` more stand."""
        return self.prose[-LAST_PROSE - 1] if len(self.prose) > LAST_PROSE else 0

    @cached_property
    def rows(self) -> frozenset[int]:
        """The short lines that stand in a row with others."""
        rows = ([line.index for line in run] for short, run in groupby(self.lines, _SHORT) if short)
        return frozenset(index for row in rows if len(row) >= RUN_LINES for index in row)

    @cached_property
    def stamps(self) -> frozenset[int]:
        """The lines with a date or a time of day."""
        return stamps_of(self.lines)

    @cached_property
    def told_first(self) -> dict[str, int]:
        """Word -> the first paragraph that has it."""
        told = (line for line in reversed(self.lines) if line.reads_as_prose)
        return {word: line.index for line in told for word in line.words}


def survey(article: Article, outlet: Outlet, profile: Profile | None = None) -> Page:
    """Look at an article once; linear in its text."""
    lines = tuple(line_of(number, block) for number, block in enumerate(article.blocks))
    authors = tuple(filter(None, map(_words, article.authors[:MAX_NAMES])))
    return Page(
        article=article,
        lines=lines,
        languages=languages_of(article.language, outlet),
        title=_words(article.title),
        authors=authors,
        author_words=frozenset(word for author in authors for word in author),
        outlet_names=_names((*outlet.names, outlet.slug)),
        times=Counter([line.folded for line in lines]),
        known=known_of(article, profile),
    )


@lru_cache(maxsize=256)
def _names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(filter(None, ("".join(_words(name)) for name in names)))


def stems(words: Words) -> frozenset[str]:
    """Return the first letters of the longer words, in which a word's forms agree: cookie, cookies."""
    sizes = [(word, STEM_SYLLABLES if _is_korean(word) else STEM_LETTERS) for word in words if len(word) > 1]
    return frozenset([word[:size] for word, size in sizes if len(word) >= size])


def has_stem_of(subject: frozenset[str], words: Words) -> bool:
    """Whether one of the words has a stem that `stems` gave for others; does not look further than that word.

    What is no stem is in no subject, so it does not matter that shorter words, and the beginnings of other scripts',
    are looked up with the rest.
    """
    return not (subject.isdisjoint(map(_LETTERS, words)) and subject.isdisjoint(map(_SYLLABLES, words)))


def _is_korean(word: str) -> bool:
    return "\uac00" <= word[0] <= "\ud7a3"


def line_of(index: int, block: Block) -> Line:
    """Return what a block's text alone tells."""
    text = block.text
    read = _remembered if len(text) <= SHORT_CHARS else _read
    folded, words, count, ends_sentence, prose, short = read(text)
    return Line(index, block, folded, words, count, ends_sentence, prose and block.kind in _TELLING, short)


def _read(text: str) -> tuple[str, Words, int, bool, bool, bool]:
    folded = fold(text)
    words = words_of(folded)
    count = count_words(words)
    ends = _ends_sentence(text) or (count >= UNSTOPPED_WORDS and has_no_spaces(words[-1]))
    prose = (ends and count >= SENTENCE_WORDS) or _is_long(text, words, count)
    # a line with a digit is rather a row of results, prices or ingredients than of a menu
    short = not ends and count <= SHORT_WORDS and not has_digit(folded)
    return folded, words, count, ends, prose, short


_remembered = lru_cache(maxsize=REMEMBERED)(_read)
"""Pages print the same labels and menus over and over."""


def _ends_sentence(text: str) -> bool:
    end = text.rstrip()[-8:]
    return not end[-1:].isalpha() and bool(_ENDS.search(end))  # most lines without a stop end in a letter


def _is_long(text: str, words: Words, count: int) -> bool:
    """Whether a block without a full stop is too long for a headline; one of ideographs takes one a syllable."""
    long = LONG_WORDS * 2 if words and is_ideographic(words[0]) else LONG_WORDS
    return count >= long and not _mostly_capitalised(text)


def _mostly_capitalised(text: str) -> bool:
    words = text.split()
    return sum(word[0].isupper() for word in words) * 2 > len(words)


def _words(text: str | None) -> Words:
    return words_of(fold(text)) if text else ()


def languages_of(language: str | None, outlet: Outlet) -> frozenset[str] | None:
    """Return the languages in which phrases are looked for in an article, besides `any`; None: all of them.

    Args:
        language: the article's, if it is known.
        outlet: the facts of its outlet.
    """
    return _languages(language, outlet.language) if language else None


@lru_cache(maxsize=256)
def _languages(*known: str | None) -> frozenset[str]:
    return frozenset(filter(None, (*known, "en")))  # pages in any language have English buttons
