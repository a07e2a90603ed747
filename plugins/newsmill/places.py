"""Where the files of the corpus lie: `corpus/date=YYYY-MM-DD/outlet=<slug>/<name>.parquet`, and the list of them.

Owns what is a file of the corpus by its path, so that whoever lists the corpus sees the same files. What else lies
below `corpus/` (notes, markers of other tools, half-copied files) is passed over here and named by `newsmill verify`.
Keep out: reading files (corpus), writing them (publish).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from newsmill.registry import MAX_SLUG, SLUG
from newsmill.storage import Store

FOLDER = "corpus"
DAMAGED = "damaged"
"""What is set aside, each file under the path that it had."""

FILE_NAME = "articles.parquet"
"""The one file that we write into a partition. A file of another name beside it is read, and merged into it."""

_PATH = re.compile(rf"{FOLDER}/date=(?P<day>\d{{4}}-\d\d-\d\d)/outlet=(?P<outlet>[^/]+)/[^/]+\.parquet", re.ASCII)


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of the corpus: its path from the data root, the partition that it lies in, and the version listed."""

    path: str
    day: date
    outlet: str
    version: str | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        """The key of the partition, `YYYY-MM-DD|outlet`."""
        return f"{self.day.isoformat()}|{self.outlet}"

    @property
    def has_our_name(self) -> bool:
        """Tell whether it is called as we call a partition's one file."""
        return self.path.endswith(f"/{FILE_NAME}")


def corpus_file(path: str) -> CorpusFile | None:
    """Return what a path is in the corpus; None where it is no partition's file."""
    found = _PATH.fullmatch(path)
    if not found or not SLUG.fullmatch(found["outlet"]) or len(found["outlet"]) > MAX_SLUG:
        return None
    try:
        return CorpusFile(path, date.fromisoformat(found["day"]), found["outlet"])
    except ValueError:  # the 31st of February
        return None


def corpus_files(data: Store, below: str = FOLDER) -> Iterator[CorpusFile]:
    """Yield the files of the corpus, sorted by path; all of them, or those below one of its folders."""
    for entry in data.files(below):
        file = corpus_file(entry.path)
        if file:
            yield replace(file, version=entry.version)
