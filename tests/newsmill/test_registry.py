from __future__ import annotations

import pytest

from newsmill.registry import Outlet, RegistryError, build_registry, host_of, load_registry, slug_of
from tests.conftest import PROJECT

REGISTRY = build_registry(
    [
        Outlet(slug="daily-news", hosts=("dailynews.example",)),
        Outlet(slug="daily-sport", hosts=("sport.dailynews.example",)),
    ]
)


@pytest.mark.parametrize(
    ("given", "url", "folder", "slug"),
    [
        ("given-one", "https://dailynews.example/a", "folder", "given-one"),
        (None, "https://www.dailynews.example/a", "folder", "daily-news"),
        (None, "https://m.sport.dailynews.example/a", "folder", "daily-sport"),
        (None, "https://notdailynews.example/a", "folder", "folder"),
        (None, "https://www.other-paper.example/a", None, "other-paper-example"),
        (None, None, "folder", "folder"),
        (None, None, None, "unknown"),
        ("../../x", None, None, "../../x"),
    ],
)
def test_outlet_is_given_or_found_by_host_then_folder_then_made_of_the_host(given, url, folder, slug):
    assert REGISTRY.resolve(given=given, url=url, folder=folder).slug == slug


@pytest.mark.parametrize("url", [None, "", "no url", "http://[broken", "mailto:a@b.example"])
def test_what_is_no_url_has_no_host(url):
    assert host_of(url) == ""


def test_slug_has_only_its_letters_and_64_of_them():
    assert slug_of("Süd  Kurier_24!") == "s-d-kurier-24"
    assert slug_of("a" * 63 + "-b") == "a" * 63
    assert len(slug_of("x" * 300)) == 64


def test_the_project_s_own_outlets_load():
    assert set(load_registry(PROJECT / "include" / "outlets").outlets) >= {"express", "verity"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name: x\nhosts: ['https://x.example/']", ["hosts", "https://x.example/"]),
        ("language: eng", ["language", "eng"]),
        ("rows_per_run: {min: 5, max: 3}", ["rows_per_run", "max (3) is less than min (5)"]),
        ("slug: other", ["slug", "other"]),
        ("- a list", ["content"]),
        ("name: *alias", ["alias", "line 1"]),
        ("name: !!python/object:os.system x", ["python/object"]),
    ],
)
def test_mistake_names_file_key_and_value(tmp_path, content, words):
    (tmp_path / "paper.yaml").write_text(content)
    with pytest.raises(RegistryError) as caught:
        load_registry(tmp_path)
    for word in ["paper.yaml", *words]:
        assert word in str(caught.value)


def test_hosts_that_look_alike_are_different_outlets():
    hosts = (
        "example.org",
        "\u0435xample.org",
        "\uff45xample.org",
        "exa\u0301mple.org",
        "ex\u200bample.org",
        "xample.org",
    )
    slugs = [REGISTRY.resolve(given=None, url=f"https://{host}/a", folder=None).slug for host in hosts]
    assert len(set(slugs)) == len(hosts)
    assert slugs[0] == "example-org"
    assert all(slug.startswith("xn-") and slug.isascii() for slug in slugs[1:-1])
