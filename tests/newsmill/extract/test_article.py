from datetime import UTC, datetime

import pytest

from newsmill.model import Article, DateSource, RawFormat, Reason, Unreadable, key_of

from .conftest import Extract
from .test_html import ARTICLE, SENTENCES, linked, page

PUBLISHED = linked({"@type": "NewsArticle", "headline": "Theirs", "datePublished": "2023-09-13T10:00:00Z"})


def article(run: Extract, *args: object, **given: object) -> Article:
    found = run(*args, **given)
    assert isinstance(found, Article)
    return found


def test_given_fields_beat_extracted_ones(run: Extract) -> None:
    found = article(
        run, page(PUBLISHED + "<link rel=canonical href=https://example.org/theirs>"), id="7", title=" Ours ",
        description="d", url="https://example.org/ours?utm_source=x", authors=("A B", "A B", " "), tags=("t",),
        published_at="2023-09-01", modified_at="2023-09-02", fetched_at="2023-09-20T00:00:00Z", language="de",
    )  # fmt: skip
    assert (found.title, found.description, found.authors, found.tags) == ("Ours", "d", ("A B",), ("t",))
    assert (found.source_id, found.language) == ("7", "de")
    assert found.url == "https://example.org/ours"
    assert found.article_id == key_of("url", "https://example.org/ours")
    assert found.published_at == datetime(2023, 9, 1, tzinfo=UTC)
    assert found.modified_at == datetime(2023, 9, 2, tzinfo=UTC)
    assert found.fetched_at == datetime(2023, 9, 20, tzinfo=UTC)
    assert found.date_source is DateSource.RECORD
    assert found.notes == ()


def test_a_page_is_known_by_its_canonical_link_else_by_its_place(run: Extract) -> None:
    linked_page = article(run, page("<link rel=canonical href=https://example.org/a>"))
    assert linked_page.url == "https://example.org/a"
    assert linked_page.article_id == key_of("url", "https://example.org/a")
    plain = article(run, page(), raw_path="some/x.html")
    assert plain.url is None
    assert plain.article_id == key_of("source", "some", "some/x.html")


def test_an_invalid_url_is_noted_and_not_believed(run: Extract) -> None:
    found = article(run, page(), url="http://[::1")
    assert found.url is None
    assert found.notes == ("url 'http://[::1' is no http(s) address; not believed",)


@pytest.mark.parametrize(
    ("given", "outlet"),
    [
        ({"outlet": "mine", "url": "https://www.express.co.uk/a"}, "mine"),
        ({"url": "https://www.express.co.uk/a"}, "express"),
        ({"url": "https://news.example.org/a"}, "some"),
        ({"url": "https://news.example.org/a", "folder": None}, "news-example-org"),
        ({"folder": None}, "unknown"),
    ],
)
def test_the_outlet_is_resolved(run: Extract, given: dict[str, str], outlet: str) -> None:
    assert article(run, page(), **given).outlet == outlet


@pytest.mark.parametrize(
    ("content", "given", "published", "source"),
    [
        (page(PUBLISHED), {"published_at": "2023-09-01"}, (2023, 9, 1), DateSource.RECORD),
        (page(PUBLISHED), {"url": "https://example.org/2023/09/02/a"}, (2023, 9, 13, 10), DateSource.METADATA),
        (page(), {"url": "https://example.org/2023/09/02/a"}, (2023, 9, 2), DateSource.URL),
        (page(body=f"<p>By Jane Doe | Sep 13, 2023</p>{ARTICLE}"), {}, (2023, 9, 13), DateSource.BYLINE),
        (page(), {}, None, DateSource.INGESTED),
    ],
)
def test_the_date_says_where_it_came_from(
    run: Extract, content: str, given: dict[str, str], published: tuple[int, ...] | None, source: DateSource
) -> None:
    found = article(run, content, **given)
    assert found.published_at == (datetime(*published, tzinfo=UTC) if published else None)
    assert found.date_source is source


def test_a_zoneless_date_is_in_the_outlets_zone(run: Extract) -> None:
    head = linked({"@type": "NewsArticle", "datePublished": "2023-09-13T10:00:00"})
    assert article(run, page(head), outlet="express").published_at == datetime(2023, 9, 13, 9, tzinfo=UTC)
    assert article(run, page(head), outlet="nobody").published_at == datetime(2023, 9, 13, 10, tzinfo=UTC)


@pytest.mark.parametrize("fetched", [{"fetched_at": "2023-09-10T00:00:00Z"}, {}])
def test_a_date_after_the_fetch_or_before_1900_is_noted_and_not_believed(run: Extract, fetched: dict[str, str]) -> None:
    for value, why in (("9999-01-01", "more than a day after the fetch"), ("1899-12-31", "before 1900")):
        found = article(run, page(), published_at=value, **fetched)
        assert found.published_at is None
        assert found.date_source is DateSource.INGESTED
        assert found.notes == (f"published_at {value!r} is {why}; not believed",)


def test_the_day_after_the_fetch_is_the_last_that_is_believed(run: Extract) -> None:
    fetch = "2023-09-10T00:00:00Z"
    assert article(run, page(), published_at="2023-09-11T00:00:00Z", fetched_at=fetch).published_at is not None
    assert article(run, page(), published_at="2023-09-11T00:00:01Z", fetched_at=fetch).published_at is None
    assert article(run, page(), published_at="2026-01-16T23:59:59Z").published_at is not None
    assert article(run, page(), published_at="2026-01-17T00:00:00Z").published_at is None


def test_a_fetch_that_lies_in_the_future_bounds_nothing(run: Extract) -> None:
    found = article(run, page(), published_at="9999-01-01", fetched_at="9999-01-01")
    assert (found.fetched_at, found.published_at) == (None, None)
    assert len(found.notes) == 2


