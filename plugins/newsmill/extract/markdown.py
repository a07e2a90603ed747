"""Read Markdown: metadata from front matter, blocks from the body and the HTML in it.

Owns the keys of front matter. Keep out: finding and parsing it (frontmatter), dates, elements to blocks (blocks).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

from newsmill.extract.blocks import squeeze, squeezed, tree_blocks, unique
from newsmill.extract.bounds import check_size
from newsmill.extract.draft import DateClue, Draft, ExtractError
from newsmill.extract.html import parse_html
from newsmill.extract.urls import canonical_url
from newsmill.frontmatter import find_front_matter, parse_front_matter
from newsmill.model import Block, BlockKind, DateSource, Reason, Source
from newsmill.yamlfile import YamlError

MAX_NESTING = 200
"""Quotes and lists within one another. markdown-it drops what lies deeper (its default is 20) without a word."""

MAX_INLINE_NESTING = 20
"""Links within one another in a line: deeper brackets stay text, and each is looked at as many times (its default)."""
MAX_CHARS = 500_000
"""Characters of a body. The parser takes 500 times their memory, and a second for each 60,000 in the worst case."""

TASK_BOX = re.compile(r"^\[[ xX]\] (?=\S)")
"""GitHub Flavored Markdown, 5.3: "[ ]" or "[x]" and a space at the start of a list item."""
TITLES = ("title", "headline")
DESCRIPTIONS = ("description", "summary", "excerpt", "subtitle", "dek")
PUBLISHED = ("date", "published", "published_at", "publishDate", "pubDate", "datePublished", "created")
MODIFIED = ("modified", "modified_at", "updated", "updated_at", "lastmod", "last_modified_at", "dateModified")
AUTHORS = ("authors", "author", "byline")
TAGS = ("tags", "keywords", "categories")
LANGUAGES = ("language", "lang", "locale")
URLS = ("canonical_url", "canonical", "canonicalURL", "url", "permalink", "link")
LINKS = ("link", "url", "href")

Fields = Mapping[str, Any]


def read_markdown(content: str) -> Draft:
    """Read one Markdown file; without front matter the first heading is its title.

    Raises:
        ExtractError: the front matter is not YAML or TOML that we accept, or something is too large or too deep.
    """
    fields, body = split_front_matter(content)
    check_size(body, MAX_CHARS)
    blocks = tuple(map(_without_box, tree_blocks(parse_html(_rendered(body)))))
    headings = (block.text for block in blocks if block.kind is BlockKind.HEADING)
    return Draft(
        blocks=blocks,
        title=_text(fields, TITLES) or (next(headings, None) if _starts_with_heading(blocks) else None),
        description=_text(fields, DESCRIPTIONS),
        authors=_texts(fields, AUTHORS, split=False),
        tags=_texts(fields, TAGS, split=True),
        sources=tuple(_sources(fields)),
        published=_clues(fields, PUBLISHED),
        modified=_clues(fields, MODIFIED),
        language=_text(fields, LANGUAGES),
        url=next((url for key in URLS if (url := canonical_url(_scalar(fields.get(key))))), None),
        origin="front matter",
    )


def split_front_matter(content: str) -> tuple[Fields, str]:
    """Return the front matter's fields and the body; no fields where the file begins otherwise.

    Raises:
        ExtractError: what plainly is front matter (a line `---` or `+++`, then a key) is not YAML or TOML that we
            accept, is no mapping, or has no end.
    """
    found = find_front_matter(content)
    if found is None:
        return {}, content
    if found.end is None:
        line = f"the line '{found.fence}' that opens it has no second one that closes it"
        raise _bad(f"line 1: {line}; add it after the last field")
    try:
        fields = parse_front_matter(found, content)
    except YamlError as error:
        raise _bad(f"{error} (counted from the line after '{found.fence}'); mend it, or quote the value") from None
    if not isinstance(fields, dict):
        raise _bad("it is no list of 'key: value' lines; write one field a line")
    return {str(key): value for key, value in fields.items()}, content[found.end :]


def _bad(detail: str) -> ExtractError:
    return ExtractError(Reason.BAD_FRONT_MATTER, f"front matter: {detail}")


@cache
def _parser() -> MarkdownIt:
    parser = _configured(MAX_NESTING)
    parser.core.ruler.at("inline", _parse_inline)
    return parser


@cache
def _inline_parser() -> MarkdownIt:
    return _configured(MAX_INLINE_NESTING)


def _configured(nesting: int) -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True, "maxNesting": nesting}).enable(["table", "strikethrough"])


def _parse_inline(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline":
            token.children = []
            _inline_parser().inline.parse(token.content, _inline_parser(), state.env, token.children)


def _rendered(body: str) -> str:
    """Return Markdown as HTML.

    Raises:
        ExtractError: quotes or lists are nested so deep that the parser drops what is in them.
    """
    tokens = _parser().parse(body)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        raise ExtractError(
            Reason.TOO_DEEP,
            f"quotes or lists are nested {MAX_NESTING} deep or more, which no article needs: look what made this file",
        )
    return str(_parser().renderer.render(tokens, _parser().options, {}))


def _without_box(block: Block) -> Block:
    """Take the box off an item of a task list: it is structure, as a bullet is."""
    if block.kind is not BlockKind.LIST_ITEM:
        return block
    return Block(kind=block.kind, text=TASK_BOX.sub("", block.text))


def _starts_with_heading(blocks: tuple[Block, ...]) -> bool:
    return bool(blocks) and blocks[0].kind is BlockKind.HEADING


def _scalar(value: Any) -> str | None:
    """Return a scalar, or the name in a mapping; None for anything else."""
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("title")
    return squeezed(value) if isinstance(value, str) else None


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(fields: Fields, keys: Iterable[str]) -> str | None:
    return next((text for key in keys for item in _items(fields.get(key)) if (text := _scalar(item))), None)


def _texts(fields: Fields, keys: Iterable[str], *, split: bool) -> tuple[str, ...]:
    """Return the texts of the first key that has any: a list's items, or one string, if asked split at commas."""
    for key in keys:
        value = fields.get(key)
        texts = [text for item in _items(value) if (text := _scalar(item))]
        if split and isinstance(value, str):
            texts = re.split(r"[,;]", value)
        if found := unique(texts):
            return found
    return ()


