"""Days whose month is a word: from dateparser's names, as dateparser itself reads them."""

from __future__ import annotations

from datetime import date

import pytest

from newsmill.extract.months import _asked_of_dateparser, months_of, word_day


@pytest.mark.parametrize(
    ("written", "language", "day"),
    [
        ("13 September 2023", None, date(2023, 9, 13)),
        ("13 septembre 2023", "fr", date(2023, 9, 13)),
        ("3 de setembro de 2023", "pt", date(2023, 9, 3)),
        ("02 Ago 2017", "it", date(2017, 8, 2)),
        ("24 сентября 2018", "ru", date(2018, 9, 24)),
        ("Maret 30, 2015", "id", date(2015, 3, 30)),
        ("13 Word 2023", "de", None),
        ("3 de Dezember de 2023", "de", None),
    ],
)
def test_a_months_name_says_what_dateparser_reads_in_it(written: str, language: str | None, day: date | None) -> None:
    assert word_day(written, language) == day == _asked_of_dateparser(written, language)


def test_a_language_that_dateparser_does_not_know_has_no_months() -> None:
    assert not months_of("xx")
    assert word_day("13 septembre 2023", "xx") == date(2023, 9, 13)


def test_a_name_of_two_months_is_left_to_dateparser() -> None:
    assert months_of("cs")["listopadu"] == 11
    assert months_of("hr")["listopada"] == 10
    assert "listopad" not in months_of("cs", "hr")


@pytest.mark.parametrize("written", ["noldNovember 15 2019", "15 overseptember 2019"])
def test_a_word_longer_than_any_months_name_is_none_and_dateparser_is_not_asked(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _asked_of_dateparser(written, "en") is None
    monkeypatch.setattr("newsmill.extract.months._asked_of_dateparser", lambda *_: pytest.fail("it was asked"))
    assert word_day(written, "en") is None
