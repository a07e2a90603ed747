"""The five founding articles: every field, and every line that is to be kept."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsmill.model import Article, BlockKind, DateSource, Source, key_of

Seed = Callable[[str], Article]
SEEDS = Path(__file__).parents[3] / "include" / "seeds"
OUTLETS = ("thesocialtalks", "libertarian-institute", "winston-blog", "verity", "express")


def texts(article: Article, *kinds: BlockKind) -> list[str]:
    return [block.text for block in article.blocks if not kinds or block.kind in kinds]


def dump(outlet: str) -> str:
    (path,) = (SEEDS / outlet).glob("*.txt")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("outlet", OUTLETS)
def test_every_seed_is_english_belongs_to_its_folder_and_has_a_stable_id(seed: Seed, outlet: str) -> None:
    article = seed(outlet)
    assert article.language == "en"
    assert article.outlet == outlet
    assert article.source_id == article.raw_path
    assert article.article_id == key_of("source", outlet, article.raw_path)
    assert article.url is None
    assert article.fetched_at is None
    assert article.modified_at is None
    assert article.notes == ()


@pytest.mark.parametrize("outlet", ["thesocialtalks", "libertarian-institute", "verity", "express"])
def test_every_line_of_a_dump_is_one_block(seed: Seed, outlet: str) -> None:
    lines = [" ".join(line.split()) for line in dump(outlet).splitlines() if line.strip()]
    assert texts(seed(outlet)) == [line.removeprefix("- ") for line in lines]


def test_thesocialtalks(seed: Seed) -> None:
    article = seed("thesocialtalks")
    assert article.title == "Putin-Kim Jong Un Meet Amid Ukraine War"
    assert article.tags == ("Russia", "North Korea", "Vladimir Putin", "Kim Jong Un")
    assert (article.published_at, article.date_source) == (None, DateSource.INGESTED)
    assert (article.authors, article.sources, article.description) == ((), (), None)
    headings = texts(article, BlockKind.HEADING)
    for heading in (
        "A Meeting of the Pariahs",
        "Kim Pledges Full Unconditional Support",
        "The Potential Arms Deal",
        "The Future of Russia-North Korea Relations",
    ):
        assert heading in headings


def test_libertarian_institute(seed: Seed) -> None:
    article = seed("libertarian-institute")
    assert article.title == (
        "Russia’s Putin and N. Korea’s Kim Hold Talks, Seek to Form ‘Unbreakable Relations’"  # as the dump sets it
    )
    assert article.authors == ("Kyle Anzalone",)
    assert article.published_at == datetime(2023, 9, 13, tzinfo=UTC)
    assert article.date_source is DateSource.BYLINE
    assert (article.tags, article.sources) == ((), ())
    assert "Peskov added that no documents were signed following the meeting" in texts(article, BlockKind.PARAGRAPH)


def test_winston_blog(seed: Seed) -> None:
    article = seed("winston-blog")
    assert article.title == (
        "How does the summit between Putin and Kim Jong-un signal a potential shift in the relationship between "
        "Russia and North Korea?"
    )
    assert article.description is not None
    assert article.description.startswith("In a bold and intriguing summit held in Russia, Russian President")
    assert article.authors == ("winston",)
    assert article.published_at == datetime(2023, 9, 16, 5, 55, 2, tzinfo=UTC)
    assert article.date_source is DateSource.METADATA
    assert article.tags == ("world news",)
    assert len(article.sources) == 10
    assert all(source.url for source in article.sources)
    assert sum(source.name is not None for source in article.sources) == 9
    assert article.sources[0] == Source(
        url="https://www.nytimes.com/2023/09/13/world/europe/putin-kim-summit-analysis.html"
    )
    assert article.sources[5].name == (
        "Defense Intelligence Agency releases report: North Korea Military Power > Defense Intelligence Agency > "
        "Article View"
    )


def test_winston_blog_blocks(seed: Seed) -> None:
    article = seed("winston-blog")
    kinds = [block.kind for block in article.blocks]
    assert kinds[:6] == [BlockKind.HEADING, BlockKind.PARAGRAPH] * 3
    assert (kinds[6], article.blocks[6].text) == (BlockKind.LABEL, "Full summary")
    assert kinds[7:] == [BlockKind.PARAGRAPH] * 13
    assert not any("<" in block.text or block.text.startswith(("#", "---")) for block in article.blocks)
    assert article.blocks[7].text == "I. Introduction"
    assert article.blocks[0].text == (
        "What specific needs does each leader have that they hope to fulfill through this summit?"
    )


def test_verity(seed: Seed) -> None:
    article = seed("verity")
    assert article.title == "Kim Pledges Support for Russia's 'Sacred Fight' in Meeting With Putin"
    assert article.sources == tuple(
        Source(name=name) for name in ("Guardian", "Associated Press", "TASS", "Al Jazeera")
    )
    assert (article.published_at, article.date_source) == (None, DateSource.INGESTED)
    assert len(texts(article, BlockKind.LIST_ITEM)) == 8
    assert {"Facts", "Narratives"} <= set(texts(article, BlockKind.HEADING))


def test_express(seed: Seed) -> None:
    article = seed("express")
    assert article.title == (
        "Putin and Kim Jong Un’s terrifying warning to the West as North Korea vows to support war"
    )
    assert (article.published_at, article.date_source) == (None, DateSource.INGESTED)
    assert len(article.blocks) == 18  # the title line and the 17 paragraphs
    assert article.blocks[1].text.startswith("Kim Jong-un has issued a warning")
    assert article.blocks[-1].text.endswith("Russia’s illegal invasion.")
