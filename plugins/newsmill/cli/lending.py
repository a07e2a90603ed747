"""Lets commands read the Airflow connection with an object store's credentials.

Owns how: by Airflow's own command, since nothing here imports Airflow. It takes some seconds, and is asked only where a
connection is named and a store is opened.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from newsmill.lent import Connection


def asked_of_airflow(name: str) -> Connection:
    """Return a connection as `airflow connections get` tells it.

    Raises:
        OSError: there is no such command here.
        CalledProcessError: it knows no such connection, or cannot ask for it.
    """
    program = shutil.which("airflow", path=str(Path(sys.executable).parent)) or "airflow"
    asked = [program, "connections", "get", name, "-o", "json"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout  # noqa: S603 - the name is a setting
    found: list[dict[str, Any]] = json.loads(said.splitlines()[-1])
    return cast(Connection, SimpleNamespace(**found[0]))
