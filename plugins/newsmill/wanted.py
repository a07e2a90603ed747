"""Raw records that a run takes by their names: put in the order of the landing zone, and given to batches.

They come in any order (by run from the ledger, by day from the corpus), and may be as many as the corpus has rows. A
passing SQLite file sorts them on disk, so that memory does not grow with them.

Owns that order and which batch takes which record. Keep out: why a record is wanted (pipeline), reading it (intake).
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from newsmill.model import Batch, Wanted, place_of

_TABLE = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE wanted (
    file TEXT, line INTEGER, raw_path TEXT, raw_sha256 TEXT, article_id TEXT, PRIMARY KEY (file, line)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Sought:
    """Raw records, sorted by file and line, each once. `sorted_out` makes it."""

    database: sqlite3.Connection

    def __len__(self) -> int:
        """Return how many they are."""
        (count,) = self.database.execute("SELECT count(*) FROM wanted").fetchone()
        return int(count)

    def files(self) -> Iterator[str]:
        """Yield the files that hold them."""
        for (file,) in self.database.execute("SELECT DISTINCT file FROM wanted ORDER BY file"):
            yield file

    def records(self) -> Iterator[Wanted]:
        """Yield them."""
        asked = "SELECT raw_path, raw_sha256, article_id FROM wanted ORDER BY file, line"
        for raw_path, raw_sha256, article_id in self.database.execute(asked):
            yield Wanted(raw_path=raw_path, raw_sha256=raw_sha256, article_id=article_id)


@contextmanager
def sorted_out(records: Iterable[Wanted]) -> Iterator[Sought]:
    """Sort raw records by their place in the landing zone; of two at one place the first counts."""
    with (
        tempfile.TemporaryDirectory(prefix="newsmill-wanted-") as folder,
        closing(sqlite3.connect(Path(folder) / "wanted.sqlite")) as database,
    ):
        database.executescript(_TABLE)
        rows = ((*place_of(one.raw_path), one.raw_path, one.raw_sha256, one.article_id) for one in records)
        database.executemany("INSERT OR IGNORE INTO wanted VALUES (?, ?, ?, ?, ?)", rows)
        yield Sought(database)


def assigned(batches: Sequence[Batch], records: Iterable[Wanted]) -> Iterator[tuple[int, Wanted]]:
    """Yield each record with the number of the batch whose slice it lies in, or would lie in.

    A record that its file has no more belongs to the slice before its place, so that some batch misses it.

    Args:
        batches: over all files of the records, sorted by file and line as they are.
        records: sorted.
    """
    slices = [(part.path, part.first_line, batch.number) for batch in batches for part in batch.slices]
    at = 0
    for record in records:
        while at + 1 < len(slices) and slices[at + 1][:2] <= place_of(record.raw_path):
            at += 1
        yield slices[at][2], record
