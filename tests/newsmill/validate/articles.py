"""Tables of articles for the tests of validation: valid ones, with what a test changes."""

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime

import pyarrow as pa

from newsmill.model import Verdict, key_of
from newsmill.registry import build_registry
from newsmill.schema import CLEANED
from newsmill.validate.frame import COLUMNS
from newsmill.validate.judge import Judgement, judge

DAY = date(2024, 3, 10)
REGISTRY = build_registry([])


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def undated(**changes):
    """What an article without a date looks like."""
    return {"published_at": None, "modified_at": None, "date_source": "ingested", "date": DAY, **changes}


def valid_row(number=0, **changes):
    """Return an article that no expectation minds."""
    path = f"example/{number}.html"
    row = {
        "record_key": key_of(path),
        "article_id": key_of("article", path),
        "source_id": path,
        "content_hash": key_of("text", path) * 2,
        "outlet": "example",
        "url": f"https://example.org/news/{number}",
        "title": "Kim and Putin meet",
        "published_at": at(2024, 3, 9, 12),
        "modified_at": at(2024, 3, 9, 13),
        "fetched_at": at(2024, 3, 9, 18),
        "date_source": "metadata",
        "language": "en",
        "text_chars": 2000,
        "word_count": 300,
        "removed_chars": 500,
        "raw_format": "html",
        "raw_path": path,
        "raw_sha256": key_of("raw", path) * 2,
        "revision": 1,
        "cleaner_version": "1-0a1b2c",
        "problem": None,
        "date": date(2024, 3, 9),
        "authors": ["Jane Doe"],
        "tags": ["world"],
    }
    unknown = changes.keys() - row.keys()
    assert not unknown, f"no such columns: {unknown}"
    return row | changes


def table(rows):
    """Return rows as a table of the types of `schema.CLEANED`, nulls allowed everywhere."""
    return pa.Table.from_pylist(rows, pa.schema([pa.field(name, CLEANED.field(name).type) for name in COLUMNS]))


@dataclass(slots=True, kw_only=True)
class Judged(Judgement):
    """A judgement with the verdict on each row."""

    verdicts: tuple[Verdict, ...] = ()


def judged(rows, *, min_words=20, registry=REGISTRY, day=DAY, **options):
    """Judge rows, or a table of them."""
    articles, verdicts = rows if isinstance(rows, pa.Table) else table(rows), []
    judgement = judge(lambda _: [articles], verdicts.append, min_words=min_words, registry=registry, day=day, **options)
    values = {each.name: getattr(judgement, each.name) for each in fields(Judgement)}
    return Judged(**values, verdicts=tuple(verdicts))
