"""Find all phrases of all rules in a block in one pass over its words.

Owns the index (a trie of words) and what a hit is. Keep out: which hits make a rule match (findings).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from newsmill.clean.fold import fold, joined, words_of

_END = ""  # no word is empty, so this key is free for what ends at a node


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A phrase in a block: words `start` (from 0) up to `end`, which is not part of it."""

    start: int
    end: int
    phrase: str  # folded, words separated by a space where the script has spaces


@dataclass(frozen=True, slots=True)
class PhraseIndex:
    """A trie of words. A node maps the next word to a node, and "" to the (rule, language) pairs that end there."""

    root: dict[str, Any]

    @classmethod
    def of(cls, phrases: Iterable[tuple[int, str, str]]) -> PhraseIndex:
        """Index triples of a rule's number, a language and a phrase."""
        root: dict[str, Any] = {}
        for rule, language, phrase in phrases:
            node = root
            for word in words_of(fold(phrase)):
                node = node.setdefault(word, {})
            node.setdefault(_END, set()).add((rule, language))
        return cls(root)

    def find(self, words: tuple[str, ...], languages: frozenset[str] | None) -> dict[int, list[Hit]]:
        """Return the hits of each rule, in the order of the words.

        Time grows with the number of words times the words of the longest phrase. `languages` are those to
        look for besides `any`; None means all.
        """
        hits: defaultdict[int, list[Hit]] = defaultdict(list)
        for start, first in enumerate(words):
            node = self.root.get(first)
            end = start + 1
            while node is not None:
                for rule in _rules_at(node, languages):
                    hits[rule].append(Hit(start, end, joined(words[start:end])))
                node = node.get(words[end]) if end < len(words) else None
                end += 1
        return hits


def _rules_at(node: dict[str, Any], languages: frozenset[str] | None) -> set[int]:
    if _END not in node:
        return set()
    return {rule for rule, language in node[_END] if languages is None or language == "any" or language in languages}
