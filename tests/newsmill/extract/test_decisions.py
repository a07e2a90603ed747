"""Which of the places of a page is believed, and how an article tells it."""

from datetime import UTC, datetime

import pytest

from newsmill.extract.html import read_page
from newsmill.model import Article, Choice, RawFormat

from .conftest import Extract
from .test_html import ARTICLE, SENTENCES, article_data, meta, page

ONE, TWO = "The bridge closes for six months", "Six months without the old bridge"
TITLED = f"<title>{TWO}</title>"


def choice(article: Article, field: str) -> Choice:
    (found,) = [choice for choice in article.choices if choice.field == field]
    return found


def made(run: Extract, *args: object, **given: object) -> Article:
    article = run(*args, **given)
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        # JSON-LD before the card, as long as the page does not simply repeat it
        (article_data(headline=ONE) + meta(og__title=TWO), "", ONE),
        (article_data(headline=ONE) + meta(og__title=TWO), f"<h1>{ONE}</h1>", ONE),
        (article_data(headline=ONE) + meta(og__title=TWO) + TITLED, f"<h1>{ONE}</h1>", ONE),
        (article_data(headline=TWO) + meta(og__title=ONE) + TITLED, f"<h1>{TWO}</h1>", ONE),
        (article_data(headline=ONE) + meta(og__title=TWO) + TITLED, f"<h1>{TWO}</h1>", TWO),
        (meta(og__title=ONE) + TITLED, f"<h1>{TWO}</h1>", ONE),
        # a second card against the first
        (article_data(headline=TWO) + meta(og__title=ONE, twitter__title=TWO) + TITLED, f"<h1>{TWO}</h1>", TWO),
        # a card that tells of the site
        (meta(og__title="All the news first") + TITLED, f"<h1>{TWO}</h1>", TWO),
        # a headline that was cut short, or shouted
        (article_data(headline=f"{ONE[:25]}…") + meta(og__title=ONE), "", ONE),
        (article_data(headline=ONE.upper()) + meta(og__title=ONE), "", ONE),
    ],
)
def test_the_headline_is_voted_for(head: str, body: str, title: str) -> None:
    assert read_page(page(head, body + ARTICLE)).title == title


PERSON = {"@type": "Person", "name": "Jane Doe"}
OUTLET = {"@type": "Organization", "name": "Example News"}
NAMED = meta(og__site_name="Example News")


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (NAMED + article_data(author=OUTLET), "", ("Example News",)),
        (NAMED + article_data(author=[OUTLET, PERSON]), "", ("Jane Doe",)),
        (NAMED + article_data(author=OUTLET), "<h1>T</h1><p>By Jane Doe</p>", ("Jane Doe",)),
        (NAMED + article_data(author=OUTLET), "<h1>T</h1><p>John Roe/Jane Doe</p>", ("John Roe", "Jane Doe")),
        (NAMED, "<h1>T</h1><p>Jane Doe</p>", ()),
        (NAMED, "", ()),
        ("", "<h1>T</h1><div>von <a href=/autoren/jane>Jane Doe</a></div>", ("Jane Doe",)),
        ("", "<h1>T</h1><div><a href=/author/jane>Jane Doe</a></div>", ("Jane Doe",)),
        ("", "<h1>T</h1><div><a href=/topic/jane>Jane Doe</a></div>", ()),
        ("", f"<h1>T</h1>{ARTICLE}{ARTICLE}<div><a href=/author/jane>Jane Doe</a></div>", ()),
        ("", "<h1>T</h1><figcaption class=author>Jane Doe</figcaption>", ()),
        ("", "<h1>T</h1><div class=related><a rel=author href=/j>Jane Doe</a></div>", ()),
        ("", "<h1>T</h1><div class=byline>Jane Doe<br>Example</div>", ("Jane Doe Example",)),
        (meta(author="Jane Doe") + article_data(author=[PERSON, {"name": "John Roe"}]), "", ("Jane Doe", "John Roe")),
        (meta(author="Jane Doe", article__author="Jane Doe") + article_data(author={"name": "John Roe"}),
         "<h1>T</h1><p class=byline>By Jane Doe</p>", ("Jane Doe",)),
    ],
)  # fmt: skip
def test_the_authors_are_voted_for_and_the_outlet_counts_last(
    run: Extract, head: str, body: str, authors: tuple[str, ...]
) -> None:
    assert made(run, page(head, body + ARTICLE)).authors == authors


DAY = datetime(2023, 9, 13, 10, tzinfo=UTC)


