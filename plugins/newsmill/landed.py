"""Landing files that need not be read again: nothing in them has changed since a run dealt with all their records.

Owns who counts as such. Keep out: what a store tells of a file (storage), the list of files (read.plan), the table of
those that are known (dedup.index).

A file is known by its path and its version: on disk size, times and inode, in an object store the entity tag, and those
of its sidecar. The version is that of the listing, before anything is read; so a file that changes while a run is at
work has another version when the next run lists it. Two rules keep a change from going unseen: a version counts only
when the file was not changed for some hours before the listing, because clocks of file servers are coarse, and wrong by
hours where they tell local time; and it holds the limits of a record, as what is known of a record that was over a
limit does. And nothing is taken on trust where that saves seconds: of a small landing zone all is read.

What is passed over is not read, and no record of it is in the books of the run: these are of an earlier run.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from newsmill.dedup.bulk import in_chunks
from newsmill.dedup.index import Index
from newsmill.storage import Entry
from newsmill.watch import Limits

WORTH = 10_000
"""As long as fewer files are known, all are read: to read so many takes seconds, and shows in a run's books that every
record is as it was."""

FILES_AT_ONCE = 5_000
"""Files that are held while the index is asked about them."""


class KnownFiles:
    """Tells files that are to be read from those that an earlier run has read as they are.

    Args:
        index: which knows them.
        limits: of a record.
        hours: how long a file must not have been changed.
        reads_all: every file is to be read.
    """

    def __init__(self, index: Index, limits: Limits, *, hours: float, reads_all: bool) -> None:
        self.count = 0
        self._index = index
        self._limits = limits
        self._before = time.time() - hours * 3600
        self._reads_all = reads_all or not index.knows_files(WORTH)

    def to_read(self, files: Iterator[Entry]) -> Iterator[Entry]:
        """Yield the files that are to be read, in their order, and count the others in `count`."""
        for held in in_chunks(map(self._versioned, files), FILES_AT_ONCE):
            asked = [] if self._reads_all else [file.path for file in held if file.version]
            known = self._index.files(asked)
            for file in held:
                if file.version and known.get(file.path) == file.version:
                    self.count += 1
                else:
                    yield file

    def _versioned(self, file: Entry) -> Entry:
        counts = file.version and file.changed < self._before
        return replace(file, version=self._limits.marked(file.version) if counts and file.version else None)
