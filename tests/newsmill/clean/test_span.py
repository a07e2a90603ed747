"""What stands outside the body of a dump goes where the page shows furniture, and nearly clean text stays whole."""

import pytest

from newsmill.clean.cleaner import clean
from newsmill.clean.page import line_of
from newsmill.clean.restore import restore
from newsmill.clean.span import MUCH, SOME
from newsmill.clean.stamps import ENTRIES, is_stamp
from newsmill.clean.weights import CROWD, SERIES
from newsmill.model import BlockKind, RawFormat

from .helpers import article, block, outlet, real_rules
from .test_cases import PROSE
from .test_scripts import SCRIPTS

TITLE = "Storm hits the northern coast at night"
MENU = ["Harbour", "Fish market", "Old town", "Ferries", "Lighthouse", "Beaches", "Rooms", "Maps", "Parking", "Tides"]
TEASERS = [
    "Mayor opens the new pool",
    "The pool has cost more than the town earns in a year, and it leaks in two places already.",
    "A dog comes home",
    "After eleven years a dog has found its way back to a farm, to the joy of its owner.",
]
FOOTER = ["Privacy Policy", "Terms of Service", "Contact us", "Share this", "© 2023 Example", "All rights reserved"]
SIGNS = ["Share this", "Print", "Advertisement", "Share on Facebook", "Log in", "Subscribe"]
"""Furniture that takes nothing with it."""


def cleaned_text(*blocks, **fields):
    made = article(*blocks, **fields)
    cleaned = clean(made, real_rules(), outlet())
    assert restore(cleaned.text, cleaned.removals) == [one.text for one in made.blocks]
    return cleaned.text


def test_menus_before_and_teasers_behind_go():
    page = [*MENU, *FOOTER, *TEASERS, TITLE, *PROSE, "Related articles", *TEASERS, *MENU, *FOOTER]
    assert cleaned_text(*page, title=TITLE) == "\n\n".join(PROSE)


@pytest.mark.parametrize("language", SCRIPTS)
def test_menus_and_footers_around_an_article_in_any_script_go(language):
    text = SCRIPTS[language]
    items = [block(name, BlockKind.LIST_ITEM) for name in MENU]
    page = [*items, "Skip to content", *text, "Share this", "© 2023 Example", *items, "Privacy Policy"]
    assert cleaned_text(*page, language=language) == "\n\n".join(text)


def test_page_that_is_no_dump_is_not_cut_by_place_alone():
    page = [*MENU, TITLE, *PROSE, "Related articles", *TEASERS, *FOOTER]
    rules = {cut.rule for cut in clean(article(*page, raw_format=RawFormat.HTML), real_rules(), outlet()).removals}
    assert not {rule for rule in rules if rule.startswith("span.")}


def test_evidence_counts_the_furniture_and_names_the_place():
    teaser = "Mayor opens the new pool beside the old mill"
    made = article("Boats and nets", TITLE, *PROSE, *SIGNS[:3], teaser, title=TITLE)
    cuts = {cut.text_before: cut for cut in clean(made, real_rules(), outlet()).removals}
    first, last = cuts["Boats and nets"], cuts[teaser]
    assert (first.rule, last.rule, last.category) == ("span.before", "span.after", "outside")
    assert first.evidence == "it stands above the title (block 1); block 0 of 10, 2 before the body"
    assert last.evidence == "4 lines outside the body look like furniture; block 9 of 10, 4 after the body"


RECIPE = [
    block("Ingredients", BlockKind.HEADING),
    *(block(text, BlockKind.LIST_ITEM) for text in ("200 g flour", "two eggs", "some milk", "butter", "a lemon")),
]
POEM = ["The sea is wide", "and nobody knows it", "who has not rowed", "from here to there", "in a night of May"]
TABLE = ["Team Points Goals", "Harbour FC 12 31", "Old Town 9 20", "Mill Street 7 11", "Lighthouse 1 4"]


