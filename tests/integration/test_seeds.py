"""The five founding articles come out right: every line that must go is gone, every line that must stay is there."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from tests.integration.runs import SEEDS, published, rows, run

RAW = {path.parent.name: path.read_text(encoding="utf-8") for path in sorted(SEEDS.rglob("*.txt"))}

CUT = {
    "thesocialtalks": [
        "Blog Business Entertainment Environment Health Latest News News Analysis Opinion Science Sports Technology "
        "Videos World",
        "Putin-Kim Jong Un Meet Amid Ukraine War",
        "Source Image: Vladimir Putin ‘accepts’ Kim Jong-un’s invitation to visit North Korea (",
        "Share This Post On",
        "Tags: Russia North Korea Vladimir Putin Kim Jong Un",
        "Leave a comment",
        "You need to login to leave a comment. Log-in is a Global Media House Initiative by Socialnetic Infotainment "
        "Private Limited.",
        "TheSocialTalks was founded in 2020 as an alternative to mainstream media which is fraught with "
        "misinformation, disinformation and propaganda. We have a strong dedication to publishing authentic news that "
        "abides by the principles and ethics of journalism. We are an organisation driven by a passion for truth and "
        "justice in society.",
        "Our team of journalists and editors from all over the world work relentlessly to deliver real stories "
        "affecting our society. To keep our operations running, We need sponsors and subscribers to our news portal. "
        "Kindly sponsor or subscribe to make it possible for us to give free access to our portal and it will help "
        "writers and our cause. It will go a long way in running our operations and publishing real news and stories "
        "about issues affecting us.",
        "Your contributions help us to expand our organisation, making our news accessible to more everyone and "
        "deepening our impact on the media.",
        "Support fearless and fair journalism today.",
    ],
    "libertarian-institute": [
        "Russia’s Putin and N. Korea’s Kim Hold Talks, Seek to Form ‘Unbreakable Relations’",
        "by | Sep 13, 2023",
        "kim putin",
        "About Kyle Anzalone",
        "Kyle Anzalone is news editor of the Libertarian Institute, opinion editor of and co-host of Conflicts of "
        "Interest with Will Porter and Connor Freeman.",
        "Our Books",
        "libertarian inst books",
        "Related Articles",
        "Pin It on Pinterest",
        "Share This",
    ],
    "winston-blog": ["Full summary"],
    "verity": [
        "Kim Pledges Support for Russia's 'Sacred Fight' in Meeting With Putin",
        "In his first trip outside North Korea since 2019 — when he traveled to Russia and met with Pres. Vladimir "
        "Putin — Kim Jong Un again went to the country and met with his Russian counterpart on Wednesday....",
        "0:00",
        "/0:00",
        "Sources: 1Guardian, 2Associated Press, 3TASS and 4Al Jazeera.",
    ],
    "express": [
        "Putin and Kim Jong Un’s terrifying warning to the West as North Korea vows to support war | World | News"
    ],
}


def folded(line: str) -> str:
    return " ".join(line.split())


def lines_to_keep(outlet: str) -> list[str]:
    """What is left of the raw file without front matter, markup, markers, reference digits and the lines to cut."""
    raw = re.sub(r"\A---\n.*?\n---\n", "", RAW[outlet], flags=re.DOTALL)
    raw = re.sub(r"<[^>]+>", "", raw)
    lines = [folded(re.sub(r"^(- |## )", "", line.strip())) for line in raw.splitlines()]
    if outlet == "verity":
        lines = [re.sub(r"(?<=[.'’])\d$", "", line) for line in lines]
    cut = {folded(line) for line in CUT[outlet]}
    return [line for line in lines if line and line not in cut]


KEEP = {outlet: lines_to_keep(outlet) for outlet in RAW}
BLOCKS = {"thesocialtalks": 13, "libertarian-institute": 9, "winston-blog": 19, "verity": 10, "express": 17}
TITLES = {
    "thesocialtalks": "Putin-Kim Jong Un Meet Amid Ukraine War",
    "libertarian-institute": "Russia’s Putin and N. Korea’s Kim Hold Talks, Seek to Form ‘Unbreakable Relations’",
    "winston-blog": "How does the summit between Putin and Kim Jong-un signal a potential shift in the relationship "
    "between Russia and North Korea?",
    "verity": "Kim Pledges Support for Russia's 'Sacred Fight' in Meeting With Putin",
    "express": "Putin and Kim Jong Un’s terrifying warning to the West as North Korea vows to support war",
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The corpus of one run over the seeds, by outlet, and the folder that it lies in."""
    data = tmp_path_factory.mktemp("seeds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWSMILL_DATA_URI", str(data))
        assert run(SEEDS)["published"] == 5
    return {row["outlet"]: row for row in published(data).values()}, data


