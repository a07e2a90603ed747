"""Call trafilatura on a cleaned page, and choose between its readings.

Owns its settings, and what in its ways has to be worked around. Keep out: its steps one by one (shortcut), what it is
not shown (tree), what it leaves out (gaps), pages on which it finds nothing (html).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum, auto
from functools import cache

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import CUT_EMPTY_ELEMS, Document, Extractor

from newsmill.extract.blocks import Placed, tree_blocks
from newsmill.extract.container import running
from newsmill.extract.insets import link_lists
from newsmill.extract.shortcut import NoShortcutError, fast_reading
from newsmill.model import Block

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it warns of each page on which one way fails

SHORT_CHARS = 1000
"""Characters of text under which a page is read a second time: on 303 pages any value from 1,000 to 2,000 did alike."""
MUCH_MORE = 2
"""How many times the text a second reading must find: 1.5 brings boilerplate back, 3 changes nothing."""
ENOUGH_CHARS = 250
"""Characters of text under which trafilatura asks other algorithms in any case (its `MIN_EXTRACTED_SIZE`)."""
MUCH_BESIDE = 3
"""How many times the text found a page's running text must be for others to be asked: 2, 3 and 4 did alike on them."""


class Focus(Enum):
    """What trafilatura prefers when in doubt."""

    PRECISION = auto()
    BALANCED = auto()
    RECALL = auto()


def best_reading(root: HtmlElement, placed: Sequence[Placed]) -> tuple[Block, ...]:
    """Return what trafilatura takes for the article, and drop the page's lists of links.

    Precision first: it leaves less boilerplate in, and on news loses next to nothing. Where that finds little and the
    balanced way much more, it cut the article.

    Args:
        root: the cleaned page.
        placed: all its blocks.
    """
    for box in link_lists(placed):
        box.drop_tree()
    _fill_empty(root)
    blocks = extracted(root, Focus.PRECISION, fast=True)
    if not _is_plainly_good(blocks, placed):
        blocks = extracted(root, Focus.PRECISION)
    if chars_of(blocks) >= SHORT_CHARS:
        return blocks
    balanced = extracted(root, Focus.BALANCED)
    return balanced if chars_of(balanced) > MUCH_MORE * chars_of(blocks) else blocks


def extracted(root: HtmlElement, focus: Focus, *, fast: bool = False) -> tuple[Block, ...]:
    """Run trafilatura on a copy of a page's tree.

    Args:
        root: the cleaned tree.
        focus: what to prefer.
        fast: leave out the comparison with other algorithms.
    """
    body = _body(root, _options(focus, fast=fast))
    return () if body is None else tree_blocks(body)


def _body(root: HtmlElement, options: Extractor) -> etree._Element | None:
    if options.fast and options.focus == "precision":
        with suppress(NoShortcutError):
            return fast_reading(root, options)
    found = bare_extraction(root, options=options)
    return found.body if isinstance(found, Document) else None


@cache
def _options(focus: Focus, *, fast: bool) -> Extractor:
    """Make trafilatura's settings, once. Its tree is taken as it is: `xml` spares the text that `python` makes of it.

    Deduplication stays off: it is a memory of the process, and equal pages give unequal text.
    """
    return Extractor(
        output_format="xml",
        fast=fast,
        precision=focus is Focus.PRECISION,
        recall=focus is Focus.RECALL,
        comments=False,
        formatting=False,
        tables=True,
        dedup=False,
    )


def chars_of(blocks: Sequence[Block]) -> int:
    """Return the characters of the blocks' texts."""
    return sum(len(block.text) for block in blocks)


def _is_plainly_good(blocks: Sequence[Block], placed: Sequence[Placed]) -> bool:
    """Tell whether other algorithms would hardly find more: some text, and not much that reads like text beside it.

    trafilatura takes another algorithm's text where its own is next to nothing or that has twice as much, and to ask
    takes as long as all else. Of 320 readings of 303 pages it changed 11; all of these are asked for still.
    """
    return chars_of(blocks) >= max(ENOUGH_CHARS, sum(map(running, placed)) / MUCH_BESIDE)


def _fill_empty(root: HtmlElement) -> None:
    """Put a space into empty elements that text follows: trafilatura's precision mode drops these with that text.

    Icons and hidden words leave such elements behind, and so a paragraph ended at its first formula or icon.
    """
    for element in root.iter(*CUT_EMPTY_ELEMS):
        if element.text is None and element.tail and not element.tail.isspace():
            element.text = " "
