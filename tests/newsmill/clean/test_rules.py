"""Rules files: what is refused, by which words, and what a version stands for."""

from pathlib import Path

import pytest

from newsmill.clean.rules import CODE_VERSION, RuleError, cleaner_version, load_rules

from .helpers import INCLUDE

GOOD = """
rules:
  - id: share.button
    category: share
    why: A button is not the article.
    phrases: {en: [share this, share that]}
"""


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_good_rules_load(tmp_path):
    (rule,) = load_rules(write(tmp_path, one=GOOD)).rules
    assert (rule.id, rule.phrases["en"]) == ("share.button", ("share this", "share that"))


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [
        (("phrases:", "phrasse:"), "phrasse", "share this"),
        (("category: share", "category: sharing"), "category", "'sharing'"),
        (("category: share", "category: shape"), "category", "'shape'"),
        (("phrases:", "kinds: [para]\n    phrases:"), "kinds.0", "'para'"),
        (("phrases:", "at: top\n    phrases:"), "at", "'top'"),
        (("phrases:", "match: fuzzy\n    phrases:"), "match", "'fuzzy'"),
        (("phrases:", "is: [pretty]\n    phrases:"), "is.0", "'pretty'"),
        (("phrases:", "after: [sharing]\n    phrases:"), "after.0", "'sharing'"),
        (("phrases:", "max_words: many\n    phrases:"), "max_words", "'many'"),
        (("phrases:", "min_words: 9\n    max_words: 8\n    phrases:"), "max_words (8) is less than min_words (9)", ""),
        (("phrases:", "at_least: 2\n    phrases:"), "at_least and cover belong to match: made_of", ""),
        (("[share this, share that]", "[]"), "phrases.en", "'[]'"),
        (("[share this, share that]", "['|']"), "phrases.en.0", "'|'"),
        (("{en:", "{english:"), "phrases.english", "'english'"),
        (("phrases: {en: [share this, share that]}", "patterns: {en: ['(a']}"), "patterns.en.0", "'(a'"),
        (("phrases: {en: [share this, share that]}", "patterns: {en: ['(a)\\1']}"), "patterns.en.0", r"'(a)\\1'"),
        (("phrases: {en: [share this, share that]}", "at: tail"), "matches every block", ""),
        (("    why: A button is not the article.\n", ""), "why", "Field required"),
        (("why: A button is not the article.", "why: ''"), "why", "''"),
        (("id: share.button", "id: Share Button"), "id", "'Share Button'"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else None,
)
def test_mistake_names_file_rule_key_and_value(tmp_path, change, key, value):
    with pytest.raises(RuleError) as caught:
        load_rules(write(tmp_path, mine=GOOD.replace(*change)))
    said = str(caught.value)
    assert "mine.yaml" in said
    assert "Share Button" in said if key == "id" else "'share.button'" in said
    assert key in said
    assert value in said


def test_rule_without_id_is_named_by_its_number(tmp_path):
    with pytest.raises(RuleError, match=r"mine\.yaml: rule number 1: id: Field required"):
        load_rules(write(tmp_path, mine=GOOD.replace("id: share.button\n    ", "")))


def test_id_in_two_files_is_refused(tmp_path):
    with pytest.raises(RuleError, match=r"two\.yaml: rule 'share\.button': id: one\.yaml has it too"):
        load_rules(write(tmp_path, one=GOOD, two=GOOD))


@pytest.mark.parametrize("text", ["rules: [", "rules: []", "rule: []", "- a", "rules: [one]"])
def test_file_that_is_no_list_of_rules_is_refused(tmp_path, text):
    with pytest.raises(RuleError, match=r"mine\.yaml"):
        load_rules(write(tmp_path, mine=text))


def test_folder_without_rules_is_refused(tmp_path):
    with pytest.raises(RuleError, match="no rules"):
        load_rules(tmp_path)


def test_rule_that_replaces_takes_no_other_condition(tmp_path):
    text = GOOD.replace("phrases:", "replace: {pattern: a, by: b}\n    phrases:")
    with pytest.raises(RuleError, match="leave out phrases"):
        load_rules(write(tmp_path, mine=text))


def test_version_is_of_the_meaning_not_of_files_and_order(tmp_path):
    other = GOOD.replace("share.button", "share.bar")
    for name in "abcd":
        (tmp_path / name).mkdir()
    both = load_rules(write(tmp_path / "a", one=GOOD, two=other))
    swapped = load_rules(write(tmp_path / "b", one=other, two=GOOD))
    reworded = GOOD.replace("A button is", "Buttons are").replace("share this, share that", "share that, share this")
    said_again = load_rules(write(tmp_path / "c", one=reworded, two=other))
    changed = load_rules(write(tmp_path / "d", one=GOOD.replace("share that", "share it"), two=other))
    assert both.version == swapped.version == said_again.version != changed.version
    assert [rule.id for rule in both.rules] == [rule.id for rule in swapped.rules] == ["share.bar", "share.button"]


def test_cleaner_version_names_code_and_rules():
    rules = load_rules(INCLUDE / "rules")
    assert cleaner_version(rules) == f"{CODE_VERSION}+{rules.version[:8]}"


def test_rules_are_made_once_and_anew_when_a_file_says_something_else(tmp_path):
    folder = write(tmp_path, one=GOOD)
    first = load_rules(folder)
    assert load_rules(folder) is first
    reworded = load_rules(write(tmp_path, one=GOOD.replace("share that", "share it")))
    assert reworded.version != first.version
    assert load_rules(write(tmp_path, one=GOOD)).version == first.version
    with pytest.raises(RuleError):
        load_rules(write(tmp_path, two="rules: 7"))
    (tmp_path / "one.yaml").write_bytes(b"\xff")
    with pytest.raises(RuleError, match=r"one\.yaml: .*decode"):
        load_rules(tmp_path)
