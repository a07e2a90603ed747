"""A real Airflow for a test: api-server, scheduler and workers in processes of their own, on this machine only."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.request import Request, urlopen

from tests.conftest import PROJECT

START_SECONDS = 120
RUN_SECONDS = 240
PROCESS_ENDED = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+Z).*Received executor event with state success .*task_id='(\w+)'")
"""In the scheduler's log: it has seen that the process of a task has ended."""
USERS = {"admin": "admin", "guest": "viewer"}


class AirflowApi:
    """The REST API of an Airflow, as one user."""

    def __init__(self, address: str, password: str) -> None:
        self.address = address
        self.password = password
        self._token = ""

    def log_in(self, user: str = "admin", seconds: float = START_SECONDS) -> None:
        """Wait for the first answer, and log in."""
        until(lambda: self.call("GET", "/api/v2/version", token=False), seconds, "no answer from the api-server")
        self._token = self.token_of(user)

    def token_of(self, user: str) -> str:
        """Return a user's token."""
        asked = {"username": user, "password": self.password}
        return self.call("POST", "/auth/token", asked, token=False)["access_token"]

    def call(self, method: str, path: str, body: object = None, *, token: bool = True) -> dict:
        """Call the REST API and return its answer."""
        return json.loads(self._ask(method, path, body, token=token) or b"{}")

    def page(self, path: str, *, token: bool = True) -> str:
        """Return a page of the UI."""
        return self._ask("GET", path, None, token=token).decode()

    def _ask(self, method: str, path: str, body: object, *, token: bool) -> bytes:
        request = Request(
            f"{self.address}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"}
            | ({"Authorization": f"Bearer {self._token}"} if token else {}),
        )
        with urlopen(request, timeout=30) as answer:
            return answer.read()

    def run_dag(self, dag_id: str, conf: dict | None = None) -> dict:
        """Trigger a DAG, wait for its end, and return the run."""
        return self.ended(self.begin(dag_id, conf))

    def begin(self, dag_id: str, conf: dict | None = None) -> dict:
        """Trigger a DAG, and return the run that has begun."""
        dags = f"/api/v2/dags/{dag_id}"
        until(lambda: self.call("GET", dags), START_SECONDS, f"{dag_id} did not appear")
        return self.call("POST", f"{dags}/dagRuns", {"logical_date": None, "conf": conf or {}})

    def answer(self, run: dict, task: str, option: str) -> dict:
        """Answer a run that waits, wait for its end, and return the run."""
        asked = f"{self._path(run)}/taskInstances/{task}/-1/hitlDetails"
        self.call("PATCH", asked, {"chosen_options": [option], "params_input": {}})
        return self.ended(run)

    def clear(self, run: dict, task: str, *, downstream: bool) -> dict:
        """Clear a task of a run, alone or with all behind it, wait for the run's end, and return the run."""
        self.cleared(run, task, downstream=downstream)
        return self.ended(run)

    def cleared(self, run: dict, task: str, *, downstream: bool) -> None:
        """Clear a task of a run, alone or with all behind it."""
        asked = {"dag_run_id": run["dag_run_id"], "task_ids": [task], "dry_run": False, "only_failed": False}
        asked |= {"include_downstream": downstream, "reset_dag_runs": True}
        cleared = self.call("POST", f"/api/v2/dags/{run['dag_id']}/clearTaskInstances", asked)
        if not cleared["task_instances"]:
            raise LookupError(f"the run has no task {task}")

    def task_instances(self, run: dict) -> list[dict]:
        """Return what became of each task of a run."""
        return self.call("GET", f"{self._path(run)}/taskInstances")["task_instances"]

    def states(self, run: dict) -> dict[str, str | None]:
        """Return the state of each task of a run; of a mapped one, that of its last."""
        return {task["task_id"]: task["state"] for task in self.task_instances(run)}

    def ended(self, run: dict, seconds: float = RUN_SECONDS, pause: float = 0.5) -> dict:
        """Wait for a run's end, asking after each pause, and return the run."""
        path = self._path(run)
        until(lambda: self.call("GET", path)["state"] in ("success", "failed"), seconds, "the run did not end", pause)
        return self.call("GET", path)

    def _path(self, run: dict) -> str:
        return f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}"


class AirflowServer(AirflowApi):
    """`airflow standalone` in a session of its own, stopped as a whole group."""

    def __init__(self, home: Path, settings: dict[str, str]) -> None:
        self.home = home
        self.port = free_port()
        super().__init__(f"http://127.0.0.1:{self.port}", secrets.token_urlsafe(16))
        (home / "passwords.json").write_text(json.dumps(dict.fromkeys(USERS, self.password)))
        self._environment = {
            **os.environ,
            **settings,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{name}:{role}" for name, role in USERS.items()),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self.port}/execution/",
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{self.port}",
        }

    def __enter__(self) -> AirflowServer:
        with (self.home / "standalone.log").open("wb") as log:
            self._process = subprocess.Popen(
                ["airflow", "standalone"],
                cwd=PROJECT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.log_in()
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        with suppress(ProcessLookupError):  # a SIGTERM to the parent alone would orphan its children
            os.killpg(self._process.pid, signal.SIGKILL)

    def asked(self, run: dict, task: str) -> dict:
        """Wait until a run waits for a person's answer, and return what it asks.

        An answer that comes before the scheduler has seen the end of the process that asked would be taken for the
        death of that process, and Airflow would ask again. No person is so fast; a test is.
        """
        waits = lambda: self.states(run)[task] == "awaiting_input"  # noqa: E731
        until(waits, RUN_SECONDS, "nobody was asked")
        asked = self.call("GET", f"{self._path(run)}/taskInstances/{task}/-1/hitlDetails")
        (started,) = [one["start_date"] for one in self.task_instances(run) if one["task_id"] == task]
        since = datetime.fromisoformat(started)  # of this try: what is asked again keeps the time of the first question
        until(lambda: self._has_ended(task, since), RUN_SECONDS, "the process that asked did not end")
        return asked

    def _has_ended(self, task: str, since: datetime) -> bool:
        ends = PROCESS_ENDED.findall((self.home / "standalone.log").read_text(errors="replace"))
        return any(name == task and datetime.fromisoformat(moment) > since for moment, name in ends)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(ask, seconds: float, what: str, pause: float = 0.5) -> None:
    """Ask until the answer is yes, after each pause; no connection is no answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if ask():
                return
        except OSError:
            pass
        time.sleep(pause)
    raise TimeoutError(f"{what} within {seconds} s")