@pytest.mark.parametrize(
    "blocks",
    [
        [*PROSE, "The wall", PROSE[2].replace("higher", "lower")],
        [*PROSE, "Nobody knows why."],
        [*PROSE, "And so it ended"],
        [*PROSE, *(block(text, BlockKind.LIST_ITEM) for text in ("a boat", "two nets", "an old mill"))],
        [PROSE[0], block("It came at night", BlockKind.QUOTE), *PROSE[1:]],
        [PROSE[0], *POEM],
        [*POEM, PROSE[0]],
        POEM,
        ["Who are you?", PROSE[0], "What do you want?", PROSE[1], "And then?", "Nothing."],
        [*RECIPE, *PROSE[:2]],
        [PROSE[0], *RECIPE],
        [PROSE[0], *TABLE],
        [*TABLE, PROSE[0]],
        TABLE,
        [PROSE[0]],
        ["Short notes", "Rain is coming", "The ferry is late"],
    ],
    ids=str,
)
@pytest.mark.parametrize("around", [[], ["Share this"]], ids=["clean", "nearly"])
def test_nearly_clean_text_is_kept_whole(blocks, around):
    texts = [one if isinstance(one, str) else one.text for one in blocks]
    assert cleaned_text(*blocks, *around) == "\n\n".join(texts)


@pytest.mark.parametrize(("furniture", "kept"), [(SOME - 1, True), (SOME, False)])
def test_short_line_behind_the_body_goes_where_the_page_shows_some_furniture(furniture, kept):
    text = cleaned_text(*PROSE, *SIGNS[:furniture], "Mayor opens the new pool")
    assert ("Mayor opens the new pool" in text) is kept


@pytest.mark.parametrize("furniture", [0, SOME, MUCH])
def test_short_last_sentence_right_behind_the_body_is_kept(furniture):
    assert "Nobody knows why." in cleaned_text(*PROSE, "Nobody knows why.", *(SIGNS * 2)[:furniture])


@pytest.mark.parametrize(("furniture", "kept"), [(SOME, True), (MUCH, False)])
def test_paragraph_before_the_body_goes_only_from_a_page_dumped_whole(furniture, kept):
    lead = "The storm came at night, and nobody slept."
    text = cleaned_text(lead, *MENU, *PROSE, *(SIGNS * 2)[:furniture], title=None)
    assert (lead in text) is kept


PLAN = ["Breakfast", "One blue cup", "Lunch", "One blue cup", "Dinner", "One blue cup", "Snack", "One blue cup"]


@pytest.mark.parametrize(("behind", "kept"), [([], True), (SIGNS[:1], True), (SIGNS[:2], False)])
def test_lines_that_come_twice_are_furniture_only_beside_as_many_that_rules_know(behind, kept):
    assert ("One blue cup" in cleaned_text(*PROSE, *PLAN, *behind)) is kept


def test_comments_longer_than_the_article_go():
    comments = []
    for number in range(8):
        comments += [f"Anna on September {number + 10}, 2018 at 6:34 am said:", PROSE[number % 4].replace("the", "a")]
    page = [*MENU, *FOOTER, TITLE, *PROSE, "8 comments", *comments, *FOOTER]
    assert cleaned_text(*page, title=TITLE) == "\n\n".join(PROSE)


def test_results_behind_the_body_of_a_whole_page_are_kept():
    dates = [f"June {day} – Harbour Hall, Old Town" for day in range(9, 9 + SERIES)]
    page = [*MENU, *FOOTER, TITLE, *PROSE, *dates, "Share this", *MENU, *FOOTER]
    assert cleaned_text(*page, title=TITLE) == "\n\n".join([*PROSE, *dates])


def test_archive_of_a_sidebar_is_no_body():
    archive = [f"March {year} ({year - 1800})" for year in range(1900, 1990)]
    page = [*MENU, *FOOTER, TITLE, *PROSE, "Share this", *archive, *FOOTER]
    assert "March" not in cleaned_text(*page, title=TITLE)


def test_article_on_what_the_rules_look_for_is_not_cut_by_place():
    comments = ["Leave a comment if you like, the paper asks its readers every day, and forty of them do."] * 2
    assert "forty" in cleaned_text(*comments, "Share this", "Share this", "Share this")


