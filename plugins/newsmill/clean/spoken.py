"""What rules look for in texts of some languages, and what of it is in a block.

Owns gathering phrases and patterns of all rules, and remembering what was seen. Keep out: how each is found (phrases,
patterns), what follows from it (findings).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf

from newsmill.clean.page import REMEMBERED, SHORT_CHARS
from newsmill.clean.patterns import PatternIndex, RulePattern, Said
from newsmill.clean.phrases import Hit, PhraseIndex, RulePhrase
from newsmill.clean.predicates import Predicate
from newsmill.clean.rule import Rule


@dataclass(frozen=True, slots=True)
class Looked:
    """What of all rules' words is in a block."""

    hits: Mapping[int, Sequence[Hit]]  # phrases, by rule
    said: Mapping[int, Said]  # patterns, by rule
    needs: Sequence[int]  # rules that need such a block in the article


class Spoken:
    """What rules look for in texts of some languages.

    Pages print the same labels and menus over and over: what was seen of a short block is remembered.
    """

    def __init__(self, phrases: PhraseIndex, patterns: PatternIndex) -> None:
        """Look for these."""
        self.phrases = phrases
        self.patterns = patterns
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._look)

    @classmethod
    def of(cls, rules: Sequence[Rule], languages: frozenset[str] | None, shared: Spoken | None = None) -> Spoken:
        """Sort the words of rules by how they are looked for; rules are known by their number.

        Args:
            rules: in their order.
            languages: whose words are looked for, and those of any; None: all.
            shared: what is looked for in texts of some of these languages; its patterns are not compiled again.
        """
        numbered = list(enumerate(rules))
        phrases = [one for number, rule in numbered for one in _phrases(number, rule, languages)]
        patterns = [one for number, rule in numbered for one in _patterns(number, rule, languages)]
        known = shared.patterns.patterns if shared else frozenset()
        own = [one for one in patterns if one not in known]
        return cls(PhraseIndex.of(phrases), PatternIndex(own, shared.patterns if shared else None))

    def look(self, folded: str, words: tuple[str, ...], count: int, ends_sentence: bool) -> Looked:
        """Look for the words of all rules in a block."""
        look = self._remembered if len(folded) <= SHORT_CHARS else self._look
        return look(folded, words, count, ends_sentence)

    def _look(self, folded: str, words: tuple[str, ...], count: int, ends_sentence: bool) -> Looked:
        found = self.patterns.find(folded, count)
        return Looked(self.phrases.find(words, count, ends_sentence), found.said, found.needs)


def _phrases(number: int, rule: Rule, languages: frozenset[str] | None) -> Iterator[RulePhrase]:
    for phrase in _said(rule.phrases, languages):
        yield RulePhrase(number, phrase, rule.match, rule.max_words, rule.cover, Predicate.SENTENCE in rule.excluded)


def _patterns(number: int, rule: Rule, languages: frozenset[str] | None) -> Iterator[RulePattern]:
    for pattern in _said(rule.patterns, languages):
        yield RulePattern(number, pattern, rule.anchored(pattern), rule.max_words or inf, is_late=rule.is_late)
    for pattern in rule.needs:
        yield RulePattern(number, pattern, pattern, needed=True)


def _said(table: Mapping[str, Iterable[str]], languages: frozenset[str] | None) -> Iterator[str]:
    for language, said in table.items():
        if languages is None or language == "any" or language in languages:
            yield from said
