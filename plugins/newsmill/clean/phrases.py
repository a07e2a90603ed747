"""Find the phrases of all rules in a block, each where its rule wants it.

How a phrase has to lie says how it is looked for. What opens a block, or is all of it, is one walk down a trie of words
from the block's first. What may stand anywhere is looked for by its longest word, which few blocks hold. Phrases of
which a block is made are looked for at every word, of blocks that hardly hold another word.

Owns the index and what a hit is. Keep out: which hits make a rule match (findings).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from newsmill.clean.fold import fold, joined, words_of

_END = ""  # no word is empty, so this key is free for what ends at a node

Words = tuple[str, ...]


class Match(StrEnum):
    """How a phrase or pattern has to lie in a block, the tightest first."""

    WHOLE = "whole"
    MADE_OF = "made_of"  # phrases only: every word (or the share `cover`) belongs to a phrase or is a number
    START = "start"
    END = "end"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A phrase in a block: words `start` (from 0) up to `end`, which is not part of it."""

    start: int
    end: int
    phrase: str  # folded, words separated by a space where the script has spaces


@dataclass(frozen=True, slots=True)
class RulePhrase:
    """One phrase of one rule, and how it has to lie."""

    rule: int
    phrase: str
    match: Match
    max_words: int | None = None  # of the block
    cover: float = 1.0  # for `made_of`
    no_sentence: bool = False  # whether the block must not end like one

    @property
    def words(self) -> Words:
        """The phrase as blocks are seen."""
        return _words_of(self.phrase)


@lru_cache(maxsize=1 << 13)  # there are half as many; most are asked for again for each language of texts
def _words_of(phrase: str) -> Words:
    return words_of(fold(phrase))


@dataclass(frozen=True, slots=True)
class PhraseIndex:
    """Phrases sorted by how they have to lie."""

    opening: Opening
    within: Within
    parts: tuple[Parts, ...]

    @classmethod
    def of(cls, phrases: Sequence[RulePhrase]) -> PhraseIndex:
        """Index phrases."""
        return cls(
            Opening.of(one for one in phrases if one.match in (Match.WHOLE, Match.START)),
            Within.of(one for one in phrases if one.match in (Match.CONTAINS, Match.END)),
            Parts.sorted(one for one in phrases if one.match is Match.MADE_OF),
        )

    def find(self, words: Words, count: int, ends_sentence: bool) -> dict[int, Sequence[Hit]]:
        """Return for each rule its hits in a block: all of a rule that asks what a block is made of, else the longest.

        Time grows with the number of words times the words of the longest phrase, and with the number of phrases.

        Args:
            words: the block's words.
            count: how many these are to a reader.
            ends_sentence: whether the block ends like one.
        """
        hits: dict[int, Sequence[Hit]] = {}
        if words:
            self.opening.find(words, hits)
            self.within.find(words, hits)
            for parts in self.parts:
                if count <= parts.most and not (ends_sentence and parts.no_sentence):
                    parts.find(words, hits)
        return hits


@dataclass(frozen=True, slots=True)
class Opening:
    """A trie of words. A node maps the next word to a node, and "" to what ends there: phrase, rules by match."""

    root: dict[str, Any]

    @classmethod
    def of(cls, phrases: Iterable[RulePhrase]) -> Opening:
        """Index phrases that open a block or are all of it."""
        root: dict[str, Any] = {}
        for one in phrases:
            ends = _grown(root, one.words).setdefault(_END, (joined(one.words), set(), set()))
            ends[1 if one.match is Match.START else 2].add(one.rule)
        return cls(root)

    def find(self, words: Words, hits: dict[int, Sequence[Hit]]) -> None:
        """Add the longest hit of each rule."""
        node = self.root
        for end, word in enumerate(words, 1):
            if word not in node:
                return
            node = node[word]
            if _END in node:
                phrase, starting, whole = node[_END]
                rules = starting | whole if end == len(words) else starting
                hits.update(dict.fromkeys(rules, (Hit(0, end, phrase),)))


@dataclass(frozen=True, slots=True)
class _Sought:
    """A phrase that may stand anywhere in a block, or at its end."""

    rule: int
    size: int  # its words
    phrase: str
    spaced: str  # its words, each with a space before it and behind it
    at_end: bool


