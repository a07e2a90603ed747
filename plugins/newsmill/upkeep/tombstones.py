"""Tombstones that are damaged or gone: what they kept out stays out, as far as their names tell.

A tombstone's file is called by the article or the outlet that was taken down, and the index keeps the names. So neither
a damaged file nor one that is gone lets an article come back: until the file is made again verify takes it as known,
and `newsmill repair` makes it again from its name. Only the hashes of the article's texts are lost then, by which
copies of it under other addresses were kept out; a backup of the file has them.

Owns this. Keep out: tombstones that are whole (dedup).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from newsmill.dedup.tombstones import (
    TombstoneError,
    rows_of,
    told_by_name,
    tombstone_names,
    tombstone_path,
    write_tombstones,
)
from newsmill.storage import Store
from newsmill.upkeep.findings import Finding, Findings, repair


def known_tombstones(data: Store) -> Iterator[Mapping[str, Any]]:
    """Yield what was taken down, with the columns of `schema.TAKEDOWNS`; of an unreadable file what its name says."""
    for name, day in tombstone_names(data).items():
        try:
            yield from list(rows_of(data, tombstone_path(day, name)))
        except TombstoneError:
            yield from _by_name(name)


def check_names(data: Store, named: Iterable[tuple[str, date]], found: Findings) -> list[Mapping[str, Any]]:
    """Note the takedowns whose tombstones are gone; return what their names say.

    Args:
        data: the data root.
        named: what the index knows to have changed it, with the days; runs among them are passed over.
        found: is told.
    """
    kept = [told for name in tombstone_names(data) for told in _by_name(name)]
    lost: list[Mapping[str, Any]] = []
    for name, day in named:
        for told in _by_name(name):
            if told not in kept:
                lost.append(told)
                path = tombstone_path(day, name)
                detail = "a takedown that the index knows has no tombstone: put a backup of it back, or make it again"
                found.add(Finding(kind="ledger.takedown_lost", where=path, detail=detail, command=repair(path)))
    return lost


def make_again_by_name(data: Store, name: str, day: date) -> bool:
    """Write a takedown's tombstone again from its name; return whether the name says what was taken down."""
    rows = [{"id": name, "day": day, "reason": None, "counts": [], **told} for told in _by_name(name)]
    if rows:
        write_tombstones(data, day, name, rows)
    return bool(rows)


def _by_name(name: str) -> list[Mapping[str, Any]]:
    told = told_by_name(name)
    return [told] if told else []
