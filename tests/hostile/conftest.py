"""A landing zone for each test of this folder, and how many records it puts there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.hostile.judge import Landing
from tests.hostile.quota import part_of


@pytest.fixture
def landing() -> Iterator[Landing]:
    found = Landing()
    yield found
    found.close()


@pytest.fixture(params=[3, pytest.param(1, marks=pytest.mark.long)], ids=["a third", "all"])
def quota(request) -> Callable[[str], int]:
    """Return how many records of a kind a test is to make."""
    return lambda kind: part_of(kind, request.param)
