"""Find whom a page names as its authors: every place that may name them, and the vote between them.

Owns the places and how reliable each was measured to be. Keep out: taking bylines apart (authors), the count (vote),
bylines in the text itself (printed).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from lxml import etree

from newsmill.extract import jsonld
from newsmill.extract.authors import MAX_LINE, is_name, looks_like_person, names, opens_byline, plain
from newsmill.extract.blocks import SPACES_A_CHAR, squeeze, unique
from newsmill.extract.standing import OwnPart
from newsmill.extract.statements import MAX_LOOKED_AT, MAX_MARK, Statements
from newsmill.extract.vote import Claim, Outcome, decide, weight_of

META = (
    "article:author", "parsely-author", "sailthru.author", "cxenseparse:author", "citation_author", "byl", "author",
    "dc.creator", "dcterms.creator",
)  # fmt: skip
PLACES = {
    "JSON-LD author": (87, 4),
    "meta article:author": (14, 2),
    "meta author": (28, 8),
    "meta parsely-author": (3, 0),
    "meta cxenseparse:author": (2, 1),
    "meta sailthru.author": (1, 0),
    "microdata author": (5, 1),
    "rel=author": (14, 2),
    "byline": (70, 5),
    "author link": (45, 3),
}
"""Where authors are named, and on how many pages of fundus-dev each place had the gold's list, and another one."""
RARE = (1, 1)
"""What a place counts for that fundus-dev never or hardly shows."""

BYLINE_CLASS = re.compile(
    r"(?i)(?:^|[\s_-])(?:by-?lines?|authors?|autor(?:en|es)?|auteurs?)(?:$|[\s_-])|[a-z](?:Author|Byline)"
)
OTHERS_CLASS = re.compile(
    r"(?i)caption|credit|photo|image|picture|foto|comment|gallery|figure|copyright|biography|-bio\b"
)
"""Classes of what names photographers and readers, or tells an author's life."""
AUTHOR_PATH = re.compile(
    r"(?i)/(?:authors?|autor(?:en|es|i|zy)?|auteurs?|redakt(?:ion|eure|orzy)|redaccion|byline|staff|"
    r"reporters?|journalistes?|journalists?|contributors?|columnists?|writers?|firmas?|skribenter|yazar(?:lar)?|avtor(?:y|i)?)/"
)
MAX_BYLINES = 3
MAX_BYLINE_WORDS = 20
"""Words of a visible byline: three names, a date and a reading time."""
OPENING_WORDS = 3
"""Words in which a byline's opening and the name behind it begin: "Written by Jane"."""
MAX_BOX_WORDS = 60
"""Words of an element whose class says author: more, and it holds the story too."""
MIN_STORY_WORDS = 20
"""Words of a paragraph of the story, or of its standfirst."""
MAX_LEADS = 1
"""Such paragraphs before a byline: the standfirst."""
BYLINE_TAGS = ("p", "div", "span", "address", "li", "small", "em", "strong", "b", "cite")


def page_authors(page: Statements, own: OwnPart, site: tuple[str, ...]) -> Outcome[tuple[str, ...]] | None:
    """Return the page's authors as most of its places have them; never the outlet itself."""
    claims = []
    for source, texts in _places(page, own):
        found = names(texts, site)
        if found:
            first = source.split()[0]
            voice = first if first in ("JSON-LD", "meta") else "visible"
            weight = weight_of(*PLACES.get(source, RARE))
            claims.append(Claim(value=found, source=source, weight=weight, voice=voice))
    return decide(claims, alike=lambda one, other: set(map(plain, one)) == set(map(plain, other)))


def outlet_authors(page: Statements, site: tuple[str, ...]) -> tuple[str, ...]:
    """Return the outlet's name where the page names it as the author: what is left where no person is named."""
    own = set(map(plain, site))
    written = (*_node_authors(page), *page.of_meta("author", "article:author"))
    return unique(name for text in written if plain(name := squeeze(text)) in own and is_name(name))[:1]


