from __future__ import annotations

import os

import pytest

from newsmill import objects
from newsmill.gs import Gs
from newsmill.storage import NOTHING, ChangedError, Entry, StorageError, Store
from tests import objectstore
from tests.objectstore import lend

ON_SERVER = [pytest.mark.integration, pytest.mark.enable_socket]


@pytest.fixture(params=["disk", "memory", pytest.param("s3", marks=ON_SERVER), pytest.param("gs", marks=ON_SERVER)])
def store(request, tmp_path, monkeypatch):
    """The same contract on disk and on object stores: fsspec's own in memory, and a real server."""
    if request.param == "disk":
        return Store(str(tmp_path / "root"))
    if request.param == "s3":
        server = request.getfixturevalue("s3_server")
        lend(server, monkeypatch)
        return Store(server.new_prefix())
    if request.param == "gs":
        return Store(request.getfixturevalue("gs_prefix"))
    return Store(f"memory://{tmp_path.name}")


@pytest.fixture
def gs_prefix(gs_server, monkeypatch, tmp_path):
    """Return the URI of a place in a server that speaks as Google's does."""
    monkeypatch.setattr(objects, "_opened", {})
    options = {"endpoint_url": gs_server, "token": "anon", "project": "newsmill"}
    monkeypatch.setattr(Gs, "defaults", {**Gs.defaults, **options})
    return f"gs://{objectstore.BUCKET}/{tmp_path.name}"


def test_files_are_listed_by_path_without_hidden_ones(store):
    for name in ("b/2.txt", "a/1.txt", "a/.hidden", ".git/x", "top.txt"):
        store.write(name, b"12345")
    assert list(store.files()) == [Entry("a/1.txt", 5), Entry("b/2.txt", 5), Entry("top.txt", 5)]
    assert [entry.path for entry in store.files("a")] == ["a/1.txt"]
    assert store.size("a/1.txt") == 5
    assert list(store.files("nowhere")) == []


def test_a_file_appears_or_changes_only_when_its_writer_ends_well(store):
    store.write("x/file", b"old")

    def fail():
        with store.replacing("x/file") as handle:
            handle.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.read("x/file") == b"old"
    store.write("x/file", b"new")
    assert store.read("x/file") == b"new"
    assert [entry.path for entry in store.files()] == ["x/file"]


def test_only_what_was_read_is_replaced_where_the_store_can_compare(store):
    store.write("x", b"1")
    (read,) = store.files()
    store.write("x", b"2")
    try:
        with store.replacing("x", read.version) as handle:
            handle.write(b"3")
    except ChangedError:
        assert store.read("x") == b"2"
    else:
        assert store.is_local or read.version is None
        assert store.read("x") == b"3"
    if not store.is_local and read.version:
        with pytest.raises(ChangedError), store.replacing("x", NOTHING) as handle:
            handle.write(b"4")


def test_failed_write_leaves_no_other_file_on_disk(tmp_path):
    store = Store(str(tmp_path))
    with pytest.raises(RuntimeError), store.replacing("x/file"):
        raise RuntimeError
    assert list((tmp_path / "x").iterdir()) == []


@pytest.mark.parametrize("path", ["../out", "a/../../out", "/etc/passwd"])
def test_path_that_leads_out_of_the_root_is_refused(store, path):
    with pytest.raises(StorageError, match="leads out of"):
        store.read(path)


def test_links_that_lead_out_of_the_root_are_not_listed(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "inside.txt").write_text("fine")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "good-link.txt").symlink_to(root / "inside.txt")
    (root / "loop.txt").symlink_to("loop.txt")
    os.mkfifo(root / "pipe.txt")
    store = Store(str(root))
    assert [entry.path for entry in store.files()] == ["good-link.txt", "inside.txt"]
    assert store.read("good-link.txt") == b"fine"
    with pytest.raises(FileNotFoundError, match="leads out of"):
        store.read("link.txt")
    with pytest.raises(OSError, match="no plain file"):
        store.read("pipe.txt")  # which would wait for a writer for ever


def test_write_where_no_folder_can_be_made_names_the_place(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"cannot write .*file/inner"):
        Store(str(tmp_path)).write("file/inner", b"x")


def test_remove_takes_files_and_folders_and_minds_nothing_that_is_not_there(store):
    store.write("a/b/c", b"x")
    store.remove("a")
    store.remove("a")
    assert not store.exists("a/b/c")


def test_prune_removes_empty_parents_only(tmp_path):
    store = Store(str(tmp_path))
    store.write("a/b/c", b"x")
    store.write("a/keep", b"x")
    store.remove("a/b/c")
    store.prune("a/b")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["keep"]


def test_folders_right_below_are_named_and_nothing_else(store):
    for path in ("a/2/x", "a/10/y/z", "a/file", "b/q", "a/.hidden/x"):
        store.write(path, b"x")
    assert store.folders("a") == ["10", "2"]
    assert store.folders("a/file") == store.folders("missing") == []


def test_move_takes_a_file_or_a_folder_with_all_in_it(store):
    store.write("a/b/c", b"x")
    store.write("a/b/d", b"y")
    store.move("a/b", "aside/a/b")
    store.move("aside/a/b/d", "aside/d")
    assert [entry.path for entry in store.files()] == ["aside/a/b/c", "aside/d"]
    assert store.read("aside/a/b/c") == b"x"


def test_what_killed_writers_left_below_a_folder_goes_and_what_only_looks_like_it_stays(tmp_path):
    store = Store(str(tmp_path))
    left = f".articles.parquet.{'0' * 32}.tmp"
    names = ["a/b/articles.parquet", "a/b/.mine.tmp", "a/b/x.tmp", f"a/b/{left[1:]}", f"other/{left}"]
    for name in [*names, f"a/{left}", f"a/b/{left}"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert store.sweep_below("a") == [f"a/{left}", f"a/b/{left}"]
    assert store.sweep_below("missing") == []
    found = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(found) == sorted(names)


def test_what_only_the_administrator_may_list_is_not_looked_at(tmp_path):
    store = Store(str(tmp_path))
    for name in ("lost+found/x", ".snapshot/x", "a/lost+found/y", "a/x"):
        store.write(name, b"x")
    assert [entry.path for entry in store.files()] == ["a/x"]


def test_a_name_that_no_file_can_have_is_not_there(tmp_path):
    store = Store(str(tmp_path))
    store.write("file", b"x")
    for name in ("a" * 300, "nul\0byte", "file/below"):
        assert not store.exists(name)
        assert not store.is_folder(name)
        assert list(store.files(name)) == []
