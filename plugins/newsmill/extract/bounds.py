"""How large a page's tree may be: elements, depth, attributes, and how much of it lies how deep.

Owns these bounds, and telling a page beyond them before a tree is built. Every bound stands far above what pages have:
of 303 measured ones the largest has 3,319 elements, 51 levels and 64 attributes in one element. Keep out: bytes (read),
parsing (html).

Parsers and extractors are linear in most of a page, and not in all: XPath compares siblings with siblings, libxml2
walks an element's attributes for each it adds, and what is asked of an element is often asked of all around it. A page
below these bounds takes seconds in the worst case, whatever it is made of; one beyond them is no article.
"""

from __future__ import annotations

from collections.abc import Sized

from lxml import etree

from newsmill.extract.draft import ExtractError
from newsmill.model import Reason

LARGE = 512 * 1024
"""Bytes up to which a page with few signs `<` is not looked at: as many bytes of attributes take five seconds."""
MAX_ELEMENTS = 50_000
"""Elements of a page. trafilatura compares siblings: 125,000 short paragraphs took it half a minute, as many as this
five seconds."""
FEW = MAX_ELEMENTS // 2
"""Signs `<` that cannot make too many elements, though the parser adds some of its own (html, body, p)."""
MAX_DEPTH = 1000
"""Nested elements. Real pages nest some tens deep; a tree of tens of thousands overflows C stacks."""
MAX_ATTRIBUTES = 1000
"""Attributes of one element. libxml2 builds their list in time that grows with the square of their number."""
ELEMENT_CHARS = 100
"""Characters of text that take about as long to look at as an element."""
MAX_LAID_DEEP = 1_000_000_000
"""Characters of text, and elements as said, each times its depth: what is asked of every element about all that is in
it takes time in proportion. Of 303 pages the largest sum is 8,254,019; 10 MB of text 100 levels deep reach this one."""
MAX_LINES = 300_000
"""Lines of a text dump. A book of 10 MB has half as many."""
MAX_BLOCKS = 50_000
"""Blocks of an article, as many as a page has elements: cleaning takes up to half a thousandth of a second for each."""

LINE_ENDS = "\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""What `str.splitlines` splits at; read files have no carriage returns."""


class _Count:
    """A target for the parser that builds nothing, and stops it at the first bound."""

    def __init__(self) -> None:
        self._elements = self._depth = self._laid = 0

    def start(self, _tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        self._lay(ELEMENT_CHARS)
        if self._depth > MAX_DEPTH:
            raise _too_deep(f"elements are nested more than {MAX_DEPTH:,} deep")
        if self._elements > MAX_ELEMENTS:
            raise _too_large(f"the page has more than {MAX_ELEMENTS:,} elements")
        if len(attributes) > MAX_ATTRIBUTES:
            raise _too_large(f"an element has more than {MAX_ATTRIBUTES:,} attributes")

    def end(self, _tag: str) -> None:
        self._depth -= 1

    def data(self, text: str) -> None:
        self._lay(len(text))

    def close(self) -> None:
        """End the page."""

    def _lay(self, chars: int) -> None:
        self._laid += self._depth * chars
        if self._laid > MAX_LAID_DEEP:
            raise _too_deep("much of the page is nested deep")


def may_be_too_large(data: bytes) -> bool:
    """Tell whether a page in UTF-8 is worth a look before it is parsed, as one in ten is."""
    return len(data) > LARGE or data.count(b"<") > FEW


def check_bounds(data: bytes) -> None:
    """Read a page in UTF-8 once, without building a tree: it takes as long as parsing it.

    Raises:
        ExtractError: it has too many elements, or too many attributes in one, or too much of it is nested too deep.
    """
    parser = etree.HTMLParser(
        target=_Count(), encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )  # fmt: skip
    try:
        etree.fromstring(data, parser=parser)
    except etree.ParserError:  # nothing but white space or comments
        return


def check_blocks(blocks: Sized) -> None:
    """Count what was found.

    Raises:
        ExtractError: it is too much for an article.
    """
    if len(blocks) > MAX_BLOCKS:
        raise _too_large(f"it has {len(blocks):,} paragraphs, headings, items and rows, more than {MAX_BLOCKS:,}")


def check_size(text: str, most: int) -> None:
    """Count the characters of a text whose parser takes much of time and memory for each.

    Raises:
        ExtractError: they are too many for an article.
    """
    if len(text) > most:
        raise _too_large(f"it has {len(text):,} characters, more than {most:,}")


def check_lines(content: str) -> None:
    """Count the lines of a text before it is taken apart.

    Raises:
        ExtractError: they are too many for an article.
    """
    lines = sum(map(content.count, LINE_ENDS)) if len(content) > MAX_LINES else 0
    if lines > MAX_LINES:
        raise _too_large(f"it has {lines:,} lines, more than {MAX_LINES:,}")


def _too_large(what: str) -> ExtractError:
    return ExtractError(Reason.TOO_LARGE, f"{what}, which no article needs: look what made this page")


def _too_deep(what: str) -> ExtractError:
    return ExtractError(Reason.TOO_DEEP, f"{what}, which no article needs: look what made this page")
