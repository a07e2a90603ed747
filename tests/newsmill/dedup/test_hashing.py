import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmill.dedup.hashing import content_hash


def counted(text: str) -> str:
    """DESIGN's definition, letter by letter."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


@given(st.text(), st.text())
def test_two_texts_have_one_hash_exactly_when_their_letters_and_digits_are_equal(one: str, other: str) -> None:
    assert (content_hash(one) == content_hash(other)) == (counted(one) == counted(other))


@given(st.text())
def test_what_counts_by_definition_has_the_hash_of_the_whole(text: str) -> None:
    letters = counted(text)
    if counted(letters) == letters:
        assert content_hash(letters) == content_hash(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Unbreakable” relations – Kim’s words", '"Unbreakable" relations - Kim\'s words'),
        ("one\n\ntwo", "one two"),
        ("STRASSE", "straße"),
        ("caf\u00e9", "cafe\u0301"),
        ("\uff21\uff22 \ufb01ne", "ab fine"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("snake_case", "snake case"),
    ],
)
def test_form_alone_does_not_count(one: str, other: str) -> None:
    assert content_hash(one) == content_hash(other)


@pytest.mark.parametrize(
    ("one", "other"), [("cafe", "caf\u00e9"), ("1 000", "10 00 1"), ("a b", "b a"), ("北京", "南京")]
)
def test_letters_digits_and_their_order_count(one: str, other: str) -> None:
    assert content_hash(one) != content_hash(other)


def test_lone_surrogates_do_not_stop_it() -> None:
    assert content_hash("a\ud800b") == content_hash("ab")


def test_it_is_the_sha256_of_the_letters() -> None:
    assert content_hash("A-b, C!") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("marks", [0, 1, 29])
def test_marks_on_a_letter_count_as_far_as_they_make_another(marks: int) -> None:
    below = "\u0316" * marks
    assert content_hash(f"cafe{below}\u0301") == content_hash(f"caf\u00e9{below}")


@pytest.mark.parametrize(
    "text",
    [
        "Nordkoreas Führer reiste – im Zug – nach Russland. " * 20_000,
        "a" + "\u0301\u0316" * 500_000,
        "a" + "\u0f73" * 500_000,
    ],
)
def test_a_megabyte_takes_less_than_a_second(text: str) -> None:
    start = time.process_time()
    content_hash(text)
    assert time.process_time() - start < 5
