"""A full disk, folders that may not be written, listed or read, at every dataset: nothing is lost, and it is said.

Which datasets there are is what the undisturbed work leaves, so a new one is tested by itself. Permission is denied by
the kernel to a process without root's capabilities. A full disk is a small tmpfs in a process's own mount namespace;
where a machine lets nobody mount, these tests are skipped, and the bound on the size of files is what is left of them.
"""

from __future__ import annotations

import os
import shutil
from functools import partial

import pytest

from tests.integration import starved
from tests.integration.scarcity import (
    Mill,
    commanded,
    disturbed_late,
    end_run,
    first_run,
    learn,
    plan_without,
    silent,
    take_down,
)

FULL = ("No space left on device", "database or disk is full")
DENIED = ("Permission denied", "unable to open database file", "attempt to write a readonly database")
TOO_LARGE = ("File too large", "disk I/O error")
OF_A_RUN = ["staging", "docs"]
"""What a run writes too: of staging nothing is left, and the docs are there before it decides."""

KIB = 1024


@pytest.fixture(scope="module")
def mill(tmp_path_factory):
    made = Mill(tmp_path_factory.mktemp("mill"))
    yield made
    made.nursery.close()


@pytest.fixture(scope="module")
def ends(mill):
    return {work: mill.end(work) for work in (end_run, take_down, learn)}


@pytest.fixture(scope="module")
def next_end(mill):
    """What a run leaves that comes after one which has failed without a trace."""
    return mill.next_run()


@pytest.fixture(scope="module")
def mounts():
    """Skip where this machine lets nobody mount."""
    if not (pid := os.fork()):
        code = 0
        try:
            starved.leave_mounts()
        except OSError as error:
            code = error.errno or 1
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if why := os.waitstatus_to_exitcode(status):
        pytest.skip(f"no small disk can be mounted here ({os.strerror(why)}); files are bounded instead")


def check_run(mill, next_end, datasets, take, give, why):
    """Without any of these datasets the run fails before it decides, says it, and the next one is whole."""
    for place, (error, has_changed, goes_on, end) in mill.outcomes(end_run, datasets, take, give):
        assert error, place
        assert str(place) in error
        assert any(reason in error for reason in why), error
        assert not has_changed, place
        assert not goes_on, place
        assert end in (None, next_end), place


def test_a_run_fails_at_any_full_dataset_by_name_and_changes_nothing(mill, ends, next_end, mounts):
    check_run(mill, next_end, [*OF_A_RUN, *ends[end_run].written], starved.fill, starved.empty, FULL)


def test_a_run_fails_at_any_closed_dataset_by_name_and_changes_nothing(mill, ends, next_end):
    datasets = [*OF_A_RUN, *ends[end_run].changed, "index/index.sqlite"]
    check_run(mill, next_end, datasets, starved.close, starved.open_up, DENIED)


@pytest.mark.parametrize(
    ("take", "give"), [(starved.hide, starved.open_up), (starved.lock_files, starved.unlock_files)]
)
def test_what_cannot_be_listed_or_read_is_not_taken_for_absent(mill, next_end, take, give):
    check_run(mill, next_end, ["staging", "corpus", "profiles", "ledger/runs"], take, give, DENIED)


def check_work(mill, ends, next_end, work, datasets, take, give, why):
    """Without any of these datasets the work fails, says it, and is done, or not begun, when the next run has ended."""
    for place, (error, _, goes_on, end) in mill.outcomes(work, datasets, take, give):
        assert error, place
        assert str(place) in error
        assert any(reason in error for reason in why), error
        assert end in (None, ends[work].ended if goes_on else next_end), place


@pytest.mark.parametrize(("work", "more"), [(take_down, ["staging"]), (learn, [])])
def test_takedown_and_learning_fail_at_any_full_dataset_by_name_and_end_later(mill, ends, next_end, work, more, mounts):
    check_work(mill, ends, next_end, work, [*more, *ends[work].written], starved.fill, starved.empty, FULL)


@pytest.mark.parametrize(("work", "more"), [(take_down, ["staging"]), (learn, ["index"])])
def test_takedown_and_learning_fail_at_any_closed_dataset_by_name_and_end_later(mill, ends, next_end, work, more):
    check_work(mill, ends, next_end, work, [*more, *ends[work].changed], starved.close, starved.open_up, DENIED)


