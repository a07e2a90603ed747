"""A landing zone for each test of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.judge import Landing


@pytest.fixture
def landing() -> Iterator[Landing]:
    found = Landing()
    yield found
    found.close()
