"""Read a text dump: blocks from its lines, the title from the first line that looks like one.

Owns which line is the title, and which ones are headings. Keep out: joining lines (lines), what one line looks like
(shapes), bylines (printed).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from newsmill.extract.authors import plain
from newsmill.extract.draft import Draft
from newsmill.extract.lines import MIN_WRAP, line_blocks
from newsmill.extract.marks import ends_sentence
from newsmill.extract.printed import BYLINE, is_dateline
from newsmill.extract.shapes import (
    MAX_HEADING_WORDS,
    count_of_words,
    is_caption,
    is_heading_like,
    is_menu,
    is_title_like,
    is_unspaced,
)
from newsmill.extract.titles import tidy_title
from newsmill.extract.urls import url_words
from newsmill.model import Block, BlockKind
from newsmill.registry import host_of

MIN_PARAGRAPH_WORDS = 9
"""Words of the block after a heading: fewer, and both are items of a list."""
MIN_UNSPACED = 20
"""Characters of such a block in a script without spaces."""
SEARCHED = 300
"""Blocks in which a title is looked for: a whole-page dump may begin with as many menu items."""
MANY_TITLES = 6
"""Title-like lines above the first paragraph from which the first is not the title, but one of a menu."""
NEAR_HEAD = 20
"""Blocks above the first paragraph in which it is then looked for: the longest is it."""
USUAL_TITLE_WORDS = 12
"""Words from which a longer line is no more like a title."""
SOON = 4
"""Blocks within which a second paragraph follows the first of an article, behind a caption or a heading."""
MARKS_OF_A_KICKER = ":,–—-|"
"""What stands between the two halves of one title."""
UNSPACED_WORD = 2
"""Characters that count as a word where no spaces are."""
MIN_SLUG_WORDS = 3
"""Words that a title must share with the URL to be known by it."""


def read_dump(content: str, url: str | None = None, known_names: tuple[str, ...] = ()) -> Draft:
    """Read one dump. Its title line stays in the blocks.

    Args:
        content: the dump, decoded.
        url: the article's address, if known; a dump's title is often known again in it.
        known_names: what the outlet is called.
    """
    blocks = _with_headings(line_blocks(content))
    title = tidy_title(_title_line(blocks, url, frozenset(map(plain, known_names))), known_names, host_of(url))
    return Draft(blocks=blocks, title=title)


def _title_line(blocks: Sequence[Block], url: str | None, own_names: frozenset[str]) -> str | None:
    """Return the line that shares most words with the URL, else the first title-like one before any full paragraph.

    A line before any full paragraph that shares enough words beats one after it: that may be a caption or a link. The
    outlet's own name is no title.
    """
    searched = blocks[:SEARCHED]
    head = _head(searched)
    above = [
        (number, searched[number].text)
        for number in range(min(head, len(searched)))
        if _is_title(searched[number], own_names)
    ]
    wanted = url_words(url)
    by_url = _known_by_url((text for _, text in above), wanted) or _known_below(searched[head:], wanted, own_names)
    if by_url:
        return _own_line(by_url, searched, own_names)
    own = [(number, text) for number, text in above if not _goes_on(text, searched[number + 1 :])]
    if len(own) < MANY_TITLES:
        return own[0][1] if own else None
    return max((text for number, text in own if head - number <= NEAR_HEAD), key=_length, default=own[0][1])


def _is_title(block: Block, own_names: frozenset[str]) -> bool:
    return is_title_like(block) and plain(block.text) not in own_names


def _known_below(blocks: Sequence[Block], wanted: frozenset[str], own_names: frozenset[str]) -> str | None:
    """Return the title-like line below the first full paragraph that the URL's words tell."""
    if len(wanted) < MIN_SLUG_WORDS:
        return None
    return _known_by_url((block.text for block in blocks if _is_title(block, own_names)), wanted)


def _head(blocks: Sequence[Block]) -> int:
    """Return the first full paragraph that another one follows soon; else the first; else `SEARCHED`.

    A page that was dumped whole may begin with a lone paragraph about its cookies or its sections.
    """
    first = last = None
    for number, block in enumerate(blocks):
        if _is_full_paragraph(block):
            if last is not None and number - last <= SOON:
                return last
            first, last = number if first is None else first, number
    return SEARCHED if first is None else first


def _own_line(title: str, blocks: Sequence[Block], own_names: frozenset[str]) -> str:
    """Return the line that a title ends in: before it may stand a list's number, or the sections that it is in."""
    ending = (block for block in blocks if title.endswith(block.text) and title.endswith(f" {block.text}"))
    lines = (block.text for block in ending if _is_title(block, own_names))
    return min((line for line in lines if title[-len(line) - 2] not in MARKS_OF_A_KICKER), key=len, default=title)


def _length(text: str) -> int:
    """Return what of a text's length speaks for a title: sections and bylines are shorter, leads longer."""
    words = count_of_words(text) if not is_unspaced(text) else len(text) // UNSPACED_WORD
    return min(words, USUAL_TITLE_WORDS)


def _goes_on(text: str, following: Sequence[Block]) -> bool:
    """Tell whether a line is of wrap length, and the next one goes on in lower case and is no byline or label."""
    line = following[0].text if following else ""
    if len(text) < MIN_WRAP or not line[:1].islower() or ends_sentence(text):
        return False
    return (len(line) >= MIN_WRAP or ends_sentence(line)) and not BYLINE.match(line) and not is_dateline(line)


def _known_by_url(lines: Iterable[str], wanted: frozenset[str]) -> str | None:
    """Return the first of the lines that agree best with the URL's words (Dice's coefficient); None if none does."""
    best, title = 0.0, None
    for line in lines:
        words = frozenset(re.findall(r"[^\W_]{2,}", line.lower()))
        shared = len(wanted & words)
        agreement = 2 * shared / (len(wanted) + len(words) or 1)
        if shared >= MIN_SLUG_WORDS and agreement > best:
            best, title = agreement, line
    return title


def _is_full_paragraph(block: Block) -> bool:
    text = block.text
    if block.kind is not BlockKind.PARAGRAPH or not ends_sentence(text):
        return False
    enough = len(text) >= MIN_PARAGRAPH_WORDS * 3 if is_unspaced(text) else count_of_words(text) >= MIN_PARAGRAPH_WORDS
    return enough and not is_menu(text) and not is_caption(text)


def _with_headings(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Give the blocks that stand like a heading before text that kind."""
    return (*_headed(blocks), *blocks[-1:])


def _headed(blocks: Sequence[Block]) -> Iterator[Block]:
    for block, following in pairwise(blocks):
        short = block.kind is BlockKind.PARAGRAPH and count_of_words(block.text) <= MAX_HEADING_WORDS
        heads = short and _is_text(following) and is_heading_like(block.text)
        yield Block(kind=BlockKind.HEADING, text=block.text) if heads else block


def _is_text(block: Block) -> bool:
    if block.kind not in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTE):
        return False
    return count_of_words(block.text) >= MIN_PARAGRAPH_WORDS or (
        len(block.text) >= MIN_UNSPACED and is_unspaced(block.text)
    )
