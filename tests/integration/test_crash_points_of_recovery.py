"""A run that finishes what another had decided is killed at every step, one by one; the next run mends it."""

from __future__ import annotations

import shutil

import pytest

from tests.integration.crashing import Mill, check_every_step, decide, recover


@pytest.fixture(scope="module")
def mill(tmp_path_factory):
    made = Mill(tmp_path_factory.mktemp("mill"))
    yield made
    made.nursery.close()


def test_killed_at_every_step_of_finishing_what_another_run_had_decided(mill):
    decided = shutil.copytree(mill.start, mill.root / "decided")
    mill.call(decide, decided)
    check_every_step(mill, decided, recover, at_least=90)
