"""Which articles of an outlet tell one story: reprints of a wire report, versions, copies.

Two articles are one story when most of the shorter one's prose stands in the other, word for word but for numbers.
What the outlet prints around every article is prose too (an appeal, a biography) and must not make one story of all.
So a block whose articles are otherwise strangers to each other counts for nothing here: a reprinted paragraph comes
with the rest of its report, an appeal comes with anything.

Owns this comparison. Keep out: what is concluded from the stories (evidence).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from newsmill.learn.sight import Sighting

PROSE_WORDS = 8
"""A block as long as this counts as prose. A headline may be as long, and is shared by copies as well."""
SAME_STORY = 0.6
"""Share of the shorter article's prose that two articles of one story have in common: an editor may have rewritten a
third of a wire report and cut the rest to fit."""
STRANGERS = 0.35
"""Share below which two articles are different stories for certain; what they have in common is the outlet's."""

Pairs = Mapping[tuple[int, int], int]


def stories_of(articles: Sequence[Sighting]) -> list[int]:
    """Return each article's story, as the position of that story's first article.

    The order of articles does not matter to which belong together. Articles without prose of their own tell nothing
    of how often the outlet prints a block, and are one story together. Time: for each block the square of the articles
    that hold it, so the caller bounds the articles.
    """
    holders, words = _prose(articles)
    lengths = _lengths(len(articles), holders, words)
    common = _in_common(holders, words)
    around = {key for key, who in holders.items() if _are_strangers(who, common, lengths)}
    told = {key: who for key, who in holders.items() if key not in around}
    lengths = _lengths(len(articles), told, words)
    return _joined(lengths, _in_common(told, words))


def _prose(articles: Sequence[Sighting]) -> tuple[dict[int, list[int]], dict[int, int]]:
    """Return for each key of prose the articles that hold it, and its words."""
    holders: defaultdict[int, list[int]] = defaultdict(list)
    words: dict[int, int] = {}
    for number, article in enumerate(articles):
        prose = {key: count for key, count in zip(article.keys, article.words, strict=True) if count >= PROSE_WORDS}
        prose.pop(0, None)
        for key, count in prose.items():
            holders[key].append(number)
            words[key] = max(count, words.get(key, 0))
    return holders, words


def _lengths(size: int, holders: Mapping[int, Sequence[int]], words: Mapping[int, int]) -> list[int]:
    lengths = [0] * size
    for key, who in holders.items():
        for number in who:
            lengths[number] += words[key]
    return lengths


def _in_common(holders: Mapping[int, Sequence[int]], words: Mapping[int, int]) -> Pairs:
    """Return for each pair of articles the words of the prose that both have; pairs without any are left out."""
    common: Counter[tuple[int, int]] = Counter()
    for key, who in holders.items():
        count = words[key]
        for pair in combinations(who, 2):
            common[pair] += count
    return common


def _are_strangers(who: Sequence[int], common: Pairs, lengths: Sequence[int]) -> bool:
    return any(common[pair] < STRANGERS * min(lengths[pair[0]], lengths[pair[1]]) for pair in combinations(who, 2))


def _joined(lengths: Sequence[int], common: Pairs) -> list[int]:
    stories = list(range(len(lengths)))
    empty = [number for number, length in enumerate(lengths) if not length]
    for one, other in [*_same(lengths, common), *((empty[0], number) for number in empty[1:])]:
        first, second = sorted((_root(stories, one), _root(stories, other)))
        stories[second] = first
    return [_root(stories, number) for number in stories]


def _same(lengths: Sequence[int], common: Pairs) -> Iterator[tuple[int, int]]:
    for pair, words in common.items():
        if words >= SAME_STORY * min(lengths[pair[0]], lengths[pair[1]]):
            yield pair


def _root(stories: list[int], number: int) -> int:
    while stories[number] != number:
        number = stories[number]
    return number


def count_stories(stories: Sequence[int], articles: Iterable[int]) -> int:
    """Return how many different stories these articles tell."""
    return len({stories[number] for number in articles})
