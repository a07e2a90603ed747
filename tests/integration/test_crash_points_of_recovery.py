"""A run that finishes what another had decided is killed at every step, one by one; the next run mends it."""

from __future__ import annotations

import shutil

import pytest

from tests.integration.crashing import Mill, check_steps, decide, recover


@pytest.fixture(scope="module")
def mill(tmp_path_factory):
    made = Mill(tmp_path_factory.mktemp("mill"))
    yield made
    made.nursery.close()


@pytest.mark.parametrize("every", [9, pytest.param(1, marks=pytest.mark.long)])
def test_killed_at_every_step_of_finishing_what_another_run_had_decided(mill, every):
    decided = shutil.copytree(mill.start, mill.root / f"decided-{every}")
    mill.call(decide, decided)
    check_steps(mill, decided, recover, every=every, at_least=90)