@pytest.mark.parametrize(("suspects", "kept"), [(CROWD - 1, True), (CROWD, False)])
def test_dates_between_paragraphs_end_a_body_only_on_a_crowded_page(suspects, kept):
    chronicle = [PROSE[0], "13 September 2023", PROSE[1], "14 September 2023", PROSE[2]]
    text = cleaned_text(*chronicle, *SIGNS[: suspects - 2])
    assert (PROSE[0] in text and PROSE[2] in text) is kept


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("September 12, 2018", True),
        ("2 days ago at 07:52 am", True),
        ("23. 12. 2024 13:31", True),
        ("In 2018", False),
        ("3 comments", False),
        ("Posted on May 12 at 2:40 p.m.", True),
        ("02:20: The first 12 houses are empty.", False),
        ("3 tickets cost £12.50", False),
        ("On September 12, 2018 the bridge was closed to all, and it has not been opened since that day.", False),
    ],
)
def test_stamp_is_a_short_line_with_a_date_or_a_time(text, stamp):
    assert is_stamp(line_of(0, block(text))) is stamp


@pytest.mark.parametrize("stray", ["Advertisement", "Photo: Ada Finn / Daily", "Read also: A dog comes home"])
def test_stray_between_paragraphs_goes_alone_on_a_crowded_page(stray):
    rows = [block(text, BlockKind.LIST_ITEM) for text in ("the harbour,", "an old mill", "and two nets")]
    text = [*PROSE[:2], stray, "Three things have to be repaired first:", *rows, stray, *PROSE[2:]]
    whole = [one if isinstance(one, str) else one.text for one in text if one != stray]
    assert cleaned_text(*SIGNS, TITLE, *text, *SIGNS, title=TITLE) == "\n\n".join(whole)


BOX = [
    "Related articles",
    "Mayor opens the new pool beside the old town hall",
    "A dog comes home after eleven years at sea",
]


@pytest.mark.parametrize(("heading", "raw_format"), [(True, RawFormat.TEXT), (False, RawFormat.TEXT)])
def test_box_of_links_within_the_body_of_a_dump_goes_and_the_heading_behind_it_stays(heading, raw_format):
    behind = ["The wall"] if heading else []
    text = cleaned_text(*PROSE[:2], *BOX, *behind, *PROSE[2:], raw_format=raw_format)
    assert text == "\n\n".join([*PROSE[:2], *behind, *PROSE[2:]])


CAPTION = "Two boats lie on the beach near the old mill, where the wind has left them behind the church wall."


@pytest.mark.parametrize(("counter", "kept"), [("Image 1 of 8", False), ("In the harbour", True)])
def test_caption_printed_twice_goes_whole_beside_the_counter_of_a_gallery(counter, kept):
    text = cleaned_text(
        counter, CAPTION, "Photo: Ada Finn", *PROSE, CAPTION, "Photo: Ada Finn / Daily", PROSE[0] + " So."
    )
    assert (CAPTION in text) is kept


BIOGRAPHY = "Jane Doe is a reporter at the Daily and writes about the sea and its people."


@pytest.mark.parametrize(
    ("before", "kept"), [(PROSE, False), ([*PROSE, "Nobody had asked Doe, who knows the harbour well, before."], True)]
)
def test_writer_whom_the_article_has_not_named_is_its_author(before, kept):
    assert (BIOGRAPHY in cleaned_text(*before, BIOGRAPHY)) is kept


def test_short_end_of_a_long_article_is_not_cut_by_place():
    long = [f"{PROSE[number % 4]} That was on day {number}." for number in range(40)]
    end = "Available from the harbour shop"
    assert end in cleaned_text(*SIGNS, *long, "Share this", "Print", end)


SONG = ["O ring the bell, O ring it,", "and ring it well", "The sea gave back the boat", "and would not tell"]


def test_refrain_of_a_song_in_clean_text_is_no_furniture():
    song = [*SONG, *SONG[:2], "We counted to eleven", *SONG[:2]]
    assert cleaned_text(*PROSE, *song, "Share this") == "\n\n".join([*PROSE, *song])


@pytest.mark.parametrize(
    "end",
    [
        ["Rovers: Hart, Bell, Stone, Webb", "Booked: Webb, Fox"],
        ["For", "It is light", "Against", "It is dear", "Rating: 4 out of 5"],
        ["These places by the sea are dark enough:", "Holt Down", "The lighthouse", "The old airfield"],
        ["3. Fares go up", "A ticket costs £2.50 from May 2.", "4. Dogs ride free", "Small ones."],
    ],
    ids=["label and value", "up to the last of them", "announced", "short sentences"],
)
def test_end_that_tells_something_stays_on_a_whole_page(end):
    text = cleaned_text(*MENU, *SIGNS, TITLE, *PROSE, *end, "Related articles", *TEASERS, *FOOTER, title=TITLE)
    assert text == "\n\n".join([*PROSE, *end])


