"""One corpus, made once; each test damages a copy of its own."""

from __future__ import annotations

import pytest

from newsmill.settings import Settings
from tests.newsmill.upkeep.factory import Made, make


@pytest.fixture(scope="module")
def made_once(tmp_path_factory) -> Made:
    folder = tmp_path_factory.mktemp("upkeep")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Settings.model_config, "env_file", None)
        patch.setenv("NEWSMILL_DATA_URI", str(folder / "data"))
        patch.setenv("NEWSMILL_LANDING_URI", str(folder / "landing"))
        patch.setenv("NEWSMILL_MOVE_GRACE_SECONDS", "0")
        return make(folder)


@pytest.fixture
def made(made_once, tmp_path) -> Made:
    """A copy at the place to which the settings point."""
    return made_once.copy_to(tmp_path)