def each_line(lines: dict[str, list[str]]):
    """One case a line, named by the article and the line."""
    cases = [pytest.param(outlet, line, id=f"{outlet}: {line[:60]}") for outlet in lines for line in lines[outlet]]
    return pytest.mark.parametrize(("outlet", "line"), cases)


@each_line(CUT)
def test_line_is_cut(corpus, outlet, line):
    assert folded(line) not in corpus[0][outlet]["text"].split("\n\n")


@each_line(KEEP)
def test_line_is_kept(corpus, outlet, line):
    assert line in corpus[0][outlet]["text"].split("\n\n")


@pytest.mark.parametrize("outlet", KEEP)
def test_text_is_exactly_the_kept_lines_in_their_order(corpus, outlet):
    blocks = corpus[0][outlet]["text"].split("\n\n")
    assert blocks == KEEP[outlet]
    assert len(blocks) == BLOCKS[outlet]


@pytest.mark.parametrize("outlet", TITLES)
def test_title_and_language(corpus, outlet):
    row = corpus[0][outlet]
    assert (row["title"], row["language"]) == (TITLES[outlet], "en")


@pytest.mark.parametrize("outlet", ["thesocialtalks", "verity", "express"])
def test_article_without_a_date_gets_the_run_s_day(corpus, outlet):
    row = corpus[0][outlet]
    assert (row["published_at"], row["date_source"], row["date"]) == (None, "ingested", "2026-03-01")


def test_thesocialtalks_tags_are_the_words_of_the_tags_line(corpus):
    assert corpus[0]["thesocialtalks"]["tags"] == ["Russia", "North Korea", "Vladimir Putin", "Kim Jong Un"]


def test_libertarian_institute_has_its_author_and_the_byline_s_day(corpus):
    row = corpus[0]["libertarian-institute"]
    assert row["authors"] == ["Kyle Anzalone"]
    assert row["published_at"].astimezone(UTC).date() == date(2023, 9, 13)
    assert (row["date_source"], row["date"]) == ("byline", "2023-09-13")


def test_winston_blog_has_the_fields_of_its_front_matter(corpus):
    row = corpus[0]["winston-blog"]
    assert row["published_at"] == datetime(2023, 9, 16, 5, 55, 2, tzinfo=UTC)
    assert (row["date_source"], row["date"]) == ("metadata", "2023-09-16")
    assert (row["authors"], row["tags"]) == (["winston"], ["world news"])
    assert row["description"].startswith("In a bold and intriguing summit held in Russia")
    assert row["raw_format"] == "markdown"


def test_winston_blog_has_its_ten_sources_and_their_nine_titles(corpus):
    sources = corpus[0]["winston-blog"]["sources"]
    listed = re.search(r"^sources: (.+)$", RAW["winston-blog"], flags=re.MULTILINE)[1].split()
    assert [source["url"] for source in sources] == listed
    assert sum(source["name"] is not None for source in sources) == 9
    assert sources[0]["name"] is None
    assert sources[-1]["name"] == (
        "Where Does the Russia-North Korea Relationship Stand? | Council on Foreign Relations"
    )


def test_verity_names_its_four_sources(corpus):
    names = [source["name"] for source in corpus[0]["verity"]["sources"]]
    assert names == ["Guardian", "Associated Press", "TASS", "Al Jazeera"]


def test_every_cut_line_is_in_the_removals_ledger_with_rule_and_evidence(corpus):
    removals = rows(corpus[1], "ledger/removals")
    assert all(row["rule"] and row["category"] and row["evidence"] for row in removals)
    gone = {(row["outlet"], row["text_before"]) for row in removals if row["text_after"] is None}
    assert {(outlet, folded(line)) for outlet in CUT for line in CUT[outlet]} <= gone


def test_text_and_removals_restore_the_extracted_blocks(corpus):
    from newsmill.clean.restore import restore
    from newsmill.model import Removal

    removals = rows(corpus[1], "ledger/removals")
    for outlet, row in corpus[0].items():
        mine = [
            Removal(**{name: cut[name] for name in Removal.__dataclass_fields__})
            for cut in removals
            if cut["outlet"] == outlet
        ]
        blocks = restore(row["text"], mine)
        assert set(blocks) - set(KEEP[outlet]) == {cut.text_before for cut in mine if cut.step == 0}
        assert [block for block in blocks if block in set(KEEP[outlet])] == [
            line for line in KEEP[outlet] if line in blocks
        ]
