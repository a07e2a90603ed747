"""Read an HTML page's metadata: JSON-LD, OpenGraph and other meta elements, microdata, visible headings.

Owns which of them is believed first. Keep out: taking names and titles apart (authors, titles), parsing dates, the
article's text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from newsmill.extract import jsonld
from newsmill.extract.authors import looks_like_person, names, plain
from newsmill.extract.blocks import squeeze, squeezed, unique
from newsmill.extract.draft import DateClue
from newsmill.extract.standing import OwnPart
from newsmill.extract.titles import MAX_SITE_WORDS, logos_among, tidy_title
from newsmill.extract.urls import canonical_url, is_home
from newsmill.model import DateSource
from newsmill.registry import host_of

PUBLISHED = (
    "article:published_time", "og:published_time", "datepublished", "date", "dc.date.issued", "dcterms.created",
    "dc.date", "dcterms.date", "dc.date.created", "pubdate", "publishdate", "publish-date", "publish_date",
    "published_at",
    "article.published", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "cxense:publishtime",
    "article:published", "published", "datecreated", "date.release", "citation_publication_date",
)  # fmt: skip
MODIFIED = (
    "article:modified_time", "og:updated_time", "datemodified", "dc.date.modified", "dcterms.modified", "last-modified",
    "lastmod", "article.updated",
)  # fmt: skip
AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl",
           "cxenseparse:author", "citation_author")  # fmt: skip
TAGS = ("article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "keywords")
SITE = ("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher")
MAX_TAGS = 50
"""More are a search engine's bait, not tags."""

