"""Records to rows of the staging datasets, and back.

Owns the mapping between `model` and `schema`. Keep out: files.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import UTC, date
from typing import Any

from newsmill.model import (
    Article,
    Block,
    BlockKind,
    Choice,
    Cleaned,
    DateSource,
    Fate,
    RawFormat,
    RawRecord,
    Reason,
    Removal,
    Seen,
    Source,
    Unreadable,
    Verdict,
)
from newsmill.schema import CLEANED, EXTRACTED

_KINDS = {kind.value: kind for kind in BlockKind}
_KIND_NAMES = {kind: kind.value for kind in BlockKind}
_EXTRACTED = tuple(EXTRACTED.names)
_CARRIED = tuple(name for name in CLEANED.names if name in _EXTRACTED)  # through cleaning, as they are
_CHOICE, _REMOVAL = (tuple(field.name for field in dataclasses.fields(record)) for record in (Choice, Removal))
"""Names of columns and fields, once: pyarrow makes a new list whenever it is asked, and `asdict` copies every value."""


def article_row(article: Article) -> dict[str, Any]:
    """Return an article as a row of `schema.EXTRACTED`."""
    row = {name: getattr(article, name) for name in _EXTRACTED}
    row["sources"] = _sources(article)
    row["blocks"] = [{"kind": _KIND_NAMES[block.kind], "text": block.text} for block in article.blocks]
    row["choices"] = [{name: getattr(choice, name) for name in _CHOICE} for choice in article.choices]
    return row


def row_article(row: Mapping[str, Any]) -> Article:
    """Return the article of a row of `schema.EXTRACTED`."""
    values = dict(row)
    for name in ("authors", "tags", "notes"):
        values[name] = tuple(row[name])
    values["sources"] = tuple(Source(**source) for source in row["sources"])
    values["blocks"] = tuple([Block(kind=_KINDS[block["kind"]], text=block["text"]) for block in row["blocks"]])
    values["choices"] = tuple(Choice(**{**choice, "agreeing": tuple(choice["agreeing"])}) for choice in row["choices"])
    values["date_source"] = DateSource(row["date_source"])
    values["raw_format"] = RawFormat(row["raw_format"])
    values["problem"] = Reason(row["problem"]) if row["problem"] else None
    return Article(**values)


def cleaned_row(article: Article, cleaned: Cleaned, content_hash: str, version: str, day: date) -> dict[str, Any]:
    """Return a cleaned article as a row of `schema.CLEANED`; `day` is the run's, in UTC."""
    return {name: getattr(article, name) for name in _CARRIED} | {
        "sources": _sources(article),
        "date": date_of(article, day),
        "content_hash": content_hash,
        "text": cleaned.text,
        "text_chars": len(cleaned.text),
        "word_count": cleaned.word_count,
        "removed_chars": cleaned.removed_chars,
        "revision": 1,
        "cleaner_version": version,
        "ingested_on": day,
    }


def _sources(article: Article) -> list[dict[str, str | None]]:
    return [{"name": source.name, "url": source.url} for source in article.sources]


def date_of(article: Article, day: date) -> date:
    """Return the partition day of an article: the UTC day of its publication, else the run's day."""
    return article.published_at.astimezone(UTC).date() if article.published_at else day


def removal_rows(article: Article, cleaned: Cleaned, run_id: str) -> Iterator[dict[str, Any]]:
    """Yield an article's removals as rows of `schema.REMOVALS`."""
    whose = {
        "run_id": run_id,
        "record_key": article.record_key,
        "article_id": article.article_id,
        "source_id": article.source_id,
        "outlet": article.outlet,
    }
    for removal in cleaned.removals:
        yield whose | {name: getattr(removal, name) for name in _REMOVAL}


def unreadable_row(record: Unreadable) -> dict[str, Any]:
    """Return an unreadable record as a row of `schema.SETTLED`; its outlet is its folder, as far as anyone knows."""
    return {
        "record_key": record.record_key,
        "fingerprint": record.fingerprint,
        "raw_path": record.raw_path,
        "raw_sha256": record.raw_sha256,
        "source_id": record.raw_path,
        "article_id": None,
        "outlet": record.folder,
        "fate": Fate.UNREADABLE,
        "reason": record.reason,
        "detail": record.detail,
    }


def refused_row(article: Mapping[str, Any], record: Unreadable) -> dict[str, Any]:
    """Return an article, a row of `schema.EXTRACTED`, that could not be cleaned, as a row of `schema.SETTLED`."""
    known = {name: article[name] for name in ("source_id", "article_id", "outlet")}
    return unreadable_row(record) | known


def unchanged_row(record: RawRecord | Unreadable, seen: Seen) -> dict[str, Any]:
    """Return a record that an earlier run has dealt with as a row of `schema.SETTLED`."""
    own_id = record.given.id if isinstance(record, RawRecord) else None
    return {
        "record_key": record.record_key,
        "fingerprint": record.fingerprint,
        "raw_path": record.raw_path,
        "raw_sha256": record.raw_sha256,
        "source_id": own_id or record.raw_path,
        "article_id": seen.article_id,
        "outlet": seen.outlet,
        "fate": Fate.UNCHANGED,
        "reason": Reason.KNOWN_RECORD,
        "detail": "an earlier run has dealt with exactly these bytes",
    }


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as a row of `schema.VERDICTS`."""
    return {"record_key": verdict.record_key, "failed": list(verdict.failed), "warnings": list(verdict.warnings)}
