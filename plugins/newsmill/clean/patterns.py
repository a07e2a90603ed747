"""Find the patterns of all rules in a block: one search says whether any is there, then each is asked.

RE2 takes time linear in the text and knows no back-references. Where its automaton outgrows its memory it goes
on without one, slower and with the same answer.

Owns compiling and searching. Keep out: what a pattern's rule does (rules, findings).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import re2

MAX_CHARS = 5_000
"""Patterns are not asked of longer blocks: no button, label or notice is as long, and time stays bounded."""
_MEMORY = 64 << 20
_PIECE = 40
"""Patterns in one search. More in one make an automaton that outgrows its memory."""

Languages = frozenset[str] | None


def compile_pattern(pattern: str) -> Any:
    """Compile an RE2 pattern.

    Raises:
        ValueError: RE2 does not take it.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0]
        raise ValueError(f"no RE2 pattern: {said.decode() if isinstance(said, bytes) else said}") from None


@dataclass(frozen=True, slots=True)
class RulePattern:
    """One pattern of one rule; `anchored` is how it is searched."""

    rule: int
    language: str
    pattern: str
    anchored: str


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern's place in a block."""

    text: str
    pattern: str


@dataclass(frozen=True, slots=True)
class PatternIndex:
    """All patterns, compiled once for each set of languages that comes up."""

    patterns: tuple[RulePattern, ...]
    _compiled: dict[Languages, tuple[_Piece, ...]] = field(default_factory=dict)

    def find(self, folded: str, languages: Languages) -> dict[int, Found]:
        """Return for each rule the first of its patterns, in the order of their spelling, that is in the text.

        `languages` are those to look for besides `any`; None means all.
        """
        found: dict[int, Found] = {}
        if len(folded) > MAX_CHARS:
            return found
        for piece in self.compiled(languages):
            if piece.screen.search(folded):
                piece.ask(folded, found)
        return found

    def compiled(self, languages: Languages) -> tuple[_Piece, ...]:
        """Return what is searched for in texts of these languages; it is compiled when it is first asked for."""
        if languages not in self._compiled:
            self._compiled[languages] = tuple(_pieces(self._spoken(languages)))
        return self._compiled[languages]

    def _spoken(self, languages: Languages) -> list[RulePattern]:
        spoken = (one for one in self.patterns if languages is None or one.language in {"any", *languages})
        return sorted(spoken, key=lambda one: (one.rule, one.pattern, one.language))


@dataclass(frozen=True, slots=True)
class _Piece:
    screen: Any
    patterns: tuple[tuple[RulePattern, Any], ...]

    def ask(self, folded: str, found: dict[int, Found]) -> None:
        for one, compiled in self.patterns:
            if one.rule not in found and (match := compiled.search(folded)):
                found[one.rule] = Found(match.group(), one.pattern)


def _pieces(patterns: list[RulePattern]) -> Iterable[_Piece]:
    for start in range(0, len(patterns), _PIECE):
        part = patterns[start : start + _PIECE]
        screen = compile_pattern("|".join(one.anchored for one in part))
        yield _Piece(screen, tuple((one, compile_pattern(one.anchored)) for one in part))
