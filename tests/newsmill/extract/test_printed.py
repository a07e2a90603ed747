import pytest

from newsmill.extract.printed import printed_fields, source_line, tag_line
from newsmill.model import Block, BlockKind, Source

LEAD = "The council of Kim Jong Un voted on Tuesday to close the bridge in North Korea, a spokesman of Russia said."


def blocks(*texts: str) -> list[Block]:
    return [Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts]


def dates(*texts: str) -> tuple[list[str], list[str]]:
    found = printed_fields(blocks("Council Closes Bridge", *texts, LEAD), "Council Closes Bridge")
    return [clue.value for clue in found.published], [clue.value for clue in found.modified]


@pytest.mark.parametrize(
    ("line", "published", "modified"),
    [
        ("by | Sep 13, 2023", ["Sep 13, 2023"], []),
        ("By Jane Doe | Sep 13, 2023", ["Sep 13, 2023"], []),
        ("Published: 13 September 2023", ["13 September 2023"], []),
        ("Von Max Muster, 13.09.2023, 10:30 Uhr", ["13.09.2023, 10:30 Uhr"], []),
        ("September 13, 2023 at 10:05 p.m. ET", ["September 13, 2023 at 10:05 p.m. ET"], []),
        ("13 de septiembre de 2023", ["13 de septiembre de 2023"], []),
        ("2023年9月13日", ["2023年9月13日"], []),
        ("Published Sep 13, 2023 Updated Sep 14, 2023", ["Sep 13, 2023"], ["Sep 14, 2023"]),
        ("Stand: 13.09.2023", [], ["13.09.2023"]),
        ("The war began on 24 February 2022 and has not ended.", [], []),
        ("He was born on May 3, 1950 in a small town near the border with China", [], []),
        ("September 2023", [], []),
    ],
)
def test_a_date_is_read_from_bylines_and_not_from_the_story(
    line: str, published: list[str], modified: list[str]
) -> None:
    assert dates(line) == (published, modified)


def test_a_date_far_from_the_title_is_not_the_articles() -> None:
    short = "The council voted to close it."
    assert dates(*[f"{short} {number}" for number in range(6)], "Sep 13, 2023") == (["Sep 13, 2023"], [])
    assert dates(*[f"{short} {number}" for number in range(7)], "Sep 13, 2023") == ([], [])


@pytest.mark.parametrize(
    ("above", "line", "counts"),
    [
        ([], "Sep 13, 2023", True),
        ([LEAD], "Sep 13, 2023", False),
        ([LEAD, "Jane Doe"], "Sep 13, 2023", True),
        ([LEAD], "Jane Doe, Sep 13, 2023", True),
        ([LEAD, LEAD + " And so on."], "Jane Doe, Sep 13, 2023", False),
        ([LEAD, LEAD + " And so on.", "How it came to this"], "Sep 13, 2023", False),
        ([LEAD, LEAD + " And so on."], "Published: Sep 13, 2023", True),
        ([LEAD, LEAD + " And so on."], "By Jane Doe | Sep 13, 2023", True),
        ([LEAD, LEAD + " And so on."], "Opened by the queen, May 12, 1998", False),
    ],
)
def test_below_the_first_paragraph_only_a_byline_dates_the_article(above: list[str], line: str, counts: bool) -> None:
    assert bool(dates(*above, line)[0]) is counts


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (["By Jane Doe"], ("Jane Doe",)),
        (["By Jane Doe and John Roe | Sep 13, 2023"], ("Jane Doe", "John Roe")),
        (["Von Max Muster, 13.09.2023"], ("Max Muster",)),
        (["By", "Sarah E. Needleman"], ("Sarah E. Needleman",)),
        (["By next year the bridge will be open again"], ()),
        (["by | Sep 13, 2023"], ()),
        (["By law"], ()),
    ],
)
def test_authors_are_read_from_bylines(lines: list[str], authors: tuple[str, ...]) -> None:
    assert printed_fields(blocks("Council Closes Bridge", *lines, LEAD), "Council Closes Bridge").authors == authors


def test_an_author_is_read_from_a_biography_that_begins_with_the_name() -> None:
    about = ("About Kyle Anzalone", "Kyle Anzalone is news editor.")
    assert printed_fields(blocks(LEAD, *about), None).authors == ("Kyle Anzalone",)
    assert printed_fields(blocks(LEAD, "About Kyle Anzalone", "He is news editor."), None).authors == ()
    assert printed_fields(blocks(LEAD, "About the Author", "the Author is Jane."), None).authors == ()


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("Tags: Russia, North Korea", ("Russia", "North Korea")),
        ("Topics: Russia | North Korea", ("Russia", "North Korea")),
        ("Schlagwörter: Brücke; Rat", ("Brücke", "Rat")),
        ("Tags: Russia North Korea Kim Jong Un", ("Russia", "North Korea", "Kim Jong Un")),
        ("Tags: Russia Nowhere Land", ("Russia", "Nowhere", "Land")),
        ("Tags: #Russia #NorthKorea", ("Russia", "NorthKorea")),
        ("Tags:", ()),
        ("Tagging: a, b", ()),
        ("Tags: " + "word " * 61, ()),
    ],
)
def test_tags_are_read_from_their_line(line: str, tags: tuple[str, ...]) -> None:
    assert tag_line(line.strip(), blocks(LEAD, line)) == tags


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (
            "Sources: 1Guardian, 2Associated Press, 3TASS and 4Al Jazeera.",
            ["Guardian", "Associated Press", "TASS", "Al Jazeera"],
        ),
        ("Quellen: dpa, AFP und Reuters", ["dpa", "AFP", "Reuters"]),
        ("Fuentes: EFE y Reuters", ["EFE", "Reuters"]),
        ("Sources: [1] Guardian, [2] 20 Minutes", ["Guardian", "20 Minutes"]),
        ("Sources said that the bridge was closed.", []),
        ("Sources: " + "word " * 10 + ", Reuters", ["word " * 9 + "word", "Reuters"]),
        ("Sources: " + "word " * 11 + ", Reuters", []),
        ("Source Image: Guardian", []),
    ],
)
def test_sources_are_read_from_their_line(line: str, names: list[str]) -> None:
    assert source_line(line) == tuple(Source(name=name) for name in names)


def test_an_address_in_the_sources_line_is_a_url() -> None:
    assert source_line("Sources: https://example.org/a?utm_source=x, Reuters") == (
        Source(url="https://example.org/a"),
        Source(name="Reuters"),
    )
