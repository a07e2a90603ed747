"""A mistake in a rules file, an outlet's file or a setting stops the run before any work, by name."""

from __future__ import annotations

import shutil

import pytest

from newsmill.model import NewsmillError
from tests.conftest import PROJECT
from tests.integration.runs import SEEDS, run


@pytest.fixture
def include(tmp_path, monkeypatch):
    folder = tmp_path / "include"
    for name in ("rules", "outlets"):
        shutil.copytree(PROJECT / "include" / name, folder / name)
    monkeypatch.setenv("NEWSMILL_INCLUDE_DIR", str(folder))
    return folder


def assert_stops(tmp_path, *words: str) -> None:
    with pytest.raises(NewsmillError) as caught:
        run(SEEDS)
    for word in words:
        assert word in str(caught.value)
    assert not (tmp_path / "data").exists()


def test_outlet_with_an_unknown_key(include, tmp_path):
    (include / "outlets" / "express.yaml").write_text("name: Express\ntimzone: Europe/London\n")
    assert_stops(tmp_path, "express.yaml", "timzone", "Europe/London")


def test_outlet_with_an_unknown_zone(include, tmp_path):
    (include / "outlets" / "express.yaml").write_text("timezone: Europe/Londn\n")
    assert_stops(tmp_path, "express.yaml", "timezone", "Europe/Londn")


def test_outlet_file_whose_name_is_no_slug(include, tmp_path):
    (include / "outlets" / "My_Outlet.yaml").write_text("name: x\n")
    assert_stops(tmp_path, "My_Outlet", "slug")


def test_two_outlets_that_claim_one_host(include, tmp_path):
    (include / "outlets" / "other.yaml").write_text("hosts: [www.express.co.uk]\n")
    assert_stops(tmp_path, "other.yaml", "express.co.uk", "express.yaml")


def test_rules_file_with_an_unknown_key(include, tmp_path):
    rules = sorted((include / "rules").glob("*.yaml"))[0]
    rules.write_text(
        rules.read_text()
        .replace("\n    why:", "\n    wyh: x\n    why:", 1)
        .replace("\n  why:", "\n  wyh: x\n  why:", 1)
    )
    assert_stops(tmp_path, rules.name, "wyh")


def test_rules_file_that_is_not_yaml(include, tmp_path):
    (include / "rules" / "zz.yaml").write_text("- id: [")
    assert_stops(tmp_path, "zz.yaml", "line")


def test_setting_out_of_range(tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSMILL_BATCH_RECORDS", "0")
    assert_stops(tmp_path, "NEWSMILL_BATCH_RECORDS", "'0'")


def test_dates_the_wrong_way_round(tmp_path):
    from datetime import date

    with pytest.raises(NewsmillError, match="from_date 2026-02-02 is after to_date 2026-02-01"):
        run(SEEDS, from_date=date(2026, 2, 2), to_date=date(2026, 2, 1))


def test_too_many_quarantined_stop_the_run_before_anything_is_published(tmp_path):
    with pytest.raises(NewsmillError, match="5 of 5 articles failed validation") as caught:
        run(SEEDS, min_words=100_000)
    assert "rejection limit" in str(caught.value)
    assert not (tmp_path / "data" / "corpus").exists()
    assert not (tmp_path / "data" / "index.sqlite").exists()


@pytest.mark.parametrize(("limit", "stops"), [(0.19, True), (0.2, False)])
def test_rejection_limit_is_the_largest_share_that_passes(tmp_path, limit, stops):
    """The shortest of the five seeds has 371 words: one of five is exactly a fifth."""
    if stops:
        with pytest.raises(NewsmillError, match="1 of 5 articles"):
            run(SEEDS, min_words=372, rejection_limit=limit)
    else:
        assert run(SEEDS, min_words=372, rejection_limit=limit)["quarantined"] == 1


@pytest.mark.parametrize("inside", ["", "corpus"])
def test_data_root_in_the_landing_zone(tmp_path, monkeypatch, inside):
    landing = tmp_path / "landing"
    landing.mkdir()
    monkeypatch.setenv("NEWSMILL_DATA_URI", str(landing / inside))
    with pytest.raises(NewsmillError, match="NEWSMILL_DATA_URI"):
        run(landing)
    assert list(landing.iterdir()) == []
    monkeypatch.setenv("NEWSMILL_DATA_URI", str(tmp_path / "landing-data"))
    assert run(landing)["read"] == 0
