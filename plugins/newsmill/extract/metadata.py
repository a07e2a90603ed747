"""Read an HTML page's metadata: JSON-LD, OpenGraph and other meta elements, microdata, visible headings.

Owns description, tags, language, address and the clues to dates. Keep out: the title (headline), authors (bylines),
parsing dates and choosing among them (dates, article), the article's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from newsmill.extract import jsonld
from newsmill.extract.authors import plain
from newsmill.extract.blocks import squeezed, unique
from newsmill.extract.bylines import outlet_authors, page_authors
from newsmill.extract.choices import choices_of
from newsmill.extract.draft import DateClue
from newsmill.extract.headline import headline
from newsmill.extract.language import language_code
from newsmill.extract.printed import find_dates
from newsmill.extract.standing import OwnPart
from newsmill.extract.statements import MAX_LOOKED_AT, Statements, words_of
from newsmill.extract.urls import canonical_url, is_home
from newsmill.extract.vote import Outcome, first_of
from newsmill.model import Choice, DateSource
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
TAGS = ("article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "keywords")
MAX_TAGS = 50
"""More are a search engine's bait, not tags."""

SHOWN_DATE_CLASS = re.compile(
    r"(?i:(?:^|[\s_-])(?:date|datum|data|fecha|time|timestamp|published|publish|posted|pubdate)(?:$|[\s_-]))"
    r"|[a-z](?:Date|Time|Published)"
)
DATE_ATTRIBUTE = re.compile(
    r"(?i)^data-(?:\w+-)*(?:date|datetime|dt|published|publish|pubdate|posted|timestamp)(?:-\w+)*$"
)
NO_DATE = re.compile(r"(?i)modif|updat|expir|valid|end|re-|now|today|server|current|build|start|event")
MAX_SHOWN_CHARS = 60
"""Characters of an element that shows the date and little else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """What a page says of itself; None or empty where it says nothing."""

    title: str | None
    description: str | None
    authors: tuple[str, ...]
    outlet_authors: tuple[str, ...]  # the outlet itself, where the page names it as the author
    tags: tuple[str, ...]
    published: tuple[DateClue, ...]
    modified: tuple[DateClue, ...]
    language: str | None
    url: str | None
    choices: tuple[Choice, ...]  # how these were decided; dates are decided where the outlet's zone is known


def page_metadata(page: Statements, url: str | None = None, known_names: tuple[str, ...] = ()) -> PageMetadata:
    """Read a parsed page's metadata.

    Args:
        page: the whole page's statements; it is not changed.
        url: the page's own address, if it is known; relative links are resolved against it.
        known_names: what the outlet is called, apart from what the page says.
    """
    address = _canonical(page, url)
    host = host_of(url or (address.value if address else None))
    site = (*known_names, *page.site_names(), host, host.split(".")[0])
    title = headline(page, site, host)
    own = OwnPart(page, title.value if title else None)
    authors = page_authors(page, own, site)
    tags, language, description = _tags(page), _language(page), _description(page)
    return PageMetadata(
        title=title.value if title else None,
        description=description.value if description else None,
        authors=authors.value if authors else (),
        outlet_authors=outlet_authors(page, site),
        tags=tags.value if tags else (),
        published=_dates(page, own, "datePublished", PUBLISHED),
        modified=_dates(page, own, "dateModified", MODIFIED),
        language=language.value if language else None,
        url=address.value if address else None,
        choices=choices_of(
            title=title, description=description, authors=authors, tags=tags, language=language, url=address
        ),
    )


def _description(page: Statements) -> Outcome[str] | None:
    places = {
        "JSON-LD description": page.of_node("description"),
        **{f"meta {key}": page.of_meta(key) for key in ("og:description", "description", "twitter:description")},
    }
    said = ((source, text) for source, values in places.items() for value in values if (text := squeezed(value)))
    return first_of(said, alike=lambda one, other: plain(one) == plain(other))


def _tags(page: Statements) -> Outcome[tuple[str, ...]] | None:
    """Return the tags of the first place that has any."""
    fields = {"JSON-LD keywords": page.node.get("keywords"), **{f"meta {key}": page.meta.get(key) for key in TAGS}}
    said = ((source, tags) for source, value in fields.items() if (tags := _tag_list(value)))
    return first_of(said, alike=lambda one, other: set(map(plain, one)) == set(map(plain, other)))


def _tag_list(value: Any) -> tuple[str, ...]:
    texts = (text for item in jsonld.as_list(value) if (text := jsonld.text_of(item)))
    return unique(part for text in texts for part in text.replace(";", ",").split(","))[:MAX_TAGS]


def _language(page: Statements) -> Outcome[str] | None:
    html = page.root if page.root.tag == "html" else page.root.find(".//html")
    declared = "" if html is None else html.get("lang") or html.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    places = {
        "html lang": iter((declared,)),
        "JSON-LD inLanguage": page.of_node("inLanguage"),
        "meta og:locale": page.of_meta("og:locale"),
        "meta content-language": page.of_meta("content-language", "language", "dc.language"),
    }
    said = ((source, text) for source, values in places.items() for value in values if (text := squeezed(value)))
    return first_of(said, alike=lambda one, other: language_code(one) == language_code(other))


def _canonical(page: Statements, url: str | None) -> Outcome[str] | None:
    """Return the page's own address: the first that is more than the site's home page, if any is."""
    links = (link for link in page.elements("link") if "canonical" in (link.get("rel") or "").lower())
    places = {
        "canonical link": filter(None, (link.get("href") for link in links)),
        "meta og:url": page.of_meta("og:url"),
        "JSON-LD url": page.of_node("url"),
    }
    written = ((source, text) for source, texts in places.items() for text in texts)
    found = [(source, address) for source, text in written if (address := _absolute(url, text))]
    own = [(source, address) for source, address in found if (flat := canonical_url(address)) and not is_home(flat)]
    return first_of(own or found, alike=lambda one, other: canonical_url(one) == canonical_url(other))


def _absolute(base: str | None, text: str) -> str | None:
    try:
        return urljoin(base or "", text)
    except ValueError:
        return None


def _dates(page: Statements, own: OwnPart, key: str, meta: tuple[str, ...]) -> tuple[DateClue, ...]:
    """Return a page's clues to one date, the most trusted first."""
    found = [(f"JSON-LD {key}", value) for value in page.of_node(key)]
    found += [(f"meta {name}", value) for name in meta for value in page.meta.get(name, ())]
    found += [(f"itemprop {key}", value) for value in _marked_dates(page, own, key)]
    if key == "datePublished":
        found += [("time element", value) for value in _time_elements(page, own)]
    clues = [DateClue(field=field, value=value, source=DateSource.METADATA) for field, value in found]
    if key == "datePublished" and not clues:
        shown = (
            text for text in _shown_dates(page, own) if len(text) <= MAX_SHOWN_CHARS and next(find_dates(text), None)
        )
        clues = [DateClue(field="shown date", value=text, source=DateSource.BYLINE) for text in islice(shown, 1)]
    return tuple(clues)


