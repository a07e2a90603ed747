"""Decide between what several places say of one field: by agreement, and by how reliable each place is.

Owns the count. Keep out: what the places say (headline, bylines, metadata), when two values are the same (the caller).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import log
from typing import Generic, TypeVar

T = TypeVar("T")
LEAST_WEIGHT = 0.1
"""What a place weighs that is wrong as often as right: still something where no other place says anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Generic[T]):
    """What one place says."""

    value: T
    source: str  # "JSON-LD headline", "h1", "meta og:title" …
    weight: float  # from `weight_of`
    voice: str  # places that one template fills from one field speak with one voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[T]):
    """What was taken, and the best supported value against it."""

    value: T
    source: str
    agreeing: tuple[str, ...] = ()
    rival: T | None = None
    rival_source: str | None = None


def weight_of(right: int, wrong: int) -> float:
    """Return a place's weight from how often it was right: the logarithm of its odds, each count one case up.

    Weights of independent places add up so (a naive Bayes vote); the added cases (Laplace's rule of succession) keep a
    place that was seen a few times, and never wrong, from outweighing all others.
    """
    return max(LEAST_WEIGHT, log((right + 1) / (wrong + 1)))


def decide(claims: Iterable[Claim[T]], alike: Callable[[T, T], bool]) -> Outcome[T] | None:
    """Return the value with the most support; None where nobody claims anything. Ties go to the first claim.

    Args:
        claims: in the order of precedence among equals.
        alike: tells whether two values are the same; the reliable claims are compared first.
    """
    groups: list[list[Claim[T]]] = []
    for claim in sorted(claims, key=lambda claim: -claim.weight):
        own = next((group for group in groups if alike(group[0].value, claim.value)), None)
        if own is None:
            groups.append([claim])
        else:
            own.append(claim)
    groups.sort(key=_support, reverse=True)
    if not groups:
        return None
    return _outcome(groups[0], groups[1][0] if len(groups) > 1 else None)


def first_of(said: Iterable[tuple[str, T]], alike: Callable[[T, T], bool]) -> Outcome[T] | None:
    """Return what the first place says, for fields in which places differ in fullness, not in truth.

    Args:
        said: places and their values, in the order of precedence.
        alike: tells whether two values are the same.
    """
    claims = [Claim(value=value, source=source, weight=LEAST_WEIGHT, voice=source) for source, value in said]
    if not claims:
        return None
    same = [claims[0]]
    others: list[Claim[T]] = []
    for claim in claims[1:]:
        (same if alike(claims[0].value, claim.value) else others).append(claim)
    return _outcome(same, others[0] if others else None)


def _outcome(group: list[Claim[T]], rival: Claim[T] | None) -> Outcome[T]:
    first = group[0]
    return Outcome(
        value=first.value,
        source=first.source,
        agreeing=tuple(dict.fromkeys(claim.source for claim in group if claim.source != first.source)),
        rival=rival.value if rival else None,
        rival_source=rival.source if rival else None,
    )


def _support(group: list[Claim[T]]) -> float:
    """Sum the weights of a value's voices, each as heavy as the best of its places."""
    voices: dict[str, float] = {}
    for claim in group:
        voices[claim.voice] = max(voices.get(claim.voice, 0.0), claim.weight)
    return sum(voices.values())
