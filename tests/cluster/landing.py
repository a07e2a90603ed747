"""A landing zone for a cluster: three nights of records of every kind, the same in every process."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tests.bench.pages import dump, page
from tests.bench.records import copied

NIGHTS = ("first", "second", "third")
RECORDS = 2100
"""Raw records of a night, at least."""
PAGES = 300
FILE_RECORDS = 25


def lay_out(folder: Path) -> None:
    """Write a folder for each night: pages, dumps, and what ends as duplicate, quarantined, unreadable."""
    for number, name in enumerate(NIGHTS):
        _night(folder / name, number * RECORDS)


def _night(folder: Path, start: int) -> None:
    records = [page(start + number) for number in range(PAGES)]
    records += [dump(start + number) for number in range(RECORDS - PAGES - 100)]
    records += [record | {"id": f"{record['id']}-again", "url": f"{record['url']}-again"} for record in records[-40:]]
    records += [copied(record, 1) for record in records[PAGES : PAGES + 40]]
    records += [{"id": f"short-{start + number}", "text": "A title\n\nToo short."} for number in range(20)]
    folder.mkdir(parents=True)
    for number, first in enumerate(range(0, len(records), FILE_RECORDS)):
        lines = "\n".join(json.dumps(record) for record in records[first : first + FILE_RECORDS])
        (folder / f"part-{number:04d}.jsonl.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))
    for number in range(10):
        own = folder / "verity" / f"damaged-{number}.html"
        own.parent.mkdir(exist_ok=True)
        own.write_bytes(b"\x00\x01\x02" * 100)
