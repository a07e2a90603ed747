"""A weak secret is named and never said; good ones pass."""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64encode

import pytest

from newsmill.deployment import Secrets, weak_secrets

GOOD = {
    "AIRFLOW_ADMIN_PASSWORD": secrets.token_hex(16),
    "AIRFLOW_DB_PASSWORD": secrets.token_hex(32),
    "INDEX_DB_PASSWORD": secrets.token_hex(32),
    "BROKER_PASSWORD": secrets.token_hex(32),
    "AIRFLOW_FERNET_KEY": urlsafe_b64encode(os.urandom(32)).decode(),
    "AIRFLOW_JWT_SECRET": secrets.token_hex(64),
    "AIRFLOW_API_SECRET_KEY": secrets.token_hex(32),
}


@pytest.fixture(autouse=True)
def good(monkeypatch):
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_secrets_made_as_env_example_says_are_good():
    assert {name.upper() for name in Secrets.model_fields} == set(GOOD)
    assert weak_secrets() == []


@pytest.mark.parametrize("name", sorted(GOOD))
def test_missing_secret_is_named_with_how_to_make_it(name, monkeypatch):
    monkeypatch.delenv(name)
    (said,) = weak_secrets()
    assert said.startswith(f"{name} is missing: make it anew, ")
    assert said.endswith(str(Secrets.model_fields[name.lower()].description))


@pytest.mark.parametrize("name", sorted(GOOD))
@pytest.mark.parametrize("value", ["hunter2", "changeme" * 2, "a" * 128])
def test_weak_secret_is_named_and_not_said(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    (said,) = weak_secrets()
    assert said.startswith(f"{name} ")
    assert value not in said


@pytest.mark.parametrize("name", ["AIRFLOW_DB_PASSWORD", "INDEX_DB_PASSWORD", "BROKER_PASSWORD"])
def test_password_that_would_break_its_url_is_named(name, monkeypatch):
    monkeypatch.setenv(name, f"{secrets.token_hex(32)}@elsewhere")
    (said,) = weak_secrets()
    assert said.startswith(f"{name} becomes part of a URL")


def test_fernet_key_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv("AIRFLOW_FERNET_KEY", secrets.token_hex(32))
    (said,) = weak_secrets()
    assert said.startswith("AIRFLOW_FERNET_KEY is no Fernet key")


def test_secret_that_is_used_twice_is_named(monkeypatch):
    monkeypatch.setenv("BROKER_PASSWORD", GOOD["INDEX_DB_PASSWORD"])
    assert weak_secrets() == ["INDEX_DB_PASSWORD and BROKER_PASSWORD are the same: make one for each"]
