"""Every rule's words are looked for in time linear in the text, whatever the text is.

Patterns are RE2, which has no backtracking: that each is compiled by it is the proof. Phrases are a trie, attacked with
what takes it the farthest: the rule's own phrases over and over, whole and without their end.
"""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import re2

from newsmill.clean.cleaner import clean
from newsmill.clean.fold import fold, words_of
from newsmill.clean.restore import restore
from newsmill.clean.rules import Rule
from newsmill.extract.article import extract
from newsmill.model import Article, Block, BlockKind, Given, RawFormat, RawRecord
from newsmill.registry import Outlet
from tests.hostile.building import PROSE
from tests.hostile.judge import DAY, registry, rules

SIZE = 200_000
"""Characters of an attack: the square of its words is a billion steps, some minutes."""
SECONDS = 20
"""CPU for one attack. It takes a twentieth of a second, so a busy machine does not come near."""

RULES = {rule.id: rule for rule in rules().rules}


def phrases_of(rule: Rule) -> list[str]:
    return [phrase for phrases in rule.phrases.values() for phrase in phrases]


def test_every_pattern_of_every_rule_is_compiled_by_an_engine_without_backtracking():
    engine = type(re2.compile("a"))
    index = rules().patterns
    compiled = [one for rule in RULES.values() for one in (*rule.compiled_needs, rule.compiled_replace) if one]
    for languages in (None, frozenset({"en", "de"})):
        index.find("a", languages)
    pieces = [piece for pieces in index._compiled.values() for piece in pieces]
    compiled += [one for piece in pieces for one in (piece.screen, *(pattern for _, pattern in piece.patterns))]
    assert len(compiled) > 300
    assert {type(one) for one in compiled} == {engine}
    asked = {one.pattern for piece in pieces for one, _ in piece.patterns}
    assert asked == {pattern for rule in RULES.values() for patterns in rule.patterns.values() for pattern in patterns}


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.phrases])
def test_phrases_take_linear_time_on_their_own_words(name):
    longest = max(map(fold, phrases_of(RULES[name])), key=len)
    for part in (longest, longest.rpartition(" ")[0] or longest):
        words = words_of(f"{part} " * (SIZE // (len(part) + 1)))
        start = time.process_time()
        rules().phrases.find(words, None)
        assert time.process_time() - start < SECONDS


def article(*texts: str) -> Article:
    record = RawRecord(
        raw_path="some/a.txt",
        folder="some",
        raw_format=RawFormat.TEXT,
        content=f"Council votes\n\n{PROSE * 3}",
        raw_sha256="0" * 64,
        fingerprint="0" * 64,
        given=Given(language="en"),
    )
    found = extract(record, registry(), DAY)
    assert isinstance(found, Article)
    blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts)
    return replace(found, blocks=blocks, language=None)


EVERY_PHRASE = " ".join(sorted({fold(phrase) for rule in RULES.values() for phrase in phrases_of(rule)}))
"""The words of all rules in one text, so that every rule is asked of every block that holds it."""


@pytest.mark.parametrize(
    "texts",
    [
        [(f"{EVERY_PHRASE} " * (SIZE // len(EVERY_PHRASE) + 1)).strip()],
        [EVERY_PHRASE[start : start + 4_900] for start in range(0, len(EVERY_PHRASE), 4_900)] * 3,
        [EVERY_PHRASE[start : start + 300] + " 'a- he said." for start in range(0, len(EVERY_PHRASE), 300)],
        [("'a-" * (SIZE // 3)) + " share this"],
        [("share this " + "'a-" * 1_600)] * 40,
    ],
    ids=["one block", "long blocks", "short blocks", "quotation", "quotations"],
)
def test_all_phrases_of_all_rules_at_once_take_little_time(texts):
    made = article(*texts)
    start = time.process_time()
    cleaned = clean(made, rules(), Outlet.model_construct(slug="some"))
    assert time.process_time() - start < SECONDS
    assert restore(cleaned.text, cleaned.removals) == texts