def test_a_date_that_most_places_tell_beats_one_that_stands_alone(run: Extract) -> None:
    stamp = meta(article__published_time="2023-09-13T10:00:00Z")
    lone = article_data(datePublished="2021-01-01T00:00:00Z")
    url = "https://example.org/2023/09/13/a"
    assert made(run, page(lone + stamp), url=url).published_at == DAY
    assert made(run, page(lone + stamp)).published_at == datetime(2021, 1, 1, tzinfo=UTC)


def test_a_moment_that_is_the_last_change_gives_way_to_an_earlier_day(run: Extract) -> None:
    late = meta(article__published_time="2023-09-20T10:00:00Z")
    time = "<h1>T</h1><time datetime=2023-09-20T10:00:00Z>x</time>"
    early = article_data(datePublished="2023-09-13T10:00:00Z")
    changed = article_data(datePublished="2023-09-13T10:00:00Z", dateModified="2023-09-20T10:00:00Z")
    assert made(run, page(early + late, time + ARTICLE)).published_at == datetime(2023, 9, 20, 10, tzinfo=UTC)
    assert made(run, page(changed + late, time + ARTICLE)).published_at == DAY


def test_the_day_in_the_address_and_its_evening_in_the_west_agree(run: Extract) -> None:
    head = article_data(datePublished="2023-09-13T23:59:00-11:00", dateModified="2023-09-13T23:59:00-11:00")
    found = made(run, page(head), url="https://example.org/2023/09/13/a")
    assert choice(found, "published_at") == Choice(
        field="published_at", value="2023-09-14T10:59:00+00:00", source="JSON-LD datePublished", agreeing=("url",)
    )


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ("<h1>T</h1><div class=post-date>13.09.2023, 5 min</div>", 13),
        ("<h1>T</h1><div class=metaDateTime>13.09.2023</div>", 13),
        ("<h1>T</h1><div class=updated-date>13.09.2023</div>", None),
        ("<h1>T</h1><div class=candidate>13.09.2023</div>", None),
        ("<div data-publish-dt='2023.09.13 18:40'>x</div>", 13),
        ("<div data-expiry-date=2023-09-13>x</div>", None),
        ("<aside><div data-date=2023-09-13>x</div></aside>", None),
    ],
)
def test_a_shown_date_counts_where_nothing_else_tells_one(body: str, day: int | None) -> None:
    clues = read_page(page("", f"{body}{ARTICLE}")).published
    assert [("13" in clue.value and "2023" in clue.value) for clue in clues] == [True] * (day is not None)
    stamped = read_page(page(article_data(datePublished="2023-09-01"), body + ARTICLE)).published
    assert [clue.value for clue in stamped] == ["2023-09-01"]


def test_a_given_field_is_the_record_s_and_the_page_s_own_is_its_runner_up(run: Extract) -> None:
    head = article_data(headline=ONE, author=PERSON, datePublished="2023-09-13T10:00:00Z")
    found = made(run, page(head), title=TWO, authors=("Jane Doe",), published_at="2023-01-01")
    assert choice(found, "title") == Choice(
        field="title", value=TWO, source="record", runner_up=ONE, runner_up_source="JSON-LD headline"
    )
    assert choice(found, "authors") == Choice(
        field="authors", value="Jane Doe", source="record", agreeing=("JSON-LD author",)
    )
    assert choice(found, "published_at").source == "record"
    assert choice(found, "published_at").runner_up == "2023-09-13T10:00:00+00:00"


def test_every_field_with_a_value_has_one_choice_that_says_it(run: Extract) -> None:
    dates = {"datePublished": "2023-09-13", "dateModified": "2023-09-14"}
    head = article_data(headline=ONE, author=PERSON, keywords=["a", "b"], description="d", **dates)
    found = made(run, page(head + "<link rel=canonical href=https://example.org/a>", attributes=" lang=en"))
    told = {choice.field: choice.value for choice in found.choices}
    assert len(told) == len(found.choices)
    assert told == {
        "url": "https://example.org/a", "title": ONE, "description": "d", "authors": "Jane Doe", "tags": "a; b",
        "language": "en", "published_at": "2023-09-13T00:00:00+00:00", "modified_at": "2023-09-14T00:00:00+00:00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw_format", "content", "source"),
    [
        (RawFormat.TEXT, f"{ONE}\n\n{SENTENCES[0]}\n\n{SENTENCES[1]}", "first lines"),
        (RawFormat.MARKDOWN, f"---\ntitle: {ONE}\n---\n\n{SENTENCES[0]}", "front matter"),
    ],
)
def test_other_formats_tell_their_one_place(run: Extract, raw_format: RawFormat, content: str, source: str) -> None:
    assert choice(made(run, content, raw_format), "title") == Choice(field="title", value=ONE, source=source)
