"""How a record that cannot be read becomes `Unreadable`.

Owns the error that carries a reason, and the words that files and lines share. Keep out: finding what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable

from newsmill.model import Reason, Spot, Unreadable

Watch = Callable[[Spot], Unreadable | None]
"""Told of each record before anything in it is read, and again when its bytes are hashed. Gives what has become of it
where it is known not to be readable: then it is not touched."""


class BadRecordError(Exception):
    """A record cannot be read: the reason, and a sentence for a person."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def unwatched(_: Spot) -> None:
    """Watch nothing."""


def too_large(size: str, limit: int) -> BadRecordError:
    """Return the error for a record over the limit; `size` says how large it is."""
    advice = "raise NEWSMILL_MAX_RECORD_BYTES if it is an article"
    return BadRecordError(Reason.TOO_LARGE, f"{size}; at most {limit:,} bytes are read; {advice}")


def folder_of(path: str) -> str | None:
    """Return the first folder of a path within the landing zone; None for a file at its top."""
    return path.partition("/")[0] if "/" in path else None


def unreadable(
    path: str, error: BadRecordError, *, line: int = 0, sha256: str | None = None, fingerprint: str | None = None
) -> Unreadable:
    """Return the record of a failure; `line` is 0 for a plain file."""
    return Unreadable(
        raw_path=f"{path}#{line}" if line else path,
        folder=folder_of(path),
        reason=error.reason,
        detail=str(error),
        raw_sha256=sha256,
        fingerprint=fingerprint,
    )
