"""A run killed with SIGKILL and started again leaves the same corpus, byte for byte, as one that was not killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.conftest import DAY, PROJECT
from tests.integration.runs import SEEDS, content, rows, run

KILLED_RUN = """
import os, signal, sys
from datetime import date
from newsmill import pipeline, storage
from newsmill.model import Selection

where, landing, left = sys.argv[1], sys.argv[2], int(sys.argv[3])
step = "remove" if where == "staging-removed" else "write"
sync, remove = storage._sync_folder, storage.Store.remove

def count(path):
    global left
    left -= where in path
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def synced(folder):  # called when a file has just been renamed into this folder
    sync(folder)
    if step == "write":
        count(folder)

def removed(store, path):
    if step == "remove" and store.exists(path):
        os.kill(os.getpid(), signal.SIGKILL)
    remove(store, path)

storage._sync_folder, storage.Store.remove = synced, removed
pipeline.run("killed", date.fromisoformat(sys.argv[4]), Selection(landing_uri=landing))
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    data = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWSMILL_DATA_URI", str(data))
        run(SEEDS)
    return {dataset: content(data / dataset) for dataset in ("corpus", "profiles")}


@pytest.mark.parametrize(
    ("where", "after"),
    [
        ("cleaned", 0),  # in the middle of a batch's work
        ("profiles/", 1),  # ledger and index whole, two profiles of five written
        ("corpus/", 0),  # one partition published, four not
        ("corpus/", 3),  # four published, one not
        ("ledger/fates", 0),  # the ledger begun, the index without the run
        ("ledger/runs", 0),  # the ledger whole, the index without the run
        ("staging-removed", 0),  # all done but the staging folder
    ],
)
def test_killed_run_is_finished_by_the_next(where, after, undisturbed, tmp_path):
    data = tmp_path / "data"
    arguments = [sys.executable, "-c", KILLED_RUN, where, str(SEEDS), str(after), str(DAY)]
    killed = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    # The next run is the next day's: what the killed run had decided keeps the killed run's day.
    decided = where != "cleaned"
    counts = run(SEEDS, "next", day=DAY + timedelta(days=1) if decided else DAY)
    assert counts["read"] == 5
    assert counts["unchanged" if decided else "published"] == 5
    assert content(data / "corpus") == undisturbed["corpus"]
    assert list(content(data / "profiles").values()) == list(undisturbed["profiles"].values())
    fates = rows(data, "ledger/fates")
    assert sorted(row["raw_path"] for row in fates if row["fate"] == "published") == sorted(
        str(path.relative_to(SEEDS)) for path in SEEDS.rglob("*.txt")
    )
    assert not list((data / "staging").rglob("groups.json"))
