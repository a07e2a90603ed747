"""The services of docker-compose.yaml as processes of this machine, each with the command and environment from there.

What containers give and processes do not is put in their place: names of hosts become loopback and a free port, paths
of the image the checkout, volumes folders of the test's. Every service is a session of its own; to kill one is to kill
all of its processes, as a container's end does.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cluster.compose import Service, env_example, resolved, services
from tests.cluster.servers import broker_command, postgres_command
from tests.conftest import PROJECT
from tests.integration.airflow_server import AirflowApi, free_port

HEALTH_SECONDS = 180
STOP_SECONDS = 5
POLL_SECONDS = 0.3
PORTS = {"postgres": 5432, "broker": 6379, "store": 8333, "api-server": 8080}
WITHIN_STORE = ("filer", "master", "master.grpc")
STORE = {"CLUSTER_LANDING_URI": "s3://newsmill/landing", "CLUSTER_DATA_URI": "s3://newsmill/data"}


def env_for(landing: Path, **changes: str) -> dict[str, str]:
    """Return an `.env` as a user makes it: .env.example, with secrets made as it says."""
    made = {name: secrets.token_hex(64 if "JWT" in name else 32) for name in env_example() if _is_secret(name)}
    made["AIRFLOW_FERNET_KEY"] = urlsafe_b64encode(os.urandom(32)).decode()
    made |= {"LANDING_DIR": str(landing), "AWS_ACCESS_KEY_ID": "newsmill", "AWS_ENDPOINT_URL": "http://store:8333"}
    made |= {"AWS_SECRET_ACCESS_KEY": secrets.token_hex(32), "AWS_DEFAULT_REGION": "us-east-1"}
    return env_example() | made | STORE | changes


def _is_secret(name: str) -> bool:
    return name.endswith(("PASSWORD", "KEY", "SECRET"))


@dataclass
class Running:
    """A service that runs, or ran."""

    service: Service
    name: str  # one of several: worker-1
    command: list[str]
    environment: dict[str, str]
    home: Path
    user: str | None = None
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    is_wanted: bool = True

    @property
    def log(self) -> Path:
        """What it wrote."""
        return self.home / f"{self.name}.log"

    def start(self) -> None:
        """Start it."""
        self.starts += 1
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.home,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user,
            )

    def signal(self, number: int) -> None:
        """Send a signal to all of its processes."""
        with suppress(ProcessLookupError):
            if self.process:
                os.killpg(self.process.pid, number)

    def told(self) -> str:
        """Return the end of what it wrote."""
        return self.log.read_text(errors="replace")[-4000:]


@dataclass
class Cluster:
    """All services of the compose file; `with Cluster(...) as cluster` brings them up and takes them down."""

    home: Path
    env: dict[str, str]
    workers: int | None = None
    running: dict[str, Running] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = {name: free_port() for name in (*PORTS, *WITHIN_STORE)}
        self.services = services(self.env, ("store",))
        self._volumes = self.home / "volumes"
        self._ends = threading.Event()

    # ---- up and down

    def __enter__(self) -> Cluster:
        self._watch = threading.Thread(target=self._restart_what_ended, daemon=True)
        try:
            self.up()
        except BaseException:
            self.down()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.down()

    def up(self) -> None:
        """Start everything in the order of `depends_on`, each when what it waits for is healthy."""
        self.start_servers()
        self.upload()
        self.initialise()
        self._watch.start()
        for name in self._ordered():
            self.start(name)
        self.api.log_in(self.env["AIRFLOW_ADMIN_USER"])

    def start_servers(self) -> None:
        """Start database, broker and store."""
        for name in ("postgres", "broker", "store"):
            self.start(name)

    def upload(self) -> None:
        """Put the raw files of LANDING_DIR into the landing zone of the store."""
        folder, bucket = Path(self.env["LANDING_DIR"]), self.env["CLUSTER_LANDING_URI"].removeprefix("s3://")
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            self.store.pipe_file(f"{bucket}/{path.relative_to(folder)}", path.read_bytes())

    def download(self, dataset: str) -> dict[str, bytes]:
        """Return the files of a dataset of the store's data root, by their paths in it."""
        root = f"{self.env['CLUSTER_DATA_URI'].removeprefix('s3://')}/{dataset}"
        found = sorted(self.store.find(root))
        return {path.removeprefix(f"{root}/"): self.store.cat_file(path) for path in found}

    @property
    def store(self) -> Any:
        """The store, as fsspec's file system."""
        import s3fs

        return s3fs.S3FileSystem(
            key=self.env["AWS_ACCESS_KEY_ID"],
            secret=self.env["AWS_SECRET_ACCESS_KEY"],
            endpoint_url=f"http://127.0.0.1:{self.ports['store']}",
            use_listings_cache=False,
        )

    def initialise(self) -> None:
        """Run `init`.

        Raises:
            RuntimeError: it ended badly; says what it wrote.
        """
        init = self._made(self.services["init"])
        init.start()
        assert init.process
        if init.process.wait(HEALTH_SECONDS):
            raise RuntimeError(init.told())

    def start(self, name: str) -> None:
        """Start all replicas of a service, and wait until they are healthy."""
        service = self.services[name]
        count = self.workers if name == "worker" and self.workers else service.replicas
        made = [self._made(service, number if count > 1 else None) for number in range(1, count + 1)]
        for each in made:
            self.running[each.name] = each
            each.start()
        for each in made:
            self._until_healthy(each)

    def down(self) -> None:
        """Stop everything, those that were started last first."""
        self._ends.set()
        for each in reversed(self.running.values()):
            each.is_wanted = False
            each.signal(signal.SIGINT if each.name == "postgres" else signal.SIGTERM)
        for each in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                if each.process:
                    each.process.wait(STOP_SECONDS)
            each.signal(signal.SIGKILL)

    # ---- what tests do to it

    @property
    def api(self) -> AirflowApi:
        """Airflow's REST API, as the administrator."""
        if not hasattr(self, "_api"):
            address = f"http://127.0.0.1:{self.ports['api-server']}"
            self._api = AirflowApi(address, self.env["AIRFLOW_ADMIN_PASSWORD"])
        return self._api

    def kill(self, name: str) -> None:
        """Kill all processes of one service at once, as `kill -9`; Compose's restart policy starts it again."""
        self.running[name].signal(signal.SIGKILL)

    def stop(self, name: str) -> None:
        """Stop a service for good, and wait for its end."""
        running = self.running[name]
        running.is_wanted = False
        running.signal(signal.SIGTERM)
        if running.process:
            running.process.wait(HEALTH_SECONDS)

    def start_again(self, name: str) -> None:
        """Start a service that was stopped, and wait until it is healthy."""
        running = self.running[name]
        running.start()
        running.is_wanted = True
        self._until_healthy(running)

    def restart_postgres(self) -> None:
        """Let PostgreSQL break off every connection and come up again, as `docker compose restart` does."""
        self.running["postgres"].signal(signal.SIGINT)

    def prepared(self, name: str, changes: dict[str, str]) -> Running:
        """Return a service as it would start with some variables of the `.env` changed; it does not start."""
        return self._made(services(self.env | changes, ("store",))[name])

    # ---- how a service becomes a process

    def _made(self, service: Service, number: int | None = None) -> Running:
        name = f"{service.name}-{number}" if number else service.name
        home = self.home / name
        home.mkdir(parents=True, exist_ok=True)
        running = Running(service, name, self._native(service.command), self._environment(service, name, home), home)
        if service.name == "postgres":
            script = resolved(self.env)["configs"]["create-databases"]["content"]
            return postgres_command(running, self._volume("postgres"), script, self.ports["postgres"])
        if service.name == "broker":
            return broker_command(running, self.ports["broker"])
        if service.name == "store":
            running.command[-1] = f"{running.command[-1].rstrip()} {self._store_ports()}"
        elif service.is_airflow and service.name != "init":
            running.command = ["airflow", *running.command]
        if service.name == "worker":  # in a container it is the host's name, which no two have
            running.command += ["--celery-hostname", f"celery@{name}"]
        return running

    def _environment(self, service: Service, name: str, home: Path) -> dict[str, str]:
        own = {key: self._text(value) for key, value in service.environment.items()}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        base = {"PATH": path, "HOME": str(home), "HOSTNAME": name, "LANG": "C.UTF-8", "TMPDIR": str(home)}
        if not service.is_airflow:
            return base | own
        logs = {
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self._volume("logs")),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
        }
        served = {"AIRFLOW__API__HOST": "127.0.0.1", "AIRFLOW__API__PORT": str(self.ports["api-server"])}
        image = {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "PYTHONUNBUFFERED": "1"}
        return base | image | own | logs | served

    def _native(self, words: list[str]) -> list[str]:
        return [self._text(word) for word in words]

    def _text(self, text: str) -> str:
        """Put loopback for the services' names, and folders here for the paths of image and volumes."""
        for name, port in PORTS.items():
            text = text.replace(f"{name}:{port}", f"127.0.0.1:{self.ports[name]}")
        text = text.replace("localhost:8080", f"127.0.0.1:{self.ports['api-server']}")
        text = text.replace("-s3.ip.bind=0.0.0.0", "-s3.ip.bind=127.0.0.1")
        text = text.replace("-dir=/data", f"-dir={self._volume('store')}")
        text = text.replace("127.0.0.1:8888", f"127.0.0.1:{self.ports['filer']}")
        text = text.replace("127.0.0.1:9333", f"127.0.0.1:{self.ports['master']}.{self.ports['master.grpc']}")
        text = text.replace("/opt/airflow/logs", str(self._volume("logs"))).replace("/opt/newsmill", str(PROJECT))
        mounted = {"/data": str(self._volume("data")), "/landing": self.env["LANDING_DIR"]}
        return " ".join(mounted.get(word, word) for word in text.split(" "))

    def _volume(self, name: str) -> Path:
        folder = self._volumes / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _store_ports(self) -> str:
        """In a container the store has all ports for itself."""
        ports = {"s3.port": self.ports["store"], "filer.port": self.ports["filer"], "master.port": self.ports["master"]}
        ports |= {"master.port.grpc": self.ports["master.grpc"], "volume.port": free_port()}
        ports |= {f"{name}.port.grpc": free_port() for name in ("s3", "filer", "volume")}
        return " ".join(f"-{name}={port}" for name, port in ports.items())

    # ---- health and restarts

    def _ordered(self) -> list[str]:
        """Return Airflow's services, each behind those that it waits for."""
        left = {name: service for name, service in self.services.items() if service.is_airflow and name != "init"}
        order: list[str] = []
        while left:
            free = [name for name, each in left.items() if not set(each.given.get("depends_on", ())) & set(left)]
            order += free
            left = {name: each for name, each in left.items() if name not in free}
        return order

    def _until_healthy(self, running: Running) -> None:
        end = time.monotonic() + HEALTH_SECONDS
        while not self.is_healthy(running):
            if time.monotonic() > end:
                raise TimeoutError(f"{running.name} is not healthy:\n{running.told()}")
            time.sleep(POLL_SECONDS)

    def is_healthy(self, running: Running) -> bool:
        """Run a service's health check."""
        words = self._native(running.service.health)
        if running.service.name == "broker":  # its wheel has no valkey-cli
            return self._broker_answers()
        done = subprocess.run(
            words, env=running.environment | {"PGPORT": str(self.ports["postgres"])}, capture_output=True, check=False
        )
        return done.returncode == 0

    def _broker_answers(self) -> bool:
        import redis

        with suppress(redis.RedisError):
            client = redis.Redis(port=self.ports["broker"], password=self.env["BROKER_PASSWORD"])
            return bool(client.ping())
        return False

    def _restart_what_ended(self) -> None:
        """Do what `restart: unless-stopped` does."""
        while not self._ends.wait(1):
            for each in list(self.running.values()):
                if each.is_wanted and each.service.restarts and each.process and each.process.poll() is not None:
                    each.signal(signal.SIGKILL)  # what it left behind goes with the container
                    each.start()
