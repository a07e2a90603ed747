"""The staging of runs that never decided goes after some days, and no other."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from newsmill import pipeline
from newsmill.leftovers import clear_staging
from newsmill.model import Selection
from newsmill.staging import Staging
from newsmill.storage import Store
from tests.conftest import DAY

HOUR = 3600


@pytest.fixture
def data(tmp_path: Path) -> Store:
    (tmp_path / "landing").mkdir()
    return Store(str(tmp_path / "data"))


def staged(data: Store, run_id: str, *names: str, hours: float) -> Path:
    """A staging folder in which the newest file was written some hours ago, and older ones before."""
    staging = Staging.of(data, run_id)
    folder = Path(data.full(staging.root))
    for number, name in enumerate(names or ("run.json",)):
        data.write(staging.path(name), b"{}")
        _age(folder / name, hours + number * 100)
    folder.mkdir(parents=True, exist_ok=True)
    _age(folder, hours + 50)
    return folder


def _age(path: Path, hours: float) -> None:
    moment = time.time() - hours * HOUR
    os.utime(path, (moment, moment))


def test_what_is_older_goes_and_what_is_younger_stays(data: Store):
    old, young = staged(data, "old", hours=25), staged(data, "young", hours=23)
    assert clear_staging(data, 1, but="next") == [old.name]
    assert not old.exists()
    assert young.exists()


def test_the_newest_file_counts_and_the_newest_folder(data: Store):
    busy = staged(data, "busy", "extracted/batch-000001.parquet", "run.json", hours=23)
    begun = staged(data, "begun", hours=30)
    _age(begun, 1)  # a task has made a folder in it, and has not written its first file
    assert clear_staging(data, 1, but="next") == []
    assert busy.exists()
    assert begun.exists()


def test_decided_runs_the_own_run_and_single_files_stay(data: Store):
    decided = staged(data, "decided", "run.json", "groups.json", hours=1000)
    own = staged(data, "own", hours=1000)
    data.write("staging/takedown.json", b"{}")
    _age(Path(data.full("staging/takedown.json")), 1000)
    assert clear_staging(data, 1, but="own") == []
    assert decided.exists()
    assert own.exists()


def test_zero_days_keep_all(data: Store):
    assert staged(data, "old", hours=10_000).exists()
    assert clear_staging(data, 0, but="next") == []


def test_a_folder_without_run_is_cleared_too(data: Store):
    """A killed removal leaves one, and a dry run its report."""
    left = [staged(data, "half", "cleaned/batch-000001.parquet", hours=30), staged(data, "dry", "report.txt", hours=30)]
    assert clear_staging(data, 1, but="next") == sorted(folder.name for folder in left)


def test_a_plan_clears_and_a_dry_one_does_not(data: Store, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("NEWSMILL_STAGING_DAYS", "2")
    old = staged(data, "old", hours=49)
    asked = {"landing_uri": str(tmp_path / "landing")}
    pipeline.plan("next", DAY, Selection(**asked, dry_run=True))
    assert old.exists()
    pipeline.plan("next", DAY, Selection(**asked))
    assert not old.exists()
    assert old.name in capsys.readouterr().out
