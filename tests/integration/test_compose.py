"""docker-compose.yaml, Dockerfile, .env.example and settings.py say the same, and nothing in them is left open."""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import subprocess
from itertools import pairwise
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose
from dotenv import dotenv_values

from newsmill.deployment import Secrets
from newsmill.settings import Settings
from tests.cluster.compose import (
    COMPOSE_FILE,
    ENV_EXAMPLE,
    PREFIX,
    SOURCE,
    VARIABLE,
    MissingError,
    env_example,
    interpolate,
    resolved,
)
from tests.conftest import PROJECT

DOCKERFILE = PROJECT / "Dockerfile"
FIELDS = {f"{PREFIX}{name.upper()}": field for name, field in Settings.model_fields.items()}

SECRET = re.compile(r"PASSWORD$|SECRET|KEY$|TOKEN")
"""How a secret's name is told from another setting's."""


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def env_with_secrets() -> dict[str, str]:
    """Return .env.example as a user fills it in."""
    return {name: value or ("5ec2e7" if SECRET.search(name) else "") for name, value in env_example().items()}


USED = [found for text in strings(SOURCE) for found in VARIABLE.finditer(text) if found["name"]]
RESOLVED: dict[str, Any] = resolved(env_with_secrets())
PASSED = {
    name for service in SOURCE["services"].values() for name, value in service["environment"].items() if value is None
}
"""Variables that a container gets as `.env` has them, and not at all where it has them not."""
SERVICES: dict[str, dict[str, Any]] = RESOLVED["services"]
AIRFLOW = {name: service for name, service in SERVICES.items() if "build" in service}
LASTING = {name: service for name, service in SERVICES.items() if name != "init"}


def settings_in(service: dict[str, Any]) -> set[str]:
    return {name for name in service["environment"] if name.startswith(PREFIX)}


