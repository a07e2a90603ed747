"""What the tests of the read stage share: a landing zone on disk and a way to read all of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from newsmill.model import RawRecord, Unreadable
from newsmill.read.plan import plan_batches
from newsmill.read.records import read_slice
from newsmill.storage import Store

Result = RawRecord | Unreadable


class Landing:
    """A landing zone in a temporary folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = Store(str(root))

    def put(self, path: str, content: bytes | str) -> Path:
        """Write a file."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def read(
        self,
        *,
        batch_records: int = 1000,
        batch_bytes: int = 1 << 30,
        max_record_bytes: int = 1 << 20,
        between: Callable[[], object] = lambda: None,
    ) -> list[Result]:
        """Plan, do what is to happen between, and read all."""
        batches = list(plan_batches(self.store, batch_records=batch_records, batch_bytes=batch_bytes))
        between()
        return [
            result
            for batch in batches
            for part in batch.slices
            for result in read_slice(self.store, part, max_record_bytes=max_record_bytes)
        ]

    def record(self, path: str, content: bytes | str) -> RawRecord:
        """Write one file and read it as one record."""
        (result,) = self._one(path, content)
        assert isinstance(result, RawRecord), result
        return result

    def failure(self, path: str, content: bytes | str) -> Unreadable:
        """Write one file and read it as one failure."""
        (result,) = self._one(path, content)
        assert isinstance(result, Unreadable), result
        return result

    def _one(self, path: str, content: bytes | str) -> list[Result]:
        self.put(path, content)
        return self.read()


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    """An empty landing zone."""
    root = tmp_path / "landing"
    root.mkdir()
    return Landing(root)
