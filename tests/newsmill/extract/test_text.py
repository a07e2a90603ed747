import pytest

from newsmill.extract.shapes import is_menu, is_title_like
from newsmill.extract.text import read_dump
from newsmill.model import Block, BlockKind

LEAD = "The council voted on Tuesday to close the old bridge for six months, a spokesman said in the evening."


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Blog Business Entertainment Environment Health Latest News News Analysis Opinion Science Videos World", True),
        ("Home News Sport Business Weather", True),
        ("Politik Wirtschaft Kultur Sport Reise Meinung", True),
        ("Putin-Kim Jong Un Meet Amid Ukraine War", False),
        ("World Business Leaders Meet in Davos", False),
        ("Sport News", False),
        ("Kim Pledges Full Unconditional Support", False),
        ("Home, News, Sport, Business, Weather", False),
    ],
)
def test_a_row_of_section_names_is_a_menu(line: str, expected: bool) -> None:
    assert is_menu(line) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Council Closes Old Bridge for Six Months", True),
        ("Why is the bridge closed?", True),
        ("宮崎県で震度5弱、高知と宮崎に1メートルの津波注意報", True),
        ("The council closed the old bridge.", False),
        ("by | Sep 13, 2023", False),
        ("Published: 13 September 2023", False),
        ("Source Image: The bridge in spring", False),
        ("Photo: The bridge in spring", False),
        ("Tags: bridge traffic council", False),
        ("kim putin", False),
        ("नगर परिषद ने मंगलवार को पुराने पुल के पुनर्निर्माण के पक्ष में मतदान किया।", False),
        ("नगर परिषद ने पुराने पुल के पुनर्निर्माण के पक्ष में मतदान किया", True),
        ("سٹی کونسل نے منگل کو پرانے بندرگاہ پل کی تعمیر نو کے حق میں ووٹ دیا۔", False),
        ("سٹی کونسل نے پرانے بندرگاہ پل کی تعمیر نو کے حق میں ووٹ دیا", True),
        ("لماذا أغلق الجسر القديم؟", True),
        ("قال رئيس البلدية إن العمل سيبدأ قبل نهاية العام،", False),
        ("የከተማው ምክር ቤት ማክሰኞ ድልድዩን ለመገንባት ወሰነ።", False),
        ("市議会は古い橋を再建することを決議した。市長が述べた", False),
        ("Image 3 of 23 in this gallery", False),
        ("Council closes the old bridge, which is rusted, for a whole six months, he said (Jo Low/AP)", False),
        ("“Meth. We’re on it.”", True),
        ("The mayor said that the work on it would end “before the end of the year.”", False),
        ("Council closes the old bridge for six months over rust in all of its cables.1", False),
        ("Novak Djokovic beats Rafael Nadal in the long Melbourne final to remain world No. 1", True),
        ("Council closes the old bridge that is on the way to traf-", False),
        ("Share", False),
        ("word " * 31, False),
    ],
)
def test_what_looks_like_a_title(line: str, expected: bool) -> None:
    assert is_title_like(Block(kind=BlockKind.PARAGRAPH, text=line.strip())) is expected


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (f"Council Closes Old Bridge for Months\n\n{LEAD}", "Council Closes Old Bridge for Months"),
        (f"Council closes old bridge | World | News\n\n{LEAD}", "Council closes old bridge"),
        (f"Live | Old bridge\n\n{LEAD}", "Live | Old bridge"),
        (f"Home News Sport Business Weather\nCouncil Closes Old Bridge\n\n{LEAD}", "Council Closes Old Bridge"),
        (f"{LEAD}\n\nCouncil Closes Old Bridge\n\n{LEAD}", None),
        (LEAD, None),
        (f"The council voted on Tuesday to close the old bridge\nfor six months, a spokesman said.\n{LEAD}", None),
        (f"The council votes to close the old bridge for now\nby Jane Doe\n{LEAD}",
         "The council votes to close the old bridge for now"),
        (f"The council votes to close the old bridge for now\nbridge council\n{LEAD}",
         "The council votes to close the old bridge for now"),
        ("", None),
    ],
)  # fmt: skip
def test_the_title_is_the_first_line_that_looks_like_one(content: str, title: str | None) -> None:
    assert read_dump(content).title == title


def test_the_line_that_agrees_with_the_url_is_the_title() -> None:
    content = f"A Bank of the Whole Region\nMost Read Stories Today\nCouncil closes the old bridge\n\n{LEAD}"
    url = "https://example.org/news/council-closes-old-bridge-1234"
    assert read_dump(content, url).title == "Council closes the old bridge"
    assert read_dump(content, "https://example.org/1234").title == "A Bank of the Whole Region"


