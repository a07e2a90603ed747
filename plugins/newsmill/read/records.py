"""One slice of the plan -> its raw records, one result for each.

The stage's second door (the first is `plan`). Keep out: how a file or a line is read (files, jsonlines).
"""

from __future__ import annotations

from collections.abc import Iterator

from newsmill.model import RawRecord, Slice, Unreadable
from newsmill.read.failure import Watch, unwatched
from newsmill.read.files import read_file
from newsmill.read.jsonlines import read_lines
from newsmill.storage import Store


def read_slice(
    landing: Store, part: Slice, *, max_record_bytes: int, at: Watch = unwatched
) -> Iterator[RawRecord | Unreadable]:
    """Yield the records of a slice in their order; what could not be read comes as `Unreadable`.

    Never raises for what is in a file or for a file that cannot be read. Holds one record at a time, and no
    record larger than `max_record_bytes` (its bytes as they lie in the file, or unpacked).

    Args:
        landing: the landing zone.
        part: what to read.
        max_record_bytes: more is unreadable.
        at: told of each record before it is read.
    """
    if part.first_line:
        yield from read_lines(landing, part, max_record_bytes=max_record_bytes, at=at)
    else:
        yield read_file(landing, part, max_record_bytes=max_record_bytes, at=at)
