"""From an outlet's articles to what it repeats: how often, since when, where, and with what else.

Owns counting. Keep out: reading and writing (gather, history), and what is cut for it (the stage clean).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from newsmill.learn.sight import FIRST, LAST, Sighting
from newsmill.learn.stories import count_stories, stories_of
from newsmill.model import AT_THE_BEGINNING, AT_THE_END, Repeat

SEEN_TWICE = 2
PLACED = 0.8
"""Share of a block's appearances in one third of the articles from which it is said to stand there."""
BOUND = 0.6
"""Share of a block's stories that must have a word in their titles for the block to belong to that subject."""
FREE = 0.2
"""Share of the other stories that may have the word too; more, and it is only a word that the outlet likes."""
FEW_OTHERS = 0.1
"""Where the other stories are fewer than this share of all, the block is everywhere, and no subject's."""


def repeats_of(articles: Sequence[Sighting]) -> dict[int, Repeat]:
    """Return what is known of every block that stands in two different stories at least, by key.

    Args:
        articles: different articles of one outlet, few enough to be compared (`window`).
    """
    if len(articles) < SEEN_TWICE:
        return {}
    stories = stories_of(articles)
    since = _Since(articles, stories)
    subjects = _Subjects(articles, stories)
    found = {}
    for key, places in _places(articles).items():
        if count_stories(stories, places) >= SEEN_TWICE:
            found[key] = _repeat(places, articles, stories, since, subjects)
    return found


def _places(articles: Sequence[Sighting]) -> dict[int, dict[int, list[int]]]:
    """Return for each key the articles that hold it, and where in each."""
    found: defaultdict[int, dict[int, list[int]]] = defaultdict(dict)
    for number, article in enumerate(articles):
        for key, place in zip(article.keys, article.places, strict=True):
            if key:
                found[key].setdefault(number, []).append(place)
    return found


def _repeat(
    places: Mapping[int, Sequence[int]],
    articles: Sequence[Sighting],
    stories: Sequence[int],
    since: _Since,
    subjects: _Subjects,
) -> Repeat:
    days = {articles[number].day for number in places}
    told = {stories[number] for number in places}
    return Repeat(
        stories=len(told),
        out_of=since.count(min(days)),
        total=since.total,
        since=min(days),
        days=len(days),
        place=_place(place for seen in places.values() for place in seen),
        author=_author(articles[number] for number in places),
        of_subject=subjects.binds(told),
    )


def _place(seen: Iterable[int]) -> str:
    counts = Counter(seen)
    if counts[LAST] >= PLACED * counts.total():
        return AT_THE_END
    return AT_THE_BEGINNING if counts[FIRST] >= PLACED * counts.total() else ""


def _author(articles: Iterable[Sighting]) -> int | None:
    shared = set.intersection(*(set(article.author_keys) for article in articles))
    return min(shared, default=None)


class _Since:
    """How many stories were seen on a day or later."""

    def __init__(self, articles: Sequence[Sighting], stories: Sequence[int]) -> None:
        last: dict[int, int] = {}
        for article, story in zip(articles, stories, strict=True):
            last[story] = max(article.day.toordinal(), last.get(story, 0))
        self._days = sorted(last.values())
        self.total = len(last)

    def count(self, day: date) -> int:
        return self.total - bisect_left(self._days, day.toordinal())


class _Subjects:
    """The words of the stories' titles."""

    def __init__(self, articles: Sequence[Sighting], stories: Sequence[int]) -> None:
        self._words: defaultdict[int, set[int]] = defaultdict(set)
        for article, story in zip(articles, stories, strict=True):
            self._words[story].update(article.title_stems)
        self._counts = Counter(word for words in self._words.values() for word in words)

    def binds(self, told: Collection[int]) -> bool:
        """Tell whether these stories have a word in their titles that the others lack: the follow-ups of one event."""
        others = len(self._words) - len(told)
        if others < FEW_OTHERS * len(self._words):
            return False
        own = Counter(word for story in told for word in self._words[story])
        return any(
            count >= BOUND * len(told) and self._counts[word] - count <= FREE * others for word, count in own.items()
        )
