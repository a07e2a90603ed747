"""What the cleaner promises of every article: restored, deterministic, bounded in time, never most of the text."""

import random
import time
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsmill.blockkeys import block_key
from newsmill.clean.cleaner import clean
from newsmill.clean.restore import RestoreError, restore
from newsmill.clean.rules import RuleSet
from newsmill.model import AT_THE_BEGINNING, AT_THE_END, BlockKind, Cleaned, Profile, RawFormat, Repeat

from .helpers import SEEDS, article, block, outlet, real_rules, rule, rule_set, seed
from .test_cases import PROSE

WORDS = [
    "share",
    "this",
    "Leave",
    "a",
    "comment",
    "Related",
    "Articles",
    "storm.",
    "night",
    "10",
    "“Wednesday.”1",
    "\n",
    "…",
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=40) | st.sampled_from(PROSE)
BLOCKS = st.lists(st.builds(block, TEXTS, st.sampled_from(BlockKind)), max_size=12)


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    phrases = st.lists(st.sampled_from(["share", "this", "comment", "related articles", "storm", "night"]), min_size=1)
    found = []
    for number in range(draw(st.integers(0, 4))):
        fields = {
            "match": draw(st.sampled_from(["whole", "start", "end", "contains", "made_of"])),
            "at": draw(st.sampled_from(["anywhere", "head", "tail", "edge"])),
            "then": draw(st.sampled_from([None, "next", "rest"])),
            "after": draw(st.sampled_from([None, ["share"]])),
            "in_prose": draw(st.booleans()),
        }
        category = draw(st.sampled_from(["share", "login", "related"]))
        found.append(rule(id=f"test.r{number}", category=category, phrases={"any": draw(phrases)}, **fields))
    change = {
        "pattern": draw(st.sampled_from([r"\d+", r"\s", "a", "^.*$"])),
        "by": draw(st.sampled_from(["", "\n\n", "x"])),
    }
    found.append(rule(id="test.change", replace=change))
    return rule_set(*found)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(blocks=BLOCKS, rules=rule_sets())
def test_text_and_removals_restore_the_blocks(blocks, rules):
    made = article(*blocks)
    cleaned = clean(made, rules, outlet())
    assert restore(cleaned.text, cleaned.removals) == [one.text for one in blocks]
    assert clean(made, rules, outlet()) == cleaned


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(blocks=BLOCKS)
def test_real_rules_restore_the_blocks(blocks):
    cleaned = clean(article(*blocks, title="Related storm at night"), real_rules(), outlet())
    assert restore(cleaned.text, reversed(cleaned.removals)) == [one.text for one in blocks]
    assert "\n\n\n" not in cleaned.text


