"""Make news stories: the same for the same number, no two alike.

Owns the words. Keep out: the markup and the furniture around them (pages).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

EPOCH = datetime(2026, 1, 1, 6, tzinfo=UTC)
OUTLETS = 12
SECTIONS = ("world", "politics", "business", "science", "culture", "sport", "climate", "technology", "health", "travel")
NAMES = ("Ada Lindqvist", "Tomás Herrera", "Grace Okafor", "Jonas Weber", "Mina Sato", "Claire Dubois", "Omar Haddad")
WHO = (
    "the finance minister", "a spokeswoman for the agency", "the harbour authority", "residents of the valley",
    "the union", "researchers at the institute", "the opposition", "two former officials", "the company",
    "the central bank", "the mayor", "an independent panel", "the rail operator", "local farmers", "the court",
)  # fmt: skip
DID = (
    "rejected", "announced", "postponed", "defended", "criticised", "signed off on", "warned against", "reviewed",
    "agreed to", "called for", "published details of", "walked away from", "promised", "questioned", "welcomed",
)  # fmt: skip
WHAT = (
    "a plan to rebuild the northern bridge", "new limits on river fishing", "the budget for the coming year",
    "a long-delayed report on water quality", "talks over a regional power line", "an offer to buy the old shipyard",
    "stricter rules for short-term rentals", "a proposal to move the main station", "the trial of a flood warning",
    "higher fees for heavy lorries", "the return of night trains", "a pension reform", "the sale of the airport",
)  # fmt: skip
HOW = (
    "after weeks of protests", "despite doubts among its own members", "in a letter seen by reporters",
    "while prices continued to rise", "at a crowded meeting on Tuesday evening", "without giving a date",
    "as the deadline drew closer", "because earlier estimates had proved far too low", "for the second time this year",
    "in spite of a warning from the auditors", "when the figures were presented to parliament",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """What a page or a dump tells."""

    number: int
    outlet: str
    section: str
    title: str
    lead: str
    author: str
    published: datetime
    parts: tuple[tuple[str, ...], ...]  # each a heading and its paragraphs

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://www.{self.outlet}.example/{self.section}/story-{self.number}"


def story(number: int) -> Story:
    """Tell story `number`; its title, its address and every one of its paragraphs are its own."""
    rng = Random(f"story {number}")
    parts = tuple(
        (headline(rng), *(_paragraph(rng, number) for _ in range(rng.randint(3, 9)))) for _ in range(rng.randint(3, 6))
    )
    return Story(
        number=number,
        outlet=f"bench-{number % OUTLETS + 1:02d}",
        section=rng.choice(SECTIONS),
        title=f"{headline(rng)}, file {number}",
        lead=sentence(rng),
        author=rng.choice(NAMES),
        published=EPOCH + timedelta(hours=number % 360),
        parts=parts,
    )


def sentence(rng: Random) -> str:
    """Say something."""
    said = f"{rng.choice(WHO)} {rng.choice(DID)} {rng.choice(WHAT)} {rng.choice(HOW)}"
    return f"{said[0].upper()}{said[1:]}."


def headline(rng: Random) -> str:
    """Say it short, without a full stop."""
    said = f"{rng.choice(WHO)} {rng.choice(DID)} {rng.choice(WHAT)}"
    return f"{said[0].upper()}{said[1:]}"


def _paragraph(rng: Random, number: int) -> str:
    numbered = f"The matter is filed under number {number} of {rng.randint(1000, 9999)}."
    return " ".join([*(sentence(rng) for _ in range(rng.randint(1, 4))), numbered])
