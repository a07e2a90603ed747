"""Put back what the extractor left out of an article: paragraphs, headings and list items that stand among its own.

Owns the comparison of the extractor's blocks with the page's. Keep out: what no article holds (tree), which reading of
the extractor is taken (html).

trafilatura chooses one container, and within it drops what looks odd: the second half of an article that an
advertisement splits in two, a short paragraph with a link, headings between dropped paragraphs, lists. Where its blocks
stand in the tree tells which elements hold the article; what else these hold is put back, unless it is mostly links or
has been said. On 181 pages this halves what is lost (from .028 to .013 of the articles' words). Headlines of other
articles that the extractor let in go: on the same pages what is left over falls from .0184 to .0173.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import TypeVar

from lxml import etree

from newsmill.extract.blocks import Placed
from newsmill.extract.container import home_of
from newsmill.extract.insets import ALL_LINKED, insets
from newsmill.extract.shingles import SHINGLE, WORD, shingles_of
from newsmill.model import Block, BlockKind

SENTENCE_END = re.compile(r"[.!?…。！？।۔؟:;][\"”»’'）)\]」』]*$")

MIN_SURE = 60
"""Characters of a block whose place tells where the article is: shorter ones are found anywhere."""
OWN_SHARE = 0.15
"""Of the words found, those that make an element one that holds the article: on 303 pages .15 to .3 did alike; .05
takes boxes for the article."""
ALIKE_SHARE = 0.3
"""The same for elements of one name taken together, the parts of an article that is split: .2 to .5 did alike, .1
brings boxes back."""
SIGNED_LEVELS = 3
MAX_LINKED = 0.5
"""Of a block's characters, those that may be links. On 303 pages .6 and .7 find .0002 more of the articles' words and
leave .0002 more over, .3 and .4 the other way round."""
KNOWN_SHARE = 0.8
"""Of a block's shingles, those that make it known: .3 to .6 find .0001 less, as a paragraph may quote one before it."""
ALIGNED_SHARE = 0.3
"""Of the shingles of a block found, those that its place on the page must have: .15 to .5 did alike."""
MIN_POINTER_WORDS = 3
"""Words of a headline; shorter links are names and places, which lists in articles link to."""
MIN_PROSE_WORDS = 8
MAX_GROWTH = 1.5
"""How much longer than the extractor's a paragraph may be to be taken in its place: links dropped within it. All
values from 1.2 to 3 did alike but for one paragraph."""
MAX_VOTES = 5
LEAD_SHARE = 0.6
"""Of a lead's words, those that the page's description must have; pages shorten it."""
MIN_LEAD_WORDS = 6

Signature = tuple[tuple[str, str], ...]
Key = TypeVar("Key", bound=Hashable)


def completed(found: Sequence[Block], placed: Sequence[Placed], description: str | None = None) -> tuple[Block, ...]:
    """Return the blocks with what the article's elements hold besides, in the page's order.

    Args:
        found: what the extractor took from this page.
        placed: all blocks of the cleaned tree that these were taken from.
        description: what the page says the article is about; where it stands above the text, it is its lead.
    """
    page = _Page(placed, found)
    if not page.sure:
        return tuple(found)
    gaps = [index for index, one in enumerate(placed) if page.is_gap(index, one)]
    lead = page.lead(description) if description else None
    return tuple(page.merged(gaps if lead is None or lead in gaps else sorted((lead, *gaps))))


class _Known:
    """What has been said: shingles of all blocks found, and whole texts."""

    def __init__(self, found: Sequence[Block]) -> None:
        self._found = found

    @cached_property
    def _shingles(self) -> frozenset[tuple[str, ...]]:
        return frozenset(shingle for block in self._found for shingle in shingles_of(block.text))

    @cached_property
    def _texts(self) -> frozenset[str]:
        return frozenset(block.text for block in self._found)

    def says(self, block: Block) -> bool:
        """Tell whether a block's words are known. A heading or list item too short to compare may be repeated."""
        shingles = shingles_of(block.text)
        if not shingles:
            return block.kind is BlockKind.PARAGRAPH and block.text in self._texts
        return sum(shingle in self._shingles for shingle in shingles) >= KNOWN_SHARE * len(shingles)


