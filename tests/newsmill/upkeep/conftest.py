"""One corpus, made once; each test damages a copy of its own."""

from __future__ import annotations

import pytest

from tests.newsmill.upkeep.everything import Made, make
from tests.newsmill.upkeep.mending import pointed_at


@pytest.fixture(scope="session")
def made_once(tmp_path_factory) -> Made:
    folder = tmp_path_factory.mktemp("upkeep")
    with pointed_at(folder):
        return make(folder)


@pytest.fixture
def made(made_once, tmp_path) -> Made:
    """A copy at the place to which the settings point."""
    return made_once.copy_to(tmp_path)
