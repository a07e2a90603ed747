"""Credentials for object stores that Airflow keeps.

Owns what is asked of who can read Airflow's connections, and how one becomes the options of fsspec's file systems. Keep
out: Airflow itself; tasks (`dags/wiring.py`), pages (`ui/app.py`) and commands (`cli/lending.py`) say how they read
one. Where none is named, the environment is used.

Options hold secrets: they are in no error, no log and no `repr`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from newsmill.stored import StorageError


class Connection(Protocol):
    """What of Airflow's connections is asked."""

    conn_type: str
    login: str | None
    password: str | None
    host: str | None

    @property
    def extra_dejson(self) -> Mapping[str, Any]:
        """Its further fields."""


Lender = Callable[[str], Connection]
"""Returns a connection by its id."""

_lent: dict[str, Mapping[str, Any]] = {}
"""Options by kind of store, once they are read: a process that this one forks does not read them again."""

_lender: list[tuple[str, Lender]] = []


def lend(name: str, lender: Lender) -> None:
    """Use the connection of this id from now on, or none where it is empty; it is read when a store is opened."""
    _lent.clear()
    _lender[:] = [(name, lender)] if name else []


def options_for(protocol: str) -> Mapping[str, Any]:
    """Return what fsspec is told of the credentials for a protocol; nothing where the environment is to tell them.

    Raises:
        StorageError: the connection is not there, or is of a type for no store.
    """
    if _lender and not _lent:
        _lent.update(_read(*_lender[0]))
    return _lent.get(_KINDS.get(protocol, protocol), {})


def _read(name: str, lender: Lender) -> Mapping[str, Mapping[str, Any]]:
    try:
        connection = lender(name)
    except Exception as error:  # noqa: BLE001 - what a secrets backend raises, nobody knows
        raise StorageError(
            f"NEWSMILL_STORE_CONNECTION={name}: Airflow has no connection of this id that could be read "
            f"({type(error).__name__}): add it, or leave the setting empty to use the usual environment"
        ) from None
    if connection.conn_type not in _READERS:
        raise StorageError(
            f"NEWSMILL_STORE_CONNECTION={name} is of the type {connection.conn_type!r}, and must be of one of "
            f"{', '.join(_READERS)}"
        )
    kind, read = _READERS[connection.conn_type]
    options = read(connection, dict(connection.extra_dejson))
    return {kind: {key: value for key, value in options.items() if value}}


def _aws(connection: Connection, extra: dict[str, Any]) -> dict[str, Any]:
    """As Airflow's Amazon provider reads it: login and password, the rest in the extra."""
    config = extra.get("config_kwargs") or {}
    region = extra.get("region_name") or (extra.get("client_kwargs") or {}).get("region_name")
    return {
        "key": connection.login or extra.get("aws_access_key_id"),
        "secret": connection.password or extra.get("aws_secret_access_key"),
        "token": extra.get("aws_session_token"),
        "endpoint_url": extra.get("endpoint_url") or extra.get("host"),
        "client_kwargs": {"region_name": region} if region else None,
        "config_kwargs": config or None,
        "profile": extra.get("profile_name"),
    }


def _google(connection: Connection, extra: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - all is in the extra
    """As Airflow's Google provider reads it: a key as a file or as JSON in the extra; neither: the environment's."""
    key = _extra(extra, "keyfile_dict")
    token = json.loads(key) if isinstance(key, str) and key else key or _extra(extra, "key_path")
    return {"token": token, "project": _extra(extra, "project") or _extra(extra, "project_id")}


def _azure(connection: Connection, extra: dict[str, Any]) -> dict[str, Any]:
    """As Airflow's Azure provider (wasb) reads it: an account and its key, a connection string, or an application."""
    tenant = _extra(extra, "tenant_id")
    account = (connection.login if not tenant else None) or (connection.host or "").removeprefix("https://")
    own = {
        "connection_string": _extra(extra, "connection_string"),
        "sas_token": _extra(extra, "sas_token"),
        "account_name": account.partition(".")[0],
    }
    if tenant:
        return own | {"tenant_id": tenant, "client_id": connection.login, "client_secret": connection.password}
    return own | {"account_key": connection.password}


def _extra(extra: Mapping[str, Any], name: str) -> Any:
    """Return a field; older connections name it with the type before it."""
    prefixed = (key for key in extra if key.startswith("extra__") and key.endswith(f"__{name}"))
    return extra.get(name) or next((extra[key] for key in prefixed), None)


_KINDS = {"s3a": "s3", "gcs": "gs", "abfs": "az", "abfss": "az", "wasb": "az", "wasbs": "az"}
_READERS: dict[str, tuple[str, Callable[[Connection, dict[str, Any]], dict[str, Any]]]] = {
    "aws": ("s3", _aws),
    "google_cloud_platform": ("gs", _google),
    "wasb": ("az", _azure),
}