@pytest.mark.parametrize("label", ["Topics:", "More:"])
def test_label_announces_no_list_of_the_article(label):
    text = cleaned_text(*MENU, *SIGNS, TITLE, *PROSE, label, "Boats", "Weather maps", *FOOTER, title=TITLE)
    assert text == "\n\n".join(PROSE)


@pytest.mark.parametrize(("entries", "whole"), [(ENTRIES - 1, False), (ENTRIES, True)])
def test_times_above_entries_of_a_live_blog_do_not_end_it(entries, whole):
    blog = [line for hour in range(entries) for line in (f"{18 - hour}:42", f"Roof number {hour} has come off.")]
    text = cleaned_text(*MENU, *SIGNS, TITLE, PROSE[0], *blog, *SIGNS, *FOOTER, title=TITLE)
    assert (text == "\n\n".join([PROSE[0], *blog])) is whole


def test_answers_of_one_word_are_no_menu():
    talk = ["Were you afraid?", "Yes.", "Will you miss the boats?", "No."]
    assert cleaned_text(*PROSE, *talk, *SIGNS) == "\n\n".join([*PROSE, *talk])
    assert "Yes" not in cleaned_text(*PROSE, *SIGNS, "Yes", "No")


POST = [
    block("Why", BlockKind.HEADING),
    *(block(text, BlockKind.LIST_ITEM) for text in ("Speed", "Price", "Fun", "Convert")),
    block("Why", BlockKind.HEADING),
    "Run the tool and wait for it.",
    block("Search", BlockKind.HEADING),
    "It is slow, and nobody knows why.",
    block("Help", BlockKind.HEADING),
    "Nobody had looked at it for years.",
    block("Weather", BlockKind.LIST_ITEM),
]


@pytest.mark.parametrize(("raw_format", "kept"), [(RawFormat.MARKDOWN, True), (RawFormat.TEXT, False)])
def test_post_of_lists_and_short_sentences_keeps_them_where_markdown_marks_them(raw_format, kept):
    assert ("Price" in cleaned_text(PROSE[1], *POST, raw_format=raw_format)) is kept


def test_menus_around_an_article_in_markdown_go():
    page = [*MENU, *SIGNS, TITLE, *PROSE, "Related articles", *MENU, *FOOTER]
    assert cleaned_text(*page, title=TITLE, raw_format=RawFormat.MARKDOWN) == "\n\n".join(PROSE)


def test_lead_that_a_teaser_above_the_title_has_too_stays_once():
    lead = "Two boats were lost and a pier broke when the storm came over the coast in the night to Friday."
    page = [*MENU, *FOOTER, lead, *TEASERS, TITLE, lead, "By Anna Berg", "Friday 12:30, 3 May 2019", *PROSE, *MENU]
    text = cleaned_text(*page, title=TITLE)
    assert text.count(lead) == 1
    assert "pool" not in text


def test_lead_below_the_title_stays_behind_any_number_of_buttons():
    lead = "Two boats were lost and a pier broke when the storm came over the coast in the night to Friday."
    page = [*MENU, *FOOTER, TITLE, *SIGNS, lead, *MENU, *PROSE, "Related articles", *TEASERS]
    assert lead in cleaned_text(*page, title=TITLE)
    page = [*MENU, *FOOTER, TITLE, *MENU, *SIGNS, lead, *MENU, *PROSE, "Related articles", *TEASERS]
    assert lead not in cleaned_text(*page, title=TITLE)


def test_article_goes_on_behind_the_lines_of_a_program():
    code = [f"show(boats[{number}]);" for number in range(40)]
    menu = [f"Boats of harbour {letter}" for letter in "abcdefghijklmnopqrstuvwxyzabcdefghijklmn"]
    parted = ([*PROSE[:1], *lines, *PROSE[1:]] for lines in (code, menu))
    with_code, with_menu = (cleaned_text(*MENU, TITLE, *page, *MENU, *FOOTER, title=TITLE) for page in parted)
    assert with_code == "\n\n".join([PROSE[0], *code, *PROSE[1:]])
    assert menu[0] not in with_menu
