"""A corpus in which one article has left traces everywhere, and a search for what is left of it."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from newsmill.model import key_of
from tests.conftest import DAY, PROJECT
from tests.integration.runs import run

URL = "https://verity.example.org/2026/02/03/the-bridge"
ARTICLE_ID = key_of("url", URL)
SECRETS = ("quinquereme", "xylograph", "zeugmatic", "syzygy", "ouroboros", "chthonic", "pettifogger")
"""Words of the article's title, texts, description, cut block, author, tags and notes; no other article has them."""

WORDS = [
    "harbour",
    "council",
    "market",
    "bridge",
    "tower",
    "school",
    "river",
    "budget",
    "vote",
    "summer",
    "road",
    "mill",
]


def story(number: int, *said: str) -> str:
    """Six sentences that no other number has; each thing said is in one of them."""
    chance = random.Random(number)
    extra = iter([*said, *[""] * 6])
    return "\n\n".join(
        f"In town {number} the {chance.choice(WORDS)} and the {chance.choice(WORDS)} were seen {next(extra)} by "
        f"{chance.randint(20, 900)} people who had waited for them since {chance.randint(1950, 2020)}."
        for _ in range(6)
    )


def record(name: str, number: int, **fields: Any) -> dict[str, Any]:
    """A line of a JSON Lines file."""
    return {
        "id": name,
        "url": f"https://verity.example.org/2026/02/04/{name}",
        "outlet": "verity",
        "title": f"What town {number} saw",
        "published_at": "2026-02-03T08:00:00Z",
        "fetched_at": "2026-02-05T08:00:00Z",
        "text": story(number),
    } | fields


OURS = record(
    "ours",
    1,
    url=URL,
    title="A quinquereme at the bridge",
    description="Of a zeugmatic kind",
    authors=["Pettifogger Jones"],
    tags=["chthonic"],
    modified_at="ouroboros",  # no date: quoted in the fate's detail
    text=f"{story(1, 'with a xylograph')}\n\nShare this article on syzygy",
)
REVISED = OURS | {
    "fetched_at": "2026-02-06T08:00:00Z",
    "text": f"{story(2, 'with another xylograph')}\n\nShare this article",
}
TOO_SHORT = OURS | {
    "fetched_at": "2026-02-07T08:00:00Z",
    "text": "A xylograph, in few words.",
    "title": "A quinquereme " * 40,  # too long: Data Docs show it
}
COPY = OURS | {
    "id": "copy",
    "url": "https://express.example.org/2026/02/03/bridge",
    "outlet": "express",
    "published_at": "2026-02-03T09:00:00Z",
}
OTHERS = [
    record("other-1", 11),
    record("other-2", 12, published_at="2026-02-04T08:00:00Z"),
    record("other-3", 13, outlet="express", url="https://express.example.org/2026/02/04/other-3"),
    record("short", 14, text="Far too short.", title="A short one"),
]
NEXT = DAY + timedelta(days=1)


def few_rules(folder: Path) -> Path:
    """Make a folder of outlets and rules with one file of rules: reading all of them is most of a small run's cost."""
    (folder / "outlets").mkdir(parents=True)
    (folder / "rules").mkdir()
    shutil.copy(PROJECT / "include" / "rules" / "share.yaml", folder / "rules")
    return folder


def put(landing: Path, name: str, *records: dict[str, Any]) -> None:
    """Write a JSON Lines file into a landing zone."""
    landing.mkdir(exist_ok=True)
    (landing / f"{name}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))


def three_nights(landing: Path) -> None:
    """Publish an article, a copy and others; then a revision; then a version that is quarantined."""
    for night, records in enumerate(([OURS, COPY, *OTHERS], [REVISED], [TOO_SHORT, record("late", 15)])):
        put(landing, f"night-{night}", *records)
        run(landing, f"night-{night}", day=DAY + timedelta(days=night), rejection_limit=1)


def traces(data: Path, *words: str) -> list[str]:
    """Return the files below a data root that say one of these words, in their bytes or in what they hold."""
    found = []
    for path in sorted(data.rglob("*")):
        if path.is_file() and _says(path, [word.lower() for word in words]):
            found.append(str(path.relative_to(data)))
    return found


def _says(path: Path, words: list[str]) -> bool:
    raw = path.read_bytes()
    if any(word.encode() in raw.lower() for word in words):
        return True
    held = str(pq.ParquetFile(path).read().to_pylist()).lower() if raw[:4] == b"PAR1" else ""
    return any(word in held for word in words)


def index_of(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the index, by table."""
    with sqlite3.connect(data / "index.sqlite") as connection:
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        return {name: sorted(connection.execute(f'select * from "{name}"'), key=repr) for name in names}