class _Page:
    """A page's blocks, and which of them the extractor found."""

    def __init__(self, placed: Sequence[Placed], found: Sequence[Block]) -> None:
        self.placed = placed
        self.found = found
        self.places = _places(placed, found)
        self.taken = Counter(place for place in self.places if place is not None)
        self.sure = sorted(place for place in self.taken if len(placed[place].block.text) >= MIN_SURE)
        self.homes = [home_of(one.element) for one in placed]
        self.known = _Known(found)

    @cached_property
    def _held(self) -> Counter[etree._Element]:
        return self._weighed([self.homes[place] for place in self.sure])

    @cached_property
    def _held_alike(self) -> Counter[Signature]:
        return self._weighed([_signature(self.homes[place]) for place in self.sure])

    def _weighed(self, keys: Sequence[Key]) -> Counter[Key]:
        weights: Counter[Key] = Counter()
        for key, place in zip(keys, self.sure, strict=True):
            weights[key] += len(self.placed[place].block.text)
        return weights

    @cached_property
    def _articles(self) -> frozenset[etree._Element | None]:
        return frozenset(_article(self.placed[place].element) for place in self.sure)

    def is_gap(self, index: int, placed: Placed) -> bool:
        """Tell whether a block is the article's, and the extractor left it out."""
        block = placed.block
        if index in self.taken or block.kind in (BlockKind.CAPTION, BlockKind.LABEL) or placed.element.tag == "h1":
            return False
        if not (self.sure[0] < index < self.sure[-1] or _is_prose(block)):
            return False
        return (
            placed.linked <= MAX_LINKED * len(block.text) and self._holds(index, block) and not self.known.says(block)
        )

    def _holds(self, index: int, block: Block) -> bool:
        """Tell whether the article is in the element around a block, or in elements of its name."""
        home = self.homes[index]
        if block.kind in (BlockKind.LIST_ITEM, BlockKind.QUOTE) and home not in self._held:
            around = home_of(home.getparent()) if home.getparent() is not None else home
            if self._held[around] >= ALIKE_SHARE * self._held.total():
                return True
        return self._is_main(index)

    def _is_main(self, index: int) -> bool:
        home, total = self.homes[index], self._held.total()
        if self._held[home] >= OWN_SHARE * total:
            return True
        signature = _signature(home)
        is_named = any(name for _, name in signature)
        alike = is_named and self._held_alike[signature] >= ALIKE_SHARE * total
        return alike and _article(self.placed[index].element) in self._articles

    def lead(self, description: str) -> int | None:
        """Return the last block above the article that the description tells, if the article does not say it again."""
        told = frozenset(shingles_of(description))
        for index in range(self.sure[0] - 1, -1, -1):
            placed = self.placed[index]
            own = shingles_of(placed.block.text)
            if len(own) + SHINGLE <= MIN_LEAD_WORDS or index in self.taken or placed.element.tag in ("h1", "li", "dt"):
                continue
            if sum(shingle in told for shingle in own) >= LEAD_SHARE * len(own):
                return None if self.known.says(placed.block) else index
        return None

    def is_pointer(self, place: int | None) -> bool:
        """Tell whether a block found is another article's headline: an item or heading that is all link.

        A heading with the article's prose below it is the article's own, wherever it links to.
        """
        if place is None:
            return False
        own = self.placed[place]
        if own.linked < ALL_LINKED * len(own.block.text) or len(WORD.findall(own.block.text)) < MIN_POINTER_WORDS:
            return False
        if own.block.kind is not BlockKind.HEADING:
            return own.block.kind is BlockKind.LIST_ITEM
        below = self.placed[place + 1] if place + 1 < len(self.placed) else own
        return below.linked > MAX_LINKED * len(below.block.text) or self.homes[place + 1] is not self.homes[place]

    def merged(self, gaps: Sequence[int]) -> Iterator[Block]:
        """Yield the blocks found but pointers and insets, and those of the gaps before the first found after them."""
        apart = insets(self.placed, sorted({*self.taken, *gaps}), self._is_main)
        waiting = iter([*(gap for gap in gaps if gap not in apart), len(self.placed)])
        gap = next(waiting)
        last = -1
        for block, place in zip(self.found, self.places, strict=True):
            if place is not None and place > last:
                last = place
                while gap < place:
                    yield self.placed[gap].block
                    gap = next(waiting)
            if place not in apart and not self.is_pointer(place):
                yield self._whole(block, place)
        while gap < len(self.placed):
            yield self.placed[gap].block
            gap = next(waiting)

    def _whole(self, block: Block, place: int | None) -> Block:
        """Return the page's own block for one that the extractor shortened or whose kind it lost."""
        if place is None or self.taken[place] > 1:
            return block
        own = self.placed[place]
        if own.block.text == block.text:
            return own.block
        shortened = len(block.text) < len(own.block.text) <= MAX_GROWTH * len(block.text)
        is_text = own.block.kind in (BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.LIST_ITEM)
        return own.block if shortened and is_text and own.linked <= MAX_LINKED * len(own.block.text) else block


def _places(placed: Sequence[Placed], found: Sequence[Block]) -> list[int | None]:
    """Return for each block found which of the page's it is: the next of the same text, else the one most alike."""
    same: dict[str, list[int]] = {}  # not yet taken, in order
    for index, one in enumerate(placed):
        same.setdefault(one.block.text, []).append(index)
    alike: dict[tuple[str, ...], list[int]] = {}
    places: list[int | None] = []
    last = -1
    for block in found:
        free = same.get(block.text)
        if free:
            after = bisect(free, last)
            place: int | None = free.pop(after if after < len(free) else 0)
        else:
            alike = alike or _by_shingle(placed)
            place = _most_alike(block, alike)
        last = last if place is None else place
        places.append(place)
    return places


def _by_shingle(placed: Sequence[Placed]) -> dict[tuple[str, ...], list[int]]:
    places: dict[tuple[str, ...], list[int]] = {}
    for index, one in enumerate(placed):
        for shingle in shingles_of(one.block.text):
            places.setdefault(shingle, []).append(index)
    return places


def _most_alike(block: Block, alike: dict[tuple[str, ...], list[int]]) -> int | None:
    shingles = shingles_of(block.text)
    votes = Counter(index for shingle in shingles for index in alike.get(shingle, ())[:MAX_VOTES])
    if not votes:
        return None
    index, count = votes.most_common(1)[0]
    return index if count >= ALIGNED_SHARE * len(shingles) else None


def _signature(element: etree._Element) -> Signature:
    """Return tag and class of an element and of those around it: equal for parts that one template made."""
    levels = islice(chain((element,), element.iterancestors()), SIGNED_LEVELS)
    return tuple((level.tag, (level.get("class") or "").strip()) for level in levels)


def _article(element: etree._Element) -> etree._Element | None:
    return next(element.iterancestors("article"), None)


def _is_prose(block: Block) -> bool:
    """Tell whether a block is a sentence of some length: what stands before and after an article mostly is none."""
    if block.kind is BlockKind.HEADING or not SENTENCE_END.search(block.text):
        return False
    return len(WORD.findall(block.text)) >= MIN_PROSE_WORDS
