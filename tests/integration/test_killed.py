"""`kill -9` of a real DAG run's process group, at random moments of every task; then one run makes it right."""

from __future__ import annotations

import pytest

from tests.integration.kills import Nights


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    made = Nights(tmp_path_factory.mktemp("nights"))
    yield made
    made.close()


@pytest.mark.parametrize(
    "steps",
    [
        ("learn", "clean", "reconcile", "recover"),
        pytest.param(("plan", "learn", "deduplicate", "recover"), marks=pytest.mark.long),
        pytest.param(("plan", "extract", "publish", "recover"), marks=pytest.mark.long),
        pytest.param(("extract", "validate", "publish", "recover"), marks=pytest.mark.long),
        pytest.param(("clean", "reconcile", "recover", "recover"), marks=pytest.mark.long),
        pytest.param(("extract", "clean", "publish", "recover"), marks=pytest.mark.long),
        pytest.param(("validate", "deduplicate"), marks=pytest.mark.long),
        pytest.param(("plan", "reconcile", "recover", "plan"), marks=pytest.mark.long),
    ],
    ids=lambda steps: "-".join(steps),
)
def test_killed_again_and_again_then_one_run_leaves_what_an_undisturbed_one_does(nights, steps):
    data = nights.kill_and_let_go("-".join(steps), steps)
    nights.check_nothing_is_lost(data)
