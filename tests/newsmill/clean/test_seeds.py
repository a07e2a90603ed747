"""The five founding articles come out as the table of the seeds says."""

import pytest

from newsmill.clean.cleaner import clean
from newsmill.clean.restore import restore

from .helpers import SEEDS, real_rules, seed

COUNT = {"thesocialtalks": 13, "libertarian-institute": 9, "winston-blog": 19, "verity": 10, "express": 17}
CUT = {
    "thesocialtalks": [
        ("Blog Business Entertainment", "menu"),
        ("Putin-Kim Jong Un Meet Amid Ukraine War", "title"),
        ("Source Image:", "caption"),
        ("Share This Post On", "share"),
        ("Tags: Russia", "tags"),
        ("Leave a comment", "login"),
        ("You need to login", "login"),
        ("TheSocialTalks was founded", "about"),
        ("Our team of journalists", "donate"),
        ("Your contributions help us", "donate"),
        ("Support fearless and fair journalism today.", "donate"),
    ],
    "libertarian-institute": [
        ("Russia’s Putin and N. Korea’s Kim Hold Talks", "title"),
        ("by | Sep 13, 2023", "byline"),
        ("Russia’s Putin and N. Korea’s Kim Hold Talks", "title"),
        ("by | Sep 13, 2023", "byline"),
        ("kim putin", "caption"),
        ("About Kyle Anzalone", "biography"),
        ("Kyle Anzalone is news editor", "biography"),
        ("Our Books", "related"),
        ("libertarian inst books", "related"),
        ("Related Articles", "related"),
        ("Pin It on Pinterest", "share"),
        ("Share This", "share"),
    ],
    "winston-blog": [("Full summary", "label")],
    "verity": [
        ("Kim Pledges Support for Russia's", "title"),
        ("In his first trip", "teaser"),
        ("0:00", "player"),
        ("/0:00", "player"),
        ("Sources: 1Guardian", "sources"),
    ],
    "express": [("Putin and Kim Jong Un’s terrifying warning", "title")],
}
KEEP = {
    "thesocialtalks": ["North Korea’s leader", "A Meeting of the Pariahs", "Kim Pledges Full", "The recent meeting"],
    "libertarian-institute": ["North Korean Supreme Leader Kim Jong Un met", "Peskov added", "Moscow and Pyongyang"],
    "winston-blog": ["What specific needs", "How does the summit signal", "I. Introduction", "V. Conclusion"],
    "verity": ["Facts", "In his first trip", "Meeting Putin", "Narratives", "Pro-Russia narrative"],
    "express": ["Kim Jong-un has issued", "If North Korean weapons"],
}


@pytest.mark.parametrize("slug", SEEDS)
def test_seed_loses_exactly_its_furniture(slug):
    article, outlet = seed(slug)
    cleaned = clean(article, real_rules(), outlet)
    cut = [removal for removal in cleaned.removals if removal.text_after is None]
    assert [
        (removal.text_before[: len(text)], removal.category) for removal, (text, _) in zip(cut, CUT[slug], strict=True)
    ] == CUT[slug]
    assert len(cleaned.text.split("\n\n")) == COUNT[slug]
    for line in KEEP[slug]:
        assert f"\n\n{line}" in f"\n\n{cleaned.text}"


@pytest.mark.parametrize("slug", SEEDS)
def test_seed_is_restored(slug):
    article, outlet = seed(slug)
    cleaned = clean(article, real_rules(), outlet)
    assert restore(cleaned.text, cleaned.removals) == [block.text for block in article.blocks]


def test_digest_loses_its_reference_digits_and_no_others():
    article, outlet = seed("verity")
    cleaned = clean(article, real_rules(), outlet)
    changed = [removal for removal in cleaned.removals if removal.text_after is not None]
    assert len(changed) == 6
    assert "his Russian counterpart on Wednesday.\n\n" in cleaned.text
    assert "‘That’s why we came here.’1" not in cleaned.text
    assert "since 2019 —" in cleaned.text
    assert "Soyuz-2" in cleaned.text