def mounts(service: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {mount["target"]: mount for mount in service.get("volumes", ())}


# ---- the compose file by itself


def test_compose_file_is_valid_by_the_compose_specification():
    parsed = PyCompose.from_yaml(yaml.safe_dump(RESOLVED))
    parsed.validate()
    parsed.to_spec()
    assert set(parsed.service_names()) == set(SERVICES)


def test_every_volume_and_service_that_is_named_exists():
    named = {m["source"] for service in SERVICES.values() for m in mounts(service).values() if m["type"] == "volume"}
    awaited = {name for service in SERVICES.values() for name in service.get("depends_on", ())}
    assert named == set(RESOLVED["volumes"])
    assert awaited <= set(SERVICES)


def test_services_that_airflow_3_needs_are_there():
    commands = {name: service["command"] for name, service in AIRFLOW.items() if name != "init"}
    names = {name: name for name in ("api-server", "scheduler", "dag-processor", "triggerer")}
    assert commands == names | {"worker": "celery worker"}
    assert int(AIRFLOW["worker"]["deploy"]["replicas"]) >= 2


def test_optional_services_start_by_their_profile_alone_and_are_not_waited_for_without_it():
    optional = {name for name, service in SERVICES.items() if service.get("profiles")}
    assert optional == {"store"}
    awaited = [
        how for service in SERVICES.values() for name, how in service.get("depends_on", {}).items() if name in optional
    ]
    assert awaited
    assert all(how["required"] is False for how in awaited)


def test_every_lasting_service_has_health_check_restart_policy_and_limits():
    for name, service in LASTING.items():
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name
        assert service["restart"] == "unless-stopped", name
    for name, service in SERVICES.items():
        assert set(service["deploy"]["resources"]["limits"]) >= {"cpus", "memory"}, name
        assert service["logging"]["options"]["max-size"], name


def test_services_wait_for_a_healthy_database_and_a_finished_init():
    first = {name: how["condition"] for name, how in AIRFLOW["init"]["depends_on"].items()}
    assert first == dict.fromkeys(("postgres", "broker", "store"), "service_healthy")
    for name in set(AIRFLOW) - {"init"}:
        awaited = {other: how["condition"] for other, how in AIRFLOW[name]["depends_on"].items()}
        assert (awaited["postgres"], awaited["broker"]) == ("service_healthy", "service_healthy"), name
        assert awaited["init"] == "service_completed_successfully", name


def test_airflow_runs_as_a_user_who_is_not_root():
    for name, service in AIRFLOW.items():
        assert service["user"] == "50000:0", name
        assert service["cap_drop"] == ["ALL"], name
    assert all("no-new-privileges:true" in service["security_opt"] for service in SERVICES.values())
    assert re.findall(r"^USER (\w+)$", DOCKERFILE.read_text(), re.M)[-1] == "airflow"


def test_landing_zone_is_mounted_read_only_wherever_it_is_mounted():
    target = AIRFLOW["worker"]["environment"]["NEWSMILL_LANDING_URI"]
    found = {name: mounts(service)[target] for name, service in SERVICES.items() if target in mounts(service)}
    assert {"worker", "init", "api-server"} <= set(found)
    assert all(mount["read_only"] is True for mount in found.values())
    assert all(mount["bind"]["create_host_path"] is False for mount in found.values())


def test_tasks_write_their_data_and_logs_to_named_volumes():
    worker = AIRFLOW["worker"]
    data = mounts(worker)[worker["environment"]["NEWSMILL_DATA_URI"]]
    assert (data["type"], data.get("read_only", False)) == ("volume", False)
    logs = {mounts(service)["/opt/airflow/logs"]["source"] for service in AIRFLOW.values()}
    assert logs == {"logs"}


def test_ports_are_bound_to_loopback():
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    for port in published:
        host, _, container = port.rpartition(":")[0].rpartition(":")
        assert ipaddress.ip_address(host).is_loopback, port
        assert container, port
    assert not any("network_mode" in service for service in SERVICES.values())


# ---- secrets


def test_every_secret_is_required_with_a_word_on_what_to_do():
    secrets = [found for found in USED if SECRET.search(found["name"])]
    assert secrets
    for found in secrets:
        assert found["mode"] == ":?", found[0]
        assert ".env" in (found["rest"] or ""), found[0]


def test_every_value_that_holds_a_secret_comes_from_a_variable():
    for name, service in SOURCE["services"].items():
        for key, value in service["environment"].items():
            if SECRET.search(key):
                assert value is None or VARIABLE.fullmatch(value), f"{name}: {key}"


def test_no_url_has_a_password_written_into_it():
    urls = [text for text in strings(SOURCE) if "://" in text and "@" in text]
    assert urls
    for url in urls:
        assert re.search(r"://\w*:\$\{\w+:\?[^}]*\}@", url), url


@pytest.mark.parametrize("name", sorted({found["name"] for found in USED if SECRET.search(found["name"])}))
def test_compose_stops_and_names_the_secret_that_is_empty(name):
    with pytest.raises(MissingError, match=f"^{name}: "):
        interpolate(SOURCE, env_with_secrets() | {name: ""})


def test_login_is_never_switched_off():
    for service in AIRFLOW.values():
        assert service["environment"]["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".FabAuthManager")
        assert not any("SIMPLE_AUTH_MANAGER" in name for name in service["environment"])
    assert "AUTH_MANAGER" not in DOCKERFILE.read_text()


def test_one_services_secrets_are_not_another_ones():
    assert "POSTGRES_PASSWORD" not in {name for service in AIRFLOW.values() for name in service["environment"]}
    assert [name for name, service in AIRFLOW.items() if "AIRFLOW_ADMIN_PASSWORD" in service["environment"]] == ["init"]


def test_init_looks_at_every_secret_that_airflow_and_newsmill_have():
    looked_at = {name.upper() for name in Secrets.model_fields}
    assert looked_at <= set(AIRFLOW["init"]["environment"])
    required = {found["name"] for found in USED if found["mode"] == ":?"}
    assert required == looked_at | {"POSTGRES_PASSWORD"}  # which the database's own first start looks at
    assert "newsmill check --secrets" in AIRFLOW["init"]["command"][-1]


def test_database_does_not_begin_with_a_short_password():
    script = RESOLVED["configs"]["create-databases"]["content"]
    environment = {"PATH": os.environ["PATH"], "POSTGRES_PASSWORD": "hunter2"}
    done = subprocess.run(["bash", "-e", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "POSTGRES_PASSWORD is too short" in done.stderr
    assert "hunter2" not in done.stderr


def test_no_password_is_an_argument_of_a_command():
    for name, service in SOURCE["services"].items():
        words = strings([service.get("command", []), service.get("entrypoint", [])])
        assert not any(
            found["name"] and SECRET.search(found["name"]) for word in words for found in VARIABLE.finditer(word)
        ), name


# ---- the compose file, .env.example and settings.py


def test_every_setting_in_the_compose_file_is_one_of_newsmills():
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]+", COMPOSE_FILE.read_text()))
    assert named - set(FIELDS) == set()


def test_airflow_services_get_every_setting():
    for name, service in AIRFLOW.items():
        assert settings_in(service) == set(FIELDS), name


def test_settings_that_the_compose_file_gives_are_usable():
    given = {name: value for name, value in AIRFLOW["worker"]["environment"].items() if name in FIELDS and value}
    settings = Settings(**{name.removeprefix(PREFIX).lower(): value for name, value in given.items()})
    assert settings.index == "postgresql+psycopg2://newsmill:5ec2e7@postgres:5432/newsmill"
    assert (settings.landing, settings.data) == ("/landing", "/data")


def test_compose_file_and_env_example_name_the_same_variables():
    used = {found["name"] for found in USED}
    assert used == set(dotenv_values(ENV_EXAMPLE)) - set(FIELDS)


def test_what_is_passed_on_from_env_is_a_setting_or_described_there():
    described = set(re.findall(r"^# ([A-Z_]+)=", ENV_EXAMPLE.read_text(), re.M))
    assert PASSED - set(FIELDS) == described - set(FIELDS)
    assert {"AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"} <= PASSED


def test_compose_defaults_are_those_of_env_example():
    example = dotenv_values(ENV_EXAMPLE)
    defaults = {found["name"]: found["rest"] for found in USED if (found["mode"] or "").endswith("-")}
    assert defaults == {name: example[name] for name in defaults}
    assert defaults


def test_env_example_leaves_every_secret_empty():
    secrets = {name: value for name, value in env_example().items() if SECRET.search(name)}
    assert secrets == dict.fromkeys((found["name"] for found in USED if found["mode"] == ":?"), "")


def test_env_example_says_how_to_make_each_secret():
    for name, comment in comments_above().items():
        if SECRET.search(name):
            assert re.search(r"openssl rand -hex \d+$|python3 -c '.+'$", comment), name


def test_fernet_key_made_as_env_example_says_is_one(capsys):
    code = re.search(r"python3 -c '(.+)'", ENV_EXAMPLE.read_text())
    assert code
    exec(code[1])
    assert len(base64.urlsafe_b64decode(capsys.readouterr().out.strip())) == 32


def test_env_example_lists_every_setting_and_no_other():
    named = {name for name in dotenv_values(ENV_EXAMPLE) if name.startswith(PREFIX)}
    assert named == set(FIELDS)


def test_env_example_gives_every_setting_its_default(monkeypatch):
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    assert Settings(_env_file=ENV_EXAMPLE) == Settings(_env_file=None)


def test_env_example_says_of_every_setting_what_it_does():
    comments = comments_above()
    for name, field in FIELDS.items():
        assert comments[name] == field.description, name


def comments_above() -> dict[str, str]:
    """Return the comment line above each variable of .env.example."""
    lines = ENV_EXAMPLE.read_text(encoding="utf-8").splitlines()
    return {
        line.partition("=")[0]: above.removeprefix("# ") for above, line in pairwise(lines) if re.match(r"[A-Z]", line)
    }


# ---- the image


def test_image_has_the_airflow_version_of_the_constraints():
    constraints = (PROJECT / "constraints.txt").read_text()
    pinned = re.search(r"^apache-airflow==(\S+)$", constraints, re.M)
    image = re.search(r"^FROM apache/airflow:([\d.]+)-python3\.\d+$", DOCKERFILE.read_text(), re.M)
    assert pinned
    assert image
    assert image[1] == pinned[1]


def test_paths_of_the_image_are_those_of_the_compose_file():
    text = DOCKERFILE.read_text().replace("\\\n", " ")
    baked = dict(re.findall(r"\b((?:AIRFLOW__|NEWSMILL_)\w+)=(\S+)", text))
    environment = AIRFLOW["scheduler"]["environment"]
    assert baked
    assert baked == {name: environment[name] for name in baked}


def test_folders_that_the_image_copies_are_let_into_its_build():
    ignore = (PROJECT / ".dockerignore").read_text().splitlines()
    copied = [word for line in re.findall(r"^COPY (.+) \S+$", DOCKERFILE.read_text(), re.M) for word in line.split()]
    assert "*" in ignore
    assert {line.removeprefix("!") for line in ignore if line.startswith("!")} == set(copied)
    assert all((PROJECT / name).exists() for name in copied)
