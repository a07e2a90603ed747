"""Which rows of a dataset a takedown means, and how a row is emptied that has to stay.

Owns both, for every dataset alike: a table is judged by the columns that it has. Keep out: files (scrub).
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill.model import Target

EMPTIED: dict[str, Any] = {
    "url": None,
    "title": None,
    "description": None,
    "authors": [],
    "tags": [],
    "sources": [],
    "notes": [],
    "blocks": [],
    "choices": [],
    "text": "",
    "detail": None,
    "warnings": [],
    "failed": [],
    "example": None,
}
"""Columns that hold or quote what an article says, and what is left of them. `source_id`, which a record may give
itself, becomes its path as if it had given none."""

KEYS = (
    "run_id",
    "record_key",
    "article_id",
    "content_hash",
    "outlet",
    "raw_path",
    "reason",
    "duplicate_of",
    "duplicate_of_outlet",
)


def keys_of(schema: pa.Schema) -> list[str]:
    """Return those columns of a dataset that tell whether a row is meant."""
    return [name for name in schema.names if name in KEYS]


def columns_of(schema: pa.Schema) -> list[str]:
    """Return those columns of a dataset that tell whether a row is meant, and whether it has been emptied."""
    return [name for name in schema.names if name in KEYS or name in EMPTIED or name == "source_id"]


def meant(part: pa.Table, target: Target) -> pa.ChunkedArray:
    """Tell of each row whether the takedown means it."""
    names = set(part.column_names)
    if "example" in names:  # of drift: a quotation, and nobody knows from which of the outlet's articles
        return _one_of(part["outlet"], (target.outlet,) if target.outlet else target.outlets)
    if target.outlet:
        return pc.fill_null(pc.equal(part["outlet"], target.outlet), False)
    found = pc.fill_null(pc.equal(part["article_id"], target.article_id), False)
    if "content_hash" in names:
        found = pc.or_(found, _one_of(part["content_hash"], target.content_hashes))
    if "record_key" in names:
        nameless = pc.and_(pc.is_null(part["article_id"]), _one_of(part["record_key"], target.places))
        found = pc.or_(found, nameless)
    if {"run_id", "record_key"} <= names:
        pairs = pc.binary_join_element_wise(part["run_id"], part["record_key"], "|")
        found = pc.or_(found, _one_of(pairs, target.records))
    return found


def is_own(part: pa.Table, target: Target) -> pa.ChunkedArray:
    """Tell of each row that is meant whether it is the article's or the outlet's own; others' have one of its texts."""
    name, value = ("outlet", target.outlet) if target.outlet else ("article_id", target.article_id)
    return pc.fill_null(pc.equal(part[name], value), False)


def is_full(part: pa.Table) -> pa.ChunkedArray:
    """Tell of each row whether `emptied` would change it."""
    full = pa.chunked_array([pa.nulls(len(part), pa.bool_()).fill_null(False)])
    for name in part.column_names:
        if name in EMPTIED:
            full = pc.or_(full, _says_something(part[name], EMPTIED[name]))
    if {"source_id", "raw_path"} <= set(part.column_names):
        own_id = pc.fill_null(pc.not_equal(part["source_id"], part["raw_path"]), False)
        full = pc.or_(full, own_id)
    return full


def emptied(part: pa.Table, rows: pa.ChunkedArray) -> pa.Table:
    """Return the table with these rows emptied of all that an article says; keys, times and counts stay."""
    is_quarantine = {"failed", "text"} <= set(part.column_names)
    for place, name in enumerate(part.column_names):
        field = part.schema.field(name)
        if name in EMPTIED:
            nothing = pa.scalar(EMPTIED[name], field.type)
            part = part.set_column(place, field, pc.if_else(rows, nothing, part[name]))
        elif name == "source_id" and "raw_path" in part.column_names:
            part = part.set_column(place, field, pc.if_else(rows, part["raw_path"], part[name]))
        elif name == "removed_chars" and is_quarantine:  # its removals are gone
            part = part.set_column(place, field, pc.if_else(rows, pa.scalar(0, field.type), part[name]))
    return part


def _says_something(column: pa.ChunkedArray, nothing: Any) -> pa.ChunkedArray:
    if nothing is None:
        return pc.is_valid(column)
    if nothing == []:
        return pc.greater(pc.list_value_length(column), 0)
    return pc.not_equal(column, nothing)


def _one_of(column: pa.ChunkedArray, values: tuple[str, ...]) -> pa.ChunkedArray:
    return pc.is_in(column, value_set=pa.array(values, pa.string()))
