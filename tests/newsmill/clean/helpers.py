"""Articles for the tests of cleaning: built from blocks, and the five founding ones from their dumps."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from newsmill.clean.rule import Rule
from newsmill.clean.rules import RuleSet, load_rules
from newsmill.model import Article, Block, BlockKind, DateSource, RawFormat
from newsmill.registry import Outlet, load_registry

INCLUDE = Path(__file__).parents[3] / "include"


@cache
def real_rules() -> RuleSet:
    return load_rules(INCLUDE / "rules")


def outlet(slug: str = "daily-example", **facts: Any) -> Outlet:
    return Outlet.model_validate({"slug": slug, **facts})


def block(text: str | Block, kind: BlockKind = BlockKind.PARAGRAPH) -> Block:
    return text if isinstance(text, Block) else Block(kind=kind, text=text)


def article(*blocks: str | Block, **fields: Any) -> Article:
    made = Article(
        record_key="0" * 32,
        article_id="1" * 32,
        source_id="one.txt",
        outlet="daily-example",
        url=None,
        title=None,
        description=None,
        authors=(),
        tags=(),
        sources=(),
        published_at=None,
        modified_at=None,
        fetched_at=None,
        date_source=DateSource.INGESTED,
        language="en",
        raw_format=RawFormat.TEXT,
        raw_path="daily-example/one.txt",
        raw_sha256="2" * 64,
        fingerprint="3" * 64,
        notes=(),
        blocks=tuple(map(block, blocks)),
    )
    return replace(made, **fields)


def rule(**fields: Any) -> Rule:
    """A rule with the fields that every rule needs filled in."""
    return Rule.model_validate({"id": "test.rule", "category": "label", "why": "It is made for a test.", **fields})


def rule_set(*rules: Rule) -> RuleSet:
    return RuleSet.of(rules)


_SEEDS: dict[str, dict[str, Any]] = {
    "thesocialtalks": {"title": "Putin-Kim Jong Un Meet Amid Ukraine War"},
    "libertarian-institute": {
        "title": "Russia’s Putin and N. Korea’s Kim Hold Talks, Seek to Form ‘Unbreakable Relations’",
        "authors": ("Kyle Anzalone",),
    },
    "winston-blog": {
        "title": "How does the summit between Putin and Kim Jong-un signal a potential shift in the relationship "
        "between Russia and North Korea?",
        "authors": ("winston",),
        "tags": ("world news",),
    },
    "verity": {"title": "Kim Pledges Support for Russia's 'Sacred Fight' in Meeting With Putin"},
    "express": {
        "title": "Putin and Kim Jong Un’s terrifying warning to the West as North Korea vows to support war",
    },
}
SEEDS = tuple(_SEEDS)


def seed(slug: str) -> tuple[Article, Outlet]:
    """A founding article with its lines as blocks, and its outlet's facts."""
    (path,) = (INCLUDE / "seeds" / slug).iterdir()
    text = path.read_text(encoding="utf-8")
    if slug == "winston-blog":
        text = text.split("\n---\n", 1)[1]
    blocks = tuple(_block_of(line.strip()) for line in text.split("\n") if _block_of(line.strip()).text)
    facts = load_registry(INCLUDE / "outlets").get(slug)
    return article(outlet=slug, blocks=blocks, **_SEEDS[slug]), facts


def _block_of(line: str) -> Block:
    plain = re.sub(r"<[^>]+>", "", line).strip()
    if "<summary>" in line:
        return Block(kind=BlockKind.LABEL, text=plain)
    if plain.startswith("- "):
        return Block(kind=BlockKind.LIST_ITEM, text=plain[2:])
    if plain.startswith("## "):
        return Block(kind=BlockKind.HEADING, text=plain[3:])
    return Block(kind=BlockKind.PARAGRAPH, text=plain)
