"""What must hold of whatever comes out of a hostile record, and how the records of a folder are read to their end."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa

from newsmill.clean.cleaner import clean
from newsmill.clean.restore import restore
from newsmill.clean.rules import RuleSet, load_rules
from newsmill.dedup.hashing import content_hash
from newsmill.extract.article import extract
from newsmill.intake import sighting_of
from newsmill.model import Article, RawRecord, Reason, Unreadable
from newsmill.read.plan import plan_batches
from newsmill.read.records import read_slice
from newsmill.registry import MAX_SLUG, SLUG, Registry, load_registry
from newsmill.rows import article_row, cleaned_row, removal_rows, row_article, unreadable_row
from newsmill.schema import CLEANED, EXTRACTED, REMOVALS, SETTLED, SIGHTINGS
from newsmill.storage import Store
from tests.conftest import PROJECT

DAY = date(2026, 3, 1)
RECORD_BYTES = 1 << 20
SECONDS = 20
"""CPU that a handful of records of some kilobytes may take: what grows too fast takes minutes. It takes a tenth."""
HEX = re.compile("[0-9a-f]{32}")
NOW = datetime(2026, 3, 3, tzinfo=UTC)


@cache
def registry() -> Registry:
    return load_registry(PROJECT / "include" / "outlets")


@cache
def rules() -> RuleSet:
    return load_rules(PROJECT / "include" / "rules")


class Landing:
    """A landing zone that is emptied for every example."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="newsmill-hostile-"))
        self.records = 0  # judged so far

    def close(self) -> None:
        shutil.rmtree(self.root)

    def judge(self, files: dict[str, bytes], *, records: int | None = None) -> list[RawRecord | Unreadable]:
        """Plan, read, extract and clean all files, and check whatever comes out.

        Args:
            files: contents by path.
            records: how many records there must be, where that is known.
        """
        self._put(files)
        start = time.process_time()
        found = list(self._read())
        judged = Judged()
        for raw in found:
            judged.add(raw)
        judged.write()
        self._clear()
        assert time.process_time() - start < SECONDS
        assert records is None or len(found) == records
        assert len({raw.raw_path for raw in found}) == len(found)
        self.records += len(found)
        return found

    def _put(self, files: dict[str, bytes]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def _clear(self) -> None:
        for path in self.root.iterdir():
            shutil.rmtree(path)

    def _read(self) -> Iterator[RawRecord | Unreadable]:
        store = Store(str(self.root))
        for batch in plan_batches(store, batch_records=7, batch_bytes=1 << 20):
            planned = sum(part.records for part in batch.slices)
            found = [raw for part in batch.slices for raw in read_slice(store, part, max_record_bytes=RECORD_BYTES)]
            assert len(found) == planned  # one result a record, so that the books balance
            yield from found


@dataclass
class Judged:
    """What came out of the records of one example, to be written together: a table costs as much as a record."""

    settled: list[dict] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    cleaned: list[dict] = field(default_factory=list)
    removals: list[dict] = field(default_factory=list)

    def add(self, raw: RawRecord | Unreadable) -> None:
        """Check that a record gives one thing, whichever it is."""
        outcome = extract(raw, registry(), DAY) if isinstance(raw, RawRecord) else raw
        if isinstance(outcome, Article):
            self._clean(outcome)
            return
        assert isinstance(outcome.reason, Reason)
        assert outcome.detail
        assert outcome.reason is not Reason.EXTRACTOR_FAILED, outcome.detail  # caught, but nobody foresaw it
        self.settled.append(unreadable_row(outcome))

    def _clean(self, article: Article) -> None:
        _check_fields(article)
        cleaned = clean(article, rules(), registry().get(article.outlet))
        assert restore(cleaned.text, cleaned.removals) == [block.text for block in article.blocks]
        self.articles.append(article)
        self.cleaned.append(cleaned_row(article, cleaned, content_hash(cleaned.text), "1+00000000", DAY))
        self.removals += removal_rows(article, cleaned, "run")

    def write(self) -> None:
        """Check that all of it can be written, and articles are read back as they were."""
        found = written(EXTRACTED, map(article_row, self.articles))
        assert [row_article(row) for row in found] == self.articles
        keys = ({"record_key": article.record_key, "outlet": article.outlet} for article in self.articles)
        sightings = (sighting_of(article, DAY) | key for article, key in zip(self.articles, keys, strict=True))
        for schema, rows in (
            (SETTLED, self.settled),
            (SIGHTINGS, sightings),
            (CLEANED, self.cleaned),
            (REMOVALS, self.removals),
        ):
            written(schema, rows)


def written(schema: pa.Schema, rows: Iterable[dict]) -> list[dict]:
    """Return rows as Parquet would give them back: strings are UTF-8, numbers fit, what is null may be."""
    table = pa.Table.from_pylist(list(rows), schema)
    table.validate(full=True)
    for column in schema:
        assert column.nullable or not table[column.name].null_count, column.name
    return table.to_pylist()


def _check_fields(article: Article) -> None:
    assert HEX.fullmatch(article.record_key)
    assert HEX.fullmatch(article.article_id)
    assert is_safe(article.outlet) or article.outlet in refused_outlets(article)
    for text in (article.url, article.title, article.description, article.language, article.source_id):
        assert text is None or text.strip()
    assert article.language is None or re.fullmatch("[a-z]{2}", article.language)
    for moment in (article.published_at, article.modified_at, article.fetched_at):
        assert moment is None or datetime(1900, 1, 1, tzinfo=UTC) <= moment <= NOW
    for block in article.blocks:
        assert block.text == block.text.strip() != ""
        assert "\n\n" not in block.text


def is_safe(outlet: str) -> bool:
    """Tell whether validation lets an outlet become a folder's name."""
    return len(outlet) <= MAX_SLUG and SLUG.fullmatch(outlet) is not None


def refused_outlets(article: Article) -> set[str]:
    """Return the outlets that may stand in an article though validation refuses them: a folder's, or a given one's."""
    return {article.raw_path.partition("/")[0], *GIVEN_OUTLETS}


GIVEN_OUTLETS: set[str] = set()
"""What a test gives for `outlet`; it comes back as it is, and is refused by name."""
