"""Rows of the corpus, by outlet, day and the version that made them; a row group at a time.

Owns which rows are meant. Keep out: what is done with them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsmill import corpus, parquet
from newsmill.places import corpus_files
from newsmill.storage import Store

ROWS_AT_ONCE = 500
"""Rows held at a time, with their texts where these are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Which rows of the corpus are meant. All conditions must hold."""

    outlets: Collection[str] = ()  # empty: all
    from_date: date | None = None  # of the partition
    to_date: date | None = None  # inclusive
    made_by: str | None = None  # the cleaner_version of the row
    not_made_by: str | None = None

    def rows(self, data: Store, columns: list[str]) -> Iterator[dict[str, Any]]:
        """Yield these rows with some of their columns and `outlet`, partition by partition.

        Raises:
            NewsmillError: a file of the corpus is damaged, or a newer newsmill wrote it; says which.
        """
        names = list(dict.fromkeys([*columns, "cleaner_version"]))
        for path, outlet in self._files(data):
            for row in _rows(data, path, names):
                if self._is_of_version(row["cleaner_version"]):
                    yield {name: row[name] for name in columns} | {"outlet": outlet}

    def _files(self, data: Store) -> Iterator[tuple[str, str]]:
        for file in corpus_files(data):
            if self._is_at(file.day, file.outlet):
                yield file.path, file.outlet

    def _is_at(self, day: date, outlet: str) -> bool:
        is_outlet = not self.outlets or outlet in self.outlets
        return is_outlet and (self.from_date or day) <= day <= (self.to_date or day)

    def _is_of_version(self, version: str) -> bool:
        return self.made_by in (None, version) and self.not_made_by != version


EVERY_ROW = Standing()


def _rows(data: Store, path: str, columns: list[str]) -> Iterator[dict[str, Any]]:
    try:
        for part in corpus.batches(data, path, ROWS_AT_ONCE, columns):
            yield from part.to_pylist()
    except (OSError, ValueError, KeyError) as error:
        raise parquet.unreadable(data, path, error) from error
