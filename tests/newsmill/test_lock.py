"""The lock on the corpus, between real processes, over an SQLite index; for PostgreSQL see tests/integration."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from newsmill.lock import CorpusBusyError, holding
from tests.conftest import PROJECT

HOLD = """
import sys, time
from newsmill.lock import holding
url, what, shared, wait = sys.argv[1], sys.argv[2], sys.argv[3] == "shared", float(sys.argv[4])
with holding(url, what, wait=wait, shared=shared):
    print("held", flush=True)
    sys.stdin.readline()
print("free", flush=True)
"""

HAMMER = """
import sys
from pathlib import Path
from newsmill.lock import holding
url, counter, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
for number in range(rounds):
    with holding(url, f"hammer {number}", wait=60):
        value = int(counter.read_text())
        counter.write_text("being written")
        counter.write_text(str(value + 1))
"""

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT / "plugins"), *sys.path])}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/index.sqlite"


def process(*arguments: str) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", *arguments], env=ENVIRONMENT, **pipes)


@contextmanager
def held(url: str, what: str = "the other", how: str = "exclusive", wait: float = 0) -> Iterator[subprocess.Popen[str]]:
    """Have another process hold the corpus."""
    other = process(HOLD, url, what, how, str(wait))
    try:
        assert other.stdout.readline() == "held\n", other.stderr.read()
        yield other
    finally:
        other.kill()
        other.communicate()


def let_go(other: subprocess.Popen[str]) -> None:
    other.stdin.write("\n")
    other.stdin.flush()


@pytest.mark.parametrize(
    ("theirs", "ours", "together"),
    [
        ("exclusive", "exclusive", False),
        ("exclusive", "shared", False),
        ("shared", "exclusive", False),
        ("shared", "shared", True),
    ],
)
def test_who_holds_the_corpus_keeps_out_others_but_for_sharers_among_themselves(url, tmp_path, theirs, ours, together):
    with held(url, how=theirs) as other:
        kept_out = nullcontext() if together else pytest.raises(CorpusBusyError)
        with kept_out, holding(url, "ours", wait=0, shared=ours == "shared"):
            pass
        let_go(other)
        other.wait()
        with holding(url, "ours", wait=0, shared=ours == "shared"):
            pass
    assert list(tmp_path.iterdir()) == []


def test_busy_error_names_the_holder_and_the_setting(url):
    with held(url, "run-7: publish") as other, pytest.raises(CorpusBusyError) as caught, holding(url, "mine", wait=0):
        pass
    said = str(caught.value)
    assert f"held by run-7: publish (process {other.pid} on " in said
    assert "mine waited 0 seconds" in said
    assert "NEWSMILL_LOCK_WAIT_SECONDS" in said


def test_killed_holder_lets_go_at_once_and_its_file_locks_nobody_out(url, tmp_path):
    with held(url) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert (tmp_path / "index.sqlite.lock").exists()
        with holding(url, "next", wait=0):
            assert json.loads((tmp_path / "index.sqlite.lock").read_text())["what"] == "next"
    assert not (tmp_path / "index.sqlite.lock").exists()


def test_who_waits_long_enough_gets_it_and_who_does_not_fails_in_time(url):
    with held(url) as other:
        start = time.monotonic()
        with pytest.raises(CorpusBusyError, match="waited 1 seconds"), holding(url, "short", wait=0.6):
            pass
        assert 0.6 <= time.monotonic() - start < 10
        waiting = process(HOLD, url, "patient", "exclusive", "60")
        assert waiting.poll() is None
        let_go(other)
        assert waiting.stdout.readline() == "held\n"
        waiting.communicate("\n")
        assert waiting.returncode == 0


def test_an_error_in_the_block_lets_go_and_passes(url, tmp_path):
    with pytest.raises(ZeroDivisionError), holding(url, "broken", wait=0):
        _ = 1 // 0
    with holding(url, "next", wait=0):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("note", ["", "{", "[1]", '{"what": 1}', "\x00" * 10, "null", '{"what":"x","more":2}'])
def test_a_holder_whose_note_is_garbage_is_another_process(url, tmp_path, note):
    with held(url):
        (tmp_path / "index.sqlite.lock").write_text(note)
        with pytest.raises(CorpusBusyError, match="held by another process; mine"), holding(url, "mine", wait=0):
            pass


def test_a_holder_that_is_about_to_note_itself_is_waited_for(url, tmp_path):
    path = tmp_path / "index.sqlite.lock"
    with held(url) as other:
        note = path.read_text()
        path.write_text("")
        writer = threading.Timer(0.1, path.write_text, [note])
        writer.start()
        with pytest.raises(CorpusBusyError, match=f"process {other.pid}"), holding(url, "mine", wait=0):
            pass
        writer.join()


def test_a_note_that_is_no_text_is_another_process(url, tmp_path):
    with held(url):
        (tmp_path / "index.sqlite.lock").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(CorpusBusyError, match="held by another process"), holding(url, "mine", wait=0):
            pass


def test_the_last_sharer_removes_the_file_not_the_first(url, tmp_path):
    with held(url, "one", "shared") as one, held(url, "two", "shared") as two:
        let_go(one)
        one.wait()
        with pytest.raises(CorpusBusyError), holding(url, "exclusive", wait=0):
            pass
        let_go(two)
        two.wait()
    assert list(tmp_path.iterdir()) == []


def test_never_two_at_once_among_many_processes(url, tmp_path):
    """Each round reads a number and writes it back one higher: two at once lose one, or read a half-written file."""
    counter, rounds = tmp_path / "counter", 25
    counter.write_text("0")
    crowd = [process(HAMMER, url, str(counter), str(rounds)) for _ in range(5)]
    for each in crowd:
        _, error = each.communicate(timeout=120)
        assert each.returncode == 0, error
    assert counter.read_text() == str(5 * rounds)
    assert [file.name for file in tmp_path.iterdir()] == ["counter"]


def test_folder_of_the_index_is_made(tmp_path):
    with holding(f"sqlite:///{tmp_path}/a/b/index.sqlite", "first", wait=0):
        assert (tmp_path / "a/b/index.sqlite.lock").exists()
