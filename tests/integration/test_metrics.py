"""Names of metrics are one: those that are sent, documented, mapped for Prometheus, and drawn in Grafana."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from tests.conftest import PROJECT

MAPPING: dict[str, Any] = yaml.safe_load((PROJECT / "deploy/statsd-mapping.yaml").read_text())
DASHBOARD: dict[str, Any] = json.loads((PROJECT / "deploy/grafana-dashboard.json").read_text())
DOCUMENTED = set(re.findall(r"`newsmill\.(\w+)\.(\w+)`", (PROJECT / "docs/metrics.md").read_text()))
LABELLED = re.compile(r"(newsmill_\w+?)(?:_bucket|_sum|_count)?(?:\{([^}]*)\})?[\[)]")
LABEL = re.compile(r'(\w+)(?:=~|!=|=)"([^"]*)"')


def mapped(stage: str, what: str) -> tuple[str, dict[str, str]]:
    """Return a metric's name and labels in Prometheus: by the first rule that fits."""
    words = ["airflow", "newsmill", stage, what]
    kind = "observer" if what == "duration" else "counter"
    for rule in MAPPING["mappings"]:
        pattern = rule["match"].split(".")
        of_kind = rule.get("match_metric_type", kind) == kind
        if (
            of_kind
            and len(pattern) == 4
            and all(part in ("*", word) for part, word in zip(pattern, words, strict=True))
        ):
            stars = [word for part, word in zip(pattern, words, strict=True) if part == "*"]
            labels = {name: stars[int(value[1:]) - 1] for name, value in rule["labels"].items()}
            return rule["name"], labels
    raise AssertionError(f"{stage}.{what} is not mapped")


def asked() -> list[tuple[str, dict[str, str]]]:
    """Return metric and labels of every query of the dashboard."""
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    found = [match for query in queries for match in LABELLED.finditer(query)]
    assert len(found) >= len(queries)
    return [(match[1], dict(LABEL.findall(match[2] or ""))) for match in found]


def test_every_documented_metric_is_mapped_to_a_name_of_its_kind():
    names = {mapped(stage, what)[0] for stage, what in DOCUMENTED}
    assert names == {"newsmill_stage_total", "newsmill_stage_failures_total", "newsmill_stage_duration_seconds"}


def test_what_the_dashboard_asks_for_is_there():
    there = [mapped(stage, what) for stage, what in DOCUMENTED]
    for name, labels in asked():
        for label, value in labels.items():
            wanted = set(value.split("|"))
            assert wanted <= {found[label] for metric, found in there if metric == name}, (name, label)


def test_panels_do_not_overlap_and_say_where_their_data_is_from():
    taken = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
        assert panel["datasource"]["uid"] == "${datasource}"
    assert len({panel["title"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
