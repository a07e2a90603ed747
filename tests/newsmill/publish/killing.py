"""Stand-ins for `kill -9` within one process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from newsmill import staging
from newsmill.dedup import index
from newsmill.publish import partitions, reconcile
from newsmill.takedown import carry


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


POINTS = {
    "decided": (staging.Staging, "write_groups"),
    "partition": (partitions, "write_partition"),
    "ledger": (reconcile, "write_ledger"),
    "index": (index.Index, "commit"),
    "ended": (staging.Staging, "end"),
}
"""Where a run may be killed: before or after one of these calls."""

OF_A_TAKEDOWN = {
    "tombstones": (carry, "write_tombstones"),
    "corpus": (carry, "withdraw"),
    "ledger": (carry, "scrub"),
    "index": (index.Index, "forget"),
}
"""Where a takedown may be; its intent is written before all of them."""


@contextmanager
def killed_at(place: tuple[Any, str], call: int, *, after: bool) -> Iterator[None]:
    """Kill the block at a call, counted from 0, of one of the places above; one that does not come so far goes on.

    Raises:
        Killed: from the block, where it is killed.
    """
    owner, name = place
    real, left = getattr(owner, name), call

    def deadly(*arguments: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left >= 0:
            return real(*arguments, **named)
        if after:
            real(*arguments, **named)
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, deadly)
        yield
