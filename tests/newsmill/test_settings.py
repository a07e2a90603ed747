from __future__ import annotations

import pytest
from sqlalchemy import make_url

from newsmill.settings import PROJECT, Settings, SettingsError, absolute, load_settings


def test_relative_paths_count_from_the_project_whatever_the_working_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEWSMILL_LANDING_URI", "include/seeds")
    assert load_settings().landing == str(PROJECT / "include" / "seeds")


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("/srv/news/", "/srv/news"),
        ("file:///srv/news", "/srv/news"),
        ("s3://bucket/news/", "s3://bucket/news"),
        ("data", str(PROJECT / "data")),
    ],
)
def test_uris_become_absolute(uri, expected):
    assert absolute(uri) == expected


def test_index_lies_in_the_data_root_unless_a_url_says_otherwise(monkeypatch):
    monkeypatch.setenv("NEWSMILL_DATA_URI", "/srv/data")
    assert load_settings().index == "sqlite:////srv/data/index.sqlite"
    monkeypatch.setenv("NEWSMILL_INDEX_URL", "postgresql://db/newsmill")
    assert load_settings().index == "postgresql://db/newsmill"


@pytest.mark.parametrize("name", ["d%41", "d?x=1", "d é#1"])
def test_index_lies_in_a_data_root_of_any_name(monkeypatch, name):
    monkeypatch.setenv("NEWSMILL_DATA_URI", f"/srv/{name}")
    assert make_url(load_settings().index).database == f"/srv/{name}/index.sqlite"


def test_data_root_on_object_storage_needs_an_index_url(monkeypatch):
    monkeypatch.setenv("NEWSMILL_DATA_URI", "s3://bucket/data")
    with pytest.raises(SettingsError, match=r"NEWSMILL_INDEX_URL is empty.*s3://bucket/data"):
        _ = load_settings().index


@pytest.mark.parametrize(
    ("name", "bad", "good"),
    [
        ("BATCH_RECORDS", "0", "1"),
        ("BATCH_BYTES", "-5", "1"),
        ("REJECTION_LIMIT", "1.01", "1.0"),
        ("MIN_WORDS", "many", "0"),
        ("REVIEW", "perhaps", "ask"),
        ("REVIEW_HOURS", "0", "0.5"),
        ("DEADLINE_HOURS", "-1", "0"),
        ("PUBLISH_GROUPS", "1001", "1000"),
    ],
)
def test_value_out_of_range_is_refused_by_name_and_value(monkeypatch, name, bad, good):
    monkeypatch.setenv(f"NEWSMILL_{name}", good)
    load_settings()
    monkeypatch.setenv(f"NEWSMILL_{name}", bad)
    with pytest.raises(SettingsError, match=f"NEWSMILL_{name}='{bad}'"):
        load_settings()


def test_every_setting_says_what_it_does():
    assert all(field.description for field in Settings.model_fields.values())


def test_readme_lists_every_setting_with_its_default_and_what_it_does():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        default = f"`{field.default}`" if field.default != "" else "empty"
        assert f"| `NEWSMILL_{name.upper()}` | {default} | {field.description} |" in readme
