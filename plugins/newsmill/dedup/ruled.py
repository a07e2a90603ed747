"""Turn records and what was ruled on them into rows of `schema.DECISIONS`.

Owns which column of a decision says what. Keep out: the rules (rules), the order of the rows (decide).
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill.dedup.ruling import Ruling
from newsmill.model import Fate, Reason
from newsmill.schema import DECISIONS


def ruled(articles: pa.Table, rulings: list[Ruling]) -> pa.Table:
    """Return the decisions on articles, as `gathering` brings them, one ruling each."""
    return _table({name: articles[name] for name in articles.column_names} | _ruled(articles, rulings))


def settled(records: pa.Table) -> pa.Table:
    """Return the decisions on records that were settled already: `schema.SETTLED` and `batch`."""
    return _table({name: records[name] for name in records.column_names})


def _table(columns: dict[str, Any]) -> pa.Table:
    """Return a table of `schema.DECISIONS`; a column that is not given is null, a list column empty."""
    size = len(columns["record_key"])
    full = {
        field.name: columns.get(field.name, [[] if pa.types.is_list(field.type) else None] * size)
        for field in DECISIONS
    }
    return pa.table(full, schema=DECISIONS)


def _ruled(part: pa.Table, rulings: list[Ruling]) -> dict[str, list[Any]]:
    """Return the columns that rulings decide."""
    days = part["date"].to_pylist()
    said = zip(
        rulings, part["article_id"].to_pylist(), part["failed"].to_pylist(), part["notes"].to_pylist(), strict=True
    )
    copies = [ruling.stands if ruling.fate is Fate.DUPLICATE else None for ruling in rulings]
    return _silenced(part) | {
        "fate": [ruling.fate.value for ruling in rulings],
        "reason": [ruling.reason and ruling.reason.value for ruling in rulings],
        "detail": [_detail(*each) for each in said],
        "date": [ruling.date or day for ruling, day in zip(rulings, days, strict=True)],
        "revision": [ruling.revision for ruling in rulings],
        "ingested_on": [ruling.ingested_on for ruling in rulings],
        "replaces_date": [ruling.replaces and ruling.replaces.date for ruling in rulings],
        "replaces_outlet": [ruling.replaces and ruling.replaces.outlet for ruling in rulings],
        "replaces_hash": [ruling.replaces_hash for ruling in rulings],
        "takes_article_id": [ruling.takes and ruling.takes.article_id for ruling in rulings],
        "takes_date": [ruling.takes and ruling.takes.date for ruling in rulings],
        "takes_outlet": [ruling.takes and ruling.takes.outlet for ruling in rulings],
        "duplicate_of": [place and place.article_id for place in copies],
        "duplicate_of_outlet": [place and place.outlet for place in copies],
        "duplicate_of_date": [place and place.date for place in copies],
    }


def _silenced(part: pa.Table) -> dict[str, Any]:
    """Return the columns that may quote an article, empty where it was taken down."""
    down = part["taken_down"]
    silent = {name: pc.if_else(down, pa.scalar([], part[name].type), part[name]) for name in ("failed", "warnings")}
    return silent | {"source_id": pc.if_else(down, part["raw_path"], part["source_id"])}


def _detail(ruling: Ruling, article_id: str, failed: list[str], notes: list[str]) -> str | None:
    """Say in a sentence why, and after it what the extraction did not believe; of what was taken down nothing."""
    if ruling.reason is Reason.TAKEN_DOWN:
        return None
    return "; ".join([*filter(None, [ruling.detail(article_id) or ", ".join(failed)]), *notes]) or None
