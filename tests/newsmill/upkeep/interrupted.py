"""Runs that are killed after they have decided, over the data root of the test's settings."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

from newsmill.dedup.decide import deduplicate
from newsmill.identity import establish
from newsmill.learn.sight import sighting_row
from newsmill.publish.partitions import groups, publish_group
from newsmill.schema import SIGHTINGS
from newsmill.staging import Staging, write_rows
from tests.newsmill.dedup.factory import Mill, article, at, settled
from tests.newsmill.publish.killing import killed_at_partition

LATER = date(2024, 1, 3)

FIRST = [
    article("a", fetched_at=at(14)),
    article("b", outlet="express"),
    article("c", outlet="tass", published_at=None),
    article("d", "The story of d, as it was. It has words."),
    article("e", failed=["title"]),
    settled("s"),
    settled("l", "unreadable", "too_large"),
]
SECOND = [
    settled("k", "unchanged", "known_record"),
    article("a", "A, told anew.", fetched_at=at(15), outlet="express", published_at=at(12)),  # moves, and changes
    article("b", "B, told anew.", outlet="express"),  # is replaced in its place
    article("d", "D, told anew.", outlet="verity", published_at=at(11)),  # moves
    article("f", "The story of d, as it was. It has words.", outlet="tass"),  # takes the text that d had
    article("g", outlet="verity"),
    article("h", outlet="zeta"),
]


def mill_at(tmp_path: Path, mill: Mill | None = None) -> Mill:
    """A mill over the data root of the settings, whose corpus has its id."""
    mill = mill or Mill(tmp_path / "data")
    mill.data.write("marker.txt", b"")  # a data root is there before its index
    establish(mill.data, mill.index)
    return mill


def decide(mill: Mill, rows: list[dict[str, Any]], run_id: str = "run-2", day: date = LATER) -> Staging:
    """Bring a run as far as its decision, with all files that a real one has in staging."""
    staging = mill.stage(rows, run_id=run_id, day=day, batch_rows=4)
    for start in range(0, len(rows), 4):
        number, part = start // 4 + 1, rows[start : start + 4]
        seen = [_sighting(row) for row in part if "fate" not in row]
        write_rows(mill.data, staging.batch_path("sightings", number), SIGHTINGS, seen)
        staging.write_counts(number, {"read": len(part)})
    establish(mill.data, mill.index)
    deduplicate(staging, mill.index)
    staging.write_groups(groups(staging, 2))
    return staging


def publish_all(mill: Mill, staging: Staging) -> None:
    """Publish all groups."""
    for keys in staging.groups():
        publish_group(staging, mill.data, keys)


def publish_until_killed(mill: Mill, staging: Staging, step: int) -> None:
    """Publish, and be killed after the partition of this number (from 0) is written."""
    with killed_at_partition(step, after=True):
        publish_all(mill, staging)


def index_rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of an SQLite index, sorted."""
    connection = sqlite3.connect(path)
    try:
        tables = ("meta", "articles", "records", "runs")
        return {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=str) for table in tables}
    finally:
        connection.close()


def truncate(path: Path, keep: float = 0.6) -> None:
    """Cut a file short."""
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])


def _sighting(row: dict[str, Any]) -> dict[str, Any]:
    seen = sighting_row(
        article_id=row["article_id"], day=row["date"], title=row["title"], authors=row["authors"], blocks=[row["text"]]
    )
    return {"record_key": row["record_key"], "outlet": row["outlet"]} | seen
