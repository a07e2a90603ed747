"""What holds for object stores alone, over fsspec's own in memory and a real S3 server."""

from __future__ import annotations

import os
import random
import sys

import pytest
from fsspec.asyn import sync_wrapper

from newsmill import objects, pipeline, s3
from newsmill.model import NewsmillError, RawRecord, Selection, Slice
from newsmill.objects import Found, in_order
from newsmill.ranged import AHEAD, AROUND, FIRST, Piece, Ranged
from newsmill.read.files import read_file
from newsmill.settings import load_settings
from newsmill.storage import AT_ONCE, NOTHING, ChangedError, StorageError, Store
from tests.conftest import DAY
from tests.objectstore import READER, lend

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]


@pytest.fixture
def store(s3_server, monkeypatch) -> Store:
    lend(s3_server, monkeypatch)
    return Store(s3_server.new_prefix())


@pytest.fixture
def asked(store, monkeypatch) -> list[tuple[str, dict]]:
    """Return what S3 is asked from now on."""
    calls: list[tuple[str, dict]] = []
    call = type(store.filesystem)._call_s3

    async def noted(self, method, *more, **what):
        calls.append((method, what))
        return await call(self, method, *more, **what)

    monkeypatch.setattr(type(store.filesystem), "_call_s3", noted)
    monkeypatch.setattr(type(store.filesystem), "call_s3", sync_wrapper(noted))
    return calls


NAMES = ("a", "b/2", "b-1", "b.c/1", "b c/1", "é", "Z", "b/10/x", "ß/ü.txt", "100%/x+y", "q?x=1&y#z")


@pytest.mark.parametrize("page", [1, 3, 1000])
def test_pages_come_in_the_order_of_a_disk(store, tmp_path, monkeypatch, page):
    disk = Store(str(tmp_path))
    for name in (*NAMES, ".hidden", "b/.h", ".git/x"):
        store.write(name, name.encode())
        disk.write(name, name.encode())
    monkeypatch.setattr(s3, "PAGE", page)
    monkeypatch.setattr(objects, "HELD_ENTRIES", 4)
    assert list(store.files()) == list(disk.files())
    assert list(store.files("b")) == list(disk.files("b"))
    assert store.folders() == disk.folders()
    assert {entry.path: store.read(entry.path) for entry in store.files()} == {n: n.encode() for n in sorted(NAMES)}


def test_a_store_that_does_not_list_by_name_is_told_of(store, monkeypatch):
    for name in ("b/1", "b-1"):
        store.write(name, b"x")
    monkeypatch.setattr(s3, "UNSORTED", "another server")
    with pytest.raises(StorageError, match="does not list by name"):
        list(store.files())


def test_sorting_holds_little_and_loses_nothing(monkeypatch):
    monkeypatch.setattr(objects, "HELD_ENTRIES", 7)
    found = [Found(f"{number:03d}", number, None, 0.0) for number in range(100)]
    shuffled = random.Random(1).sample(found, len(found))
    assert list(in_order(shuffled)) == found
    assert list(in_order(found[:7])) == found[:7]
    assert list(in_order([])) == []


def test_a_write_is_one_put_and_a_small_file_is_read_by_one_get(store, asked):
    store.write("x/file", b"content")
    assert store.read("x/file") == b"content"
    assert [method for method, _ in asked] == ["put_object", "get_object"]


