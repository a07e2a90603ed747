"""Versions of a profile: written when something changed, read back by the newest, and cleared away."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from newsmill.learn.history import KEPT_DAYS, ProfileError, latest, versions, write_version
from newsmill.storage import Store

from .factory import DAY, seen


@pytest.fixture
def data(tmp_path):
    return Store(str(tmp_path))


def write(data, *names: str, day: date = DAY, run: str = "run-1") -> bool:
    return write_version(data, "verity", day, run, [seen(name, "A line of it") for name in names])


def test_newest_version_is_read_and_an_equal_one_not_written(data):
    assert latest(data, "verity") == []
    assert write(data, "a")
    assert not write(data, "a", run="run-2")
    assert write(data, "a", "b", run="run-2")
    assert [(version.number, version.run) for version in versions(data, "verity")] == [(2, "run-2")]
    assert latest(data, "verity") == [seen("a", "A line of it"), seen("b", "A line of it")]


def test_a_run_that_writes_again_writes_the_same_file(data, tmp_path):
    write(data, "a", run="run-0", day=DAY - timedelta(days=1))
    write(data, "a", "b")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    write(data, "a")  # what an attempt that died half-way might have left
    write(data, "a", "b")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")} == before


def test_the_last_version_of_each_of_the_last_days_is_kept(data):
    for number in range(KEPT_DAYS + 5):
        write(data, f"{number} a", day=DAY + timedelta(days=number), run="morning")
        write(data, f"{number} b", day=DAY + timedelta(days=number), run="evening")
    kept = versions(data, "verity")
    assert len(kept) == KEPT_DAYS
    assert {version.run for version in kept} == {"evening"}
    assert kept[-1].day == DAY + timedelta(days=KEPT_DAYS + 4)


@pytest.mark.parametrize("outlet", ["../x", "", "Verity", "a" * 65])
def test_an_outlet_that_is_no_slug_never_becomes_a_path(data, outlet):
    with pytest.raises(ProfileError, match="no slug"):
        write_version(data, outlet, DAY, "run", [seen("a", "line")])


def test_a_profile_of_a_newer_newsmill_is_refused_by_name(data, tmp_path):
    write(data, "a")
    (path,) = tmp_path.rglob("*.parquet")
    rows = pq.read_table(path)
    pq.write_table(rows.replace_schema_metadata({b"newsmill.profile_version": b"2"}), path)
    with pytest.raises(ProfileError, match=rf"{path.name} is of profile version 2.*install"):
        latest(data, "verity")
    pq.write_table(rows.replace_schema_metadata({}), path)
    with pytest.raises(ProfileError, match="version none"):
        latest(data, "verity")


def test_a_damaged_profile_names_the_file_and_what_to_do(data, tmp_path):
    write(data, "a")
    (path,) = tmp_path.rglob("*.parquet")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ProfileError, match=rf"{path.name} cannot be read.*remove the file"):
        latest(data, "verity")


def test_files_that_are_no_versions_are_left_alone(data, tmp_path):
    write(data, "a")
    stray = tmp_path / "profiles" / "outlet=verity" / "notes.txt"
    stray.write_text("mine")
    write(data, "b", run="run-2")
    assert stray.exists()
    assert len(versions(data, "verity")) == 1
