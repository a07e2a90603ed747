"""Which articles of an outlet are looked at, and which are remembered.

Owns the bounds, so that neither a night's cost nor a profile grows with the corpus. Keep out: what is found in them.

What is remembered is the first of a fixed order over everything that was ever published. So it does not matter in
which runs the articles came: remembering after each of four nights is remembering all at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Protocol, TypeVar

WINDOW = 300
"""Articles whose blocks are remembered of an outlet, and as many of a run that are looked at beside them. What stands
in a third of an outlet's pages is in a sample of 300 a third of the time, give or take 5 % (two standard errors)."""
A_DAY = 60
"""Of these at most so many are of one day: an outlet of hundreds of articles a day is remembered for five days."""
TITLES = 2000
"""Articles whose titles are remembered: related headlines link to what is weeks old."""


class Dated(Protocol):
    """An article to choose from."""

    @property
    def article_id(self) -> str:
        """A hash: the order of articles within a day is chance, and always the same chance."""

    @property
    def day(self) -> date:
        """The day of its publication."""


Article = TypeVar("Article", bound=Dated)


def sample(article_ids: Iterable[str]) -> list[str]:
    """Return the articles of a run to look at: the first by their hash. `article_ids` are sorted; copies may be."""
    return list(islice(_different(article_ids), WINDOW))


def newest_first(articles: Iterable[Article]) -> list[Article]:
    """Return articles in the order in which they are remembered: the newest days first, then by hash."""
    return sorted(articles, key=lambda article: (-article.day.toordinal(), article.article_id))


def remembered(articles: Sequence[Article]) -> tuple[list[Article], list[Article]]:
    """Return those whose blocks are remembered, and those of which only the title is; of articles `newest_first`."""
    whole = list(islice(_few_a_day(articles), WINDOW))
    chosen = {article.article_id for article in whole}
    titled = [article for article in articles[:TITLES] if article.article_id not in chosen]
    return whole, titled


def _few_a_day(articles: Iterable[Article]) -> Iterator[Article]:
    taken: Counter[date] = Counter()
    for article in articles:
        taken[article.day] += 1
        if taken[article.day] <= A_DAY:
            yield article


def _different(ordered: Iterable[str]) -> Iterator[str]:
    last = None
    for value in ordered:
        if value != last:
            yield value
        last = value