def check_late(mill, ends, datasets, take, give, why):
    """What a run has decided is finished by the next one, and readers see nothing twice meanwhile."""
    for dataset in datasets:
        data = mill.copy()
        error, articles, ended = mill.call(disturbed_late, data, data / dataset, take, give)
        assert str(data / dataset) in error
        assert any(reason in error for reason in why), error
        for values in zip(*articles, strict=True):
            assert len(set(values)) == len(values), dataset
        assert ended == ends[end_run].ended, dataset


def test_a_disk_that_fills_after_the_decision_loses_nothing(mill, ends, mounts):
    check_late(mill, ends, ["staging", *ends[end_run].written], starved.fill, starved.empty, FULL)


def test_a_folder_that_is_closed_after_the_decision_loses_nothing(mill, ends):
    datasets = [one for one in ends[end_run].changed if not one.startswith("ledger/") or one == "ledger/runs"]
    check_late(mill, ends, ["staging", *datasets], starved.close, starved.open_up, DENIED)


def check_either(mill, ends, take, give, why):
    """A run that has too little fails before it decides, or else it ends; return whether it failed."""
    data = mill.copy()
    outcome = mill.outcome(data, end_run, data, take, give, once=False)
    if outcome.error:
        assert any(reason in outcome.error for reason in why), outcome.error
        assert not outcome.has_changed
        assert not outcome.goes_on
    else:
        assert outcome.end == ends[end_run].ended
    return bool(outcome.error)


def test_a_run_with_little_room_fails_before_it_decides_or_ends(mill, ends, mounts):
    spares = (0, 64, 512, 768, 896, 1024, 1152, 1536, 4096)
    failed = [
        check_either(mill, ends, partial(starved.fill, spare=spare * KIB), starved.empty, FULL) for spare in spares
    ]
    assert failed == sorted(failed, reverse=True)
    assert failed[0] != failed[-1]


def test_a_run_that_may_write_no_large_file_fails_before_it_decides_or_ends(mill, ends):
    sizes = (1, 4 * KIB, 32 * KIB, 64 * KIB, 96 * KIB, 4096 * KIB)
    failed = [check_either(mill, ends, partial(bound, size), unbound, TOO_LARGE) for size in sizes]
    assert failed == sorted(failed, reverse=True)
    assert failed[0] != failed[-1]


def bound(size, _):
    silent()
    starved.bound_files(size)


def unbound(_):
    starved.free_files()


@pytest.mark.parametrize(
    ("arguments", "place", "take", "give", "why"),
    [
        (("rebuild-index",), "index", starved.fill, starved.empty, FULL),
        (("rebuild-index",), "index", starved.close, starved.open_up, DENIED),
        (("rebuild-index",), "ledger/fates", starved.lock_files, starved.unlock_files, DENIED),
        (("verify",), "corpus", starved.hide, starved.open_up, DENIED),
        (("verify",), "corpus", starved.lock_files, starved.unlock_files, DENIED),
        (("report",), "ledger/runs", starved.hide, starved.open_up, DENIED),
        (("recover",), "staging", starved.hide, starved.open_up, DENIED),
        (("rules", "test", "--corpus", "{}"), "corpus", starved.lock_files, starved.unlock_files, DENIED),
    ],
)
def test_a_command_says_in_a_line_what_it_may_not_do_and_changes_nothing(
    mill, arguments, place, take, give, why, request
):
    if take is starved.fill:
        request.getfixturevalue("mounts")
    data = mill.copy()
    arguments = tuple(word.format(data) for word in arguments)
    ((error, has_changed),) = mill.call(commanded, data, arguments, data / place, take, give)
    assert "exit code 1" in error
    assert str(data / place) in error
    assert any(reason in error for reason in why), error
    assert not has_changed


def test_a_first_run_that_cannot_name_the_corpus_decides_nothing(mill, tmp_path):
    """`newsmill.json` lies in the data root itself, and is written once."""
    data = tmp_path / "data"
    error, decided, made = mill.call(first_run, data)
    assert f"cannot write {data}/newsmill.json: Permission denied; give permission, and run it again" in error
    assert not decided
    assert made


def test_a_folder_of_the_landing_zone_that_cannot_be_listed_is_not_taken_for_an_empty_one(mill, tmp_path):
    landing = shutil.copytree(mill.landing, tmp_path / "landing")
    folder = landing / "valley-times"
    folder.mkdir()
    (error,) = mill.call(plan_without, mill.copy(), landing, folder)
    assert f"cannot list {folder}: Permission denied" in error
