"""A record that kills or outlasts its process costs nothing but itself. Every death here is a real one."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from newsmill.forked import LOT_SECONDS
from newsmill.guard import WorkerDiedError, guarded
from newsmill.model import NewsmillError, Reason, Spot, Unreadable
from newsmill.storage import StorageError
from newsmill.watch import Limits
from tests.conftest import PROJECT
from tests.processes import children, is_waiting, state, wait_for

MEBIBYTE = 1024 * 1024
LIMITS = Limits(seconds=0.5, memory_bytes=64 * MEBIBYTE, wall_seconds=30)


class OddError(Exception):
    """An error of a library that does not survive being copied."""

    def __init__(self, one, two) -> None:
        super().__init__(f"{one} and {two}")


def compute():
    """Compute for ever in C, where no handler of Python's runs."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def crash():
    faulthandler.disable()  # pytest's, which would tell of it at length
    ctypes.CDLL(None).abort()


def hoard():
    return bytearray(200 * MEBIBYTE)


def hoard_and_go_on():
    """Do as trafilatura does: go on with less when there is no memory for all."""
    held = bytearray(100 * MEBIBYTE)
    try:
        held += bytearray(200 * MEBIBYTE)
    except MemoryError:
        return "half of an article"
    return "an article"


def dive(depth=0):
    return dive(depth + 1)


def wait():
    """Take so long that what was done so far is sent."""
    time.sleep(2 * LOT_SECONDS)
    return "waited"


def die(number):
    faulthandler.disable()
    os.kill(os.getpid(), number)


def work(records, *, lot=1):
    """Return work on these records: a function, whose result is the record's, or any other value.

    `lot` records are touched twice, as extract does: first all of a lot one by one, then again each with its result.
    """

    def doing(watch, behind):
        todo = list(enumerate(records))[behind or 0 :]
        while todo:
            held, todo = todo[:lot], todo[lot:]
            lost = {}
            for number, _ in held:
                lost[number] = watch.at(spot(number))
                watch.leave()
            for number, record in held:
                lost[number] = watch.at(spot(number))
                yield number + 1, lost[number] or (record() if callable(record) else record)

    return doing


def spot(number):
    return Spot(raw_path=f"press/{number}.html", folder="press", raw_sha256=f"sha-{number}", fingerprint=f"fp-{number}")


def done(records, limits=LIMITS, **how):
    with guarded(work(records, **how), limits) as results:
        return list(results)


def test_results_come_in_their_order_and_whole_however_large():
    large = os.urandom(5 * MEBIBYTE)  # more than a pipe holds
    assert done([b"first", large, None, b"last"]) == [b"first", large, None, b"last"]
    assert done([]) == []
    assert done(range(5000)) == list(range(5000))


@pytest.mark.parametrize(
    ("record", "reason", "words"),
    [
        (compute, Reason.TOO_SLOW, "more than 0.5 seconds of computing; raise NEWSMILL_RECORD_SECONDS"),
        (hoard, Reason.OUT_OF_MEMORY, "more than 67,108,864 bytes of memory; raise NEWSMILL_RECORD_MEMORY_BYTES"),
        (hoard_and_go_on, Reason.OUT_OF_MEMORY, "more than 67,108,864 bytes of memory"),
        (dive, Reason.TOO_DEEP, "nested deeper"),
        (crash, Reason.PROCESS_DIED, "a library ended the process at it, by signal 6 (SIGABRT)"),
        (lambda: die(signal.SIGSEGV), Reason.PROCESS_DIED, "by signal 11 (SIGSEGV)"),
        (lambda: die(signal.SIGKILL), Reason.PROCESS_DIED, "run out of memory; lower NEWSMILL_RECORD_MEMORY_BYTES"),
        (lambda: os._exit(0), Reason.PROCESS_DIED, "with exit code 0"),
        (lambda: sys.exit("no more"), Reason.PROCESS_DIED, "with exit code 1"),
    ],
)
def test_record_that_ends_its_process_is_unreadable_and_the_others_are_done(record, reason, words):
    before, lost, after = done(["before", record, "after"])
    assert (before, after) == ("before", "after")
    assert (lost.raw_path, lost.folder, lost.raw_sha256) == ("press/1.html", "press", "sha-1")
    assert lost.reason is reason
    assert words in lost.detail


