"""What both halves of `storage` tell of a file, and of what goes wrong with one.

Owns the words for disk and object stores. Keep out: reading and writing.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from newsmill.model import NewsmillError

ADVICE = dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "make room, and run it again") | dict.fromkeys(
    (errno.EACCES, errno.EPERM, errno.EROFS), "give permission, and run it again"
)
"""What mends what the system refuses."""

NOTHING = ""
"""As the version of a file that is to be replaced: nothing may be there."""


class StorageError(NewsmillError):
    """A place cannot be read or written; the text names it."""


class ChangedError(StorageError):
    """What was to be replaced is not what was read: another process has written it meanwhile."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file below a root: its path from there, its bytes, and how it can be told whether it has changed since.

    `version` is another one once the file was written again: on disk size, times and inode, in an object store the
    entity tag; None where the store tells of none. `changed` is when that was last, in seconds since 1970.
    """

    path: str
    size: int
    version: str | None = field(default=None, compare=False)
    changed: float = field(default=0.0, compare=False)


@contextmanager
def explained(what: str, name: str) -> Iterator[None]:
    """Say what could not be done, and where."""
    try:
        yield
    except OSError as error:
        raise StorageError(f"{what} {name}: {reason(error)}") from error


def reason(error: OSError) -> str:
    """Return why, and what mends it if that is known."""
    why = error.strerror or str(error)
    code = errno.EACCES if isinstance(error, PermissionError) else error.errno
    return f"{why}; {ADVICE[code]}" if code in ADVICE else why
