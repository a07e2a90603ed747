"""Tell what stands in an article and is no part of it: boxes of their own, captions, lists of links to other articles.

Owns these judgements, all by place and shape, as class names tell nothing where a build step makes them. Keep out:
boxes that their names tell (tree), blocks that the article lacks (gaps), rules for text (clean).

An article's text stands in few elements, each with much of it, or in many of one name. Where in between a small element
of another name has a heading and paragraphs to itself, it is an inset: a card of another article, a box with facts, a
poll, an embedded post. One paragraph in such an element is a caption if a picture stands there too; without one it is
as often the article's. Quotes, lists and tables mostly stand in elements of their own, and stay.

On 303 pages, without and with this: what is left over of two collections .0376 and .0290, .0161 and .0155; what is lost
.0237 and .0238, .0123 and .0120. Every share of an article's text from .15 to .3 by which an element is taken to hold
it does alike.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import compress, groupby, pairwise
from operator import itemgetter

from lxml import etree

from newsmill.extract.blocks import Placed, all_around
from newsmill.model import BlockKind

MAX_APART = 0.3
"""Share of an article's text above which what looks like insets is how the page is built: .2 to 1 did alike."""
MIN_LINKED = 0.5
"""Share of its characters that are links in a list of links; one of `Label: Headline` has .55 to .9."""
MIN_LINKS = 2
MIN_LINK_WORDS = 3
"""Words of a headline; shorter links are names and places, which lists in articles link to."""
MIN_LINK_BLOCKS = 3
ALL_LINKED = 0.9
"""Of a block's characters, those that are links in another article's headline: .7 and .8 cut into articles too."""
HEAD_CHARS = 40
"""Characters up to which what stands above links may be their heading, whatever its element."""
FULL_STOP = re.compile(r"[.。।۔][\"”»’'）)\]」』]*$")
PICTURES = ("img", "picture", "amp-img")


def insets(placed: Sequence[Placed], kept: Sequence[int], is_main: Callable[[int], bool]) -> frozenset[int]:
    """Return which of an article's blocks are no part of it.

    Args:
        placed: the page's blocks.
        kept: places in these of the blocks taken for the article, ascending.
        is_main: tells of such a place whether elements that hold much of the article hold it.
    """
    main = [place for place in kept if is_main(place)]
    if not main:
        return frozenset()
    within = [place for place in kept if main[0] < place < main[-1]]
    boxes = _boxes(placed, within, frozenset(main))
    apart = frozenset(place for box, places in boxes for place in places if _is_inset(placed, box, places))
    if _chars(placed, apart) > MAX_APART * _chars(placed, kept):
        apart = frozenset()
    return apart | frozenset(_links(placed, kept))


def link_lists(placed: Sequence[Placed]) -> list[etree._Element]:
    """Return the largest elements that hold nothing but links, each a block of its own, and their heading."""
    links = [one.linked >= ALL_LINKED * len(one.block.text) for one in placed]
    listed = [is_link or (below and _may_head(one))
              for one, is_link, below in zip(placed, links, [*links, False][1:], strict=True)]  # fmt: skip
    around = all_around(one.element for one, is_listed in zip(placed, listed, strict=True) if not is_listed)
    known: dict[etree._Element, etree._Element] = {}
    boxes = Counter(_outermost(one.element, around, known) for one in compress(placed, links))
    return [
        box
        for box, blocks in boxes.items()
        if box is not None and box.tag not in ("html", "body") and blocks >= MIN_LINK_BLOCKS
    ]


def _may_head(one: Placed) -> bool:
    return one.block.kind is BlockKind.HEADING or len(one.block.text) < HEAD_CHARS


def _boxes(
    placed: Sequence[Placed], within: Sequence[int], main: Collection[int]
) -> Iterator[tuple[etree._Element, list[int]]]:
    """Yield the largest elements without any of the article's main text, with their blocks."""
    around = all_around(placed[place].element for place in main)
    known: dict[etree._Element, etree._Element] = {}
    held = [(_outermost(placed[place].element, around, known), place) for place in within if place not in main]
    for box, group in groupby(held, itemgetter(0)):
        if box is not None:
            yield box, [place for _, place in group]


def _outermost(
    element: etree._Element, around: Collection[etree._Element], known: dict[etree._Element, etree._Element]
) -> etree._Element | None:
    """Return the largest element around one that is not `around` the main text; None if it is so itself.

    Args:
        element: where to start.
        around: elements that hold main text.
        known: answers given before, so that each element is visited once.
    """
    path: list[etree._Element] = []
    current: etree._Element | None = element
    while current is not None and current not in around and current not in known:
        path.append(current)
        current = current.getparent()
    outermost = known[current] if current in known else path[-1] if path else None
    if outermost is not None:
        known.update(dict.fromkeys(path, outermost))
    return outermost


def _is_inset(placed: Sequence[Placed], box: etree._Element, places: Sequence[int]) -> bool:
    kinds = [placed[place].block.kind for place in places]
    if BlockKind.PARAGRAPH not in kinds or not {BlockKind.PARAGRAPH, BlockKind.HEADING}.issuperset(kinds):
        return False
    return len(kinds) > 1 or next(box.iter(*PICTURES), None) is not None


def _links(placed: Sequence[Placed], kept: Sequence[int]) -> Iterator[int]:
    """Yield the items of lists of links to articles, alone or with their subjects or sources."""
    items = [place for place in kept if placed[place].block.kind is BlockKind.LIST_ITEM]
    borders = [0, *(index for index, pair in enumerate(pairwise(items), 1) if not _are_of_one_list(placed, *pair))]
    for start, end in pairwise([*borders, len(items)]):
        if _is_list_of_links([placed[place] for place in items[start:end]]):
            yield from items[start:end]


def _are_of_one_list(placed: Sequence[Placed], one: int, other: int) -> bool:
    return placed[one].element.getparent() is placed[other].element.getparent()


def _is_list_of_links(items: Sequence[Placed]) -> bool:
    """Tell whether every item holds a link and none is a sentence, and most of their words are links."""
    if len(items) < MIN_LINKS or not all(one.linked and _may_be_headline(one.block.text) for one in items):
        return False
    return sum(one.linked for one in items) >= MIN_LINKED * sum(len(one.block.text) for one in items)


def _may_be_headline(text: str) -> bool:
    return len(text.split()) >= MIN_LINK_WORDS and not FULL_STOP.search(text)


def _chars(placed: Sequence[Placed], places: Iterable[int]) -> int:
    return sum(len(placed[place].block.text) for place in places)