def test_record_within_its_limits_is_done():
    def near():
        held = bytearray(50 * MEBIBYTE)
        until = time.process_time() + 0.25
        while time.process_time() < until:
            pass
        return len(held)

    assert done([near, near, near]) == [50 * MEBIBYTE] * 3  # each counts from its own beginning


def test_memory_that_is_asked_for_and_never_touched_is_no_cost():
    asked = done([lambda: len(__import__("mmap").mmap(-1, 100 * MEBIBYTE))])
    assert asked == [100 * MEBIBYTE]


def crumbs(mebibytes):
    """Take memory in pieces so small that the C library keeps them when they are freed, and the last one stays."""
    malloc = ctypes.CDLL(None).malloc
    malloc.restype = ctypes.c_void_p
    malloc.argtypes = [ctypes.c_size_t]
    free = ctypes.CDLL(None).free
    free.argtypes = [ctypes.c_void_p]
    size = 64 * 1024
    held = [malloc(size) for _ in range(mebibytes * MEBIBYTE // size)]
    for place in held:
        ctypes.memset(place, 1, size)
    malloc(size)
    for place in held:
        free(place)
    return mebibytes


def test_memory_that_was_used_before_is_no_gift_to_a_record():
    few, many = lambda: crumbs(40), lambda: crumbs(90)
    crumbs(300)  # in this process, of which the child is a copy
    for records in ([few, many, few], [few, few, many], [many, few, few]):
        found = done(records)
        assert [getattr(one, "reason", one) for one in found] == [
            Reason.OUT_OF_MEMORY if record is many else 40 for record in records
        ]


def test_record_that_sleeps_is_ended_by_the_clock():
    limits = Limits(seconds=60, memory_bytes=LIMITS.memory_bytes, wall_seconds=1)
    started = time.monotonic()
    before, lost, after = done(["before", lambda: time.sleep(600), "after"], limits)
    assert time.monotonic() - started < 60
    assert (before, after, lost.reason) == ("before", "after", Reason.TOO_SLOW)
    assert "by the clock" in lost.detail


@pytest.mark.parametrize("lot", [1, 3, 20])
def test_hostile_records_in_a_row_first_and_last_cost_only_themselves(lot):
    deaths = [lambda: die(signal.SIGKILL), lambda: die(signal.SIGSEGV), hoard]
    found = done([*deaths, "a", "b", *deaths, "c", hoard], lot=lot)
    assert [one if isinstance(one, str) else one.reason for one in found] == [
        *(gone := ["process_died", "process_died", "out_of_memory"]),
        "a",
        "b",
        *gone,
        "c",
        "out_of_memory",
    ]


def test_batch_of_hostile_records_alone_ends():
    assert [one.raw_path for one in done([crash] * 4, lot=3)] == [f"press/{number}.html" for number in range(4)]


def test_record_is_not_touched_again_after_it_killed(tmp_path):
    def once():
        with (tmp_path / "touched").open("a") as file:
            file.write("x")
        die(signal.SIGKILL)

    done(["a", once, "b", "c"], lot=4)
    assert (tmp_path / "touched").read_text() == "x"


def test_results_that_were_not_sent_when_the_process_died_are_made_again(tmp_path):
    def slow(name):
        def record():
            with (tmp_path / name).open("a") as file:
                file.write("x")
            return name

        return record

    assert done([slow("sent"), wait, slow("held"), crash, "last"])[:3] == ["sent", "waited", "held"]
    assert (tmp_path / "sent").read_text() == "x"  # sent with what took its time
    assert (tmp_path / "held").read_text() == "xx"


def failing(error):
    def record():
        raise error

    return record


def test_error_of_the_work_is_raised_with_its_type_and_the_traceback_of_the_child():
    with pytest.raises(StorageError, match="the disk is away") as caught:
        done(["a", failing(StorageError("the disk is away"))])
    assert "in record" in caught.value.__notes__[0]
    with pytest.raises(ZeroDivisionError):
        done([lambda: 1 / 0])


def test_error_that_cannot_be_copied_is_told_all_the_same():
    with pytest.raises(RuntimeError, match=r"(?s)OddError: this and that.*cannot be handed on"):
        done([failing(OddError("this", "that"))])


def between(action):
    def doing(watch, behind):
        watch.at(spot(0))
        yield 1, "first"
        action()

    return doing


def test_death_between_two_records_fails_the_task_such_that_it_is_tried_again():
    with pytest.raises(WorkerDiedError, match="between two records, by signal 9") as caught:
        list(guarded_results(between(lambda: die(signal.SIGKILL))))
    assert isinstance(caught.value, OSError)  # which the DAG's retry policy tries again
    assert isinstance(caught.value, NewsmillError)


def test_lack_of_memory_between_two_records_is_no_record_s_fault():
    with pytest.raises(MemoryError):
        list(guarded_results(between(failing(MemoryError()))))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_process_that_somebody_ends_fails_the_task_and_blames_no_record(number):
    with pytest.raises(WorkerDiedError, match=r"ended at press/1\.html, by signal"):
        done(["a", lambda: die(number), "b"])


def guarded_results(doing, limits=LIMITS):
    with guarded(doing, limits) as results:
        yield from results


def test_result_that_was_sent_in_part_counts_as_not_sent():
    before = children()
    records = ["first", wait, b"x" * (30 * MEBIBYTE)]
    with guarded(work(records), LIMITS) as results:
        assert next(results) == "first"
        (child,) = children() - before
        wait_for(lambda: is_waiting(child))  # the third is in the pipe as far as there is room
        os.kill(child, signal.SIGKILL)
        assert next(results) == "waited"
        with pytest.raises(WorkerDiedError):
            next(results)


def test_leaving_early_ends_the_child():
    before = children()
    with guarded(work([wait, lambda: time.sleep(600)]), LIMITS) as results:
        assert next(results) == "waited"
        assert len(children() - before) == 1
    assert children() <= before


def test_record_that_was_too_much_is_known_as_long_as_the_limits_stay():
    (slow,) = done([compute])
    assert slow.fingerprint == LIMITS.marked("fp-0")
    assert slow.fingerprint != Limits(0.6, LIMITS.memory_bytes, 30).marked("fp-0")
    assert slow.fingerprint != Limits(0.5, LIMITS.memory_bytes + 1, 30).marked("fp-0")
    (large,) = done([hoard])
    assert large.fingerprint == LIMITS.marked("fp-0")
    (deep,) = done([dive])
    assert deep.fingerprint == "fp-0"
    (killed,) = done([lambda: die(signal.SIGKILL)])
    assert killed.fingerprint is None  # read again by every run


def test_names_outside_of_ascii_survive_the_death():
    def doing(watch, behind):
        lost = watch.at(Spot(raw_path="presse/Grüße \udce9 新聞.html"))
        yield 1, lost or die(signal.SIGKILL)

    (lost,) = guarded_results(doing)
    assert lost == Unreadable(raw_path="presse/Grüße \udce9 新聞.html", reason=Reason.PROCESS_DIED, detail=lost.detail)


ORPHAN = """
import signal, sys, time
from newsmill.guard import guarded
from newsmill.model import Spot
from newsmill.watch import Limits

def work(watch, behind):
    watch.at(Spot(raw_path="slow"))
    time.sleep(600)
    yield 1, 1

def ended(number, frame):
    raise SystemExit(3)

if sys.argv[1] == "handler":
    signal.signal(signal.SIGTERM, ended)  # as Airflow's task process has one
with guarded(work, Limits(60, 1 << 30, 600)) as results:
    list(results)
"""


@pytest.mark.parametrize(
    ("number", "how", "code"), [(signal.SIGKILL, "", -9), (signal.SIGTERM, "", -15), (signal.SIGTERM, "handler", 3)]
)
def test_child_ends_with_its_task(number, how, code):
    task = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, how], cwd=PROJECT, env={**os.environ, "PYTHONPATH": "plugins"}
    )
    (child,) = wait_for(lambda: children(task.pid))
    wait_for(lambda: is_waiting(child))
    task.send_signal(number)
    assert task.wait(30) == code
    wait_for(lambda: state(child) in ("", "Z"))  # who has taken it over may not have asked for its end yet
