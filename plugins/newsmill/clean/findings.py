"""Which rules' words and predicates are true of a block, wherever it stands.

Owns matching within one block. Keep out: places, neighbours and the choice between rules (decide).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from newsmill.clean.fold import after_word, words_of
from newsmill.clean.page import Line, Page, stems
from newsmill.clean.patterns import PatternIndex, Said
from newsmill.clean.phrases import Hit, Match
from newsmill.clean.predicates import Predicate, check
from newsmill.clean.rule import Rule, Then
from newsmill.clean.rules import RuleSet
from newsmill.clean.speech import is_mentioned
from newsmill.clean.spoken import Looked
from newsmill.clean.traits import traits_of

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
class Findings:
    """What rules find on a page."""

    of_lines: tuple[tuple[Finding, ...], ...]  # in the order of the rules
    needs: Mapping[int, int]  # rule -> the first block of those that it needs in the article


def find_all(page: Page, rules: RuleSet) -> Findings:
    """Ask the rules of every line."""
    spoken = rules.spoken(page.languages)
    looked = [spoken.look(line.folded, line.words, line.count, line.ends_sentence) for line in page.lines]
    needs: dict[int, int] = {}
    for line, one in zip(page.lines, looked, strict=True):
        for rule in one.needs:
            needs.setdefault(rule, line.index)
    finder = Finder(page, rules, spoken.patterns, needs)
    return Findings(tuple(map(finder.find, page.lines, looked)), needs)


@dataclass(frozen=True, slots=True)
class Finder:
    """The rules for one page."""

    page: Page
    rules: RuleSet
    patterns: PatternIndex
    needs: Mapping[int, int]

    def find(self, line: Line, looked: Looked) -> tuple[Finding, ...]:
        """Return the findings of a line in the order of the rules, by what was seen of their words."""
        numbers: Sequence[int] = self.rules.askable.of_block(line.block.kind, traits_of(line, self.page))
        if looked.hits or looked.said:
            numbers = sorted({*looked.hits, *looked.said, *numbers})
        found = [self._ask(number, line, looked) for number in numbers]
        return tuple(filter(None, found)) if found else ()

    def _ask(self, number: int, line: Line, looked: Looked) -> Finding | None:
        rule = self.rules.rules[number]
        if not _fits(rule, line) or (rule.needs and number not in self.needs):
            return None
        said = None
        if rule.says_words and not rule.is_late:
            said = self._said(number, rule, line, looked)
            if said is None:
                return None
        told = [check(predicate, line, self.page) for predicate in rule.predicates]
        if None in told or any(check(predicate, line, self.page) for predicate in rule.excluded):
            return None
        if rule.is_late:
            said = self._said(number, rule, line, looked)
            if said is None:
                return None
        facts = (said.fact if said else None, *told) if said or told else (f"it is a {line.block.kind.value}",)
        return Finding(rule, tuple(filter(None, facts)))

    def _said(self, number: int, rule: Rule, line: Line, looked: Looked) -> _Words | None:
        """Return the rule's words in a line; None where it has none, or the article itself speaks of them."""
        hits, matched = looked.hits.get(number), looked.said.get(number)
        if rule.is_late:
            matched = self.patterns.find_late(number, line.folded)
        said = _phrase_fact(rule, line, hits) or _pattern_fact(rule, line, matched)
        return None if said and self._belongs(rule, line, said) else said

    def _belongs(self, rule: Rule, line: Line, said: _Words) -> bool:
        """Whether the article itself speaks of the rule's words."""
        if line.reads_as_prose and self._is_subject(rule, said):
            return True
        if Predicate.SPEECH not in rule.excluded:
            return False
        return is_mentioned(said.rest(), self.page.languages, whole=rule.match is Match.START)

    def _is_subject(self, rule: Rule, said: _Words) -> bool:
        """Whether title or description name the rule's category or most of its words; unmistakable words are common."""
        if rule.category in self.page.subjects:
            return True
        return not rule.in_prose and self._are_most(said.stems())

    def _are_most(self, own: frozenset[str]) -> bool:
        return 2 * len(self.page.subject & own) > len(own)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a rule in a block, and the sentence about them; the rest is asked for seldom."""

    fact: str
    stems: Callable[[], frozenset[str]]  # of the rule's own words, not of what a pattern leaves open
    rest: Callable[[], str] = str  # what stands behind them


def _fits(rule: Rule, line: Line) -> bool:
    if rule.replace or (rule.kinds and line.block.kind not in rule.kinds):
        return False
    return rule.min_words <= line.count and (rule.max_words is None or line.count <= rule.max_words)


def _phrase_fact(rule: Rule, line: Line, hits: Sequence[Hit] | None) -> _Words | None:
    if not hits:
        return None
    if rule.match is Match.MADE_OF:
        return _made_of_fact(rule, line, hits)
    (hit,) = hits
    words = line.words[hit.start : hit.end]
    return _Words(
        f"{hit.phrase!r} {_SAID[rule.match]}",
        lambda: stems(words) if len(words) < FORMULA_WORDS else frozenset(),
        lambda: after_word(line.folded, hit.end - 1),
    )


def _made_of_fact(rule: Rule, line: Line, hits: Sequence[Hit]) -> _Words | None:
    if len(hits) < rule.at_least:
        return None
    covered = {number for number, word in enumerate(line.words) if word.isdigit()}
    for hit in hits:
        covered.update(range(hit.start, hit.end))
    different = {hit.phrase for hit in hits}
    if len(different) < rule.at_least or len(covered) < rule.cover * len(line.words):
        return None
    shown = ", ".join(repr(phrase) for phrase in sorted(different)[:3])
    fact = f"{len(covered)} of its {len(line.words)} words are of the list of this rule ({shown})"
    return _Words(fact, lambda: stems(line.words))


def _pattern_fact(rule: Rule, line: Line, said: Said | None) -> _Words | None:
    if said is None:
        return None
    return _Words(
        f"{_shortened(said.text)!r} {_SAID[rule.match]} (pattern {_shortened(said.pattern)!r})",
        lambda: stems(words_of(said.text)) & stems(words_of(said.pattern)),
        lambda: line.folded.partition(said.text)[2],
    )


def _shortened(text: str, size: int = 60) -> str:
    return text if len(text) <= size else text[: size - 3] + "..."


_SAID = {
    Match.WHOLE: "is the whole block",
    Match.START: "begins the block",
    Match.END: "ends the block",
    Match.CONTAINS: "is in the block",
}
