"""Tombstones: what was taken down, and may not come back.

Owns `ledger/takedowns/run_date=…/<id>.parquet`. A tombstone holds keys and no text. Keep out: taking down (takedown).

All of them are read by every run; there is a row for each text that was taken down, so they are few.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from newsmill import parquet
from newsmill.model import NewsmillError, Scope
from newsmill.registry import SLUG
from newsmill.schema import TAKEDOWNS
from newsmill.staging import write_rows
from newsmill.storage import Store

FOLDER = "ledger/takedowns"
READ_ROWS = 1000
_PATH = re.compile(rf"{FOLDER}/run_date=(?P<day>\d{{4}}-\d\d-\d\d)/(?P<name>[^/]+)\.parquet")
_NAME = re.compile(rf"article-(?P<article_id>[0-9a-f]{{32}})(-\d+)?|outlet-(?P<outlet>{SLUG.pattern})")
"""What a takedown is called. An outlet is taken down once; an article again when more of its texts are known."""


class TombstoneError(NewsmillError):
    """A tombstone cannot be read; the text names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class Tombstones:
    """All that was taken down."""

    article_ids: frozenset[str]
    content_hashes: frozenset[str]
    outlets: frozenset[str]

    def meet(self, records: pa.Table) -> pa.ChunkedArray:
        """Tell of each record whether a tombstone is in its way.

        Args:
            records: with the column `outlet`, and for articles `article_id` and `content_hash`.
        """
        met = _is_in(records["outlet"], self.outlets)
        for name, values in (("article_id", self.article_ids), ("content_hash", self.content_hashes)):
            if name in records.column_names:
                met = pc.or_(met, _is_in(records[name], values))
        return met

    def split(self, articles: pa.Table) -> tuple[pa.Table, pa.Table]:
        """Return the articles that meet no tombstone, and those that meet one."""
        met = self.meet(articles)
        return articles.filter(pc.invert(met)), articles.filter(met)


def read_tombstones(data: Store) -> Tombstones:
    """Return all tombstones of a data root.

    Raises:
        TombstoneError: one cannot be read; going on would publish again what was taken down.
    """
    rows = list(tombstone_rows(data))
    articles = [row for row in rows if row["scope"] == Scope.ARTICLE]
    return Tombstones(
        frozenset(row["article_id"] for row in articles),
        frozenset(row["content_hash"] for row in articles if row["content_hash"]),
        frozenset(row["outlet"] for row in rows if row["scope"] == Scope.OUTLET),
    )


def tombstone_rows(data: Store) -> Iterator[dict[str, Any]]:
    """Yield every tombstone, as a row of `schema.TAKEDOWNS`.

    Raises:
        TombstoneError: one cannot be read.
    """
    for entry in data.files(FOLDER):
        yield from rows_of(data, entry.path)


def rows_of(data: Store, path: str) -> Iterator[dict[str, Any]]:
    """Yield the tombstones of one file, as rows of `schema.TAKEDOWNS`.

    Raises:
        TombstoneError: it cannot be read.
    """
    try:
        with parquet.opened(data, path) as file:
            for part in parquet.batches(file, READ_ROWS, TAKEDOWNS.names):
                yield from part.to_pylist()
    except (pa.ArrowException, OSError, KeyError) as error:
        raise TombstoneError(
            f"{data.uri}/{path} cannot be read ({error}): it says what was taken down and may not come back. Put a "
            f"backup of it back; or newsmill repair {path}, which keeps out what its name says"
        ) from error


def tombstone_path(day: date, name: str) -> str:
    """Return the path of a takedown's tombstones."""
    return f"{FOLDER}/run_date={day.isoformat()}/{name}.parquet"


def tombstone_names(data: Store) -> dict[str, date]:
    """Return the ids of all takedowns, with their days."""
    found = (_PATH.fullmatch(entry.path) for entry in data.files(FOLDER))
    return {match["name"]: date.fromisoformat(match["day"]) for match in found if match}


def told_by_name(name: str) -> dict[str, Any] | None:
    """Return what a takedown's id alone says of what was taken down, as columns of `schema.TAKEDOWNS`.

    All but the texts' hashes, without which a copy of the article under another id is not kept out.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    scope = Scope.OUTLET if found["outlet"] else Scope.ARTICLE
    return {"scope": scope.value, "article_id": found["article_id"], "outlet": found["outlet"], "content_hash": None}


def write_tombstones(data: Store, day: date, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a takedown's tombstones; done again, the same bytes."""
    data.sweep(tombstone_path(day, name))
    write_rows(data, tombstone_path(day, name), TAKEDOWNS, rows)


def _is_in(column: Any, values: frozenset[str]) -> Any:
    return pc.is_in(column, value_set=pa.array(sorted(values), pa.string()))
