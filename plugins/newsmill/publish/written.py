"""Remember in staging which partitions a publish task wrote.

Owns `staging/<run>/written/`. Keep out: writing them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from newsmill.model import key_of
from newsmill.staging import Staging


class Note:
    """One group's note: that a task began on it, and what it wrote."""

    def __init__(self, staging: Staging, keys: list[str]) -> None:
        self._staging = staging
        self._keys = keys
        self._path = staging.path(f"written/{key_of(*keys)}.json")
        self._is_repeated = False

    def begin(self) -> None:
        """Note that the task began; a note that is there already says that this is not its first attempt."""
        self._is_repeated = self._staging.data.is_file(self._path)
        self._write(self._keys)

    def end(self, changed: Iterable[str]) -> list[str]:
        """Note what changed, and return it, sorted; after an earlier attempt all keys of the group."""
        written = sorted(self._keys if self._is_repeated else changed)
        self._write(written)
        return written

    def _write(self, keys: Iterable[str]) -> None:
        self._staging.data.write(self._path, json.dumps(sorted(keys)).encode())


def written_keys(staging: Staging) -> list[str]:
    """Return the partitions that the run's publish tasks wrote, sorted."""
    notes = (json.loads(staging.data.read(path)) for path in staging.files("written"))
    return sorted(key for keys in notes for key in keys)
