"""One raw record -> one article: the format's draft, under the fields that came with the record.

Owns the order of precedence and the article's identity: its canonical URL, else its outlet and source_id. A home
page's URL, found or given, is no article's address: articles that share it would replace one another. It still tells
the outlet, and a note says that it was not believed. Keep out: any format (html, text, markdown) and the parsing of
single fields.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from newsmill.extract.blocks import squeezed, unique
from newsmill.extract.bounds import check_blocks
from newsmill.extract.choices import RECORD, Said, choices_of, settled, told
from newsmill.extract.dates import end_of
from newsmill.extract.dating import Dates, Notes
from newsmill.extract.draft import DateClue, Draft, ExtractError
from newsmill.extract.html import read_page
from newsmill.extract.language import language_code, language_of, sample_of
from newsmill.extract.markdown import read_markdown
from newsmill.extract.printed import Printed, printed_fields
from newsmill.extract.text import read_dump
from newsmill.extract.urls import canonical_url, is_home, url_date
from newsmill.model import Article, Choice, DateSource, RawFormat, RawRecord, Reason, Unreadable, article_id_of
from newsmill.registry import Outlet, Registry


def extract(record: RawRecord, registry: Registry, today: date) -> Article | Unreadable:
    """Extract one record.

    A given field beats an extracted one; a given value that cannot be believed counts as not given and is noted.

    Args:
        record: as the readers hand it over.
        registry: gives the outlet, its time zone and its names.
        today: the run's UTC day. It bounds the dates of a record that does not say when it was fetched.
    """
    try:
        return _extracted(record, registry, today)
    except ExtractError as error:
        return Unreadable(
            raw_path=record.raw_path,
            reason=error.reason,
            detail=error.detail,
            folder=record.folder,
            raw_sha256=record.raw_sha256,
            fingerprint=record.fingerprint,
        )


def _extracted(record: RawRecord, registry: Registry, today: date) -> Article:
    """Extract one record; what no reader foresaw costs this record alone. Memory is its process's matter.

    Raises:
        ExtractError: it cannot become an article.
        MemoryError: there is not enough memory for it.
    """
    notes = Notes(list(record.notes))
    try:
        given_url = canonical_url(record.given.url)
        if record.given.url and given_url is None:
            notes.add("url", record.given.url, "is no http(s) address")
        draft = _read(record, given_url, registry)
        check_blocks(draft.blocks)
        found_url = canonical_url(draft.url)
        outlet = registry.resolve(given=record.given.outlet, url=given_url or found_url, folder=record.folder)
        return _article(record, draft, _own_url(given_url, found_url, notes), outlet, today, notes)
    except (ExtractError, MemoryError):
        raise
    except Exception as error:
        said = str(error)[:200].encode("utf-8", "backslashreplace").decode()
        raise ExtractError(
            Reason.EXTRACTOR_FAILED,
            f"the extractor failed on this record with {type(error).__name__}: {said}; look what is odd in it",
        ) from error


def _own_url(given: str | None, found: str | None, notes: Notes) -> str | None:
    """Return the first address that can be one article's."""
    for name, url in (("url", given), ("canonical link", found)):
        if url and not is_home(url):
            return url
        if url:
            notes.add(name, url, "is a home page, not an article's address")
    return None


def _read(record: RawRecord, url: str | None, registry: Registry) -> Draft:
    outlet = registry.resolve(given=record.given.outlet, url=url, folder=record.folder)
    if record.raw_format is RawFormat.HTML:
        return read_page(record.content, url, outlet.names)
    if record.raw_format is RawFormat.MARKDOWN:
        return read_markdown(record.content)
    return read_dump(record.content, url, (*outlet.names, outlet.slug))


