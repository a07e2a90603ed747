"""The records that pass between stages, and the enums they are told in.

Owns words and shapes. Keep out: anything that reads, writes or decides; imports outside the standard library.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
"""Kana and ideographs: each counts as a word, as word processors count them."""

RUN_ON_LETTERS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
"""Thai, Lao, Burmese and Khmer: they put no space between words."""

_UNSPACED = re.compile(f"{RUN_ON_LETTERS.pattern.removesuffix('+')}|{IDEOGRAPHS.pattern}")

_LINE = re.compile(r"(?P<file>.+)#(?P<line>\d+)", re.DOTALL)

RUN_ON_LETTERS_A_WORD = 5
"""Letters and signs of a Thai word on average, roughly; enough to tell an article from a stub."""

AT_THE_BEGINNING, AT_THE_END = "at the beginning", "at the end"
"""Where an outlet prints a block, when it has a place."""


class NewsmillError(Exception):
    """A mistake that a user can mend; its text names the file or setting, the value and what to do."""


class Fate(StrEnum):
    """What a run did with a raw record. Every record read gets exactly one."""

    PUBLISHED = "published"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    UNREADABLE = "unreadable"
    UNCHANGED = "unchanged"


class Reason(StrEnum):
    """Why a raw record was not published."""

    # unreadable
    EMPTY = "empty"
    BINARY = "binary"
    UNDECODABLE = "undecodable"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    BAD_JSON = "bad_json"
    BAD_FIELD = "bad_field"
    BAD_FRONT_MATTER = "bad_front_matter"
    BAD_SIDECAR = "bad_sidecar"
    BAD_COMPRESSION = "bad_compression"
    VANISHED = "vanished"
    NOT_READABLE = "not_readable"
    EXTRACTOR_FAILED = "extractor_failed"
    TOO_SLOW = "too_slow"
    OUT_OF_MEMORY = "out_of_memory"
    PROCESS_DIED = "process_died"
    # quarantined
    FAILED_EXPECTATIONS = "failed_expectations"
    INDEX_PAGE = "index_page"
    COOKIE_WALL = "cookie_wall"
    PAYWALL_STUB = "paywall_stub"
    ERROR_PAGE = "error_page"
    # duplicate
    SAME_TEXT = "same_text"
    SUPERSEDED = "superseded"
    # unchanged
    KNOWN_RECORD = "known_record"
    KNOWN_TEXT = "known_text"
    TAKEN_DOWN = "taken_down"


QUARANTINE_REASONS = (
    Reason.FAILED_EXPECTATIONS,
    Reason.INDEX_PAGE,
    Reason.COOKIE_WALL,
    Reason.PAYWALL_STUB,
    Reason.ERROR_PAGE,
)
_OF_OTHERS = (Reason.SAME_TEXT, Reason.SUPERSEDED, Reason.KNOWN_RECORD, Reason.KNOWN_TEXT, Reason.TAKEN_DOWN)
UNREADABLE_REASONS = tuple(reason for reason in Reason if reason not in (*QUARANTINE_REASONS, *_OF_OTHERS))


class Review(StrEnum):
    """What a run does when more of its articles are quarantined than its rejection limit allows."""

    FAIL = "fail"
    PUBLISH = "publish"  # the rest
    ASK = "ask"  # a person, in Airflow's form


class RawFormat(StrEnum):
    """What a raw record is written in, told by its content."""

    HTML = "html"
    TEXT = "text"
    MARKDOWN = "markdown"


class BlockKind(StrEnum):
    """What a block is in its article."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    TABLE_ROW = "table_row"
    CODE = "code"
    CAPTION = "caption"
    LABEL = "label"  # a control's words: the summary of a fold-out, a button


