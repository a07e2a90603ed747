"""Every rule, on a block that it must cut and on one that it must not: cases/*.yaml."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from newsmill.blockkeys import block_key
from newsmill.clean.cleaner import clean
from newsmill.clean.page import survey
from newsmill.model import Article, BlockKind, Profile, RawFormat, Removal, Repeat
from tests.conftest import DAY

from .helpers import article, block, outlet, real_rules

PROSE = (
    "The storm reached the northern coast on Monday night, and by the morning eleven boats were missing from the bay.",
    "Nobody was hurt, according to the harbour master, who had warned the fishermen two hours before it came.",
    "The town wants to build a higher wall, but the council will not decide about the money before the autumn.",
    "Until then the remaining boats stay in the river, where the old mill gives them some shelter from the wind.",
)
CASES = [
    case
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in yaml.safe_load(path.read_text())
]


def _items(key: str) -> Iterator[Any]:
    for case in CASES:
        for item in case.get(key, ()):
            merged = {"at": "tail", "language": "en", **case, **(item if isinstance(item, dict) else {"text": item})}
            yield pytest.param(merged, id=f"{case['rule']}: {str(merged['text'])[:40]}")


def _article(case: dict[str, Any]) -> tuple[Article, int]:
    """The article around a case's line, and that line's block number."""
    given = case.get("with", {})
    line = block(str(case["text"]), BlockKind(case.get("kind", "paragraph")))
    placed = [*case.get("before", ()), line, *case.get("after", ())]
    start = {"head": 0, "middle": 2, "tail": 4}[case["at"]]
    prose = [*PROSE[:2], *([given["extra"]] if "extra" in given else []), *PROSE[2:]]
    start += 1 if "extra" in given and start > 2 else 0
    blocks = [*prose[:start], *placed, *prose[start:]]
    made = article(
        *blocks,
        language=case["language"],
        title=given.get("title"),
        authors=tuple(given.get("authors", ())),
        tags=tuple(given.get("tags", ())),
        raw_format=RawFormat.HTML,  # of a dump more goes, for its place alone: test_span.py
    )
    return made, start + len(case.get("before", ()))


def _profile(case: dict[str, Any]) -> Profile:
    """What is said to be known of the case's line; a profile that knows nothing where nothing is."""
    said, key = case.get("with", {}).get("profile", {}), block_key(str(case["text"]))
    repeats = {}
    if fields := said.get("repeat"):
        fields = {"out_of": fields["total"], "since": DAY, "days": 1, "place": ""} | fields
        repeats[key] = Repeat(**fields | {"author": block_key(fields["author"]) if "author" in fields else None})
    return Profile(repeats=repeats, titles={key: said["title_of"]} if "title_of" in said else {})


def _removals(case: dict[str, Any]) -> dict[int, Removal]:
    made, _ = _article(case)
    facts = outlet(**case.get("with", {}).get("outlet", {}))
    return {removal.block: removal for removal in clean(made, real_rules(), facts, _profile(case)).removals}


@pytest.mark.parametrize("case", _items("cut"))
def test_rule_cuts(case):
    made, number = _article(case)
    removals = _removals(case)
    assert number in removals, "not cut"
    assert (removals[number].rule, removals[number].text_after) == (case["rule"], None)
    cut = {made.blocks[index].text for index, removal in removals.items() if removal.text_after is None}
    assert cut.isdisjoint(PROSE)


@pytest.mark.parametrize("case", _items("keep"))
def test_rule_keeps(case):
    _, number = _article(case)
    assert number not in _removals(case)


@pytest.mark.parametrize(
    ("case", "before", "after"),
    [
        pytest.param({**case, "text": before, "at": "middle", "language": "en"}, before, after, id=before)
        for case in CASES
        for before, after in case.get("changed", {}).items()
    ],
)
def test_rule_changes(case, before, after):
    _, number = _article(case)
    removal = _removals(case)[number]
    assert (removal.rule, removal.text_before, removal.text_after) == (case["rule"], before, after)


@pytest.mark.parametrize("rule", real_rules().rules, ids=lambda rule: rule.id)
def test_rule_has_a_block_to_cut_and_one_to_keep(rule):
    own = [case for case in CASES if case["rule"] == rule.id]
    assert any(case.get("cut") or case.get("changed") for case in own), "no block that it must cut or change"
    assert any(case.get("keep") for case in own), "no block that it must leave"


def test_cases_name_rules_that_exist():
    assert {case["rule"] for case in CASES} <= {rule.id for rule in real_rules().rules}


@pytest.mark.parametrize("rule", [rule for rule in real_rules().rules if rule.phrases], ids=lambda rule: rule.id)
def test_every_phrase_is_found(rule):
    """A phrase that the index does not give back to its rule could never cut."""
    number = real_rules().rules.index(rule)
    for language, phrases in rule.phrases.items():
        for phrase in phrases:
            made = article(phrase, language=None if language == "any" else language)
            line = survey(made, outlet()).lines[0]
            spoken = real_rules().spoken(frozenset({language}))
            hits = spoken.phrases.find(line.words, line.count, line.ends_sentence)[number]
            assert any(hit.start == 0 and hit.end == len(line.words) for hit in hits), phrase
            assert rule.max_words is None or line.count <= rule.max_words, phrase
