"""Figures of a corpus against gold articles.

A text is compared by its multiset of shingles: every run of four tokens, a token being a run of `\\w`; a text of fewer
tokens is one shingle. Case counts in texts, and neither case nor punctuation in titles and names.

Owns what a figure means. Keep out: making the corpus (measure), what a figure must reach (floors).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

SHINGLE_TOKENS = 4
FIELDS = ("title", "authors", "date")

_TOKEN = re.compile(r"\w+")

Shingles = Counter[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """What an article must become; None or empty where the gold does not say."""

    id: str
    body: tuple[str, ...]
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None  # ISO 8601, in the article's own zone

    @property
    def blocks(self) -> list[str]:
        """The body's paragraphs; where one holds blank lines, each of its parts."""
        return [part.strip() for text in self.body for part in text.split("\n\n") if part.strip()]


@dataclass(slots=True)
class Sums:
    """What is added up over the articles of a set."""

    articles: int = 0
    in_corpus: int = 0
    exact: int = 0
    precisions: list[float] = field(default_factory=list)
    recalls: list[float] = field(default_factory=list)
    wanted: int = 0
    found: int = 0
    shared: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def add(self, gold: Gold, row: Mapping[str, Any] | None) -> None:
        """Compare one article; a row that is not there is an empty text."""
        self.articles += 1
        self.in_corpus += row is not None
        row = row or {}
        self._add_text(tokens("\n".join(gold.body)), tokens(row.get("text") or ""))
        for name, hit in _judged(gold, row):
            self.asked[name] += 1
            self.right[name] += hit

    def _add_text(self, want: Sequence[str], have: Sequence[str]) -> None:
        wanted, found = shingles(want), shingles(have)
        shared = (wanted & found).total()
        self.exact += want == have
        self.wanted, self.found, self.shared = (
            self.wanted + wanted.total(),
            self.found + found.total(),
            self.shared + shared,
        )
        if found:
            self.precisions.append(shared / found.total())
        if wanted:
            self.recalls.append(shared / wanted.total())

    def figures(self) -> dict[str, float]:
        """Return the figures; `leftover` and `lost` are better when they are less."""
        precision, recall = _mean(self.precisions), _mean(self.recalls)
        told = {name: self.right[name] / self.asked[name] for name in FIELDS if self.asked[name]}
        return {
            "articles": self.articles,
            "in_corpus": self.in_corpus,
            "f1": _ratio(2 * precision * recall, precision + recall),
            "precision": precision,
            "recall": recall,
            "exact": _ratio(self.exact, self.articles),
            "leftover": _ratio(self.found - self.shared, self.found),
            "lost": _ratio(self.wanted - self.shared, self.wanted),
            **told,
        }


def score(golds: Iterable[Gold], rows: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Return the figures of rows (by `source_id`, with the corpus's columns) against gold articles."""
    sums = Sums()
    for gold in golds:
        sums.add(gold, rows.get(gold.id))
    return sums.figures()


def tokens(text: str) -> list[str]:
    """Return the tokens of a text."""
    return _TOKEN.findall(text)


def shingles(found: Sequence[str]) -> Shingles:
    """Return the shingles of a text's tokens."""
    starts = range(max(len(found) - SHINGLE_TOKENS, 0) + 1) if found else ()
    return Counter(tuple(found[start : start + SHINGLE_TOKENS]) for start in starts)


def _judged(gold: Gold, row: Mapping[str, Any]) -> Iterable[tuple[str, bool]]:
    if gold.title:
        yield "title", _words(gold.title) == _words(row.get("title"))
    if gold.authors:
        yield "authors", set(map(_words, gold.authors)) == set(map(_words, row.get("authors") or ()))
    if gold.date:
        yield "date", _same_day(datetime.fromisoformat(gold.date), row.get("published_at"))


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(tokens((text or "").lower()))


def _same_day(gold: datetime, found: datetime | None) -> bool:
    """Tell whether a moment is on the gold's day, in the gold's zone or in UTC."""
    zones = (gold.tzinfo or UTC, UTC)
    return found is not None and any(found.astimezone(zone).date() == gold.date() for zone in zones)


def _mean(values: Sequence[float]) -> float:
    return _ratio(sum(values), len(values))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