class DateSource(StrEnum):
    """Where an article's date came from; `INGESTED` means that it has none."""

    RECORD = "record"
    METADATA = "metadata"
    BYLINE = "byline"
    URL = "url"
    INGESTED = "ingested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The fields that came with a record (its JSON object or its sidecar); None or empty where it gave none.

    Dates are as they were written; extraction parses them. A given field beats an extracted one.
    """

    id: str | None = None
    url: str | None = None
    outlet: str | None = None
    title: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    published_at: str | None = None
    modified_at: str | None = None
    fetched_at: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """One article as it arrived, decoded."""

    raw_path: str  # path within the landing zone, with "#line" (from 1) in a JSON Lines file
    folder: str | None  # first folder below the landing zone; None for a file at its top
    raw_format: RawFormat
    content: str
    raw_sha256: str  # of the record's own bytes: the file's, or the line's without its line end
    fingerprint: str  # of the record's bytes and its sidecar's: equal means that nothing about it changed
    given: Given = field(default_factory=Given)
    notes: tuple[str, ...] = ()  # sentences for a person: how a damaged encoding was read

    @property
    def record_key(self) -> str:
        """32 hex digits that name the place of this record in the landing zone."""
        return key_of(self.raw_path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A raw record that could not become an article, with the reason."""

    raw_path: str
    reason: Reason
    detail: str  # a sentence for a person: which field or place, which value, what to do
    folder: str | None = None
    raw_sha256: str | None = None
    fingerprint: str | None = None

    @property
    def record_key(self) -> str:
        """32 hex digits that name the place of this record in the landing zone."""
        return key_of(self.raw_path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph, heading, list item or table row. Its text has no blank line and no outer white space."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What an article itself cites as a source."""

    name: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How one field of an article was decided: what was taken, from where, and what was said against it.

    Values are as the corpus has them; several names or tags are joined by "; ", dates are ISO 8601 in UTC.
    """

    field: str  # a column of the corpus: title, authors, published_at …
    value: str
    source: str  # "record" where it came with the record, else the place: "JSON-LD headline", "h1", "url" …
    agreeing: tuple[str, ...] = ()  # the other places that say the same
    runner_up: str | None = None  # the best supported other value; None where nothing contradicts
    runner_up_source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An extracted article: metadata and blocks, before cleaning."""

    record_key: str
    article_id: str
    source_id: str
    outlet: str
    url: str | None
    title: str | None
    description: str | None
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    sources: tuple[Source, ...]
    published_at: datetime | None  # with zone, in UTC
    modified_at: datetime | None
    fetched_at: datetime | None
    date_source: DateSource
    language: str | None  # ISO 639-1
    raw_format: RawFormat
    raw_path: str
    raw_sha256: str
    fingerprint: str
    notes: tuple[str, ...]  # sentences for a person: values that were not believed
    blocks: tuple[Block, ...]
    problem: Reason | None = None  # why it is no article, though it could be read
    choices: tuple[Choice, ...] = ()  # one a field that has a value


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One block cut (`text_after` is None) or changed by one rule.

    `block` counts an article's extracted blocks from 0; `step` counts the changes of one block from 0.
    """

    block: int
    step: int
    text_before: str
    text_after: str | None
    rule: str
    category: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What cleaning made of an article's blocks."""

    text: str  # the kept blocks, joined by a blank line
    removals: tuple[Removal, ...]

    @property
    def word_count(self) -> int:
        """Words of the text."""
        return count_words(self.text)

    @property
    def removed_chars(self) -> int:
        """Characters that the removals took away."""
        return sum(len(cut.text_before) - len(cut.text_after or "") for cut in self.removals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """How often an outlet prints one block, counted in stories: copies and versions of one text are one story."""

    stories: int  # different stories that hold the block
    out_of: int  # stories seen since the block was first seen
    total: int  # all stories seen
    since: date  # the first of its days
    days: int  # different days
    place: str  # AT_THE_BEGINNING, AT_THE_END, or empty where it stands in several places
    author: int | None = None  # block_key of the author whom all its stories have; None where there is none
    of_subject: bool = False  # its stories have a word in their titles that the outlet's other stories lack


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an outlet repeats: by the keys of `blockkeys`."""

    repeats: Mapping[int, Repeat]
    titles: Mapping[int, date]  # of the outlet's articles, with the last day of each; only those seen as a block


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What validation says of one article; `failed` non-empty means quarantine."""

    record_key: str
    failed: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What the index knows of an article that stands in the corpus."""

    article_id: str
    content_hash: str
    source_id: str
    outlet: str
    published_at: datetime | None  # with zone, in UTC
    fetched_at: datetime | None
    revision: int
    ingested_on: date
    raw_path: str  # of the record that made the row
    raw_sha256: str
    date: date  # of its partition


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the index remembers of a raw record that a run has dealt with."""

    record_key: str
    fingerprint: str
    fate: Fate
    outlet: str | None
    article_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Part of a landing file that one batch reads.

    A plain file is one record: `first_line` 0, `records` 1. In a JSON Lines file the slice begins at line
    `first_line` (from 1), which starts at byte `offset` of the uncompressed file, and holds `records` lines.
    """

    path: str
    size: int  # bytes that it takes in the file, uncompressed
    records: int = 1
    first_line: int = 0
    offset: int = 0
    version: str | None = None  # of the file, by which a later run knows it; None: by nothing, and reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The raw record that a task is at, as far as it is known before anything in it is read."""

    raw_path: str
    folder: str | None = None
    raw_sha256: str | None = None
    fingerprint: str | None = None
    rest: Slice | None = None  # what its slice holds behind it


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one extract task and one clean task work on."""

    number: int  # from 1
    slices: tuple[Slice, ...]

    @property
    def records(self) -> int:
        """Raw records planned."""
        return sum(part.records for part in self.slices)

    @property
    def label(self) -> str:
        """A line for people: the batch's number, its records and its first file."""
        records = f"{self.records:,} records from" if self.records > 1 else "1 record,"
        return f"batch {self.number}: {records} {self.slices[0].path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What one run was asked to do; the params of the DAG's trigger form."""

    landing_uri: str
    outlets: tuple[str, ...] = ()  # empty: all
    from_date: date | None = None
    to_date: date | None = None  # inclusive
    min_words: int = 20
    rejection_limit: float = 0.5
    reprocess: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A raw record that a run takes by its name; where the rest is given, only if it is still that record."""

    raw_path: str
    raw_sha256: str | None = None  # of its bytes
    article_id: str | None = None  # of its article


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprocess:
    """Which rows of the corpus are to be made again from their raw records."""

    outlets: tuple[str, ...] = ()  # empty: all
    from_date: date | None = None  # of the partition
    to_date: date | None = None  # inclusive
    cleaner_version: str | None = None  # only rows that this version made
    only_outdated: bool = True  # only rows that the current version did not make, unless a version is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Which refused records are to go through the pipeline again: those whose latest fate is of these."""

    reasons: tuple[str, ...] = QUARANTINE_REASONS  # empty: any
    outlets: tuple[str, ...] = ()  # as the ledger has them; empty: all
    run_id: str | None = None  # the run that refused them
    from_date: date | None = None  # of that run
    to_date: date | None = None  # inclusive


class Scope(StrEnum):
    """What a takedown is about."""

    ARTICLE = "article"
    OUTLET = "outlet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is taken down, by keys alone: an article with the texts that it had, or an outlet. Exactly one is given."""

    article_id: str | None = None
    outlet: str | None = None
    content_hashes: tuple[str, ...] = ()  # of the article's texts; whoever brings one of them stays out, too
    records: tuple[str, ...] = ()  # `run_id|record_key` of other articles' records that brought one of them
    places: tuple[str, ...] = ()  # record_keys of the article's own records
    outlets: tuple[str, ...] = ()  # where the article's records were

    @property
    def scope(self) -> Scope:
        """What the takedown is about."""
        return Scope.OUTLET if self.outlet else Scope.ARTICLE


def key_of(*parts: str) -> str:
    """Return 32 hex digits that stand for these strings (SHA-256, cut to 128 bits)."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def article_id_of(url: str | None, outlet: str, source_id: str) -> str:
    """Return an article's id: of its address, or else of its outlet and its own or its record's name there."""
    return key_of("url", url) if url else key_of("source", outlet, source_id)


def place_of(raw_path: str) -> tuple[str, int]:
    """Return the landing file of a raw record, and its line; 0 in a file that is one record."""
    found = _LINE.fullmatch(raw_path)
    return (found["file"], int(found["line"])) if found else (raw_path, 0)


def count_words(text: str) -> int:
    """Count words: split at white space, and by characters in scripts without spaces."""
    if text.isascii() or not _UNSPACED.search(text):
        return len(text.split())
    spaced = RUN_ON_LETTERS.sub(lambda run: " x" * -(-len(run[0]) // RUN_ON_LETTERS_A_WORD) + " ", text)
    return len(IDEOGRAPHS.sub(" x ", spaced).split())
