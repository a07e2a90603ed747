"""Find the patterns of all rules in a block: one pass over it tells which can be there, and only these are asked.

RE2 takes time linear in the text and knows no back-references. Its filter knows the letters without which a pattern
cannot match, and looks for those of all patterns at once. Where an automaton outgrows its memory, RE2 goes on without
one, slower and with the same answer.

Owns compiling and searching. Keep out: what a pattern's rule does (rules, findings).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import inf
from operator import attrgetter
from typing import Any

import re2

MAX_CHARS = 5_000
"""Patterns of rules are not asked of longer blocks: no button, label or notice is as long, and time stays bounded."""
LONG_WORDS = 45
"""Half of all patterns are of rules for blocks up to this. A paragraph is longer, and looked through three times as
fast for the other half alone."""
_MEMORY = 64 << 20


def compile_pattern(pattern: str) -> Any:
    """Compile an RE2 pattern.

    Raises:
        ValueError: RE2 does not take it.
    """
    try:
        return re2.compile(pattern, _options())
    except re2.error as error:
        said = error.args[0]
        raise ValueError(f"no RE2 pattern: {said.decode() if isinstance(said, bytes) else said}") from None


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


@dataclass(frozen=True, slots=True)
class RulePattern:
    """One pattern of one rule; `anchored` is how it is searched."""

    rule: int
    pattern: str
    anchored: str
    max_words: float = inf  # of the block
    is_late: bool = False  # whether it is asked only of the few blocks that have all else which the rule wants
    needed: bool = False  # whether it only has to be somewhere in the article


@dataclass(frozen=True, slots=True)
class Said:
    """A pattern and the text that it matches."""

    text: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Found:
    """What of all patterns is in a block."""

    said: Mapping[int, Said]  # by rule: the first of its patterns, in the order of their spelling
    needs: Sequence[int]  # rules that need such a block in the article


NOTHING = Found({}, ())


class PatternIndex:
    """Patterns, in one filter for all blocks and one for long blocks, of which few rules are asked.

    Texts of every language are asked for most patterns alike. These are another index, which is compiled once for all
    of them: with each language's it takes 40 ms, and a language's own take next to nothing.
    """

    def __init__(self, patterns: Iterable[RulePattern], shared: PatternIndex | None = None) -> None:
        """Take patterns; they are compiled when they are first looked for.

        Args:
            patterns: those that `shared` lacks.
            shared: looked for as well; it has all patterns that are needed in the article.
        """
        self._shared = shared
        ordered = sorted(patterns, key=lambda one: (one.rule, one.pattern))
        self.patterns = frozenset(ordered)
        self._early = [one for one in ordered if not one.is_late]
        self._late = [one for one in ordered if one.is_late]

    def find(self, folded: str, count: int) -> Found:
        """Return what of the patterns is in a block of so many words, but for those that are asked late."""
        if len(folded) > MAX_CHARS:
            return self._shared.find(folded, count) if self._shared else self._needed.find(folded)
        own = (self._of_long if count > LONG_WORDS else self._of_all).find(folded)
        return _joined(self._shared.find(folded, count), own) if self._shared else own

    def find_late(self, rule: int, folded: str) -> Said | None:
        """Return the first of a rule's late patterns that is in a block."""
        shared = self._shared.find_late(rule, folded) if self._shared else None
        if len(folded) > MAX_CHARS or rule not in self._screens:
            return shared
        return _first(shared, self._screens[rule].find(folded).said.get(rule))

    def compile(self) -> None:
        """Compile what is asked of blocks, so that a process which is forked afterwards has it."""
        for screen in (self._of_all, self._of_long):
            screen.find("")
        if self._shared:
            self._shared.compile()

    @cached_property
    def _of_all(self) -> Screen:
        return Screen.of(self._early)

    @cached_property
    def _of_long(self) -> Screen:
        return Screen.of([one for one in self._early if one.max_words > LONG_WORDS])

    @cached_property
    def _needed(self) -> Screen:
        return Screen.of([one for one in self._early if one.needed])

    @cached_property
    def _screens(self) -> dict[int, Screen]:
        return {rule: Screen.of(list(those)) for rule, those in groupby(self._late, attrgetter("rule"))}


@dataclass(frozen=True, slots=True)
class Screen:
    """Compiled patterns, ordered by rule and spelling: the filter knows each by its number in this order."""

    patterns: Sequence[RulePattern]
    _filter: Any

    @classmethod
    def of(cls, patterns: Sequence[RulePattern]) -> Screen:
        """Compile patterns."""
        made = re2.Filter()
        for one in patterns:
            made.Add(one.anchored, _options())
        made.Compile()
        return cls(patterns, made)

    def find(self, folded: str) -> Found:
        """Return what of the patterns is in a block."""
        numbers = self._filter.Match(folded.encode()) if self.patterns else None
        if not numbers:
            return NOTHING
        said: dict[int, Said] = {}
        for number in numbers:
            one = self.patterns[number]
            if not one.needed and one.rule not in said:
                said[one.rule] = Said(self._filter.re(number).search(folded).group(), one.pattern)
        return Found(said, [self.patterns[number].rule for number in numbers if self.patterns[number].needed])


def _joined(one: Found, other: Found) -> Found:
    """Return what of either's patterns is in a block."""
    if other is NOTHING:
        return one
    said = {rule: _first(one.said.get(rule), other.said.get(rule)) for rule in (*one.said, *other.said)}
    return Found({rule: found for rule, found in said.items() if found}, (*one.needs, *other.needs))


def _first(one: Said | None, other: Said | None) -> Said | None:
    """Return the first in the order of their patterns' spelling."""
    return min(filter(None, (one, other)), key=attrgetter("pattern"), default=None)
