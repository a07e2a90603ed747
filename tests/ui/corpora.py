"""Landing zones and corpora for the tests of the UI: hostile records, and a corpus of many outlets and days."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from newsmill.dedup.index import Index
from newsmill.model import Published, key_of
from newsmill.schema import RUNS
from newsmill.staging import run_slug

SCRIPT = "<script>alert('ran')</script>"
TAG = '"><img src=x onerror=alert(1)>'
PROSE = "The harbour of Orrin was closed on Monday after the storm had moved two cranes, and the council met at noon. "
SHARE = "Share this article on Facebook"
FIRST = date(2025, 10, 18)


def put_hostile_records(landing: Path) -> None:
    """Write articles that try to be markup in each of their fields, and some that are refused."""
    (landing / "bay-post").mkdir(parents=True)
    records = [
        {
            "id": f"{SCRIPT}{TAG}",
            "outlet": "bay-post",
            "url": f"https://bay-post.example/a?q={SCRIPT}",
            "title": f"Title {SCRIPT}{TAG}",
            "authors": [f"Ann {SCRIPT}{TAG}"],
            "tags": [f"tag {SCRIPT}{TAG}"],
            "text": f"{PROSE * 3}\n\n{SCRIPT}{TAG} {PROSE * 2}\n\n{{{{ 7 * 7 }}}} {PROSE}\n\n{SHARE}",
            "published_at": "2026-11-01T08:00:00Z",
        },
        {"id": "odd outlet", "outlet": SCRIPT, "title": SCRIPT, "text": PROSE * 3},
        {"id": "no web page", "outlet": "bay-post", "url": "javascript:alert(1)", "title": "Ferry", "text": PROSE * 4},
        {"id": "brief", "outlet": "bay-post", "title": "Brief", "text": "A ferry came."},
        {"id": "short", "outlet": "bay-post", "title": f"Short {TAG}", "text": f"Too short. {SCRIPT}"},
    ]
    lines = "".join(f"{json.dumps(record)}\n" for record in records)
    (landing / "feed.jsonl").write_text(lines)
    (landing / "bay-post" / "noise.txt").write_bytes(bytes(range(256)) * 8)


def make_large_corpus(data: Path, outlets: int, days: int, a_day: int = 1) -> None:
    """Write index and books of a corpus with so many articles of each outlet on each day, two more on Mondays.

    The articles themselves are not written: the overview does not read them.
    """
    slugs = [f"outlet-{number:03}" for number in range(outlets)]
    index = Index(f"sqlite:///{data}/index.sqlite")
    index.commit("bulk", FIRST, (_article(slug, day, n) for slug in slugs for day, n in _dates(days, a_day)), [])
    for number in range(1, 31):
        day = FIRST + timedelta(days - 31 + number)
        rows = [
            {"run_id": f"scheduled__{day}", "number": number, "outlet": slug, "read": 9, "published": 4, "duplicate": 1}
            | {"quarantined": number % 3, "unreadable": 0, "unchanged": 4 - number % 3, "words": 2000}
            | {"text_chars": 12_000, "removed_chars": 300 + 10 * number, "partitions": [f"{day}|{slug}"]}
            for slug in slugs
        ]
        path = data / f"ledger/runs/run_date={day}/{run_slug(f'scheduled__{day}')}.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=RUNS), path)


def _dates(days: int, a_day: int) -> list[tuple[date, int]]:
    dates = [FIRST + timedelta(number) for number in range(days)]
    return [(day, copy) for day in dates for copy in range(a_day + 2 * (day.weekday() == 0))]


def _article(slug: str, day: date, copy: int) -> Published:
    name = key_of(slug, str(day), str(copy))
    return Published(
        article_id=name,
        content_hash=name * 2,
        source_id=name,
        outlet=slug,
        published_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
        fetched_at=None,
        revision=1,
        ingested_on=day,
        raw_path=f"{slug}/{name}.html",
        raw_sha256=name * 2,
        date=day,
    )
