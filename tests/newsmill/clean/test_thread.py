"""Readers' comments go whole, whatever they look like, and what only resembles them stays."""

import pytest

from newsmill.clean.cleaner import clean
from newsmill.clean.restore import restore
from newsmill.clean.thread import MIN_HEADED, MIN_TURNS, REACH
from newsmill.model import RawFormat

from .helpers import article, outlet, real_rules
from .test_cases import PROSE

TITLE = "Storm hits the northern coast at night"
COMMENTS = [
    "I have lived there for forty years and nobody has ever asked me what I think of that wall.",
    "My boat was one of the eleven, and the harbour master did not even call me back.",
    "They should have built it in the nineties, when the money was there, but nobody wanted to hear it then.",
]
TURNS = [
    "Anna on September 19, 2018 at 12:48 pm said:",
    "Boat owner on September 20, 2018 at 7:03 am said:",
    "Carl on September 20, 2018 at 9:15 am said:",
]


def cleaned_text(*blocks, **fields):
    made = article(*blocks, **fields)
    cleaned = clean(made, real_rules(), outlet())
    assert restore(cleaned.text, cleaned.removals) == [one.text for one in made.blocks]
    return cleaned.text


def mixed(heads, texts=COMMENTS):
    return [line for pair in zip(heads, texts, strict=False) for line in pair]


@pytest.mark.parametrize("raw_format", [RawFormat.TEXT, RawFormat.HTML])
@pytest.mark.parametrize(
    ("language", "head"),
    [
        ("en", f"34 responses to “{TITLE}”"),
        ("en", f"One thought on “{TITLE}: “We were lucky””"),
        ("de", f"3 Gedanken zu „{TITLE}“"),
        ("fr", f"12 réflexions sur « {TITLE} »"),
        ("ja", f"「{TITLE}」への3件のフィードバック"),
    ],
)
def test_head_that_quotes_the_title_takes_all_that_follows(language, head, raw_format):
    text = cleaned_text(*PROSE, head, *COMMENTS, language=language, raw_format=raw_format, title=TITLE)
    assert text == "\n\n".join(PROSE)


@pytest.mark.parametrize("head", ["Comments", "6 Comments", "Leave a comment"])
@pytest.mark.parametrize(("turns", "kept"), [(MIN_HEADED - 1, True), (MIN_HEADED, False)])
def test_head_that_only_counts_needs_turns_behind_it(head, turns, kept):
    text = cleaned_text(*PROSE, head, *mixed(TURNS[:turns]), raw_format=RawFormat.HTML)
    assert (COMMENTS[0] in text) is kept


def test_turns_far_behind_a_head_prove_nothing():
    far = [f"{PROSE[number % 4]} It was day {number}." for number in range(REACH)]
    assert far[0] in cleaned_text(*PROSE, "Comments", *far, *mixed(TURNS), raw_format=RawFormat.HTML)


@pytest.mark.parametrize(("turns", "kept"), [(MIN_TURNS - 1, True), (MIN_TURNS, False)])
def test_several_turns_without_a_head_are_a_thread(turns, kept):
    text = cleaned_text(*PROSE, *mixed(TURNS[:turns]), raw_format=RawFormat.HTML)
    assert (COMMENTS[0] in text) is kept


def test_buttons_that_offer_to_answer_are_turns():
    comments = [line for comment in COMMENTS for line in (comment, "Reply")]
    text = cleaned_text(*PROSE, "3 Comments", *comments, raw_format=RawFormat.HTML)
    assert text == "\n\n".join(PROSE)


def test_evidence_names_the_head():
    head = f"34 responses to “{TITLE}”"
    last = clean(article(*PROSE, head, *COMMENTS, title=TITLE), real_rules(), outlet()).removals[-1]
    assert last.rule == "login.comment_head"
    assert last.evidence.endswith("(block 4) begins the readers' comments; block 7 of 8")


def test_comments_named_above_the_article_are_no_thread():
    latest = ["Recent comments", "Reply", "Anna on Monday at 12:48 pm", "Reply", "Carl on Monday at 12:50 pm"]
    assert cleaned_text(*latest, TITLE, *PROSE, title=TITLE).endswith("\n\n".join(PROSE))


MORE = [
    "The harbour lost its crane, and two of the three piers cannot be used before the spring of next year.",
    "Nine fishermen spent the night in the church, where the women of the village brought them soup and blankets.",
    "Insurance will pay for the boats, but nobody wants to say yet who is to pay for the nets and the engines.",
    "In the morning the ferry sailed again, and the first of the guests left the island without their luggage.",
]
INTERVIEW = [
    "DAILY: How did the night begin?",
    MORE[0],
    "DAILY: And what comes next?",
    MORE[2],
    "Mayor: We will see.",
]
LIVE = ["21:00", MORE[0], "20:42", MORE[1], "20:24 Anna Berg", MORE[2], "20:19", MORE[3]]
LETTERS = ["Why is there no wall?", COMMENTS[0], "Ada Finn, Harbour Street", COMMENTS[1], "Carl Moor, Old Town"]
TWEETS = [MORE[0], "— Ada Finn (@adafinn) August 5, 2024", MORE[1], "— Carl Moor (@moor) August 5, 2024", MORE[2]]
COURT = [
    "12 March 2024, 9:30: the skipper",
    "14 March 2024, 9:30: the harbour master",
    "15 March 2024, 10:00: the mayor",
]
SPOKEN = ["The mayor said:", COMMENTS[0], "The skipper said:", COMMENTS[1], "The harbour master said:", COMMENTS[2]]
ANSWERS = ["Two responses to the crisis", COMMENTS[0], "Three responses to the flood", COMMENTS[1]]


@pytest.mark.parametrize(
    "blocks", [INTERVIEW, LIVE, LETTERS, TWEETS, COURT, SPOKEN, ANSWERS], ids=lambda blocks: blocks[0]
)
def test_what_resembles_a_thread_stays(blocks):
    assert cleaned_text(*PROSE, *blocks) == "\n\n".join([*PROSE, *blocks])
