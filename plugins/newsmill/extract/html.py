"""Read an HTML page: the extractor finds the article's body, `metadata` reads the rest, from one parse.

Owns parsing, the order of the steps and the fall-backs. Keep out: how large a page may be (bounds), calling trafilatura
(engine), elements to blocks (blocks), metadata.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura import baseline as take_all_paragraphs

from newsmill.extract.blocks import Placed, outermost, placed_blocks, squeeze, squeeze_code, texts_of, tree_blocks
from newsmill.extract.bounds import check_bounds, may_be_too_large
from newsmill.extract.container import only_container
from newsmill.extract.draft import Draft, ExtractError
from newsmill.extract.engine import Focus, best_reading, chars_of, extracted
from newsmill.extract.failures import problem_of, read_told
from newsmill.extract.gaps import completed
from newsmill.extract.hidden import is_markup, scripted_body, told_body
from newsmill.extract.lines import line_blocks
from newsmill.extract.metadata import PageMetadata, page_metadata
from newsmill.extract.statements import Statements
from newsmill.extract.tree import clean_tree
from newsmill.model import Block, BlockKind

EMPTY = "<html><body></body></html>"
SPACES = bytes.maketrans(b"\x0b\x0c\x1c\x1d\x1e\x1f", b" " * 6)
"""White space that lxml parses and refuses where it is moved."""
CONTROLS = bytes((*range(0x09), *range(0x0E, 0x1C), 0x7F))
UNFIT_LONGER = (re.compile(rb"\xc2[\x80-\x84\x86-\x9f]"), re.compile(rb"\xef\xbf[\xbe\xbf]"))
"""What no text holds (`blocks.NO_TEXT`), as bytes of UTF-8: passes over bytes take half the time of one over text."""
UNFIT_REFERENCE = re.compile(
    rb"&#(?:0*(?:[1-8]|1[124-9]|2[0-9]|3[01]|6553[45])(?![0-9])|x0*(?:[1-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f]));?",
    re.IGNORECASE,
)
"""The same as numbers: word processors write line ends as `&#11;`."""
ELEMENTS = etree.ElementDefaultClassLookup(element=HtmlElement)
"""One class for all elements: lxml.html has others for forms and inputs, and chooses in Python, element by element."""


def read_page(content: str, url: str | None = None, known_names: tuple[str, ...] = ()) -> Draft:
    """Read one page.

    Args:
        content: the page, decoded; what it says of its own encoding no longer counts.
        url: its address, if known.
        known_names: what the outlet is called.

    Raises:
        ExtractError: the page is beyond the bounds of a page.
    """
    root = parse_html(content)
    page = Statements(root)
    found = page_metadata(page, url, known_names)
    told = read_told(page, found.url)
    scripts = list(page.elements("script"))
    clean_tree(root)
    placed = placed_blocks(root)
    blocks = (
        _shown_blocks(root, placed, told_body(page.node), found)
        or _unshown(scripted_body(script.text or "" for script in scripts))
        or tree_blocks(take_all_paragraphs(deepcopy(root))[0])
    )
    blocks = _relabelled(blocks, root)
    return Draft(
        blocks=blocks,
        problem=problem_of(blocks, placed, told),
        title=found.title,
        description=found.description,
        authors=found.authors,
        tags=found.tags,
        published=found.published,
        modified=found.modified,
        language=found.language,
        url=found.url,
        outlet_authors=found.outlet_authors,
        choices=found.choices,
    )


def parse_html(content: str) -> HtmlElement:
    """Parse a whole page or a fragment; an empty one gives an empty page.

    Raises:
        ExtractError: it has more elements than `bounds` lets through, or they are nested deeper.
    """
    data = _fitting(content)
    if may_be_too_large(data):
        check_bounds(data)
    parser = _parser(huge_tree=False)
    root = _parse(data, parser)
    if not any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        return root
    check_bounds(data)
    # Past 256 levels libxml2 drops the rest of the page, unless it is told that this is wanted.
    return _parse(data, _parser(huge_tree=True))


def _fitting(content: str) -> bytes:
    """Return a page in UTF-8 without what no text holds."""
    data = content.encode("utf-8", "ignore").translate(SPACES, CONTROLS)  # what is ignored are lone surrogates
    for unfit in UNFIT_LONGER:
        data = unfit.sub(b"", data)
    return UNFIT_REFERENCE.sub(b" ", data)


def _shown_blocks(root: HtmlElement, placed: Sequence[Placed], told: str, found: PageMetadata) -> tuple[Block, ...]:
    """Return the blocks of a page's article.

    They are what its one container holds, or what trafilatura found, and what either left out; where these are no more
    than a block, what JSON-LD tells of the body; where there is none, trafilatura's recall.

    Args:
        root: the cleaned page.
        placed: all its blocks.
        told: the body as JSON-LD has it.
        found: what the page says of itself; its description tells the lead.
    """
    blocks = completed(only_container(placed) or best_reading(root, placed), placed, _lead_told(found))
    if len(blocks) <= 1:  # trafilatura reads `articleBody` too, and makes one paragraph of it
        unshown = _unshown(told)
        if chars_of(unshown) + len(unshown) > chars_of(blocks):  # with the spaces between its paragraphs, no less text
            blocks = unshown
    return blocks or extracted(root, Focus.RECALL)


def _lead_told(found: PageMetadata) -> str | None:
    """Return the description, by which a page's lead is known; None where the lead is no part of the text.

    In English a line under the headline sums up what the text then tells from its start; elsewhere (Vorspann, chapô,
    entradilla, ingress, perex) the lead tells it, and the text goes on from there. Whether it counts as text is a
    convention, which two collections of pages settle in opposite ways: one leaves out all of its 29 leads (27 in
    English), the other keeps all of its 36 (8 in English), of one outlet even, from the same markup. Nothing in the
    pages tells the two apart: 16 and 19 of these stand in a `header`, 23 and 28 end in a full stop; class, length,
    distance from text and headline, and how much of the lead the text says again do not differ either; seven are `h2`
    or `h3`, all of the first. The language agrees with both in 55 of 65.
    """
    is_english = (found.language or "en").lower().startswith("en")
    return None if is_english else found.description


def _unshown(text: str) -> tuple[Block, ...]:
    """Return the blocks of a text that the page does not show; none where it is too large or nested too deep."""
    try:
        if not is_markup(text):
            return line_blocks(text)
        root = parse_html(text)
    except ExtractError:
        return ()
    return extracted(root, Focus.PRECISION) or tree_blocks(root)


def _relabelled(blocks: tuple[Block, ...], root: HtmlElement) -> tuple[Block, ...]:
    """Give captions, fold-out labels and code the kind and lines that trafilatura's tree no longer tells."""
    captions, labels = texts_of(root, "figcaption"), texts_of(root, "summary")
    codes = {squeeze(text): squeeze_code(text) for text in map(_words, outermost(root, "pre"))}
    return tuple(_relabel(block, captions, labels, codes) for block in blocks)


def _relabel(block: Block, captions: frozenset[str], labels: frozenset[str], codes: dict[str, str]) -> Block:
    if block.text in labels:
        return Block(kind=BlockKind.LABEL, text=block.text)
    if block.text in captions:
        return Block(kind=BlockKind.CAPTION, text=block.text)
    if block.text in codes:
        return Block(kind=BlockKind.CODE, text=codes[block.text])
    return block


def _words(element: HtmlElement) -> str:
    return "".join(element.itertext())


def _parser(*, huge_tree: bool) -> HTMLParser:
    """Make a parser of one page: its error log is its own, and nothing is left over from another page."""
    parser = HTMLParser(
        encoding="utf-8", collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True,
        huge_tree=huge_tree,
    )  # fmt: skip
    parser.set_element_class_lookup(ELEMENTS)
    return parser


def _parse(data: bytes, parser: HTMLParser) -> HtmlElement:
    try:
        return document_fromstring(data, parser=parser)
    except etree.ParserError:  # nothing but white space or comments
        return document_fromstring(EMPTY, parser=parser)