def _places(page: Statements, own: OwnPart) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the places that name authors, the most trusted first, each with what it says."""
    yield "JSON-LD author", _node_authors(page)
    yield from ((f"meta {key}", page.of_meta(key)) for key in META)
    marked = _own(page.marked("author"), own)
    yield "microdata author", (_inner_name(element) for element in marked)
    yield "rel=author", (_spaced(element) for element in _own(page.by_author(), own))
    head = list(_head(own))
    yield "byline", _byline(own, head)
    yield "author link", _linked(own, head)


def _node_authors(page: Statements) -> Iterator[str]:
    for author in jsonld.as_list(page.node.get("author")) or jsonld.as_list(page.node.get("creator")):
        yield from (text for item in _author_names(author) if (text := jsonld.text_of(item)))


def _author_names(author: Any) -> list[Any]:
    """Return the names of a JSON-LD author: a string, a node with one or more names, or a person in two parts."""
    if not isinstance(author, dict):
        return [author]
    if author.get("name"):
        return jsonld.as_list(author["name"])
    parts = (jsonld.text_of(author.get(key)) for key in ("givenName", "familyName"))
    return [" ".join(filter(None, parts))]


def _own(elements: Iterable[etree._Element], own: OwnPart) -> Iterator[etree._Element]:
    """Yield the elements that belong to the article, not to a teaser, a comment or a photo."""
    return (element for element in islice(elements, MAX_LOOKED_AT) if not own.is_foreign(element) and _is_text(element))


def _is_text(element: etree._Element) -> bool:
    around = (element, *islice(element.iterancestors(), 3))
    return not any(outer.tag in ("figure", "figcaption") or OTHERS_CLASS.search(_marks(outer)) for outer in around)


def _marks(element: etree._Element) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"


def _inner_name(element: etree._Element) -> str:
    inner = element.find(".//*[@itemprop='name']")
    return _spaced(inner if inner is not None else element)


def _byline(own: OwnPart, head: Sequence[etree._Element]) -> Iterator[str]:
    """Yield the persons in the first element below the headline that is marked, or begins, as a byline."""
    marked = (element for element in own.below_headline if _is_marked(element))
    opened = (element for element in head if _opens_byline(element))
    found = (*islice(_own(marked, own), MAX_BYLINES), *islice(_own(opened, own), MAX_BYLINES))
    for element in found:
        inner = [_spaced(part) for part in islice(element.iter("a", "li", "span"), MAX_LOOKED_AT)]
        for texts in (inner, [_spaced(element)]):
            persons = [name for name in names(texts) if looks_like_person(name)]
            if persons:
                yield from persons
                return


def _spaced(element: etree._Element) -> str:
    """Return as many of an element's words as are looked at for names.

    A space stands between its parts: a name and a place may stand in lines of their own.
    """
    content = element.get("content")
    return squeeze(content) if content else _first_words(element)


def _is_marked(element: etree._Element) -> bool:
    if not _says_byline((element.get("class") or "")[:MAX_MARK]):
        return False
    return len(_first_words(element, MAX_BOX_WORDS).split()) <= MAX_BOX_WORDS


@lru_cache(maxsize=1 << 14)  # a site's pages have the same names
def _says_byline(names: str) -> bool:
    return BYLINE_CLASS.search(names) is not None


def _opens_byline(element: etree._Element) -> bool:
    if element.tag not in BYLINE_TAGS or _opens_otherwise(element.text):
        return False
    opening = _first_words(element, OPENING_WORDS)
    if len(opening.split(None, OPENING_WORDS)) > OPENING_WORDS and not opens_byline(opening):
        return False
    words = _first_words(element, MAX_BYLINE_WORDS)
    return 0 < len(words.split()) <= MAX_BYLINE_WORDS and opens_byline(words)


def _opens_otherwise(text: str | None) -> bool:
    """Tell whether an element's own first words are enough to see that they open no byline, as of most paragraphs."""
    return text is not None and len(text.split(None, OPENING_WORDS)) > OPENING_WORDS and not opens_byline(text.strip())


def _first_words(element: etree._Element, most: int = MAX_LINE) -> str:
    """Return an element's words as far as it takes to see that they are too many for a byline.

    Args:
        element: the element.
        most: words; more of them are not all read.
    """
    parts, chars, words = [], 0, 0
    for text in element.itertext():
        part = text[: MAX_LINE * SPACES_A_CHAR].split()
        if not part:
            continue
        parts += part
        words += len(part)
        chars += sum(map(len, part)) + len(part) - 1
        if chars > MAX_LINE or words > most:
            break
    return squeeze(" ".join(parts))


def _linked(own: OwnPart, head: Sequence[etree._Element]) -> Iterator[str]:
    """Yield the persons below the headline who are links to a page of theirs."""
    links = (element for element in head if element.tag == "a" and AUTHOR_PATH.search(element.get("href") or ""))
    return (name for link in _own(links, own) if looks_like_person(name := _spaced(link)))


def _head(own: OwnPart) -> Iterator[etree._Element]:
    """Yield the elements between the headline and the story: past its second paragraph stand links to other texts."""
    paragraphs = 0
    for element in own.below_headline:
        paragraphs += element.tag == "p" and len(_first_words(element, MIN_STORY_WORDS).split()) >= MIN_STORY_WORDS
        if paragraphs > MAX_LEADS:
            return
        yield element
