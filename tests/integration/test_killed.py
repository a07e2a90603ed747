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
        ("plan", "extract", "publish", "recover"),
        ("learn", "clean", "reconcile", "recover"),
        ("extract", "validate", "publish", "recover"),
        ("plan", "learn", "deduplicate", "recover"),
        ("clean", "reconcile", "recover", "recover"),
        ("extract", "clean", "publish", "recover"),
        ("validate", "deduplicate"),
        ("plan", "reconcile", "recover", "plan"),
    ],
    ids="-".join,
)
def test_killed_again_and_again_then_one_run_leaves_what_an_undisturbed_one_does(nights, steps):
    data = nights.kill_and_let_go("-".join(steps), steps)
    nights.check_nothing_is_lost(data)
