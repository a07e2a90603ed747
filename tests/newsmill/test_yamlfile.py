from __future__ import annotations

from pathlib import Path

import pytest

from newsmill.yamlfile import MAX_YAML_CHARS, YamlError, parse_long_yaml, parse_yaml


def test_scalars_stay_the_strings_that_were_written():
    text = "a: No\nb: 2023-09-13\nc: 1e3\nd: ~\ne:\nf: 'null'\ng: [1, yes]"
    assert parse_yaml(text) == {
        "a": "No",
        "b": "2023-09-13",
        "c": "1e3",
        "d": None,
        "e": None,
        "f": "null",
        "g": ["1", "yes"],
    }


@pytest.mark.parametrize("text", ["1:1", "2023-09-13", "yes", "aGk=", "1e3"])
@pytest.mark.parametrize("kind", ["int", "float", "bool", "timestamp", "binary", "str"])
def test_tags_of_types_change_nothing(kind, text):
    assert parse_yaml(f"a: !!{kind} {text}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1", "line 1"),
        ("a: b\n c: d", "line 2"),
        ("a: !!python/object/apply:os.system [ls]", "python/object"),
        ("a: !custom x", "!custom"),
        ("a: !!int [1]", "scalar"),
        ("a: &x [1]\nb: *x", "aliases"),
        ("[" * 5000, "deep"),
        ("a: b\n---\nc: d", "document"),
        ("x" * (MAX_YAML_CHARS + 1), "characters"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_place_and_reason(text, words):
    with pytest.raises(YamlError, match=words):
        parse_yaml(text)

    with pytest.raises(YamlError, match=words):
        parse_long_yaml(text)


def test_files_of_a_project_say_the_same_however_they_are_read():
    rules = (Path(__file__).parents[2] / "include" / "rules" / "outlet.yaml").read_text(encoding="utf-8")
    for text in (rules, "a: No\nb: [~, 1.5, !!int 7, 'x', {c: 2020-01-01}]", "a: 1\na: 2", "", "- >\n  b\n  c"):
        assert parse_long_yaml(text) == parse_yaml(text)


def test_text_of_the_largest_size_is_read():
    assert len(parse_yaml("x" * MAX_YAML_CHARS)) == MAX_YAML_CHARS
