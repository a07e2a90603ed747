"""Stand-ins for `kill -9` within one process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from newsmill.publish import partitions


class Killed(BaseException):
    """Stands for `kill -9`: no handler of the code under test runs for it but `finally`."""


@contextmanager
def killed_at_partition(step: int, *, after: bool) -> Iterator[None]:
    """Expect the block to be killed at the partition numbered `step` (from 0), before or after it is written."""
    real, written = partitions.write_partition, 0

    def deadly(*arguments: Any) -> bool:
        nonlocal written
        written += 1
        if written <= step:
            return real(*arguments)
        if after:
            real(*arguments)
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitions, "write_partition", deadly)
        with pytest.raises(Killed):
            yield
