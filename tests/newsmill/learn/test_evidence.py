"""What is counted of a block."""

from __future__ import annotations

from datetime import timedelta

from newsmill.blockkeys import block_key
from newsmill.learn.evidence import repeats_of
from newsmill.model import AT_THE_BEGINNING, AT_THE_END

from .factory import DAY, prose, seen, story

APPEAL = "There is no owner behind these pages but the {} households that share the bill."
WIRE = [prose(f"wire {number}") for number in range(5)]


def of(articles, text: str):
    return repeats_of(articles).get(block_key(text))


def test_stories_days_and_place_are_counted_with_numbers_masked():
    articles = [story(f"{n}", APPEAL.format(f"{12 + n},{n}45"), day=n // 2) for n in range(6)]
    found = of(articles, APPEAL.format(7))
    assert (found.stories, found.out_of, found.total, found.since, found.days) == (6, 6, 6, DAY, 3)
    assert found.place == AT_THE_END
    assert of(
        [seen(f"{n}", "Town desk", *(prose(f"{n} {m}") for m in range(4))) for n in range(3)], "Town desk"
    ).place == (AT_THE_BEGINNING)


def test_copies_of_one_story_count_once():
    articles = [*(seen(f"copy {n}", *WIRE) for n in range(9)), *(story(f"{n}") for n in range(4))]
    assert all(of(articles, paragraph) is None for paragraph in WIRE)
    with_appeal = [*(seen(f"copy {n}", *WIRE, APPEAL) for n in range(9)), *(story(f"{n}", APPEAL) for n in range(4))]
    assert (of(with_appeal, APPEAL).stories, of(with_appeal, APPEAL).total) == (5, 5)


def test_out_of_counts_from_the_first_day_on_which_the_block_was_seen():
    articles = [*(story(f"old {n}") for n in range(20)), *(story(f"new {n}", APPEAL, day=3) for n in range(5))]
    found = of([*articles, story("without", day=4)], APPEAL)
    assert (found.stories, found.out_of, found.total, found.since) == (5, 6, 26, DAY + timedelta(days=3))


def test_a_block_that_only_one_authors_articles_have_names_the_author():
    articles = [story(f"{n}", "Ada Moor lives here.", authors=("Ada Moor",)) for n in range(2)]
    assert of([*articles, story("x", authors=("Ada Moor", "Bo Lund"))], "Ada Moor lives here.").author == block_key(
        "Ada Moor"
    )
    assert (
        of([*articles, story("y", "Ada Moor lives here.", authors=("Bo Lund",))], "Ada Moor lives here.").author is None
    )


def test_the_follow_ups_of_one_event_are_known_by_their_titles():
    background = prose("background")
    follow_ups = [story(f"f{n}", background, title=f"Bridge {prose(str(n), 3)}") for n in range(4)]
    others = [story(f"o{n}", title=prose(f"o{n}", 4)) for n in range(5)]
    assert of([*follow_ups, *others], background).of_subject
    everywhere = [story(f"o{n}", background, title=f"Bridge {prose(f'o{n}', 4)}") for n in range(5)]
    assert not of([*follow_ups, *everywhere], background).of_subject
    mixed = [story(f"m{n}", background, title=prose(f"m{n}", 4)) for n in range(4)]
    assert not of([*follow_ups, *mixed, *others], background).of_subject


def test_a_block_in_one_story_and_one_article_alone_say_nothing():
    assert repeats_of([story("a", APPEAL)]) == {}
    assert repeats_of([story("a", APPEAL), story("b")]) == {}
    assert repeats_of([]) == {}
