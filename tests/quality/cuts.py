"""What each rule took, and how much of that the gold has.

A block that a rule cut or changed stands in the gold when the gold has its words more often than the cleaned text does:
so a headline printed twice may go once, and one button's word that a paragraph happens to hold may go as well.

Owns counting by rule. Keep out: the cleaning itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from newsmill.model import Removal
from tests.quality.score import tokens


@dataclass(slots=True)
class Cuts:
    """Blocks taken by rule: all of them, and those of the gold; and how many blocks the gold has."""

    taken: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    gold_blocks: int = 0

    def add(self, gold: Iterable[str], text: str, removals: Iterable[Removal]) -> None:
        """Count an article: the gold's blocks, the cleaned text, and the removals that led to it."""
        blocks = list(gold)
        self.gold_blocks += len(blocks)
        wanted, have = _spaced("\n".join(blocks)), _spaced(text)
        missing: dict[str, int] = {}
        for removal in removals:
            self.taken[removal.rule] += 1
            words = _spaced(removal.text_before)
            if words not in missing:
                missing[words] = wanted.count(words) - have.count(words) if words.strip() else 0
            if missing[words] > 0:
                missing[words] -= 1
                self.wrong[removal.rule] += 1

    def add_all(self, other: Cuts) -> None:
        """Add what was counted of another set."""
        self.taken.update(other.taken)
        self.wrong.update(other.wrong)
        self.gold_blocks += other.gold_blocks

    def per_thousand(self, rule: str | None = None) -> float:
        """Return the blocks of the gold that a rule (or any) took, of 1,000 that the gold has."""
        wrong = self.wrong.total() if rule is None else self.wrong[rule]
        return 1000 * wrong / self.gold_blocks if self.gold_blocks else 0.0


def _spaced(text: str) -> str:
    """Return a text's words so that one may be looked for in another; neighbours each have a space of their own."""
    return " " + "  ".join(tokens(text)) + " "
