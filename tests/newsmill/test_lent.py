from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from newsmill.lent import lend, options_for
from newsmill.storage import StorageError, Store
from tests import objectstore
from tests.objectstore import KEY, SECRET


@dataclass
class Connection:
    """As Airflow's."""

    conn_type: str
    login: str | None = None
    password: str | None = None
    host: str | None = None
    extra_dejson: dict = field(default_factory=dict)


@pytest.fixture
def keep():
    """Keep a connection, and name it in the settings."""

    def kept(connection: Connection, name: str = "mine") -> list[str]:
        asked: list[str] = []
        lend(name, lambda asked_for: asked.append(asked_for) or {"mine": connection}[asked_for])
        return asked

    yield kept
    lend("", kept)


@pytest.mark.parametrize(
    ("protocol", "connection", "options"),
    [
        (
            "s3",
            Connection("aws", "id", "secret", extra_dejson={"endpoint_url": "http://s3.example", "region_name": "eu"}),
            {
                "key": "id",
                "secret": "secret",
                "endpoint_url": "http://s3.example",
                "client_kwargs": {"region_name": "eu"},
            },
        ),
        (
            "s3a",
            Connection(
                "aws",
                extra_dejson={"aws_access_key_id": "id", "aws_secret_access_key": "s", "profile_name": "p"},
            ),
            {"key": "id", "secret": "s", "profile": "p"},
        ),
        (
            "gs",
            Connection("google_cloud_platform", extra_dejson={"keyfile_dict": '{"type": "service_account"}'}),
            {"token": {"type": "service_account"}},
        ),
        (
            "gcs",
            Connection("google_cloud_platform", extra_dejson={"extra__google_cloud_platform__key_path": "/key.json"}),
            {"token": "/key.json"},
        ),
        ("az", Connection("wasb", "acc", "key"), {"account_name": "acc", "account_key": "key"}),
        (
            "abfs",
            Connection("wasb", "app", "s", "https://acc.blob.core.windows.net", {"tenant_id": "t"}),
            {"account_name": "acc", "tenant_id": "t", "client_id": "app", "client_secret": "s"},
        ),
        ("az", Connection("wasb", extra_dejson={"connection_string": "A=b"}), {"connection_string": "A=b"}),
        ("gs", Connection("aws", "id", "secret"), {}),
    ],
)
def test_a_connection_becomes_what_fsspec_is_told(keep, protocol, connection, options):
    keep(connection)
    assert options_for(protocol) == options


def test_it_is_read_once_and_not_where_none_is_named(keep):
    asked = keep(Connection("aws", "id", "s"))
    assert asked == []
    assert options_for("s3") == options_for("s3") == {"key": "id", "secret": "s"}
    assert asked == ["mine"]
    asked = keep(Connection("aws", "id", "s"), name="")
    assert options_for("s3") == {}
    assert asked == []


def test_one_that_is_missing_or_of_another_type_is_named(keep):
    keep(Connection("ssh", "id", "hunter2"))
    with pytest.raises(StorageError, match="NEWSMILL_STORE_CONNECTION=mine is of the type 'ssh'") as caught:
        options_for("s3")
    assert "hunter2" not in str(caught.value)
    keep(Connection("aws"), name="gone")
    with pytest.raises(StorageError, match=r"NEWSMILL_STORE_CONNECTION=gone.*\(KeyError\)"):
        options_for("s3")


@pytest.mark.integration
@pytest.mark.enable_socket
def test_a_store_is_opened_with_it_and_the_secret_is_nowhere(keep, s3_server, monkeypatch, caplog):
    objectstore.lend(s3_server, monkeypatch)
    for name in s3_server.environment():
        monkeypatch.delenv(name)
    extra = {"endpoint_url": s3_server.endpoint, "region_name": "us-east-1"}
    keep(Connection("aws", KEY, SECRET, extra_dejson=extra))
    store = Store(s3_server.new_prefix())
    store.write("x", b"y")
    assert store.read("x") == b"y"
    keep(Connection("aws", KEY, "hunter2", extra_dejson=extra))
    with pytest.raises(StorageError) as caught:
        Store(store.uri).read("x")
    said = f"{caught.value!r} {store!r} {store.filesystem!r} {caplog.text}"
    assert SECRET not in said
    assert "hunter2" not in said
