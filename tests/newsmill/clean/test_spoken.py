"""What is looked for all at once is what looking for each phrase, pattern and predicate by itself finds."""

import re
from functools import cache

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.clean.findings import find_all
from newsmill.clean.fold import _WORD, count_words, fold, joined, words_of
from newsmill.clean.page import has_stem_of, stems, survey
from newsmill.clean.phrases import Hit, Match
from newsmill.clean.predicates import Predicate, check
from newsmill.clean.traits import traits_needed, traits_of
from newsmill.model import BlockKind, RawFormat

from .helpers import article, block, outlet, real_rules, rule, rule_set

RULES = real_rules().rules
SAID = [text for one in RULES for table in (one.phrases, one.patterns) for texts in table.values() for text in texts]
WORDS = sorted({word for text in SAID for word in re.findall(r"[^\W_]{2,}", text)})
SIGNS = [
    "©",
    "(",
    ")",
    ":",
    "|",
    "/",
    "...",
    ".",
    ",",
    "'",
    '"',
    "@",
    "#",
    "-",
    "12:30",
    "2024",
    "0",
    "1",
    "https://a.b",
]
TEXTS = st.one_of(
    st.sampled_from(SAID),
    st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(SIGNS)), max_size=20).map(" ".join),
    st.lists(st.one_of(st.sampled_from(SAID), st.sampled_from(SIGNS), st.text(max_size=9)), max_size=5).map(" ".join),
)
LANGUAGES = [
    pytest.param(None, id="all"),
    pytest.param(frozenset({"en"}), id="en"),
    pytest.param(frozenset({"de", "en"}), id="de,en"),
]


def said_in(table, languages):
    spoken = [key for key in table if languages is None or key == "any" or key in languages]
    return [text for key in spoken for text in table[key]]


@cache
def compiled(pattern):
    return re2.compile(pattern)


def found_alone(number, folded, languages):
    """The first pattern of a rule that is in a text, and what it matches."""
    patterns = sorted(said_in(RULES[number].patterns, languages))
    places = ((one, compiled(RULES[number].anchored(one)).search(folded)) for one in patterns)
    return next(((one, place.group()) for one, place in places if place), None)


@pytest.mark.parametrize("languages", LANGUAGES)
@given(text=TEXTS)
@settings(max_examples=25)
def test_patterns_of_all_rules_are_found_as_each_alone(languages, text):
    folded = fold(text)
    index = real_rules().spoken(languages).patterns
    found = index.find(folded, count_words(words_of(folded)))
    for number, one in enumerate(RULES):
        said = index.find_late(number, folded) if one.is_late else found.said.get(number)
        if one.max_words is None or count_words(words_of(folded)) <= one.max_words:
            assert (said and (said.pattern, said.text)) == found_alone(number, folded, languages), one.id
        assert (number in found.needs) == any(compiled(need).search(folded) for need in one.needs), one.id


def hits_alone(number, words, languages):
    """The hits of a rule's phrases in a block, all of them, by a look at every word."""
    phrases = words_of_phrases(number, languages)
    places = [(start, end) for start in range(len(words)) for end in range(start + 1, len(words) + 1)]
    return sorted(Hit(at, to, joined(words[at:to])) for at, to in places if words[at:to] in phrases)


@cache
def words_of_phrases(number, languages):
    return {words_of(fold(phrase)) for phrase in said_in(RULES[number].phrases, languages)}


def lies(one, hit, size):
    return (hit.start == 0 or one.match not in (Match.WHOLE, Match.START)) and (
        hit.end == size or one.match not in (Match.WHOLE, Match.END)
    )


@pytest.mark.parametrize("languages", LANGUAGES)
@given(text=TEXTS)
@settings(max_examples=25)
def test_phrases_of_all_rules_are_found_as_each_alone(languages, text):
    words = words_of(fold(text))
    count = count_words(words)
    hits = real_rules().spoken(languages).phrases.find(words, count, ends_sentence=False)
    for number, one in enumerate(RULES):
        alone = hits_alone(number, words, languages)
        if one.match is not Match.MADE_OF:
            fitting = [hit for hit in alone if lies(one, hit, len(words))]
            longest = max(fitting, key=lambda hit: (hit.end - hit.start, hit.phrase), default=None)
            assert hits.get(number, ()) == ((longest,) if longest else ()), one.id
        elif number in hits:
            assert sorted(hits[number]) == alone, one.id
        else:
            covered = {at for hit in alone for at in range(hit.start, hit.end)}
            covered |= {at for at, word in enumerate(words) if word.isdigit()}
            fits = one.max_words is None or count <= one.max_words
            assert not (fits and alone and len(covered) >= one.cover * len(words)), one.id


@given(text=st.lists(TEXTS, max_size=3).map(" ".join))
def test_words_of_western_europe_are_those_of_all_scripts(text):
    folded = fold(text)
    assert words_of(folded) == tuple(_WORD.findall(folded))


@given(TEXTS, TEXTS)
def test_stem_of_a_subject_is_among_the_stems(one, other):
    words, subject = words_of(fold(one)), stems(words_of(fold(other)))
    assert has_stem_of(subject, words) == (not subject.isdisjoint(stems(words)))


BLOCKS = st.builds(block, TEXTS, st.sampled_from(BlockKind))


@given(title=TEXTS, names=st.lists(TEXTS, max_size=3), blocks=st.lists(BLOCKS, min_size=1, max_size=9), data=st.data())
@settings(max_examples=60)
def test_predicate_that_is_true_has_its_traits(title, names, blocks, data):
    some = st.sampled_from([title, *names, f"{title} | News", f"By {' and '.join(names)}", blocks[0].text])
    blocks += [block(data.draw(some)) for _ in range(3)]
    made = article(*blocks, title=title, authors=tuple(names), tags=tuple(names), description=data.draw(some))
    page = survey(made, outlet())
    for line in page.lines:
        for predicate in Predicate:
            needed = traits_needed([predicate])
            assert check(predicate, line, page) is None or needed & traits_of(line, page) == needed, predicate


def test_pattern_asked_late_is_found_as_any_other():
    fields = {"match": "contains", "patterns": {"en": ["writes .{1,9}wind"]}, "is": ["starts_with_author"]}
    made = article("Ann Lee writes of wind", "Bob writes of wind", authors=("Ann Lee",), raw_format=RawFormat.HTML)
    rules = rule_set(rule(**fields))
    assert rules.rules[0].is_late
    (finding,), nothing = find_all(survey(made, outlet()), rules).of_lines
    assert finding.evidence.startswith("'writes of wind' is in the block (pattern 'writes .{1,9}wind') and it begins")
    assert nothing == ()