REPEATS = st.builds(
    Repeat,
    stories=st.integers(1, 12),
    out_of=st.integers(1, 12),
    total=st.integers(1, 12),
    since=st.just(date(2026, 1, 1)),
    days=st.integers(1, 9),
    place=st.sampled_from([AT_THE_BEGINNING, AT_THE_END, ""]),
    author=st.sampled_from([None, block_key("Share This")]),
    of_subject=st.booleans(),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(blocks=BLOCKS, repeats=st.lists(REPEATS), titled=st.integers(0, 3), raw_format=st.sampled_from(RawFormat))
def test_any_profile_leaves_the_blocks_restorable(blocks, repeats, titled, raw_format):
    keys = [block_key(one.text) for one in blocks]
    titles = dict.fromkeys(keys[:titled], date(2026, 1, 1))
    profile = Profile(repeats=dict(zip(keys, repeats, strict=False)), titles=titles)
    made = article(*blocks, title="Related storm at night", authors=("Share This",), raw_format=raw_format)
    cleaned = clean(made, real_rules(), outlet(), profile)
    assert restore(cleaned.text, cleaned.removals) == [one.text for one in blocks]
    assert clean(made, real_rules(), outlet(), profile) == cleaned


@pytest.mark.parametrize("text", ["a\n\nb", " a", "a\n", "", " \n ", "a\n \nb", "\ud800 share"])
def test_block_of_bad_shape_is_mended_and_restored(text):
    cleaned = clean(article(PROSE[0], text, PROSE[1]), real_rules(), outlet())
    assert restore(cleaned.text, cleaned.removals) == [PROSE[0], text, PROSE[1]]
    assert all(piece == piece.strip() and piece for piece in cleaned.text.split("\n\n"))


def test_restore_refuses_rows_that_do_not_belong_to_the_text():
    cleaned = clean(article(*PROSE, "Share This", "Leave a comment"), real_rules(), outlet())
    assert len(cleaned.removals) == 2
    with pytest.raises(RestoreError, match="block 5"):
        restore(cleaned.text, cleaned.removals[1:])
    changed = clean(article(" a", "b"), rule_set(), outlet())
    with pytest.raises(RestoreError, match="block 0"):
        restore("c\n\nb", changed.removals)
    with pytest.raises(RestoreError, match="step 0"):
        restore("a\n\nb", [*changed.removals, replace(changed.removals[0], step=2)])


def test_rules_in_any_order_cut_the_same():
    shuffled = list(real_rules().rules)
    random.Random(1).shuffle(shuffled)
    for slug in SEEDS:
        made, facts = seed(slug)
        assert clean(made, RuleSet.of(shuffled), facts) == clean(made, real_rules(), facts)


def test_article_without_blocks_is_an_empty_text():
    assert clean(article(), real_rules(), outlet()) == Cleaned(text="", removals=())


def test_evidence_names_words_block_and_place():
    cleaned = clean(article(*PROSE, "Share this"), real_rules(), outlet())
    assert [cut.evidence for cut in cleaned.removals] == [
        "'share this' is the whole block; block 4 of 5, 1 after the body"
    ]


def test_marker_takes_the_list_behind_it_but_no_paragraph():
    paragraph = (
        "Two years ago a storm of the same strength had taken the lighthouse, which was built again by the people of "
        "the town within eight months and with their own money."
    )
    cleaned = clean(
        article(*PROSE, "Related Articles", "Boats", "Nets and fish", "© 2023 Example"), real_rules(), outlet()
    )
    assert cleaned.text == "\n\n".join(PROSE)
    assert "it follows 'related articles' (block 4)" in cleaned.removals[1].evidence
    body = [*PROSE[:2], "Related Articles", "Boats", *PROSE[2:], paragraph]
    inside = clean(article(*body, raw_format=RawFormat.HTML), real_rules(), outlet())
    assert [cut.text_before for cut in inside.removals] == ["Related Articles"]


def test_list_behind_a_comment_prompt_goes_and_a_long_paragraph_in_it_stays():
    links = [f"{name} wins the cup" for name in ("Anna", "Bea", "Carla", "Dora", "Eva", "Flora")]
    teaser = "A dog has found its way home after eleven years, to the joy of its owner."
    cleaned = clean(article(*PROSE, "Leave a comment", *links, teaser), real_rules(), outlet())
    assert cleaned.text == "\n\n".join(PROSE)
    long_teaser = teaser.replace(
        "owner", "owner, who had looked for it in four countries and had never given up the hope"
    )
    kept = clean(article(*PROSE, "Leave a comment", *links, long_teaser), real_rules(), outlet())
    assert kept.text == "\n\n".join([*PROSE, long_teaser])


TEASER = "A dog has found its way home after eleven years, to the joy of the owner, who had looked for it in vain."


@pytest.mark.parametrize(
    ("list_behind", "cut"),
    [
        ([TEASER, "Mayor wins the cup"], True),
        ([TEASER, "Share this"], False),
        ([TEASER], False),
        ([TEASER, TEASER.replace("dog", "cat"), "Mayor wins the cup"], False),
        ([TEASER + TEASER * 4, "Mayor wins the cup"], False),
    ],
)
def test_paragraph_in_a_list_of_links_is_a_teaser_only_alone_between_two_headlines(list_behind, cut):
    links = [f"{name} wins the cup" for name in ("Anna", "Bea", "Carla", "Dora", "Eva", "Flora", "Greta", "Hanna")]
    made = article(*PROSE, "Related articles", *links * 5, *list_behind, raw_format=RawFormat.HTML)
    cleaned = clean(made, real_rules(), outlet())
    assert (TEASER not in cleaned.text) is cut


@pytest.mark.parametrize(("between", "cut"), [([], True), ([PROSE[2]], False)])
def test_description_is_a_teaser_only_of_the_first_paragraph(between, cut):
    lead = "The old pier is gone."
    first = lead + " It had stood in the bay for two hundred years, and the storm needed eleven minutes to take it."
    made = article(lead, *between, first, *PROSE, description=lead)
    cleaned = clean(made, real_rules(), outlet())
    assert (cleaned.text.split("\n\n")[0] != lead) is cut


def test_rules_that_would_cut_most_of_the_prose_are_not_believed():
    greedy = rule_set(
        rule(id="test.greedy", match="contains", phrases={"en": ["the"]}, in_prose=True),
        rule(id="test.sure", category="share", phrases={"en": ["share this"]}),
    )
    cleaned = clean(article(*PROSE, "Share this"), greedy, outlet())
    assert cleaned.text == "\n\n".join(PROSE)
    (cut,) = cleaned.removals
    assert (cut.rule, cut.text_before) == ("test.sure", "Share this")
    assert "100% of the prose" in cut.evidence


def test_rules_that_cut_less_than_most_are_believed():
    some = rule_set(rule(match="contains", phrases={"en": ["council", "mill"]}, in_prose=True))
    assert clean(article(*PROSE), some, outlet()).text == "\n\n".join(PROSE[:2])


def test_long_paragraph_in_the_body_is_cut_only_by_a_rule_that_may():
    paragraph = (
        "Sign up, " + "and read what the paper has to say about the storm, the boats and the men, " * 2 + "daily."
    )
    for may in (False, True):
        rules = rule_set(rule(match="start", phrases={"en": ["sign up"]}, in_prose=may))
        cleaned = clean(article(*PROSE[:2], paragraph, *PROSE[2:]), rules, outlet())
        assert (paragraph not in cleaned.text) is may


@pytest.mark.parametrize(("language", "cut"), [("de", True), (None, True), ("fr", False)])
def test_phrases_count_in_their_language_and_where_it_is_unknown(language, cut):
    cleaned = clean(article(*PROSE, "Artikel teilen", language=language), real_rules(), outlet())
    assert ("Artikel teilen" not in cleaned.text) is cut


def test_language_of_the_outlet_counts_as_well():
    cleaned = clean(article(*PROSE, "Artikel teilen"), real_rules(), outlet(language="de"))
    assert "Artikel teilen" not in cleaned.text


HOSTILE = {
    "one word": "a" * 100_000,
    "words": "share this " * 10_000,
    "photo credits": "photo by x/ via " * 7_000,
    "quotes": "\"'" * 50_000,
    "accents": "a" + "\u0301\u0316" * 50_000,
    "spaces": "a" + " \n" * 50_000 + "b",
    "signs": "| " * 50_000,
    "capitals": "News World " * 9_000,
    "ideographs": "新聞" * 50_000,
}


def seconds(*blocks: str) -> float:
    """CPU time, which a busy machine does not change; what grows with the square takes minutes."""
    made = article(*blocks, title="News world " * 20, authors=("News World",), description="share this " * 100)
    start = time.process_time()
    cleaned = clean(made, real_rules(), outlet(name="News World Share"))
    taken = time.process_time() - start
    assert restore(cleaned.text, cleaned.removals) == list(blocks)
    return taken


@pytest.mark.parametrize("name", HOSTILE)
def test_block_of_a_hundred_thousand_characters_takes_no_long_time(name):
    assert seconds(*PROSE, HOSTILE[name], "Share this") < 12


@pytest.mark.parametrize(
    "line", ["Share this", "Related articles", PROSE[0], "News", "by | Sep 13, 2023", "(AP Photo/X)"]
)
def test_time_grows_with_the_number_of_blocks(line):
    seconds(line)
    assert seconds(*[line] * 10_000) < 40


def test_headings_of_a_digest_that_are_titles_of_other_articles_stay():
    heads = [f"The {word} harbour of the island opens" for word in ("old", "new", "grey")]
    titles = Profile(repeats={}, titles={block_key(head): date(2026, 3, 1) for head in heads})
    digest = [text for head, paragraph in zip(heads, PROSE[1:], strict=True) for text in (head, paragraph)]
    assert clean(article(PROSE[0], *digest), real_rules(), outlet(), titles).removals == ()
    two = clean(article(PROSE[0], *digest[:4], PROSE[3]), real_rules(), outlet(), titles)
    assert [removal.text_before for removal in two.removals] == heads[:2]
