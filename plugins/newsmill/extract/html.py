"""Read an HTML page: trafilatura finds the article's body, `metadata` reads the rest, from one parse.

Owns parsing and the fall-backs. Keep out: how large a page may be (bounds), elements to blocks (blocks), metadata.
"""

from __future__ import annotations

import logging
import re
from copy import deepcopy
from enum import Enum, auto

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura import bare_extraction
from trafilatura import baseline as take_all_paragraphs
from trafilatura.settings import CUT_EMPTY_ELEMS, Document

from newsmill.extract import jsonld
from newsmill.extract.blocks import NO_TEXT, outermost, squeeze, squeeze_code, texts_of, tree_blocks
from newsmill.extract.bounds import check_bounds, may_be_too_large
from newsmill.extract.draft import Draft, ExtractError
from newsmill.extract.failures import problem_of, read_told
from newsmill.extract.gaps import completed
from newsmill.extract.hidden import is_markup, scripted_body, told_body
from newsmill.extract.lines import line_blocks
from newsmill.extract.metadata import PageMetadata, page_metadata
from newsmill.extract.tree import clean_tree
from newsmill.model import Block, BlockKind

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it warns of each page on which one way fails

SHORT_CHARS = 1000
"""Characters of text under which a page is read a second time: on 303 pages any value from 1,000 to 2,000 did alike."""
MUCH_MORE = 2
"""How many times the text a second reading must find: 1.5 brings boilerplate back, 3 changes nothing."""
EMPTY = "<html><body></body></html>"
UNFIT = re.compile(f"[{NO_TEXT}\x0b\x0c\x1c-\x1f]")
"""What no text holds, and white space that lxml parses and refuses where it is moved."""
UNFIT_REFERENCE = re.compile(
    r"&#(?:0*(?:[1-8]|1[124-9]|2[0-9]|3[01]|6553[45])(?![0-9])|x0*(?:[1-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f]));?",
    re.IGNORECASE,
)
"""The same as numbers: word processors write line ends as `&#11;`."""


class Focus(Enum):
    """What trafilatura prefers when in doubt."""

    PRECISION = auto()
    BALANCED = auto()
    RECALL = auto()


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
    found = page_metadata(root, url, known_names)
    node = jsonld.article_node(root)
    told = read_told(root, node, found.url)
    blocks = _relabelled(article_blocks(root, told_body(node), _lead_told(found)), root)
    return Draft(
        blocks=blocks,
        problem=problem_of(blocks, root, told),
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
    data = UNFIT_REFERENCE.sub(" ", UNFIT.sub(_fitting, content)).encode()
    if may_be_too_large(data):
        check_bounds(data)
    parser = _parser(huge_tree=False)
    root = _parse(data, parser)
    if not any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        return root
    check_bounds(data)
    # Past 256 levels libxml2 drops the rest of the page, unless it is told that this is wanted.
    return _parse(data, _parser(huge_tree=True))


def _fitting(unfit: re.Match[str]) -> str:
    return " " if unfit[0].isspace() else ""


def article_blocks(root: HtmlElement, told: str = "", lead: str | None = None) -> tuple[Block, ...]:
    """Return the blocks of a page's article, and clean its tree.

    Precision first: it leaves less boilerplate in, and on news loses next to nothing. Where that finds little and the
    balanced way much more, it cut the article; where neither finds more than a block, what JSON-LD tells of the body;
    where nothing is found, recall, then markup in scripts, and at last every paragraph.

    Args:
        root: the parsed page; what is no article is dropped from it.
        told: the body as JSON-LD has it.
        lead: what the page says the article is about, where its lead is part of the text.
    """
    scripts = [script.text or "" for script in root.iter("script")]
    clean_tree(root)
    _fill_empty(root)
    blocks = _extracted(root, Focus.PRECISION)
    if _chars(blocks) < SHORT_CHARS:
        balanced = _extracted(root, Focus.BALANCED)
        if _chars(balanced) > MUCH_MORE * _chars(blocks):
            blocks = balanced
    blocks = completed(blocks, root, lead)
    if len(blocks) <= 1:  # trafilatura reads `articleBody` too, and makes one paragraph of it
        unshown = _unshown(told)
        if _chars(unshown) + len(unshown) > _chars(blocks):  # with the spaces between its paragraphs, no less text
            blocks = unshown
    return (
        blocks
        or _extracted(root, Focus.RECALL)
        or _unshown(scripted_body(scripts))
        or tree_blocks(take_all_paragraphs(deepcopy(root))[0])
    )


def _fill_empty(root: HtmlElement) -> None:
    """Put a space into empty elements that text follows: trafilatura's precision mode drops these with that text.

    Icons and hidden words leave such elements behind, and so a paragraph ended at its first formula or icon.
    """
    for element in root.iter(*CUT_EMPTY_ELEMS):
        if element.text is None and element.tail and not element.tail.isspace():
            element.text = " "


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
    return _extracted(root, Focus.PRECISION) or tree_blocks(root)


def _extracted(root: HtmlElement, focus: Focus) -> tuple[Block, ...]:
    """Run trafilatura. Deduplication stays off: it is a memory of the process, and equal pages give unequal text."""
    found = bare_extraction(
        root,
        favor_precision=focus is Focus.PRECISION,
        favor_recall=focus is Focus.RECALL,
        include_comments=False,
        include_tables=True,
        include_formatting=False,
        deduplicate=False,
    )
    return tree_blocks(found.body) if isinstance(found, Document) and found.body is not None else ()


def _chars(blocks: tuple[Block, ...]) -> int:
    return sum(len(block.text) for block in blocks)


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
    return HTMLParser(
        encoding="utf-8", collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True,
        huge_tree=huge_tree,
    )  # fmt: skip


def _parse(data: bytes, parser: HTMLParser) -> HtmlElement:
    try:
        return document_fromstring(data, parser=parser)
    except etree.ParserError:  # nothing but white space or comments
        return document_fromstring(EMPTY, parser=parser)