def _marked_dates(page: Statements, own: OwnPart, key: str) -> Iterator[str]:
    for element in islice(page.marked(key), MAX_LOOKED_AT):
        if own.is_foreign(element):
            continue
        yield _written(element)


def _written(element: etree._Element) -> str:
    """Return a date as an element has it for machines (an `abbr` in its title, as hAtom writes it), else its words."""
    for_machines = element.get("datetime") or (element.get("title") if element.tag == "abbr" else None)
    return for_machines or words_of(element)


def _time_elements(page: Statements, own: OwnPart) -> Iterator[str]:
    """Yield the dates of the article's first time elements, the ones marked as the publication first."""
    dated = islice((element for element in page.elements("time") if element.get("datetime")), MAX_LOOKED_AT)
    times = [element for element in dated if own.holds(element)]
    marked = [element for element in times if element.get("pubdate") is not None]
    return (element.get("datetime") for element in (*marked, *times)[:3])


def _shown_dates(page: Statements, own: OwnPart) -> Iterator[str]:
    """Yield the dates that a class near the headline or an attribute marks, where nothing else tells one."""
    for element in own.below_headline:
        mark = element.get("class") or ""
        if SHOWN_DATE_CLASS.search(mark) and not NO_DATE.search(mark) and not own.is_foreign(element):
            yield _written(element)
    for element in page.root.iter(etree.Element):
        for name, value in element.attrib.items():
            if name.startswith("data-") and _tells_date(name) and not own.is_foreign(element):
                yield value


def _tells_date(attribute: str) -> bool:
    return bool(DATE_ATTRIBUTE.match(attribute)) and not NO_DATE.search(attribute)
