"""The vote between places, and what the ledger is told of it."""

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmill.extract.choices import settled
from newsmill.extract.vote import LEAST_WEIGHT, Claim, decide, first_of, weight_of
from newsmill.model import Choice


def claim(value: str, source: str, weight: float, voice: str | None = None) -> Claim[str]:
    return Claim(value=value, source=source, weight=weight, voice=voice or source)


def test_a_place_weighs_by_its_odds_and_never_less_than_nothing() -> None:
    assert weight_of(9, 0) > weight_of(9, 1) > weight_of(9, 4) > weight_of(9, 9) == LEAST_WEIGHT
    assert weight_of(2, 0) < weight_of(90, 4)
    assert weight_of(0, 50) == LEAST_WEIGHT


def test_two_places_that_agree_beat_a_better_one() -> None:
    found = decide([claim("a", "best", 3), claim("b", "one", 2), claim("b", "two", 2)], operator.eq)
    assert found
    assert (found.value, found.source, found.agreeing) == ("b", "one", ("two",))
    assert (found.rival, found.rival_source) == ("a", "best")


def test_places_with_one_voice_count_once() -> None:
    found = decide([claim("a", "best", 3), claim("b", "one", 2, "card"), claim("b", "two", 2, "card")], operator.eq)
    assert found
    assert (found.value, found.agreeing, found.rival) == ("a", (), "b")


def test_among_equals_the_first_wins_and_without_claims_nobody() -> None:
    assert decide([], operator.eq) is None
    assert first_of([], operator.eq) is None
    found = decide([claim("a", "one", 1), claim("b", "two", 1)], operator.eq)
    assert found
    assert found.value == "a"


def test_the_form_of_the_more_reliable_place_is_taken() -> None:
    found = decide([claim("bridge", "low", 1), claim("Bridge", "high", 2)], lambda a, b: a.lower() == b.lower())
    assert found
    assert (found.value, found.agreeing, found.rival) == ("Bridge", ("low",), None)


def test_where_places_differ_in_fullness_the_first_is_taken_and_the_next_other_is_the_rival() -> None:
    found = first_of([("one", "a"), ("two", "b"), ("three", "a")], operator.eq)
    assert found
    assert (found.value, found.agreeing, found.rival, found.rival_source) == ("a", ("three",), "b", "two")


@given(st.permutations([claim("a", "p", 1.5), claim("b", "q", 1), claim("b", "r", 1), claim("c", "s", 0.5)]))
def test_the_order_of_unequal_claims_does_not_matter(claims: list[Claim[str]]) -> None:
    found = decide(claims, operator.eq)
    assert found
    assert (found.value, found.rival, found.rival_source) == ("b", "a", "p")


@pytest.mark.parametrize(
    ("value", "said", "choice"),
    [
        (("A B",), [("record", ("A B",)), ("byline", "a b"), ("h1", "C D")],
         Choice(field="f", value="A B", source="record", agreeing=("byline",), runner_up="C D", runner_up_source="h1")),
        ("en", [("record", None), ("html lang", "de"), ("outlet", "en")],
         Choice(field="f", value="en", source="outlet", runner_up="de", runner_up_source="html lang")),
        ("fr", [("html lang", "de")],
         Choice(field="f", value="fr", source="text", runner_up="de", runner_up_source="html lang")),
        (("A", "B"), [("one", "B; A")], Choice(field="f", value="A; B", source="one")),
    ],
)  # fmt: skip
def test_a_settled_value_is_told_with_who_says_so_and_who_says_otherwise(
    value: str | tuple[str, ...], said: list[tuple[str, str]], choice: Choice
) -> None:
    assert settled("f", value, said) == (choice,)


def test_a_field_without_a_value_has_no_choice() -> None:
    assert settled("f", None, [("one", "x")]) == ()
    assert settled("f", (), [("one", "x")]) == ()