def _clues(fields: Fields, keys: Iterable[str]) -> tuple[DateClue, ...]:
    return tuple(
        DateClue(field=f"front matter {key}", value=text, source=DateSource.METADATA)
        for key in keys
        if (text := _scalar(fields.get(key)))
    )


def _sources(fields: Fields) -> Iterator[Source]:
    """Yield the entries of `sources` in their order, each address with the title that the front matter has for it."""
    titles = _titles(fields)
    value = fields.get("sources") or fields.get("source")
    items = value.split() if isinstance(value, str) and "://" in value else _items(value)
    seen = set()
    for item in items:
        url, name = _source(item)
        source = Source(name=name or titles.get(url or ""), url=url)
        if source not in seen and source != Source():
            seen.add(source)
            yield source


def _source(item: Any) -> tuple[str | None, str | None]:
    """Return the address and the name of one entry."""
    if isinstance(item, Mapping):
        return _link(item), _scalar(item.get("title")) or _scalar(item.get("name"))
    if not isinstance(item, str):
        return None, None
    url = canonical_url(item)
    return (url, None) if url else (None, squeezed(item))


def _titles(fields: Fields) -> dict[str, str]:
    """Return the titles of addresses in any of the front matter's lists of mappings with a link and a title."""
    entries = (
        item for value in fields.values() if isinstance(value, list) for item in value if isinstance(item, Mapping)
    )
    pairs = ((_link(entry), entry.get("title")) for entry in entries)
    return {url: squeeze(title) for url, title in pairs if url and isinstance(title, str) and title.strip()}


def _link(entry: Mapping[str, Any]) -> str | None:
    return next((url for key in LINKS if isinstance(entry.get(key), str) and (url := canonical_url(entry[key]))), None)