BYLINE_CLASS = re.compile(
    r"(?i)(?:^|[\s_-])(?:by-?lines?|authors?|autor(?:en|es)?|auteurs?)(?:$|[\s_-])|[a-z](?:Author|Byline)"
)
MAX_BYLINES = 3
MAX_LOOKED_AT = 100
"""Elements of one sort (headings, dates) that are looked at: no article's own is past them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """What a page says of itself; None or empty where it says nothing."""

    title: str | None
    description: str | None
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    published: tuple[DateClue, ...]
    modified: tuple[DateClue, ...]
    language: str | None
    url: str | None


def page_metadata(root: etree._Element, url: str | None = None, known_names: tuple[str, ...] = ()) -> PageMetadata:
    """Read a parsed page's metadata.

    Args:
        root: the whole page; not changed.
        url: the page's own address, if it is known; relative links are resolved against it.
        known_names: what the outlet is called, apart from what the page says.
    """
    page = _Page(root)
    canonical = page.canonical(url)
    host = host_of(url or canonical)
    site = (*known_names, *page.site_names(), host, host.split(".")[0])
    title = page.title(site, host)
    page.own = OwnPart(root, title)
    return PageMetadata(
        title=title,
        description=page.first_text(page.of_node("description"), page.of_meta("og:description", "description")),
        authors=page.authors(site),
        tags=page.tags(),
        published=page.dates("datePublished", PUBLISHED),
        modified=page.dates("dateModified", MODIFIED),
        language=page.language(),
        url=canonical,
    )


class _Page:
    """A page's metadata, indexed once."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.own = OwnPart(root, None)
        self.node = jsonld.article_node(root)
        self.meta: dict[str, list[str]] = {}
        for element in root.iter("meta"):
            name = element.get("property") or element.get("name") or element.get("itemprop") or ""
            content = element.get("content")
            if name and content and content.strip():
                self.meta.setdefault(name.strip().lower(), []).append(content)

    def of_meta(self, *keys: str) -> Iterator[str]:
        return (value for key in keys for value in self.meta.get(key, ()))

    def of_node(self, *keys: str) -> Iterator[str]:
        return (text for key in keys if (text := jsonld.text_of(self.node.get(key))))

    def first_text(self, *found: Iterator[str]) -> str | None:
        return next((text for values in found for value in values if (text := squeezed(value))), None)

    def site_names(self) -> tuple[str, ...]:
        """Return what the page calls its outlet."""
        found = unique((*self.of_meta(*SITE), *self.of_node("publisher")))
        return tuple(name for name in found if "://" not in name and len(name.split()) <= MAX_SITE_WORDS)

    def title(self, site: tuple[str, ...], host: str) -> str | None:
        """Return the headline as JSON-LD, OpenGraph, an h1 or the title element has it, in this order."""
        written = unique((*islice(self.of_elements("title"), 1), *islice(self.of_meta("og:title"), 1)))
        found = tuple(islice(self.of_elements("h1"), MAX_LOOKED_AT))
        logos = logos_among(found, islice(self.of_elements("h2"), MAX_LOOKED_AT), written, site)
        headings = tuple(text for text in found if text not in logos)
        site = (*site, *logos)
        candidates = (
            self.of_node("headline"),
            self.of_meta("og:title"),
            headings,
            self.of_node("name"),
            self.of_meta("twitter:title", "dc.title"),
            self.of_elements("title"),
        )
        own = {plain(name) for name in site}
        titles = (tidy_title(text, site, host, headings) for found in candidates for text in found)
        return next((title for title in titles if title and plain(title) and plain(title) not in own), None)

    def of_elements(self, tag: str) -> Iterator[str]:
        return (text for element in self.root.iter(tag) if (text := squeeze("".join(element.itertext()))))

    def authors(self, site: tuple[str, ...]) -> tuple[str, ...]:
        """Return the authors of the first place that names any."""
        places: tuple[Callable[[], Iterator[str]], ...] = (
            self.node_authors,
            lambda: self.of_meta(*AUTHORS),
            self.marked_authors,
            self.byline_authors,
        )
        return next((found for place in places if (found := names(place(), site))), ())

    def node_authors(self) -> Iterator[str]:
        for author in jsonld.as_list(self.node.get("author")) or jsonld.as_list(self.node.get("creator")):
            yield from (text for item in _author_names(author) if (text := jsonld.text_of(item)))

    def marked_authors(self) -> Iterator[str]:
        """Yield the words of elements marked as the author: microdata, rel=author."""
        for element in self.root.iterfind(".//*[@itemprop='author']"):
            inner = element.find(".//*[@itemprop='name']")
            yield _words(inner if inner is not None else element)
        for element in self.root.iterfind(".//*[@rel='author']"):
            yield _words(element)

    def byline_authors(self) -> Iterator[str]:
        """Yield the persons in the first element below the headline whose class says that it holds the byline."""
        marked = (element for element in self.own.below_headline() if BYLINE_CLASS.search(element.get("class") or ""))
        for element in islice(marked, MAX_BYLINES):
            inner = [_words(part) for part in element.iter("a", "li", "span")]
            for texts in (inner, [_words(element)]):
                persons = [name for name in names(texts) if looks_like_person(name)]
                if persons:
                    yield from persons
                    return

    def tags(self) -> tuple[str, ...]:
        """Return the tags of the first place that has any."""
        fields: list[Any] = [self.node.get("keywords"), *(self.meta.get(key) for key in TAGS)]
        for value in fields:
            texts = (text for item in jsonld.as_list(value) if (text := jsonld.text_of(item)))
            found = unique(part for text in texts for part in text.replace(";", ",").split(","))
            if found:
                return found[:MAX_TAGS]
        return ()

    def dates(self, key: str, meta: tuple[str, ...]) -> tuple[DateClue, ...]:
        found = [(f"JSON-LD {key}", value) for value in self.of_node(key)]
        found += [(f"meta {name}", value) for name in meta for value in self.meta.get(name, ())]
        found += [(f"itemprop {key}", value) for value in self.marked_dates(key)]
        if key == "datePublished":
            found += [("time element", value) for value in self.time_elements()]
        return tuple(DateClue(field=field, value=value, source=DateSource.METADATA) for field, value in found)

    def marked_dates(self, key: str) -> Iterator[str]:
        for element in islice(self.root.iterfind(f".//*[@itemprop='{key}']"), MAX_LOOKED_AT):
            if self.own.is_foreign(element):
                continue
            yield element.get("datetime") or element.get("content") or _words(element)

    def time_elements(self) -> Iterator[str]:
        """Yield the dates of the article's first time elements, the ones marked as the publication first."""
        dated = islice((element for element in self.root.iter("time") if element.get("datetime")), MAX_LOOKED_AT)
        times = [element for element in dated if self.own.holds(element)]
        marked = [element for element in times if element.get("pubdate") is not None]
        return (element.get("datetime") for element in (*marked, *times)[:3])

    def language(self) -> str | None:
        html = self.root if self.root.tag == "html" else self.root.find(".//html")
        declared = (
            (html.get("lang") or html.get("{http://www.w3.org/XML/1998/namespace}lang")) if html is not None else None
        )
        return self.first_text(iter(filter(None, (declared,))), self.of_node("inLanguage"), self.of_meta("og:locale"))

    def canonical(self, url: str | None) -> str | None:
        """Return the page's own address: the first that is more than the site's home page, if any is."""
        links = (link.get("href") for link in self.root.iter("link") if "canonical" in (link.get("rel") or "").lower())
        written = unique((*filter(None, links), *self.of_meta("og:url"), *self.of_node("url")))
        found = [address for text in written if (address := _absolute(url, text))]
        own = (address for address in found if (plain_address := canonical_url(address)) and not is_home(plain_address))
        return next(own, found[0] if found else None)


def _absolute(base: str | None, text: str) -> str | None:
    try:
        return urljoin(base or "", text)
    except ValueError:
        return None


def _author_names(author: Any) -> list[Any]:
    """Return the names of a JSON-LD author: a string, a node with one or more names, or a person in two parts."""
    if not isinstance(author, dict):
        return [author]
    if author.get("name"):
        return jsonld.as_list(author["name"])
    parts = (jsonld.text_of(author.get(key)) for key in ("givenName", "familyName"))
    return [" ".join(filter(None, parts))]


def _words(element: etree._Element) -> str:
    return squeeze(element.get("content") or "".join(element.itertext()))