@dataclass(frozen=True, slots=True)
class Within:
    """Phrases by their longest word."""

    by_word: dict[str, list[_Sought]]
    keys: frozenset[str]

    @classmethod
    def of(cls, phrases: Iterable[RulePhrase]) -> Within:
        """Index phrases that may stand anywhere, or at the end."""
        by_word: defaultdict[str, list[_Sought]] = defaultdict(list)
        for one in phrases:
            words = one.words
            sought = _Sought(one.rule, len(words), joined(words), f" {' '.join(words)} ", one.match is Match.END)
            by_word[max(words, key=len)].append(sought)
        return cls(dict(by_word), frozenset(by_word))

    def find(self, words: Words, hits: dict[int, Sequence[Hit]]) -> None:
        """Add the longest hit of each rule; of equally long ones the last in the alphabet, where it stands first."""
        keys = self.keys.intersection(words)
        if not keys:
            return
        spaced = f" {' '.join(words)} "
        longest: dict[int, _Sought] = {}
        for one in (one for key in keys for one in self.by_word[key]):
            if spaced.endswith(one.spaced) if one.at_end else one.spaced in spaced:
                longest[one.rule] = max(one, longest.get(one.rule, one), key=lambda two: (two.size, two.phrase))
        for rule, one in longest.items():
            place = len(spaced) - len(one.spaced) if one.at_end else spaced.index(one.spaced)
            start = spaced.count(" ", 0, place)
            hits[rule] = (Hit(start, start + one.size, one.phrase),)


@dataclass(frozen=True, slots=True)
class Parts:
    """A trie of the phrases of which a block may be made. A node maps "" to what ends there: phrase and rules."""

    root: dict[str, Any]
    known: frozenset[str]  # all their words
    most: float  # words of the longest block that can be made of them
    least: float  # share of its words that has to be known
    no_sentence: bool  # whether the block must not end like one

    @classmethod
    def sorted(cls, phrases: Iterable[RulePhrase]) -> tuple[Parts, ...]:
        """Index phrases of which a block is made; apart, if blocks are left out for some that others take."""
        kinds: defaultdict[tuple[bool, bool], list[RulePhrase]] = defaultdict(list)
        for one in phrases:
            kinds[one.cover == 1, one.no_sentence].append(one)
        return tuple(map(cls.of, kinds.values()))

    @classmethod
    def of(cls, phrases: Sequence[RulePhrase]) -> Parts:
        """Index phrases of which a block is made."""
        root: dict[str, Any] = {}
        for one in phrases:
            _grown(root, one.words).setdefault(_END, (joined(one.words), set()))[1].add(one.rule)
        return cls(
            root,
            known=frozenset(word for one in phrases for word in one.words),
            most=max((one.max_words or float("inf") for one in phrases), default=0),
            least=min((one.cover for one in phrases), default=1.0),
            no_sentence=all(one.no_sentence for one in phrases),
        )

    def find(self, words: Words, hits: dict[int, Sequence[Hit]]) -> None:
        """Add all hits of each rule, in the order of the words; none where too few words are known for any rule."""
        if not self._may_make(words):
            return
        found: defaultdict[int, list[Hit]] = defaultdict(list)
        for start in range(len(words)):
            node = self.root
            for end in range(start, len(words)):
                if words[end] not in node:
                    break
                node = node[words[end]]
                phrase, rules = node.get(_END, ("", ()))
                for rule in rules:
                    found[rule].append(Hit(start, end + 1, phrase))
        hits.update(found)

    def _may_make(self, words: Words) -> bool:
        if self.least == 1 and not (self._knows(words[0]) and self._knows(words[-1])):
            return False
        return sum(map(self._knows, words)) >= self.least * len(words)

    def _knows(self, word: str) -> bool:
        return word in self.known or word.isdigit()


def _grown(root: dict[str, Any], words: Words) -> dict[str, Any]:
    """Return the node of a phrase in a trie, which grows by what it lacks."""
    node = root
    for word in words:
        node = node.setdefault(word, {})
    return node
