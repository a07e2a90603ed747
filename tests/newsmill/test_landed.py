"""Landing files that a run has read as they are: which are passed over later, and which are read again."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from newsmill import landed, pipeline
from newsmill.dedup.index import Index
from newsmill.dedup.tables import BY_DAY, FILES, STAMP
from newsmill.landed import KnownFiles
from newsmill.model import Selection
from newsmill.settings import load_settings
from newsmill.staging import Staging, read_rows
from newsmill.storage import Entry, Store
from newsmill.upkeep.rebuild import rebuild_index
from newsmill.upkeep.verify import verify
from newsmill.watch import Limits
from tests.conftest import DAY
from tests.integration.runs import point_at, run

TEXT = (
    "The harbour authority rejected plan {0} for the northern bridge.\n\nResidents of the valley had protested "
    "for weeks, and the mayor said on Tuesday evening that the council would look for another way over the river.\n"
)
PLAIN = ["1.txt", "1.txt-note.md", "2.txt"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> Path:
    """A folder with a landing zone and the data root of a run over it: plain files, one with a sidecar, and lines."""
    folder = tmp_path_factory.mktemp("landed")
    verity = folder / "landing" / "verity"
    verity.mkdir(parents=True)
    for number, name in enumerate([*PLAIN, "large.txt"]):
        (verity / name).write_text(TEXT.format(number) * (100 if name == "large.txt" else 1))
    (verity / "1.txt.meta.yaml").write_text("title: Given\n")  # the note stands between the two
    lines = ({"outlet": "verity", "text": TEXT.format(number)} for number in (7, 8, 9))
    (verity / "lines.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    with pytest.MonkeyPatch.context() as patch:
        _settle(patch, folder)
        assert run(folder / "landing")["published"] == 6
    return folder


def _settle(patch: pytest.MonkeyPatch, folder: Path) -> None:
    point_at(patch, folder)
    patch.setenv("NEWSMILL_KNOWN_AFTER_HOURS", "0")
    patch.setenv("NEWSMILL_MAX_RECORD_BYTES", "2000")


@pytest.fixture
def landing(ran, tmp_path, monkeypatch) -> Path:
    """The landing zone, and settings that point at a copy of the data root."""
    shutil.copytree(ran / "data", tmp_path / "data", dirs_exist_ok=True)
    _settle(monkeypatch, tmp_path)
    monkeypatch.setattr(landed, "WORTH", 1)
    return ran / "landing"


def to_read(landing: Path, **asked) -> list[str]:
    """Plan a run, and return the files that it would read."""
    pipeline.plan("next", DAY, Selection(landing_uri=str(landing), **asked))
    staging = Staging.of(Store(load_settings().data), "next")
    return [row["path"].removeprefix("verity/") for row in read_rows(staging.data, staging.path("plan.parquet"))]


AGAIN = ["large.txt"]
"""Each run reads it again: its limit is a setting."""
ALL = [*PLAIN, "large.txt", "lines.jsonl"]


def test_what_is_as_a_run_read_it_is_passed_over_and_changes_nothing(landing, tmp_path):
    before = (tmp_path / "data" / "index.sqlite").read_bytes()
    assert to_read(landing) == AGAIN
    assert pipeline.run("next", DAY, Selection(landing_uri=str(landing), rejection_limit=1.0))["read"] == 1
    assert (tmp_path / "data" / "index.sqlite").read_bytes() == before


def test_verify_finds_that_every_file_which_is_passed_over_was_read(landing):
    assert verify().findings == ()
    Index(load_settings().index).commit("other", DAY, [], [], files=[("verity/never.txt", "1")])
    assert [finding.kind for finding in verify().findings] == ["index.unread"]


def test_another_limit_a_rest_that_was_too_short_and_reprocess_have_all_read(landing, monkeypatch):
    assert to_read(landing, reprocess=True) == ALL
    monkeypatch.setenv("NEWSMILL_KNOWN_AFTER_HOURS", "1")
    assert to_read(landing) == ALL
    monkeypatch.setenv("NEWSMILL_KNOWN_AFTER_HOURS", "0")
    monkeypatch.setenv("NEWSMILL_RECORD_SECONDS", "61")
    assert to_read(landing) == ALL


def test_an_index_that_is_made_again_knows_no_file(landing):
    rebuild_index()
    assert to_read(landing) == ALL


def test_an_index_from_before_there_was_a_table_of_files_knows_none_until_it_gets_it(landing):
    index = load_settings().index
    with sa.create_engine(index).begin() as connection:
        FILES.drop(connection)
        BY_DAY.drop(connection)
        STAMP.drop(connection)
    assert to_read(landing) == ALL
    Index(index).commit("other", DAY, [], [], files=[("a", "1")])
    assert Index(index).files(["a", "b"]) == {"a": "1"}


@pytest.mark.parametrize("asked", [{"outlets": ("express",)}, {"from_date": date(2030, 1, 1)}, {"dry_run": True}])
def test_a_run_that_takes_a_part_or_writes_nothing_remembers_no_file(landing, tmp_path, asked):
    shutil.rmtree(tmp_path / "data")
    run(landing, **asked)
    assert to_read(landing) == ALL


def test_a_small_landing_zone_is_read_whole(landing, monkeypatch):
    files_with_a_version = len(ALL) - len(AGAIN)
    monkeypatch.setattr(landed, "WORTH", files_with_a_version + 1)
    assert to_read(landing) == ALL
    monkeypatch.setattr(landed, "WORTH", files_with_a_version)
    assert to_read(landing) == AGAIN


def test_a_file_without_a_version_is_always_read(tmp_path, monkeypatch):
    monkeypatch.setattr(landed, "WORTH", 1)
    index = Index(f"sqlite:///{tmp_path}/index.sqlite")
    index.commit("run", date(2026, 3, 1), [], [], files=[("a.txt", "None")])
    known = KnownFiles(index, Limits(1, 1, 1), hours=0, reads_all=False)
    assert [file.version for file in known.to_read(iter([Entry("a.txt", 1)]))] == [None]
    assert known.count == 0


def test_what_changes_is_read_again(landing):
    folder = landing / "verity"
    changes = [
        (lambda: (folder / "2.txt").write_text(TEXT.format("2")), "2.txt"),  # the same bytes
        (lambda: (folder / "lines.jsonl").open("a").close() or os.utime(folder / "lines.jsonl", (1, 1)), "lines.jsonl"),
        (lambda: (folder / "1.txt-note.md.meta.yaml").write_text("title: New\n"), "1.txt-note.md"),
        (lambda: (folder / "1.txt.meta.yaml").unlink(), "1.txt"),
        (lambda: (folder / "0.txt").write_text(TEXT.format(0)), "0.txt"),
    ]
    expected = set(AGAIN)
    for change, name in changes:
        change()
        expected.add(name)
        assert set(to_read(landing)) == expected
