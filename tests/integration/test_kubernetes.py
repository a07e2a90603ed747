"""The Helm values run this project: its image, paths, settings, metrics; and no secret stands in them."""

from __future__ import annotations

import re
from typing import Any

import yaml

from newsmill.settings import Settings
from tests.conftest import PROJECT
from tests.integration.test_compose import AIRFLOW, FIELDS, PREFIX, SECRET
from tests.integration.test_metrics import MAPPING

VALUES: dict[str, Any] = yaml.safe_load((PROJECT / "deploy/helm-values.yaml").read_text())
GUIDE = (PROJECT / "docs/kubernetes.md").read_text()
ENV = {entry["name"]: entry["value"] for entry in VALUES["env"]}
SECRETS = {entry["envName"]: (entry["secretName"], entry["secretKey"]) for entry in VALUES["secret"]}


def test_airflow_is_the_image_s_and_the_image_the_project_s():
    constraints = (PROJECT / "constraints.txt").read_text()
    version = re.search(r'^version = "(.+)"$', (PROJECT / "pyproject.toml").read_text(), re.M)
    assert version
    assert f"\napache-airflow=={VALUES['airflowVersion']}\n" in constraints
    assert VALUES["images"]["airflow"]["tag"] == version[1]


def test_paths_are_those_of_the_compose_file():
    of_compose = AIRFLOW["worker"]["environment"]
    shared = {name: value for name, value in ENV.items() if name in of_compose and "URI" not in name}
    assert len(shared) >= 4
    assert shared == {name: of_compose[name] for name in shared}


def test_every_setting_named_is_one_and_can_be_used():
    named = {name for name in (*ENV, *SECRETS) if name.startswith(PREFIX)}
    assert named <= set(FIELDS)
    assert {"NEWSMILL_LANDING_URI", "NEWSMILL_DATA_URI", "NEWSMILL_INDEX_URL"} <= named
    given = {name.removeprefix(PREFIX).lower(): value for name, value in ENV.items() if name in FIELDS}
    settings = Settings(**given, index_url="postgresql+psycopg2://newsmill@db/newsmill")
    assert settings.data.startswith("s3://")


def test_no_secret_stands_in_the_values_and_the_guide_says_how_each_is_made():
    assert not [name for name in ENV if SECRET.search(name)]
    names = {name for name, _ in SECRETS.values()} | {VALUES["data"]["metadataSecretName"]}
    names |= {VALUES[key] for key in ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName")}
    assert names == set(re.findall(r"^   \| `(newsmill-[a-z-]+)` \|", GUIDE, re.M))
    assert VALUES["createUserJob"]["enabled"] is False  # its default password is in the chart
    assert VALUES["config"]["core"]["auth_manager"] == AIRFLOW["worker"]["environment"]["AIRFLOW__CORE__AUTH_MANAGER"]


def test_metrics_are_mapped_as_elsewhere():
    assert VALUES["statsd"]["extraMappings"] == MAPPING["mappings"]
