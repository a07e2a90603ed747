"""Turn an element tree (HTML, or trafilatura's XML) into ordered typed blocks, and fold white space.

Owns which elements make a block of which kind. Keep out: choosing what belongs to the article (html), line-based
text (text).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from textwrap import dedent
from typing import NamedTuple

from lxml import etree

from newsmill.model import Block, BlockKind


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text: how the longer lists of words are written in this stage."""
    return frozenset(text.split())


NO_TEXT = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
"""Characters that no text holds, nor XML: C0 and C1 controls that are no white space, lone surrogates, and the two last
of the first plane, on which lxml refuses a whole page."""
CONTROL = re.compile(f"[{NO_TEXT}]")

UNFIT_SPACE = re.compile(r"\s")
TAB_SPACES = 4
SPACES_A_CHAR = 20
"""Characters of source that a text may take for each of its own: line ends and indents between its words."""

BREAK = "\x00"
"""Stands for a line break within a block until the block is closed; `CONTROL` keeps it out of real text."""
LINK_START, LINK_END = "\x01", "\x02"
"""Stand around the words of a link until the block is closed."""
LINK = re.compile(f"{LINK_START}([^{LINK_END}]*)")
PARAGRAPH_BREAK = re.compile(rf"{BREAK}(?:[\s{LINK_START}{LINK_END}]*{BREAK})+")

KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "head"), BlockKind.HEADING),
    **dict.fromkeys(("li", "item", "dt", "dd"), BlockKind.LIST_ITEM),
    **dict.fromkeys(("blockquote", "quote"), BlockKind.QUOTE),
    **dict.fromkeys(("figcaption", "caption"), BlockKind.CAPTION),
    **dict.fromkeys(("summary", "button"), BlockKind.LABEL),
    "pre": BlockKind.CODE,
}
"""Elements that set the kind of the blocks in them; `head`, `item` and `quote` are trafilatura's names."""

CONTAINERS = word_set(
    "address article aside body center details dialog div dl fieldset figure footer form header hgroup hr html list "
    "main nav ol p search section table tbody td tfoot th thead tr ul"
)
"""Elements that begin a new block but leave its kind to what they stand in."""

INVISIBLE = word_set(
    "audio canvas datalist embed iframe math noembed noframes noscript object script select style svg template "
    "textarea title video"
)
ROWS = frozenset(("tr", "row"))
CELLS = frozenset(("td", "th", "cell"))
BREAKS = frozenset(("br", "lb"))
TELLING = frozenset((*KINDS, *CONTAINERS, *ROWS, *CELLS, *BREAKS, "a", "code"))
"""Elements that begin or end something; of any other only the words count."""
BLOCK_IN_CELL = frozenset((*KINDS, *CONTAINERS)) - ROWS - CELLS


def squeeze(text: str) -> str:
    """Return text with control characters dropped, white-space runs folded to one space, and stripped."""
    folded = " ".join(text.split())
    return folded if folded.isprintable() else " ".join(CONTROL.sub("", text).split())


def squeezed(text: str | None) -> str | None:
    """Return `squeeze(text)`, or None where nothing is left."""
    return squeeze(text or "") or None


def squeeze_code(text: str) -> str:
    """Return code with its line breaks and indents: control characters, blank lines and outer white space dropped."""
    lines = (UNFIT_SPACE.sub(" ", CONTROL.sub("", line).expandtabs(TAB_SPACES)).rstrip() for line in text.splitlines())
    return dedent("\n".join(filter(None, lines))).strip()


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the texts squeezed, without empty ones and repetitions, in their order."""
    return tuple(dict.fromkeys(filter(None, map(squeeze, texts))))


def tree_blocks(root: etree._Element) -> tuple[Block, ...]:
    """Return the blocks of a tree in document order; every visible word of it is in exactly one.

    Walks without recursion, so that a deep tree cannot exhaust the stack.
    """
    return tuple(placed.block for placed in placed_blocks(root))


def placed_blocks(root: etree._Element) -> tuple[Placed, ...]:
    """Return the same blocks as `tree_blocks`, each with its place in the tree."""
    walker = _Walker([root])
    events = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in events:
        tag = element.tag
        if event == "start":
            if _hides(element, tag):
                events.skip_subtree()
                continue
            if tag in TELLING:
                walker.open(element, tag)
            text = element.text
        else:
            if event == "end" and tag in TELLING and not _hides(element, tag):
                walker.close(element, tag)
            text = element.tail if element is not root else None
        if text:
            walker.say(text)
    walker.flush()
    return tuple(walker.blocks)


def texts_of(root: etree._Element, tag: str) -> frozenset[str]:
    """Return the squeezed texts of the outermost elements of one name."""
    return frozenset(filter(None, (squeeze("".join(element.itertext())) for element in outermost(root, tag))))


def outermost(root: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Yield the elements of one name that stand in no other of it: every word of a page is in one of these at most."""
    end = None
    for event, element in etree.iterwalk(root, events=("start", "end"), tag=tag):
        if event == "start" and end is None:
            end = element
            yield element
        elif event == "end" and element is end:
            end = None


def all_around(elements: Iterable[etree._Element]) -> frozenset[etree._Element]:
    """Return elements and all around them; every element is visited once."""
    around: set[etree._Element] = set()
    for element in elements:
        current: etree._Element | None = element
        while current is not None and current not in around:
            around.add(current)
            current = current.getparent()
    return frozenset(around)


