"""docker-compose.yaml as Compose reads it: variables put in, services with their commands and environments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml
from dotenv import dotenv_values

from newsmill.settings import Settings
from tests.conftest import PROJECT

COMPOSE_FILE = PROJECT / "docker-compose.yaml"
ENV_EXAMPLE = PROJECT / ".env.example"
PREFIX = str(Settings.model_config["env_prefix"])

VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?:(?P<mode>:?[-?])(?P<rest>[^{}]*))?\}|(?P<wrong>.?))", re.S
)
"""Compose's interpolation: `$$`, `${NAME}`, `${NAME:-default}`, `${NAME:?message}`; any other `$` is a mistake."""

SOURCE: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))


class MissingError(Exception):
    """A required variable is empty."""


@dataclass(frozen=True)
class Service:
    """One service: what it runs, in which environment, and when."""

    name: str
    given: dict[str, Any]
    environment: dict[str, str]

    @property
    def command(self) -> list[str]:
        """The words of entrypoint and command."""
        return [*_words(self.given.get("entrypoint", [])), *_words(self.given.get("command", []))]

    @property
    def is_airflow(self) -> bool:
        """Tell whether it runs on our image."""
        return "build" in self.given

    @property
    def restarts(self) -> bool:
        """Tell whether Compose starts it again when it ends."""
        return self.given.get("restart") == "unless-stopped"

    @property
    def replicas(self) -> int:
        """How many of it run."""
        return int(self.given["deploy"]["replicas"])

    @property
    def health(self) -> list[str]:
        """The words of its health check."""
        kind, *words = self.given["healthcheck"]["test"]
        return ["sh", "-c", *words] if kind == "CMD-SHELL" else words

    def mount(self, target: str) -> dict[str, Any] | None:
        """Return what is mounted at a path."""
        return next((mount for mount in self.given.get("volumes", ()) if mount["target"] == target), None)


def resolved(variables: dict[str, str]) -> dict[str, Any]:
    """Return the whole file with the variables of an `.env` put in, numbers made numbers as Compose does it."""
    whole = interpolate(SOURCE, variables)
    for service in whole["services"].values():
        deploy = service["deploy"]
        deploy["replicas"] = int(deploy.get("replicas", 1))
    return whole


def services(variables: dict[str, str], profiles: tuple[str, ...] = ()) -> dict[str, Service]:
    """Return the services that start with these profiles, by name.

    Raises:
        MissingError: a required variable is empty.
    """
    return {
        name: Service(name, given, _environment(given, variables))
        for name, given in resolved(variables)["services"].items()
        if not given.get("profiles") or set(given["profiles"]) & set(profiles)
    }


def interpolate(value: Any, variables: dict[str, str]) -> Any:
    """Put variables in as Compose does: into values, never into keys."""
    if isinstance(value, dict):
        return {key: interpolate(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [interpolate(item, variables) for item in value]
    return VARIABLE.sub(lambda found: _put_in(found, variables), value) if isinstance(value, str) else value


def env_example() -> dict[str, str]:
    """Return .env.example's variables."""
    return {name: value or "" for name, value in dotenv_values(ENV_EXAMPLE).items()}


def _environment(given: dict[str, Any], variables: dict[str, str]) -> dict[str, str]:
    """Return what a container finds; a name without a value comes from `.env`, where it is set there."""
    named = {name: variables.get(name) if value is None else value for name, value in given["environment"].items()}
    return {name: str(value) for name, value in named.items() if value is not None}


def _put_in(found: re.Match[str], variables: dict[str, str]) -> str:
    if found["escaped"]:
        return "$"
    assert found["name"], f"a lone $ before {found['wrong']!r}: write $$"
    name, mode = found["name"], found["mode"] or ""
    given = variables.get(name)
    if given or (given is not None and ":" not in mode):
        return given
    if mode.endswith("?"):
        raise MissingError(f"{name}: {found['rest']}")
    return found["rest"] or ""


def _words(command: list[str] | str) -> list[str]:
    return command.split() if isinstance(command, str) else command
