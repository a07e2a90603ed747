"""Which rules' words and predicates are true of a block, wherever it stands.

Owns matching within one block. Keep out: places, neighbours and the choice between rules (decide).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsmill.clean.fold import after_word, words_of
from newsmill.clean.page import Line, Page, stems
from newsmill.clean.patterns import Found
from newsmill.clean.phrases import Hit
from newsmill.clean.predicates import Predicate, check
from newsmill.clean.rules import Match, Rule, RuleSet, Then
from newsmill.clean.speech import is_mentioned

FORMULA_WORDS = 8
"""A phrase as long as this is a formula; that one of its words is in the title as well says nothing about it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that would cut a block, and the facts that say so."""

    rule: Rule
    facts: tuple[str, ...]

    @property
    def suspects(self) -> bool:
        """Whether the finding speaks against the block itself, not only against the row that it stands in."""
        if self.rule.then is Then.TURN:
            return False
        return self.rule.says_words or self.rule.predicates != (Predicate.SHORT_RUN,)

    @property
    def evidence(self) -> str:
        """The facts as one phrase."""
        return " and ".join(self.facts)


@dataclass(frozen=True, slots=True)
class Finder:
    """The rules for one page."""

    page: Page
    rules: RuleSet
    wordless: tuple[int, ...]  # rules to ask of every line: no phrase or pattern finds them
    unmet: frozenset[int]  # rules that need a block which the article lacks

    @classmethod
    def of(cls, page: Page, rules: RuleSet) -> Finder:
        """Choose the rules to ask of every line of a page; the rest are found by their words."""
        numbered = tuple(enumerate(rules.rules))
        unmet = frozenset(number for number, rule in numbered if needs_met(rule, page) is None)
        return cls(page, rules, tuple(number for number, rule in numbered if not rule.says_words), unmet)

    def find(self, line: Line) -> tuple[Finding, ...]:
        """Return the findings of a line in the order of the rules."""
        hits = self.rules.phrases.find(line.words, self.page.languages)
        found = self.rules.patterns.find(line.folded, self.page.languages)
        numbers = sorted({*hits, *found, *self.wordless} - self.unmet)
        asked = (self._ask(number, line, hits.get(number, ()), found.get(number)) for number in numbers)
        return tuple(filter(None, asked))

    def _ask(self, number: int, line: Line, hits: Sequence[Hit], found: Found | None) -> Finding | None:
        rule = self.rules.rules[number]
        if not _fits(rule, line):
            return None
        said = _phrase_fact(rule, line, hits) or _pattern_fact(rule, line, found)
        if rule.says_words and (not said or self._belongs(rule, line, said)):
            return None
        told = [check(predicate, line, self.page) for predicate in rule.predicates]
        if None in told or any(check(predicate, line, self.page) for predicate in rule.excluded):
            return None
        facts = (said.fact if said else None, *told) if said or told else (f"it is a {line.block.kind.value}",)
        return Finding(rule, tuple(filter(None, facts)))

    def _belongs(self, rule: Rule, line: Line, said: _Said) -> bool:
        """Whether the article itself speaks of the rule's words."""
        if line.reads_as_prose and self._is_subject(rule, said):
            return True
        if Predicate.SPEECH not in rule.excluded:
            return False
        return is_mentioned(said.rest, self.page.languages, whole=rule.match is Match.START)

    def _is_subject(self, rule: Rule, said: _Said) -> bool:
        """Whether title or description name the rule's category or most of its words; unmistakable words are common."""
        if rule.category in self.page.subjects:
            return True
        return not rule.in_prose and 2 * len(self.page.subject & said.stems) > len(said.stems)


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of a rule in a block, and the sentence about them."""

    fact: str
    stems: frozenset[str]  # of the rule's own words, not of what a pattern leaves open
    rest: str = ""  # what stands behind them


def needs_met(rule: Rule, page: Page) -> int | None:
    """Return the first block that the rule needs elsewhere in the article; -1 where it needs none, None without."""
    if not rule.needs:
        return -1
    return next((line.index for line in page.lines if any(p.search(line.folded) for p in rule.compiled_needs)), None)


def _fits(rule: Rule, line: Line) -> bool:
    if rule.replace or (rule.kinds and line.block.kind not in rule.kinds):
        return False
    return rule.min_words <= line.count and (rule.max_words is None or line.count <= rule.max_words)


def _phrase_fact(rule: Rule, line: Line, hits: Sequence[Hit]) -> _Said | None:
    if not hits:
        return None
    if rule.match is Match.MADE_OF:
        return _made_of_fact(rule, line, hits)
    fitting = [hit for hit in hits if _lies(rule.match, hit, len(line.words))]
    if not fitting:
        return None
    longest = max(fitting, key=lambda hit: (hit.end - hit.start, hit.phrase))
    rest = after_word(line.folded, longest.end - 1)
    words = line.words[longest.start : longest.end]
    own = stems(words) if len(words) < FORMULA_WORDS else frozenset()
    return _Said(f"{longest.phrase!r} {_SAID[rule.match]}", own, rest)


def _lies(match: Match, hit: Hit, size: int) -> bool:
    at_start = hit.start == 0 or match not in (Match.WHOLE, Match.START)
    return at_start and (hit.end == size or match not in (Match.WHOLE, Match.END))


def _made_of_fact(rule: Rule, line: Line, hits: Sequence[Hit]) -> _Said | None:
    covered = {number for number, word in enumerate(line.words) if word.isdigit()}
    for hit in hits:
        covered.update(range(hit.start, hit.end))
    different = {hit.phrase for hit in hits}
    if len(different) < rule.at_least or len(covered) < rule.cover * len(line.words):
        return None
    shown = ", ".join(repr(phrase) for phrase in sorted(different)[:3])
    fact = f"{len(covered)} of its {len(line.words)} words are of the list of this rule ({shown})"
    return _Said(fact, stems(line.words))


def _pattern_fact(rule: Rule, line: Line, found: Found | None) -> _Said | None:
    if found is None:
        return None
    fact = f"{_shortened(found.text)!r} {_SAID[rule.match]} (pattern {_shortened(found.pattern)!r})"
    own = stems(words_of(found.text)) & stems(words_of(found.pattern))
    return _Said(fact, own, line.folded.partition(found.text)[2])


def _shortened(text: str, size: int = 60) -> str:
    return text if len(text) <= size else text[: size - 3] + "..."


_SAID = {
    Match.WHOLE: "is the whole block",
    Match.START: "begins the block",
    Match.END: "ends the block",
    Match.CONTAINS: "is in the block",
}