def _article(record: RawRecord, draft: Draft, url: str | None, outlet: Outlet, today: date, notes: Notes) -> Article:
    given = record.given
    language = _language(record, draft, outlet, notes)
    title = _given_text(record, given.title) or squeezed(draft.title)
    printed = printed_fields(draft.blocks, title)
    fetched = _fetched(record, Dates(outlet, language, end_of(today), notes))
    dates = Dates(outlet, language, fetched or end_of(today), notes)
    changes = (*draft.modified, *printed.modified)
    published = dates.decide(_published(record, draft, printed, url), changes)
    modified = dates.decide((*_given_date("modified_at", given.modified_at), *changes))
    source_id = given.id or record.raw_path
    article = Article(
        record_key=record.record_key,
        article_id=article_id_of(url, outlet.slug, source_id),
        source_id=source_id,
        outlet=outlet.slug,
        url=url,
        title=title,
        description=_given_text(record, given.description) or squeezed(draft.description),
        authors=unique(given.authors)
        or unique(draft.authors)
        or unique(printed.authors)
        or _behind_outlet(draft, printed),
        tags=unique(given.tags) or unique(draft.tags) or unique(printed.tags),
        sources=draft.sources or printed.sources,
        published_at=published.moment,
        modified_at=modified.moment,
        fetched_at=fetched,
        date_source=published.source,
        language=language,
        raw_format=record.raw_format,
        raw_path=record.raw_path,
        raw_sha256=record.raw_sha256,
        fingerprint=record.fingerprint,
        notes=unique(notes.sentences),
        blocks=draft.blocks,
        problem=draft.problem,
    )
    decided = choices_of(published_at=published.outcome, modified_at=modified.outcome)
    return replace(article, choices=(*_choices(record, draft, printed, outlet, article), *decided))


def _behind_outlet(draft: Draft, printed: Printed) -> tuple[str, ...]:
    """Return the authors of a page whose author is its outlet: a bare name above the story, else the outlet."""
    return (printed.bare_authors or draft.outlet_authors) if draft.outlet_authors else ()


def _choices(record: RawRecord, draft: Draft, printed: Printed, outlet: Outlet, article: Article) -> Iterator[Choice]:
    """Yield how each field was decided, but for dates: the record, then the format's own fields, then the text's."""
    given = record.given
    said: dict[str, Callable[[], Iterable[Said]]] = {
        "url": lambda: ((RECORD, canonical_url(given.url)), *_tidied(told(draft, "url"), canonical_url)),
        "title": lambda: ((RECORD, _given_text(record, given.title)), *told(draft, "title")),
        "description": lambda: ((RECORD, _given_text(record, given.description)), *told(draft, "description")),
        "authors": lambda: ((RECORD, unique(given.authors)), *told(draft, "authors"),
                            ("printed byline", printed.authors),
                            ("bare byline", printed.bare_authors if draft.outlet_authors else ()),
                            ("outlet as author", draft.outlet_authors)),
        "tags": lambda: ((RECORD, unique(given.tags)), *told(draft, "tags"), ("printed tags", printed.tags)),
        "language": lambda: ((RECORD, language_code(given.language)),
                             *_tidied(told(draft, "language"), language_code), ("outlet", outlet.language)),
    }  # fmt: skip
    for name, pairs in said.items():
        value = getattr(article, name)
        yield from settled(name, value, pairs() if value else ())


def _tidied(said: Iterable[Said], tidy: Callable[[str | None], str | None]) -> Iterator[Said]:
    return ((source, tidy(text) if isinstance(text, str) else None) for source, text in said)


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


def _fetched(record: RawRecord, dates: Dates) -> datetime | None:
    return dates.decide(_given_date("fetched_at", record.given.fetched_at)).moment


def _language(record: RawRecord, draft: Draft, outlet: Outlet, notes: Notes) -> str | None:
    """Return the given language, else what page and text tell, else the outlet's."""
    given = language_code(record.given.language)
    if record.given.language and given is None:
        notes.add("language", record.given.language, "is no ISO 639-1 code")
    return given or language_of(sample_of(block.text for block in draft.blocks), draft.language) or outlet.language
