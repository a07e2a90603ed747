"""Keys of blocks: what they see, and what they do not."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmill.blockkeys import block_key, keys_and_words, plain, stem_keys
from newsmill.model import count_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12,345 readers gave €7.", "9 readers gave  € 1.250,50"),
        ("READ   MORE", "read more"),
        ("It’s “our” paper…", "It's 'our' paper..."),
        ("soft\u00adhyphen", "softhyphen"),
        ("ﬁne café", "fine cafe\u0301"),
        ("३ पाठक", "१२ पाठक"),
    ],
)
def test_numbers_case_spaces_and_signs_do_not_matter(one, other):
    assert block_key(one) == block_key(other) != 0


@pytest.mark.parametrize(("one", "other"), [("Read more", "Read less"), ("कि", "का"), ("Chapter 3", "Chapter")])
def test_words_marks_and_whether_there_is_a_number_do(one, other):
    assert block_key(one) != block_key(other)


@pytest.mark.parametrize("text", ["", "***", "0:00", "12 / 3 – 7", "…"])
def test_a_block_without_a_letter_has_no_key(text):
    assert block_key(text) == 0


def test_the_key_is_the_same_on_every_machine():
    assert plain("12,345 Readers gave €7.") == "0 readers gave 0"
    assert block_key("12,345 Readers gave €7.") == -7541950901564643511


@given(st.lists(st.text() | st.text("aÄßé’…0 \n.\xad½µπ")))
def test_any_texts_have_keys_of_64_bits_and_numbers_of_words(texts):
    found = keys_and_words(texts)
    assert [key for key, _ in found] == [block_key(text) for text in texts]
    assert all(-(2**63) <= key < 2**63 for key, _ in found)
    assert [words for _, words in found] == [count_words(plain(text)) for text in texts]


@given(st.text() | st.text("aÄßé’…0 \n.\xad½µπÞ²´\u0301ŉЖ"))
def test_signs_and_capitals_are_folded_as_unicode_says(text):
    composed = text if text.isascii() else unicodedata.normalize("NFKC", text)
    kinds = ((char, unicodedata.category(char)) for char in composed.casefold() if unicodedata.category(char) != "Cf")
    folded = "".join(char if kind[0] in "LM" else "0" if kind[0] == "N" else " " for char, kind in kinds)
    assert plain(text) == re.sub("0(?:[ 0]*0)?", "0", " ".join(folded.split()))


def test_lone_surrogates_have_a_key():
    assert block_key("a \ud800 b") != 0


def test_stems_of_a_title_are_its_longer_words_in_any_form():
    assert stem_keys("The bridges of Oslo") == stem_keys("Oslo: a bridge") != ()
    assert stem_keys("a 12 the") == ()