def test_a_line_above_the_story_that_agrees_with_the_url_beats_one_below_it() -> None:
    head = "Mayor of Low Harbour: council closes old bridge at last"
    caption = "The council closes the old bridge in May"
    url = "https://example.org/news/council-closes-old-bridge"
    assert read_dump(f"{head}\n\n{LEAD}\n\n{caption}\n\n{LEAD}", url).title == head
    assert read_dump(f"Low Harbour Today News\n\n{LEAD}\n\n{caption}\n\n{LEAD}", url).title == caption


def test_the_title_line_stays_in_the_blocks() -> None:
    draft = read_dump(f"Council Closes Old Bridge | Local\n\n{LEAD}")
    assert [block.text for block in draft.blocks] == ["Council Closes Old Bridge | Local", LEAD]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("A Meeting of the Pariahs", BlockKind.HEADING),
        ("What happens now", BlockKind.HEADING),
        ("What happens now.", BlockKind.PARAGRAPH),
        ("what happens now", BlockKind.PARAGRAPH),
        ("अब आगे क्या होगा", BlockKind.HEADING),
        ("अब आगे क्या होगा।", BlockKind.PARAGRAPH),
        ("اب کیا ہو گا۔", BlockKind.PARAGRAPH),
        ("いまから橋はどうなるのか！", BlockKind.PARAGRAPH),
        ("Peskov added that no documents were signed following the meeting", BlockKind.PARAGRAPH),
        ("Russia Hosts North Korea for Talks on Arms and Space", BlockKind.HEADING),
        ("0:00", BlockKind.PARAGRAPH),
        ("Sep 13, 2023", BlockKind.PARAGRAPH),
        ("Home News Sport Business Weather", BlockKind.PARAGRAPH),
    ],
)
def test_a_short_line_before_a_paragraph_is_a_heading(line: str, kind: BlockKind) -> None:
    assert read_dump(f"{LEAD}\n\n{line}\n\n{LEAD}").blocks[1] == Block(kind=kind, text=line)


def test_a_short_line_before_another_or_at_the_end_is_no_heading() -> None:
    assert {block.kind for block in read_dump("Our Books\n\nRelated Articles\n\nShare This").blocks} == {
        BlockKind.PARAGRAPH
    }


SECTIONS_OF_A_PAGE = [
    "Skip to the content",
    "Sign in or subscribe",
    "Find a job",
    "Buy a house",
    "Read the paper",
    "Win a prize",
]


def test_title_of_a_whole_page_is_the_longest_line_shortly_above_the_text() -> None:
    title = "Council closes its old bridge for six months"
    menus = "\n".join(SECTIONS_OF_A_PAGE)
    assert read_dump(f"{menus}\n{title}\nBy Anna Example Smith\n\n{TWO_PARAGRAPHS}").title == title
    few = "\n".join(SECTIONS_OF_A_PAGE[1:3])
    assert read_dump(f"{few}\n{title}\n\n{TWO_PARAGRAPHS}").title == SECTIONS_OF_A_PAGE[1]


@pytest.mark.parametrize(
    ("above", "names", "title"),
    [
        ("Skip to main content", (), "Council closes its old bridge"),
        ("Zum Hauptinhalt springen", (), "Council closes its old bridge"),
        ("Skip the queue at the ferry", (), "Skip the queue at the ferry"),
        ("The Saltmarsh Herald", ("saltmarsh-herald",), "Council closes its old bridge"),
        ("The Saltmarsh Herald", ("orrin-times",), "The Saltmarsh Herald"),
    ],
)
def test_link_past_the_menu_and_the_outlet_s_name_are_no_title(above: str, names: tuple[str, ...], title: str) -> None:
    dump = f"{above}\n\nCouncil closes its old bridge\n\n{TWO_PARAGRAPHS}"
    assert read_dump(dump, known_names=names).title == title


def test_lone_paragraph_of_a_menu_is_not_yet_the_text() -> None:
    title = "Council closes its old bridge for six months"
    notice = "This page keeps small files on your machine so that it knows you again tomorrow."
    menus = "\n\n".join([SECTIONS_OF_A_PAGE[0], notice, *SECTIONS_OF_A_PAGE])
    assert read_dump(f"{menus}\n\n{title}\n\n{TWO_PARAGRAPHS}").title == title


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ("4. Council closes its old bridge", "Council closes its old bridge"),
        ("News Region Council closes its old bridge", "Council closes its old bridge"),
        ("Traffic: Council closes its old bridge", "Traffic: Council closes its old bridge"),
    ],
)
def test_title_known_by_its_url_loses_the_sections_that_stand_before_it(above: str, title: str) -> None:
    url = "https://example.org/traffic/news/region/4/council-closes-its-old-bridge"
    content = f"{above}\nCouncil closes its old bridge\n\n{TWO_PARAGRAPHS}"
    assert read_dump(content, url).title == title


TWO_PARAGRAPHS = (
    "The council voted on Tuesday to close the old bridge while engineers replace its cables.\n\n"
    "Traffic will be led over the new road in the north, which opened only last year."
)
