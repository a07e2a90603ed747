"""A fresh Airflow database for the tests that need one."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def airflow_database():
    from airflow.utils.db import initdb

    initdb()