@pytest.mark.parametrize("value", ["0000-00-00", "9999-12-31T23:59:59-12:00", "soon", "\x00", "1e309", "-1"])
def test_no_written_date_raises(run: Extract, value: str) -> None:
    found = article(run, page(PUBLISHED), published_at=value, modified_at=value, fetched_at=value)
    assert found.published_at == datetime(2023, 9, 13, 10, tzinfo=UTC)
    assert found.modified_at is None
    assert any(note.startswith("published_at") for note in found.notes)


def test_a_language_that_is_no_code_is_noted(run: Extract) -> None:
    found = article(run, page(), language="Klingon")
    assert found.language == "en"
    assert found.notes == ("language 'Klingon' is no ISO 639-1 code; not believed",)


@pytest.mark.parametrize(
    ("content", "raw_format", "reason"),
    [
        ("<div>" * 50_000 + "x", RawFormat.HTML, Reason.TOO_DEEP),
        ("---\ntitle: [\n---\n", RawFormat.MARKDOWN, Reason.BAD_FRONT_MATTER),
    ],
)
def test_what_cannot_be_extracted_is_unreadable_with_its_reason(
    run: Extract, content: str, raw_format: RawFormat, reason: Reason
) -> None:
    found = run(content, raw_format, raw_path="some/bad")
    assert isinstance(found, Unreadable)
    assert (found.reason, found.raw_path, found.folder) == (reason, "some/bad", "some")
    assert found.raw_sha256
    assert found.fingerprint
    assert found.detail


@pytest.mark.parametrize("raw_format", RawFormat)
def test_a_record_without_text_is_an_article_without_blocks(run: Extract, raw_format: RawFormat) -> None:
    found = article(run, " \n", raw_format)
    assert found.blocks == ()
    assert found.title is None
    assert found.language is None


def test_the_same_text_gives_the_same_blocks_in_every_format(run: Extract) -> None:
    body = "\n\n".join(SENTENCES)
    found = [article(run, content, form) for content, form in
             ((page(), RawFormat.HTML), (body, RawFormat.TEXT), (body, RawFormat.MARKDOWN))]  # fmt: skip
    assert [[block.text for block in one.blocks] for one in found] == [list(SENTENCES)] * 3


HOME = "<link rel=canonical href=https://example.org/>"


def test_articles_that_share_a_home_page_as_canonical_link_stay_apart(run: Extract) -> None:
    one = article(run, page(HOME), raw_path="some/1.html")
    two = article(run, page(HOME), raw_path="some/2.html")
    assert (one.url, two.url) == (None, None)
    assert one.article_id == key_of("source", "some", "some/1.html") != two.article_id
    assert one.notes == (
        "canonical link 'https://example.org/' is a home page, not an article's address; not believed",
    )


@pytest.mark.parametrize(
    ("address", "believed"),
    [
        ("https://example.org", False),
        ("https://example.org/?utm_source=x", False),
        ("https://example.org/#top", False),
        ("https://example.org/?p=7", True),
        ("https://example.org/a", True),
    ],
)
def test_an_address_without_path_and_query_is_no_articles_given_or_found(
    run: Extract, address: str, believed: bool
) -> None:
    found = article(run, page(f"<link rel=canonical href={address}>"))
    given = article(run, page(), url=address)
    assert (found.url is not None, given.url is not None) == (believed, believed)
    assert (found.notes == (), given.notes == ()) == (believed, believed)


def test_a_home_page_gives_way_to_a_better_address_and_still_tells_the_outlet(run: Extract) -> None:
    better = "<meta property=og:url content=https://example.org/a>"
    assert article(run, page(HOME + better)).url == "https://example.org/a"
    assert article(run, page(HOME + better), url="https://example.org/").url == "https://example.org/a"
    assert article(run, page(), url="https://www.express.co.uk/").outlet == "express"
    assert article(run, page("<link rel=canonical href=https://www.express.co.uk/>")).outlet == "express"


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        ("1709596800", datetime(2024, 3, 5, tzinfo=UTC)),
        ("1709596800000", datetime(2024, 3, 5, tzinfo=UTC)),
        ("20240305", datetime(2024, 3, 5, tzinfo=UTC)),
        ("0", None),
    ],
)
def test_a_given_date_may_be_a_number(run: Extract, number: str, moment: datetime | None) -> None:
    found = article(run, page(), published_at=number, fetched_at=number)
    assert (found.published_at, found.fetched_at) == (moment, moment)
    assert (found.notes == ()) is (moment is not None)


@pytest.mark.parametrize(
    ("raw_format", "expected"),
    [(RawFormat.HTML, "C & D"), (RawFormat.TEXT, "C &amp; D"), (RawFormat.MARKDOWN, "C &amp; D")],
)
def test_entities_of_a_given_title_are_read_where_the_record_is_a_page(
    run: Extract, raw_format: RawFormat, expected: str
) -> None:
    found = article(run, page(), raw_format, title="C &amp; D", description="C &amp; D")
    assert (found.title, found.description) == (expected, expected)
    assert article(run, page(), title="C &amp;amp; D").title == "C &amp; D"


def test_a_date_in_the_story_of_an_undated_dump_is_not_the_articles(run: Extract) -> None:
    history = "How it came to this\n\n12 May 1998\n\n"
    dump = "Council closes the bridge again\n\n" + "\n\n".join(SENTENCES[:2]) + "\n\n" + history + SENTENCES[2]
    assert article(run, dump, RawFormat.TEXT).published_at is None
    dated = dump.replace("again\n", "again\n\n13 September 2023\n", 1)
    assert article(run, dated, RawFormat.TEXT).published_at == datetime(2023, 9, 13, tzinfo=UTC)