def test_what_does_not_end_well_is_never_sent(store, asked):
    def fail():
        with store.replacing("x") as handle:
            handle.write(b"x" * (objects.HELD_BYTES + 1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert asked == []
    assert not store.exists("x")


def test_a_large_file_goes_by_one_put_and_comes_by_ranges(store, asked):
    content = os.urandom(2 * FIRST + objects.HELD_BYTES)
    store.write("large", content)
    assert [method for method, _ in asked] == ["put_object"]
    asked.clear()
    with store.open("large") as handle:
        handle.seek(-100, os.SEEK_END)
        assert handle.read() == content[-100:]
        handle.seek(FIRST + 5)
        assert handle.read(10) == content[FIRST + 5 : FIRST + 15]
        handle.seek(0)
        assert handle.read() == content
    assert len(asked) <= 6
    assert {what.get("IfMatch") for _, what in asked[1:]} != {None}


def test_more_than_one_put_takes_goes_in_parts(store, monkeypatch):
    monkeypatch.setattr(s3, "ONE_PUT", 10)
    content = os.urandom(100)
    store.write("x", content)
    assert store.read("x") == content


def test_a_file_that_is_written_again_while_it_is_read_is_not_read_as_a_mixture(store):
    store.write("x", b"a" * (FIRST + 10))
    with store.open("x") as handle:
        handle.read(10)
        store.write("x", b"b" * (FIRST + 10))
        handle.seek(FIRST)
        with pytest.raises(StorageError, match="written again while it was read"):
            handle.read()


def test_only_what_was_read_is_replaced(store):
    store.write("x", b"1")
    (read,) = store.files()
    with store.replacing("x", read.version) as handle:
        handle.write(b"2")
    with pytest.raises(ChangedError, match=rf"{store.uri}/x is not what was read"), store.replacing("x", read.version):
        pass
    assert store.read("x") == b"2"
    with pytest.raises(ChangedError), store.replacing("x", NOTHING) as handle:
        handle.write(b"3")
    store.remove("x")
    with pytest.raises(ChangedError), store.replacing("x", read.version) as handle:
        handle.write(b"4")
    assert not store.exists("x")
    with store.replacing("x", NOTHING) as handle:
        handle.write(b"5")
    assert store.read("x") == b"5"


def test_a_put_whose_answer_was_lost_is_known_again(store):
    with store.replacing("x", NOTHING) as handle:
        handle.write(b"ours")
    with store.replacing("x", NOTHING) as handle:  # as who sends it a second time
        handle.write(b"ours")
    assert store.read("x") == b"ours"


def test_keys_that_no_path_can_name_are_left_out(store, monkeypatch):
    keys = ("/z", "../w", "a//y", "a/../w", "a/x", "folder/")  # Amazon takes them all, SeaweedFS does not
    found = [Found(store.full("") + f"/{key}", 0, None, 0.0) for key in keys]
    monkeypatch.setattr(s3.S3, "below", lambda self, folder, most=None: iter(found))
    assert [entry.path for entry in store.files()] == ["a/x"]


def test_what_is_expected_is_there_when_it_is_opened(store, asked):
    names = [f"{number:02d}" for number in range(40)]
    for name in names:
        store.write(name, name.encode() * 10)
    asked.clear()
    read = []
    for name in store.expecting(names, lambda name: [name, f"{name}.none"], 15):
        with store.open(name) as handle:
            read.append(handle.read())
        with pytest.raises(FileNotFoundError):
            store.open(f"{name}.none")
        ahead = {what["Key"].rpartition("/")[2] for _, what in asked}
        assert len(ahead) <= 2 * (names.index(name) + AT_ONCE)
    assert read == [name.encode() * 10 for name in names]
    assert len(asked) == 2 * len(names) + len(names)  # what is longer than was expected is asked for again


def test_nothing_is_expected_any_more_once_nobody_comes(store, asked):
    store.write("x", b"1")
    for _ in store.expecting(["x", "y"], lambda name: [name]):
        break
    store.write("x", b"2")
    assert store.read("x") == b"2"


def test_empty_files_are_files(store):
    store.write("x", b"")
    assert store.read("x") == b""
    assert store.is_file("x")
    assert [entry.size for entry in store.files()] == [0]


def test_a_thousand_and_one_objects_go_at_once(store, asked, monkeypatch):
    for number in range(5):
        store.write(f"x/{number}", b"")
    asked.clear()
    store.remove("x")
    assert [method for method, _ in asked] == ["list_objects_v2", "delete_objects", "delete_object"]
    assert list(store.files()) == []


def test_a_bucket_that_is_empty_is_there_and_another_is_not(s3_server, store):
    bucket = store.uri.rpartition("/")[0]
    assert Store(bucket).is_folder()
    assert not store.is_folder()
    absent = Store("s3://newsmill-none/x")
    with pytest.raises(StorageError, match="does not exist"):
        absent.exists("y")


def wrong_key(server, patch):
    lend(server, patch, key="nobody")


def wrong_secret(server, patch):
    lend(server, patch, secret="wrong")


def no_credentials(server, patch):
    lend(server, patch)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        patch.delenv(name)


def nobody_there(server, patch):
    lend(server, patch)
    patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")


@pytest.mark.parametrize("trouble", [wrong_key, wrong_secret, no_credentials, nobody_there])
def test_nothing_is_taken_for_absent_because_it_cannot_be_looked_at(s3_server, store, monkeypatch, trouble):
    store.write("x/there", b"x")
    trouble(s3_server, monkeypatch)
    monkeypatch.setattr(s3, "CONFIG", {"connect_timeout": 1, "retries": {"total_max_attempts": 1}})
    again = Store(store.uri)
    for look in (
        lambda: again.exists("x/there"),
        lambda: again.is_file("x/there"),
        lambda: again.is_folder("x"),
        lambda: list(again.files("x")),
        lambda: again.folders(),
        lambda: again.open("x/there"),
        lambda: again.read("x/there"),
        lambda: again.write("x/there", b"y"),
        lambda: again.remove("x"),
    ):
        with pytest.raises(StorageError) as caught:
            look()
        assert store.uri in str(caught.value)
        assert "wrong" not in str(caught.value)
    lend(s3_server, monkeypatch)
    assert Store(store.uri).read("x/there") == b"x"


def test_who_may_only_read_reads_and_is_told_that_nothing_can_be_written(s3_server, store, monkeypatch):
    store.write("x", b"x")
    lend(s3_server, monkeypatch, key=READER[0], secret=READER[1])
    reader = Store(store.uri)
    assert reader.read("x") == b"x"
    with pytest.raises(StorageError, match=rf"cannot write {store.uri}/x: .*give permission"):
        reader.write("x", b"y")
    with pytest.raises(StorageError, match="cannot remove"):
        reader.remove("x")
    assert store.read("x") == b"x"


def test_no_record_is_unreadable_because_the_store_breaks_off(store, monkeypatch):
    store.write("page.html", b"<p>There</p>")
    monkeypatch.setattr(s3, "PAUSE", 0.01)

    def record():
        return read_file(store, Slice(path="page.html", size=10), max_record_bytes=1000)

    assert isinstance(record(), RawRecord)
    call = type(store.filesystem)._call_s3
    broken: list[str] = []

    async def breaking(self, method, **asked):
        answer = await call(self, method, **asked)
        if len(broken) < breaks:
            broken.append(method)
            answer["Body"] = Breaking()
        return answer

    monkeypatch.setattr(type(store.filesystem), "_call_s3", breaking)
    breaks = s3.READS - 1
    assert isinstance(record(), RawRecord)
    broken.clear()
    breaks = s3.READS
    with pytest.raises(StorageError, match=r"cannot read s3://.*page\.html: .*broke off"):
        record()
    assert len(broken) == s3.READS


class Breaking:
    """A body whose connection breaks."""

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    async def read(self):
        raise ConnectionResetError("broke off")


def test_a_forked_child_reads_and_writes_as_its_parent_does(store):
    store.write("x", b"parent's")
    with store.open("x") as handle:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                store.write("y", store.read("x") + handle.read())
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert handle.read() == b"parent's"
    assert store.read("y") == b"parent's" * 2
    assert [entry.path for entry in store.files()] == ["x", "y"]


def test_a_store_whose_package_is_not_installed_says_what_to_install(monkeypatch):
    for protocol, package in (("gs", "gcsfs"), ("s3", "s3fs")):
        monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, protocol, raising=False)
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(StorageError, match=r"gs://bucket/x: .*install newsmill\[gs\]"):
        Store("gs://bucket/x")
    with pytest.raises(StorageError, match=r"install newsmill\[s3\]"):
        Store("s3://bucket/x")
    with pytest.raises(StorageError, match=r"ftpx://a/b: .*s3://"):
        Store("ftpx://a/b")


def test_who_reads_on_gets_more_at_once_than_who_jumps():
    size = 3 * AHEAD
    content = bytes(size)
    fetched = []

    def fetch(start, length, version):
        fetched.append((start, length, version))
        return Piece(content[start : start + length], size, "1")

    with Ranged(fetch) as handle:
        handle.seek(2 * AHEAD)
        handle.read(10)
        handle.seek(FIRST)
        handle.seek(0)
        while handle.read(64 * 1024):
            pass
    assert fetched[0] == (0, FIRST, None)
    assert fetched[1] == (2 * AHEAD, AROUND, "1")
    assert all(length in (AHEAD, AROUND) or start + length == size for start, length, _ in fetched[1:])
    assert len(fetched) <= 7


@pytest.mark.parametrize(
    ("setting", "uri", "said"),
    [
        ("NEWSMILL_LANDING_URI", "s3://newsmill-none/landing", "bucket does not exist"),
        ("NEWSMILL_DATA_URI", "s3://newsmill-none/data", "bucket does not exist"),
        ("NEWSMILL_LANDING_URI", "s3://newsmill-test/nothing", "does not exist: set NEWSMILL_LANDING_URI"),
        ("NEWSMILL_DATA_URI", "nfs3://data", "newsmill knows folders"),
    ],
)
def test_a_run_names_the_setting_that_is_wrong_before_it_writes(s3_server, store, monkeypatch, setting, uri, said):
    store.write("landing/x.txt", b"x")
    store.write("data/.x", b"x")
    lend(s3_server, monkeypatch)
    monkeypatch.setenv("NEWSMILL_INDEX_URL", "sqlite://")
    monkeypatch.setenv("NEWSMILL_LANDING_URI", f"{store.uri}/landing")
    monkeypatch.setenv("NEWSMILL_DATA_URI", f"{store.uri}/data")
    monkeypatch.setenv(setting, uri)
    with pytest.raises(NewsmillError, match=said) as caught:
        pipeline.plan("run-1", DAY, Selection(landing_uri=load_settings().landing))
    assert setting in str(caught.value)
    assert uri in str(caught.value)
    assert [entry.path for entry in store.files()] == ["landing/x.txt"]


def test_a_store_that_is_away_is_named_with_its_setting(s3_server, store, monkeypatch):
    nobody_there(s3_server, monkeypatch)
    monkeypatch.setattr(s3, "CONFIG", {"connect_timeout": 1, "retries": {"total_max_attempts": 1}})
    with pytest.raises(StorageError, match=rf"NEWSMILL_DATA_URI={store.uri}: cannot look at .*127.0.0.1:9"):
        Store.of_setting("NEWSMILL_DATA_URI", store.uri)
