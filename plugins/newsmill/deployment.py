"""The secrets of a deployment: that each is there, is like no other, and cannot be guessed.

Owns what makes a secret good enough. Keep out: the settings (settings), whether stores and databases answer
(readiness).
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterator

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

LEAST_DIFFERENT = 8
"""Different characters in a secret: of 32 random hex digits, one in some twenty-five million has fewer."""

FERNET_BYTES = 32

LEAST = {"airflow_admin_password": 16, "airflow_jwt_secret": 64, "airflow_fernet_key": 44}
LEAST_OF_OTHERS = 32
"""Characters: 128 bits of randomness in hex digits, twice that for what signs everything; a person may type 16."""

IN_URLS = ("airflow_db_password", "index_db_password", "broker_password")
"""Become part of a URL as they are."""


class Secrets(BaseSettings):
    """The secrets that `.env` gives the services of docker-compose.yaml, each with how it is made."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    airflow_admin_password: SecretStr = Field(SecretStr(""), description="openssl rand -hex 16")
    airflow_db_password: SecretStr = Field(SecretStr(""), description="openssl rand -hex 32")
    index_db_password: SecretStr = Field(SecretStr(""), description="openssl rand -hex 32")
    broker_password: SecretStr = Field(SecretStr(""), description="openssl rand -hex 32")
    airflow_fernet_key: SecretStr = Field(
        SecretStr(""),
        description="python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'",
    )
    airflow_jwt_secret: SecretStr = Field(SecretStr(""), description="openssl rand -hex 64")
    airflow_api_secret_key: SecretStr = Field(SecretStr(""), description="openssl rand -hex 32")


def weak_secrets() -> list[str]:
    """Return what is wrong with the secrets of the environment: a line each, which names it and never says it."""
    given = {name: value.get_secret_value() for name, value in Secrets()}
    users: dict[str, list[str]] = defaultdict(list)
    problems = []
    for name, value in given.items():
        users[value].append(name.upper())
        how = Secrets.model_fields[name].description
        problems += [f"{name.upper()} {problem}: make it anew, {how}" for problem in _weaknesses(name, value)][:1]
    twice = (" and ".join(names) for value, names in users.items() if value and len(names) > 1)
    return [*problems, *(f"{names} are the same: make one for each" for names in twice)]


def _weaknesses(name: str, value: str) -> Iterator[str]:
    least = LEAST.get(name, LEAST_OF_OTHERS)
    if not value:
        yield "is missing"
    if len(value) < least:
        yield f"has {len(value)} characters, and {least} are the least"
    if len(set(value)) < LEAST_DIFFERENT:
        yield f"has fewer than {LEAST_DIFFERENT} different characters"
    if name in IN_URLS and not (value.isascii() and value.isalnum()):
        yield "becomes part of a URL, and has other characters than letters and digits"
    if name == "airflow_fernet_key" and not _is_fernet(value):
        yield f"is no Fernet key, {FERNET_BYTES} bytes in URL-safe base64"


def _is_fernet(value: str) -> bool:
    try:
        return len(base64.b64decode(value, altchars=b"-_", validate=True)) == FERNET_BYTES
    except ValueError:
        return False
