"""What an article must be: the expectations, as data.

Owns names, bounds and severities, each bound with its reason. Keep out: running them (judge), the helper columns
(frame), showing them (docs). Great Expectations is not imported here: a check names its class and arguments.

A name is stable: it stands in the ledger and the quarantine. It says what should hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from newsmill.model import DateSource, RawFormat
from newsmill.registry import MAX_SLUG, SLUG, Registry
from newsmill.validate.check import Check, Level, at_least, between, check, equal, length, member, regex
from newsmill.validate.languages import ISO_639_1

SUITE_NAME = "articles"
FIRST_DAY = datetime(1900, 1, 1, tzinfo=UTC)
"""No earlier date is believed (as in extraction): older "dates" on the web are defaults and misprints."""

MAX_URL = 2048  # the sitemap protocol's bound (sitemaps.org); longer ones carry session data
MAX_SOURCE_ID = 4200  # a path of 4,096 bytes (PATH_MAX on Linux) and its "#line"
MAX_TITLE = 500  # the longest of 122 titles in the fundus test pages has 175; beyond, a paragraph was taken for one
MAX_WORDS = 100_000  # the longest of 303 pages (article-extraction-benchmark, fundus) has 8,000; this is a book
MAX_TAGS = 50  # chosen, not measured: more is a site's whole tag cloud, not one article's

# Of 181 pages dumped as main content 0.6 % are more than 90 % boilerplate by their gold, of the same pages dumped
# whole 7 %. Above 60 % lie 2 % and 56 %: a lower bound would warn of clean work.
MAX_CUT_SHARE = 0.9

# Chosen low, so that a run of agency copy and text dumps passes and a broken extractor does not: of the fundus
# test pages 98 % name an author, and every one has a title and a date.
MIN_SHARE_WITH_AUTHORS = 0.3
MIN_SHARE_DATED = 0.5
MIN_SHARE_WITH_TITLE = 0.9

# Of the same 303 pages 5 % have less than about 100 words and 1 % more than about 3,500 (median 529 and 689):
# a run whose median lies there holds teasers or whole sites.
MEDIAN_WORDS = (100, 3500)

MIN_ROWS_FOR_SHARES = 10  # chosen: a share or median of fewer articles says more of them than of the run

HEX_32 = r"\A[0-9a-f]{32}\Z"
HEX_64 = r"\A[0-9a-f]{64}\Z"
# \A and \Z because $ lets a line end pass; no user and password, which must not be published
WEB_ADDRESS = r"\A[Hh][Tt][Tt][Pp][Ss]?://(?:[^\s/?#@:\[\]\\<>\"]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?#]\S*)?\Z"


def build_checks(
    *, min_words: int, day: date, registry: Registry, outlets: Iterable[str], rows: int
) -> tuple[Check, ...]:
    """Return every check in the order in which failures are named.

    Args:
        min_words: an article of fewer words is quarantined.
        day: the run's UTC day.
        registry: the facts of outlets, for their rows a run.
        outlets: the slugs that are present in this run.
        rows: the articles of this run.
    """
    return (
        *_required(),
        *_formats(),
        *_sets(),
        *_ranges(min_words),
        *_dates(day),
        *_completeness(),
        *_oddities(),
        *(_of_batch() if rows >= MIN_ROWS_FOR_SHARES else ()),
        *_of_outlets(registry, outlets),
    )


REQUIRED = (
    "record_key",
    "article_id",
    "source_id",
    "content_hash",
    "outlet",
    "date",
    "date_source",
    "raw_format",
    "raw_path",
    "raw_sha256",
    "cleaner_version",
    "text_chars",
    "word_count",
    "removed_chars",
    "revision",
)


def _required() -> Iterator[Check]:
    for column in REQUIRED:
        yield check(f"{column}_given", "NotBeNull", column, f"{column} is known for every article")
    what = "an article, not a wall, an error page or a list of articles"
    yield check("is_article", "BeNull", "problem", what, column_shown=True)
    yield check("record_key_unique", "BeUnique", "record_key", "one row a raw record", column_shown=True)


def _formats() -> Iterator[Check]:
    yield regex("record_key_is_hash", "record_key", HEX_32, "32 hex digits")
    yield regex("article_id_is_hash", "article_id", HEX_32, "32 hex digits")
    yield regex("content_hash_is_hash", "content_hash", HEX_64, "64 hex digits, a SHA-256")
    yield regex("raw_sha256_is_hash", "raw_sha256", HEX_64, "64 hex digits, a SHA-256")
    slug = f"a slug of a-z, 0-9 and -, {MAX_SLUG} characters at most"
    yield regex("outlet_is_slug", "outlet", rf"\A(?:{SLUG.pattern})\Z", slug)
    yield length("outlet_is_short", "outlet", 1, MAX_SLUG, f"{MAX_SLUG} characters at most")
    yield regex("url_is_web_address", "url", WEB_ADDRESS, "http:// or https://, then a host, no user and no spaces")
    yield length("url_is_short", "url", 1, MAX_URL, f"{MAX_URL:,} characters at most")
    yield length("source_id_length", "source_id", 1, MAX_SOURCE_ID, f"1 to {MAX_SOURCE_ID:,} characters")
    yield length("raw_path_length", "raw_path", 1, MAX_SOURCE_ID, f"1 to {MAX_SOURCE_ID:,} characters")
    yield length("cleaner_version_not_empty", "cleaner_version", 1, None, "an unknown value is null, never empty")
    yield length("title_not_empty", "title", 1, None, "an unknown value is null, never empty")
    yield length("title_is_short", "title", None, MAX_TITLE, f"{MAX_TITLE} characters at most", Level.WARNING)
    yield regex("language_is_code", "language", r"\A[a-z]{2}\Z", "two letters, a to z")


def _sets() -> Iterator[Check]:
    yield member("date_source_known", "date_source", [source.value for source in DateSource])
    yield member("raw_format_known", "raw_format", [kind.value for kind in RawFormat])
    yield Check(
        name="language_in_iso_639_1",
        kind="ExpectColumnValuesToBeInSet",
        arguments={"column": "language", "value_set": sorted(ISO_639_1)},
        expects="a language of ISO 639-1",
        level=Level.WARNING,
        shows=("language",),
    )


def _ranges(min_words: int) -> Iterator[Check]:
    yield between("word_count_enough", "word_count", min_words, None, f"{min_words:,} words at least")
    yield between("word_count_plausible", "word_count", None, MAX_WORDS, f"{MAX_WORDS:,} at most", Level.WARNING)
    yield at_least(
        "text_chars_fit_words",
        "text_chars",
        "word_count",
        "text_chars, word_count: a word has a character at least",
        Level.CRITICAL,
        ("text_chars", "word_count"),
    )
    yield between("removed_chars_not_negative", "removed_chars", 0, None, "0 at least")
    yield between("revision_from_one", "revision", 1, None, "1 for the first version")


def _dates(day: date) -> Iterator[Check]:
    # to the last microsecond of the day after the run's: no zone is further ahead of UTC than 14 hours
    last = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=2, microseconds=-1)
    span = f"from {FIRST_DAY:%Y-%m-%d} to {last:%Y-%m-%d}, the day after the run's"
    yield between("published_at_plausible", "published_at", FIRST_DAY, last, span)
    yield at_least(
        "published_by_fetch",
        "fetch_limit",
        "published_at",
        "published_at, fetched_at: published a day after the fetch at most",
        Level.CRITICAL,
        ("published_at", "fetched_at"),
    )
    yield equal(
        "date_is_published_day",
        "date",
        "date_expected",
        "date, what it should be: the UTC day of published_at, or the run's day where that is unknown",
        ("date", "date_expected"),
    )
    yield equal(
        "date_source_fits",
        "has_date",
        "source_has_date",
        "date_source, published_at: ingested where published_at is unknown, and only there",
        ("date_source", "published_at"),
    )
    yield between("modified_at_plausible", "modified_at", FIRST_DAY, last, span, Level.WARNING)
    yield between("fetched_at_plausible", "fetched_at", FIRST_DAY, last, span, Level.WARNING)
    yield at_least(
        "modified_after_published",
        "modified_at",
        "published_at",
        "modified_at, published_at: not changed before it was published",
        Level.WARNING,
        ("modified_at", "published_at"),
    )


def _completeness() -> Iterator[Check]:
    for name, column, what in (
        ("title_given", "title", "an article has a title"),
        ("authors_given", "author_count", "an article names its author"),
        ("language_given", "language", "its language can be told"),
        ("published_at_given", "published_at", "an article has a date"),
    ):
        yield check(name, "NotBeNull", column, what, Level.WARNING)


def _oddities() -> Iterator[Check]:
    share = f"{MAX_CUT_SHARE:.0%} of the characters at most"
    yield between("cut_share_moderate", "cut_share", None, MAX_CUT_SHARE, share, Level.WARNING)
    named = "a name, no e-mail or web address, 100 characters at most"
    yield check("authors_are_names", "BeNull", "odd_author", named, Level.WARNING, column_shown=True)
    yield between("tags_few", "tag_count", None, MAX_TAGS, f"{MAX_TAGS} tags at most", Level.WARNING)


def _of_batch() -> Iterator[Check]:
    for name, column, least, whose in (
        ("share_with_authors", "author_count", MIN_SHARE_WITH_AUTHORS, "name an author"),
        ("share_dated", "published_at", MIN_SHARE_DATED, "have a date"),
        ("share_with_title", "title", MIN_SHARE_WITH_TITLE, "have a title"),
    ):
        yield Check(
            name=name,
            kind="ExpectColumnProportionOfNonNullValuesToBeBetween",
            arguments={"column": column, "min_value": least},
            expects=f"at least {least:.0%} of a run's articles {whose}",
            level=Level.WARNING,
            of_batch=True,
        )
    low, high = MEDIAN_WORDS
    yield Check(
        name="median_words",
        kind="ExpectColumnMedianToBeBetween",
        arguments={"column": "word_count", "min_value": low, "max_value": high},
        expects=f"the median article of a run has {low:,} to {high:,} words",
        level=Level.WARNING,
        of_batch=True,
    )


def _of_outlets(registry: Registry, outlets: Iterable[str]) -> Iterator[Check]:
    """Yield one check for each outlet of the run whose file bounds its rows; its name ends in the slug."""
    for slug in sorted(set(outlets) & set(registry.outlets)):
        rows = registry.outlets[slug].rows_per_run
        if rows.min == 0 and rows.max is None:
            continue
        most = "" if rows.max is None else f" and at most {rows.max:,}"
        yield Check(
            name=f"outlet_rows.{slug}",
            kind="ExpectTableRowCountToBeBetween",
            arguments={"min_value": rows.min, "max_value": rows.max},
            expects=f"at least {rows.min:,}{most} rows a run, says {slug}.yaml",
            level=Level.WARNING,
            of_batch=True,
            only_outlet=slug,
        )
