"""One raw record -> one article: the format's draft, under the fields that came with the record.

Owns the order of precedence and the article's identity: its canonical URL, else its outlet and source_id. A home
page's URL, found or given, is no article's address: articles that share it would replace one another. It still tells
the outlet, and a note says that it was not believed. Keep out: any format (html, text, markdown) and the parsing of
single fields.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from newsmill.extract.blocks import squeezed, unique
from newsmill.extract.dates import end_of, is_believable, parse_date, parse_number
from newsmill.extract.draft import DateClue, Draft, ExtractError
from newsmill.extract.html import read_page
from newsmill.extract.language import language_code, language_of
from newsmill.extract.markdown import read_markdown
from newsmill.extract.printed import Printed, printed_fields
from newsmill.extract.text import read_dump
from newsmill.extract.urls import canonical_url, is_home, url_date
from newsmill.model import Article, Block, DateSource, RawFormat, RawRecord, Unreadable, key_of
from newsmill.registry import Outlet, Registry

NOTED_CHARS = 100
"""Characters of a disbelieved value that its note quotes."""


def extract(record: RawRecord, registry: Registry, today: date) -> Article | Unreadable:
    """Extract one record.

    A given field beats an extracted one; a given value that cannot be believed counts as not given and is noted.

    Args:
        record: as the readers hand it over.
        registry: gives the outlet, its time zone and its names.
        today: the run's UTC day. It bounds the dates of a record that does not say when it was fetched.
    """
    notes = _Notes(list(record.notes))
    given_url = canonical_url(record.given.url)
    if record.given.url and given_url is None:
        notes.add("url", record.given.url, "is no http(s) address")
    try:
        draft = _read(record, given_url, registry)
    except ExtractError as error:
        return Unreadable(
            raw_path=record.raw_path,
            reason=error.reason,
            detail=error.detail,
            folder=record.folder,
            raw_sha256=record.raw_sha256,
            fingerprint=record.fingerprint,
        )
    found_url = canonical_url(draft.url)
    outlet = registry.resolve(given=record.given.outlet, url=given_url or found_url, folder=record.folder)
    return _article(record, draft, _own_url(given_url, found_url, notes), outlet, today, notes)


@dataclass(slots=True)
class _Notes:
    """Sentences for a person, in the order in which they came up."""

    sentences: list[str] = field(default_factory=list)

    def add(self, name: str, value: str, why: str) -> None:
        self.sentences.append(f"{name} {value[:NOTED_CHARS]!r} {why}; not believed")


@dataclass(frozen=True, slots=True)
class _Dates:
    """Reads one record's dates: its outlet's zone, its language, and the time of its fetch."""

    outlet: Outlet
    language: str | None
    latest: datetime
    notes: _Notes

    def first(self, clues: Iterable[DateClue]) -> tuple[datetime | None, DateSource]:
        """Return the first believable date and where it came from."""
        for clue in clues:
            moment = self.read(clue)
            if moment is not None:
                return moment, clue.source
        return None, DateSource.INGESTED

    def read(self, clue: DateClue) -> datetime | None:
        moment = parse_number(clue.value) if clue.source is DateSource.RECORD else None
        if moment is None:
            epoch = clue.source is DateSource.METADATA
            moment = parse_date(clue.value, self.outlet.zone, self.language, epoch=epoch)
        if moment is None:
            self.notes.add(clue.field, clue.value, "is no date that can be read")
        elif not is_believable(moment, self.latest):
            late = moment > self.latest
            self.notes.add(clue.field, clue.value, "is more than a day after the fetch" if late else "is before 1900")
        else:
            return moment
        return None


def _own_url(given: str | None, found: str | None, notes: _Notes) -> str | None:
    """Return the first address that can be one article's."""
    for name, url in (("url", given), ("canonical link", found)):
        if url and not is_home(url):
            return url
        if url:
            notes.add(name, url, "is a home page, not an article's address")
    return None


def _read(record: RawRecord, url: str | None, registry: Registry) -> Draft:
    names = registry.resolve(given=record.given.outlet, url=url, folder=record.folder).names
    if record.raw_format is RawFormat.HTML:
        return read_page(record.content, url, names)
    if record.raw_format is RawFormat.MARKDOWN:
        return read_markdown(record.content)
    return read_dump(record.content, url, names)


def _article(record: RawRecord, draft: Draft, url: str | None, outlet: Outlet, today: date, notes: _Notes) -> Article:
    given = record.given
    language = _language(record, draft, outlet, notes)
    title = _given_text(record, given.title) or squeezed(draft.title)
    printed = printed_fields(draft.blocks, title)
    fetched = _fetched(record, _Dates(outlet, language, end_of(today), notes))
    dates = _Dates(outlet, language, fetched or end_of(today), notes)
    published, date_source = dates.first(_published(record, draft, printed, url))
    modified, _ = dates.first((*_given_date("modified_at", given.modified_at), *draft.modified, *printed.modified))
    source_id = given.id or record.raw_path
    return Article(
        record_key=record.record_key,
        article_id=key_of("url", url) if url else key_of("source", outlet.slug, source_id),
        source_id=source_id,
        outlet=outlet.slug,
        url=url,
        title=title,
        description=_given_text(record, given.description) or squeezed(draft.description),
        authors=unique(given.authors) or unique(draft.authors) or unique(printed.authors),
        tags=unique(given.tags) or unique(draft.tags) or unique(printed.tags),
        sources=draft.sources or printed.sources,
        published_at=published,
        modified_at=modified,
        fetched_at=fetched,
        date_source=date_source,
        language=language,
        raw_format=record.raw_format,
        raw_path=record.raw_path,
        raw_sha256=record.raw_sha256,
        fingerprint=record.fingerprint,
        notes=unique(notes.sentences),
        blocks=draft.blocks,
        problem=draft.problem,
    )


def _given_text(record: RawRecord, text: str | None) -> str | None:
    """Return a given title or description. Beside a page it mostly comes from a feed or the page's own markup.

    There `c &amp; d` means `c & d`; beside text and Markdown it is what somebody wrote, and stays.
    """
    return squeezed(html.unescape(text) if text and record.raw_format is RawFormat.HTML else text)


def _published(record: RawRecord, draft: Draft, printed: Printed, url: str | None) -> tuple[DateClue, ...]:
    """Return every clue to the date of publication, the most trusted first."""
    day = url_date(url)
    in_url = (DateClue(field="url", value=day, source=DateSource.URL),) if day else ()
    return (*_given_date("published_at", record.given.published_at), *draft.published, *in_url, *printed.published)


def _given_date(name: str, value: str | None) -> tuple[DateClue, ...]:
    return (DateClue(field=name, value=value, source=DateSource.RECORD),) if value else ()


def _fetched(record: RawRecord, dates: _Dates) -> datetime | None:
    return dates.first(_given_date("fetched_at", record.given.fetched_at))[0]


def _language(record: RawRecord, draft: Draft, outlet: Outlet, notes: _Notes) -> str | None:
    """Return the given language, else what page and text tell, else the outlet's."""
    given = language_code(record.given.language)
    if record.given.language and given is None:
        notes.add("language", record.given.language, "is no ISO 639-1 code")
    return given or language_of(_sample(draft.blocks), draft.language) or outlet.language


def _sample(blocks: Iterable[Block]) -> str:
    return "\n".join(block.text for block in blocks)
