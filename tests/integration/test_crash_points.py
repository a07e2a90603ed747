"""A run is killed at every step of deduplicate's end, publish and reconcile, one by one; the next run mends it."""

from __future__ import annotations

import pytest

from tests.integration.crashing import Mill, check_steps, end


@pytest.fixture(scope="module")
def mill(tmp_path_factory):
    made = Mill(tmp_path_factory.mktemp("mill"))
    yield made
    made.nursery.close()


@pytest.mark.parametrize("every", [9, pytest.param(1, marks=pytest.mark.long)])
def test_killed_at_every_step_from_the_decision_to_the_end(mill, every):
    check_steps(mill, mill.start, end, every=every, at_least=100)
