"""The whole pipeline with landing zone and data in a real S3 server: the same corpus, byte for byte, as on disk."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from newsmill import pipeline
from newsmill.model import Selection
from newsmill.opened import open_corpus
from newsmill.publish.files import read_partition, write_partition
from newsmill.s3 import S3
from newsmill.storage import ChangedError, Store
from newsmill.upkeep.verify import verify
from tests.conftest import DAY
from tests.integration.crashing import first_night, second_night, to_decision
from tests.objectstore import lend

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]


@dataclass
class Mill:
    """A landing zone and a data root, on disk or in a store."""

    landing: Store
    data: Store
    index: Path
    patch: pytest.MonkeyPatch

    def go(self) -> Selection:
        """Point the settings here."""
        self.patch.setenv("NEWSMILL_LANDING_URI", self.landing.uri)
        self.patch.setenv("NEWSMILL_DATA_URI", self.data.uri)
        self.patch.setenv("NEWSMILL_INDEX_URL", f"sqlite:///{self.index}")
        self.patch.setenv("NEWSMILL_BATCH_RECORDS", "100")
        self.patch.setenv("NEWSMILL_PUBLISH_GROUPS", "2")
        return Selection(landing_uri=self.landing.uri)

    def run(self, run_id: str) -> dict[str, int]:
        return pipeline.run(run_id, DAY, self.go())

    def lay(self, night: Callable[[Path], None], folder: Path) -> None:
        """Lay out a night's files, by way of a folder on disk."""
        night(folder)
        for path in folder.rglob("*"):
            if path.is_file():
                self.landing.write(str(path.relative_to(folder)), path.read_bytes())

    def content(self, folder: str = "corpus") -> dict[str, bytes]:
        return {entry.path: self.data.read(entry.path) for entry in self.data.files(folder)}

    def copy(self, place: str, index: Path) -> Mill:
        """Copy the data root to another place."""
        copied = Mill(self.landing, Store(place), index, self.patch)
        for entry in self.data.files():
            copied.data.write(entry.path, self.data.read(entry.path))
        shutil.copy(self.index, index)
        return copied


def stamps(store: Store, folder: str = "") -> list[tuple]:
    """Return what tells whether anything was written."""
    return [(entry.path, entry.version, entry.changed) for entry in store.files(folder)]


@pytest.fixture(scope="module")
def patch():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWSMILL_MOVE_GRACE_SECONDS", "0")
        yield patch


@pytest.fixture(scope="module")
def mills(s3_server, patch, tmp_path_factory) -> tuple[Mill, Mill, Mill]:
    """Return after two nights: one on disk; one in the store; and that one as it had decided the second night."""
    root = tmp_path_factory.mktemp("mill")
    lend(s3_server, patch)
    prefix = s3_server.new_prefix()
    disk = Mill(Store(f"{root}/landing"), Store(f"{root}/data"), root / "disk.sqlite", patch)
    store = Mill(Store(f"{prefix}/landing"), Store(f"{prefix}/data"), root / "s3.sqlite", patch)
    for mill in (disk, store):
        mill.lay(first_night, root / "first")
        mill.run("first")
        mill.lay(second_night, root / "second")
        to_decision("second", mill.go())
    decided = store.copy(f"{prefix}/decided", root / "decided.sqlite")
    for mill in (disk, store):
        mill.go()
        end()
    return disk, store, decided


def end() -> None:
    for group in pipeline.deduplicate("second"):
        pipeline.publish("second", group["number"])
    pipeline.reconcile("second")


@pytest.fixture(autouse=True)
def same_settings(settings_of_the_test, monkeypatch, patch):
    """Let those of the module stand against those that each test begins with."""


def test_the_corpus_is_the_same_byte_for_byte(mills):
    disk, store, _ = mills
    assert len(store.content()) > 5
    assert store.content() == disk.content()
    assert store.content("profiles") == disk.content("profiles")
    assert {path.split("/")[0] for path in store.content("")} == {path.split("/")[0] for path in disk.content("")}


def test_a_run_that_finds_nothing_new_writes_no_object_of_the_corpus(mills):
    _, store, _ = mills
    landing, before = stamps(store.landing), stamps(store.data, "corpus")
    assert store.run("third")["published"] == 0
    assert stamps(store.data, "corpus") == before
    assert stamps(store.landing) == landing
    assert not store.data.is_folder("staging")


def test_it_verifies_and_opens(mills):
    disk, store, _ = mills
    store.go()
    assert not verify(sample=None).findings
    corpus, same = open_corpus(), open_corpus(disk.data.uri)
    pd.testing.assert_frame_equal(corpus.articles(), same.articles())
    assert corpus.ledger("removals").shape == same.ledger("removals").shape
    count = len(corpus.articles(["article_id"]))
    assert corpus.dataset().count_rows() == count
    assert corpus.sql("select count(*) as n from corpus")["n"].tolist() == [count]
    assert len(pd.read_parquet(f"{store.data.uri}/corpus")) == count


KILLS = {"before a partition": ("corpus/", False), "in the ledger": ("ledger/", True)}


@pytest.mark.parametrize("where", list(KILLS))
def test_a_run_that_is_killed_is_finished_by_the_next(mills, tmp_path, where):
    _, store, decided = mills
    mill = decided.copy(f"{decided.data.uri}-{tmp_path.name}", tmp_path / "index.sqlite")
    mill.go()
    before = stamps(mill.data)
    assert os.waitstatus_to_exitcode(os.waitpid(_killed(*KILLS[where]), 0)[1]) == -signal.SIGKILL
    assert stamps(mill.data) != before
    pipeline.recover("third")
    assert mill.content() == store.content()
    assert not mill.data.is_folder("staging")


def _killed(below: str, behind: bool) -> int:
    """Fork a process that ends the second night, and is killed at its first write below a folder."""
    put = S3.put

    def deadly(self, name, handle, size, was):
        if behind:
            put(self, name, handle, size, was)
        if f"/{below}" in name:
            os.kill(os.getpid(), signal.SIGKILL)
        if not behind:
            put(self, name, handle, size, was)

    pid = os.fork()
    if pid == 0:
        try:
            S3.put = deadly
            end()
        finally:
            os._exit(1)
    return pid


def test_a_publisher_that_lost_the_corpus_overwrites_nobody(mills, tmp_path):
    _, store, decided = mills
    mill = decided.copy(f"{decided.data.uri}-{tmp_path.name}", tmp_path / "index.sqlite")
    path = next(entry.path for entry in mill.data.files("corpus"))
    day, outlet = (part.split("=")[1] for part in path.split("/")[1:3])
    old = read_partition(mill.data, f"{day}|{outlet}")
    other = store.data.read(path) + b""
    mill.data.write(path, other + b"!")  # what another process wrote meanwhile
    with pytest.raises(ChangedError, match="two processes hold one corpus"):
        write_partition(mill.data, old, old.rows.slice(0, 0))
    assert mill.data.read(path) == other + b"!"