def short_text(element: etree._Element, most: int) -> str:
    """Return an element's squeezed words; an empty text where they have more characters than `most`.

    No more is read than it takes to see that: what is asked of every element of a name must not read all in it.
    """
    parts: list[str] = []
    size = 0
    for text in element.itertext():
        size += len(text)
        if size > most * SPACES_A_CHAR:
            return ""
        parts.append(text)
    found = squeeze("".join(parts))
    return found if len(found) <= most else ""


class Placed(NamedTuple):
    """A block, the element that starts it (or whose own words it is), and how many of its characters are links."""

    block: Block
    element: etree._Element
    linked: int


@dataclass(slots=True)
class _Walker:
    """The state of one walk: the open block's words, the kinds of the open elements, the open table row."""

    _holders: list[etree._Element]  # the open elements that begin a block, the root first
    blocks: list[Placed] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)
    _kinds: list[BlockKind] = field(default_factory=lambda: [BlockKind.PARAGRAPH])
    _row: etree._Element | None = None
    _cells: list[str] = field(default_factory=list)
    _links: int = 0  # open `a` elements

    def say(self, text: str) -> None:
        self._words.append(text if text.isprintable() else CONTROL.sub("", text))

    def open(self, element: etree._Element, tag: str) -> None:
        if tag == "a":
            if _is_link(element):
                self._links += 1
                self._words.append(LINK_START)
        elif self._row is not None:
            self._space_out(tag)
        elif tag in ROWS and not _is_layout(element):
            self.flush()
            self._row, self._cells = element, []
        elif tag in BREAKS:
            self._words.append(BREAK)
        elif _starts_block(element, tag):
            self.flush()
            self._holders.append(element)
            self._kinds.append(BlockKind.CODE if tag == "code" else KINDS.get(tag, self._kinds[-1]))

    def close(self, element: etree._Element, tag: str) -> None:
        if tag == "a":
            if _is_link(element):
                self._links -= 1
                self._words.append(LINK_END)
        elif element is self._row:
            self._end_row()
        elif self._row is not None:
            self._space_out(tag)
            if tag in CELLS and _row_of(element) is self._row:
                self._end_cell()
        elif tag in BREAKS or (tag in ROWS and not _is_layout(element)):
            return
        elif _starts_block(element, tag):
            self.flush()
            self._holders.pop()
            self._kinds.pop()

    def flush(self) -> None:
        """End the open block, if it has any words; an empty line within it makes two blocks of it."""
        if not self._words:
            return
        words, self._words = "".join(self._words), [LINK_START] if self._links else []
        if self._kinds[-1] is BlockKind.CODE:
            self._add(BlockKind.CODE, squeeze_code(words.replace(BREAK, "\n")), 0)
            return
        for part in PARAGRAPH_BREAK.split(words) if BREAK in words else (words,):
            linked = sum(len(squeeze(link)) for link in LINK.findall(part)) if LINK_START in part else 0
            self._add(self._kinds[-1], squeeze(part.replace(BREAK, " ")), linked)

    def _add(self, kind: BlockKind, text: str, linked: int) -> None:
        if text:
            holder = self._holders[-1] if self._row is None else self._row
            self.blocks.append(Placed(Block(kind=kind, text=text), holder, linked))

    def _space_out(self, tag: str) -> None:
        if tag in BREAKS or tag in BLOCK_IN_CELL or tag in CELLS:
            self._words.append(" ")

    def _end_cell(self) -> None:
        self._cells.append(squeeze("".join(self._words)))
        self._words = []

    def _end_row(self) -> None:
        self._end_cell()
        self._add(BlockKind.TABLE_ROW, " | ".join(filter(None, self._cells)), 0)
        self._row = None


def _hides(element: etree._Element, tag: str) -> bool:
    """Tell whether an element's words are not shown. trafilatura's `head` is a heading, HTML's is not shown."""
    return tag in INVISIBLE or (tag == "head" and _tag(element.getparent()) == "html")


def _is_link(element: etree._Element) -> bool:
    """Tell whether an `a` is a link to another page."""
    return not (element.get("href") or "#").startswith("#")


def _tag(element: etree._Element | None) -> str | None:
    return None if element is None else element.tag


def _starts_block(element: etree._Element, tag: str) -> bool:
    """Tell whether an element begins a block. trafilatura also writes HTML's inline `q` as `quote`, `pre` as `code`."""
    if tag == "quote":
        return _tag(element.getparent()) not in ("p", "head", "item", "hi")
    if tag == "code":
        return _stands_alone(element)
    return tag in KINDS or tag in CONTAINERS


def _stands_alone(element: etree._Element) -> bool:
    """Tell whether an element stands between blocks, with no words of a sentence before or after it."""
    parent, before = element.getparent(), element.getprevious()
    if _tag(parent) != "body" or (element.tail or "").strip():
        return False
    return not ((parent.text if before is None else before.tail) or "").strip()


def _row_of(cell: etree._Element) -> etree._Element | None:
    return next(cell.iterancestors(*ROWS), None)


def _is_layout(row: etree._Element) -> bool:
    """Tell whether a row only places other blocks on the page: one cell, with blocks or a table in it."""
    cells = [child for child in row if child.tag in CELLS]
    return len(cells) == 1 and next(_inner_blocks(cells[0]), None) is not None


def _inner_blocks(cell: etree._Element) -> Iterator[etree._Element]:
    return (element for element in cell.iterdescendants() if element.tag in BLOCK_IN_CELL)
