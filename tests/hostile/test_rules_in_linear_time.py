"""Every rule's words are looked for in time linear in the text, whatever the text is.

Patterns are RE2, which has no backtracking: that each is compiled by it is the proof. Phrases are attacked with what
takes looking for them the farthest: the rule's own phrases over and over, whole and without their end.
"""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import re2

from newsmill.clean.cleaner import clean
from newsmill.clean.fold import fold, words_of
from newsmill.clean.patterns import Screen
from newsmill.clean.restore import restore
from newsmill.clean.rule import Rule
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
    screens = [screen for languages in (None, frozenset({"en", "de"})) for screen in screens_of(languages)]
    compiled = [screen._filter.re(number) for screen in screens for number in range(len(screen.patterns))]
    compiled += [rule.compiled_replace for rule in RULES.values() if rule.compiled_replace]
    assert len(compiled) > 300
    assert {type(one) for one in compiled} == {type(re2.compile("a"))}
    assert {type(screen._filter) for screen in screens} == {re2.Filter}
    asked = {one.pattern for screen in screens for one in screen.patterns}
    said = {pattern for rule in RULES.values() for patterns in rule.patterns.values() for pattern in patterns}
    assert asked == said | {pattern for rule in RULES.values() for pattern in rule.needs}


def screens_of(languages: frozenset[str] | None) -> list[Screen]:
    index = rules().spoken(languages).patterns
    return [index._of_all, index._of_long, index._needed, *index._screens.values()]


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.phrases])
def test_phrases_take_linear_time_on_their_own_words(name):
    longest = max(map(fold, phrases_of(RULES[name])), key=len)
    for part in (longest, longest.rpartition(" ")[0] or longest):
        words = words_of(f"{part} " * (SIZE // (len(part) + 1)))
        start = time.process_time()
        rules().spoken(None).phrases.find(words, 1, ends_sentence=False)
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
