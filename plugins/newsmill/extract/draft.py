"""What one format's extractor found in one record, before the record's own fields are laid over it.

Owns the shape that html, text and markdown hand to article, and how they refuse a record. Keep out: judging the
values (dates, urls), reading any format.
"""

from __future__ import annotations

from dataclasses import dataclass

from newsmill.model import Block, Choice, DateSource, Reason, Source


class ExtractError(Exception):
    """A record that cannot become an article; carries the reason and a sentence for a person."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class DateClue:
    """A date as it was written, and where."""

    field: str  # for notes: "JSON-LD datePublished", "front matter date", "byline"
    value: str
    source: DateSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Blocks and metadata of one record. Dates are clues, the most trusted first; the URL is as it was written."""

    blocks: tuple[Block, ...]
    title: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    published: tuple[DateClue, ...] = ()
    modified: tuple[DateClue, ...] = ()
    problem: Reason | None = None  # why this is no article, though it could be read
    language: str | None = None  # as declared, not yet checked against the text
    url: str | None = None
    outlet_authors: tuple[str, ...] = ()  # the outlet's own name as the author; counts where nobody else is named
    choices: tuple[Choice, ...] = ()  # how the fields above were decided, where there was a choice
    origin: str = "first lines"  # where the format has its fields, for those without a choice
