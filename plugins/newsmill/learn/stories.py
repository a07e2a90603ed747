"""Which articles of an outlet tell one story: reprints of a wire report, versions, copies.

Two articles are one story when most of the shorter one's prose stands in the other, word for word but for numbers.
What the outlet prints around every article is prose too (an appeal, a biography) and must not make one story of all.
So a block whose articles are otherwise strangers to each other counts for nothing here: a reprinted paragraph comes
with the rest of its report, an appeal comes with anything.

Owns this comparison. Keep out: what is concluded from the stories (evidence).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import combinations, starmap

from newsmill.learn.sight import Sighting

PROSE_WORDS = 8
"""A block as long as this counts as prose. A headline may be as long, and is shared by copies as well."""
SAME_STORY = 0.6
"""Share of the shorter article's prose that two articles of one story have in common: an editor may have rewritten a
third of a wire report and cut the rest to fit."""
STRANGERS = 0.35
"""Share below which two articles are different stories for certain; what they have in common is the outlet's."""

Words = Mapping[int, int]
"""The words of each block of prose, by key."""


def stories_of(articles: Sequence[Sighting]) -> list[int]:
    """Return each article's story, as the position of that story's first article.

    The order of articles does not matter to which belong together. Articles without prose of their own tell nothing
    of how often the outlet prints a block, and are one story together. A block is the outlet's where two articles
    that hold it are strangers; of most such lines the first two are. Time: at worst, where all are copies of each
    other, the square of the articles; so the caller bounds them.
    """
    prose = [_prose(article) for article in articles]
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for number, words in enumerate(prose):
        for key in words:
            holders[key].append(number)

    @cache  # copies share many blocks, and would be compared for each
    def are_strangers(one: int, other: int) -> bool:
        return _in_common(prose[one], prose[other]) < STRANGERS

    around = {key for key, who in holders.items() if any(starmap(are_strangers, combinations(who, 2)))}
    told = [{key: count for key, count in words.items() if key not in around} for words in prose]
    return _joined(told, {key: who for key, who in holders.items() if key not in around})


def _prose(article: Sighting) -> Words:
    words = {key: count for key, count in zip(article.keys, article.words, strict=True) if count >= PROSE_WORDS}
    words.pop(0, None)
    return words


def _in_common(one: Words, other: Words) -> float:
    """Return the share of the shorter one's words that stand in both."""
    shared = sum(min(one[key], other[key]) for key in one.keys() & other.keys())
    return shared / min(sum(one.values()), sum(other.values()))


def _joined(told: Sequence[Words], holders: Mapping[int, Sequence[int]]) -> list[int]:
    stories = list(range(len(told)))
    empty = [number for number, words in enumerate(told) if not words]
    pairs = {pair for who in holders.values() for pair in combinations(who, 2)}
    same = (pair for pair in pairs if _in_common(told[pair[0]], told[pair[1]]) >= SAME_STORY)
    for one, other in (*same, *((empty[0], number) for number in empty[1:])):
        first, second = sorted((_root(stories, one), _root(stories, other)))
        stories[second] = first
    return [_root(stories, number) for number in stories]


def _root(stories: list[int], number: int) -> int:
    while stories[number] != number:
        number = stories[number]
    return number


def count_stories(stories: Sequence[int], articles: Iterable[int]) -> int:
    """Return how many different stories these articles tell."""
    return len({stories[number] for number in articles})
