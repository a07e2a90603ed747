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

from newsmill.model import Batch, place_of

_TABLE = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE wanted (file TEXT, line INTEGER, raw_path TEXT, PRIMARY KEY (file, line)) WITHOUT ROWID;
"""

Record = tuple[str, int, str]
"""Its landing file, its line (0: the file is the record) and its raw_path."""


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

    def records(self) -> Iterator[Record]:
        """Yield them."""
        yield from self.database.execute("SELECT file, line, raw_path FROM wanted ORDER BY file, line")


@contextmanager
def sorted_out(raw_paths: Iterable[str]) -> Iterator[Sought]:
    """Sort raw records by their place in the landing zone."""
    with (
        tempfile.TemporaryDirectory(prefix="newsmill-wanted-") as folder,
        closing(sqlite3.connect(Path(folder) / "wanted.sqlite")) as database,
    ):
        database.executescript(_TABLE)
        rows = ((*place_of(raw_path), raw_path) for raw_path in raw_paths)
        database.executemany("INSERT OR IGNORE INTO wanted VALUES (?, ?, ?)", rows)
        yield Sought(database)


def assigned(batches: Sequence[Batch], records: Iterable[Record]) -> Iterator[tuple[int, str]]:
    """Yield (batch, raw_path) for each record: of the batch whose slice it lies in, or would lie in.

    A record that its file has no more belongs to the slice before its place, so that some batch misses it.

    Args:
        batches: over all files of the records, sorted by file and line as they are.
        records: sorted.
    """
    slices = [(part.path, part.first_line, batch.number) for batch in batches for part in batch.slices]
    at = 0
    for file, line, raw_path in records:
        while at + 1 < len(slices) and slices[at + 1][:2] <= (file, line):
            at += 1
        yield slices[at][2], raw_path
