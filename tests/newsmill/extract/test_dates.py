from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsmill.extract.dates import end_of, is_believable, parse_date, parse_number

ZONES = {
    "utc": ZoneInfo("UTC"),
    "new_york": ZoneInfo("America/New_York"),
    "berlin": ZoneInfo("Europe/Berlin"),
    "london": ZoneInfo("Europe/London"),
    "tokyo": ZoneInfo("Asia/Tokyo"),
}


@pytest.mark.parametrize(
    ("written", "zone", "expected"),
    [
        ("2023-09-16 01:55:02 -0400", "utc", (2023, 9, 16, 5, 55, 2)),
        ("2023-09-13T10:00:00Z", "new_york", (2023, 9, 13, 10)),
        ("2023-09-13T10:00:00+0200", "new_york", (2023, 9, 13, 8)),
        ("2023-09-13T10:00:00.123456789Z", "utc", (2023, 9, 13, 10, 0, 0, 123456)),
        ("2023-09-13T10:00", "new_york", (2023, 9, 13, 14)),
        ("2023-01-13T10:00", "new_york", (2023, 1, 13, 15)),
        ("2023-09-13 10:00 UTC", "berlin", (2023, 9, 13, 10)),
        ("20230913T100000Z", "utc", (2023, 9, 13, 10)),
        ("Wed, 13 Sep 2023 10:00:00 GMT", "berlin", (2023, 9, 13, 10)),
        ("Wed, 13 Sep 2023 10:00:00 -0400", "berlin", (2023, 9, 13, 14)),
        ("Wed, 13 Sep 2023 10:00:00", "berlin", (2023, 9, 13, 8)),
        ("Wed Sep 13 19:20:36 CEST 2023", "utc", (2023, 9, 13, 17, 20, 36)),
        ("Sept. 13, 2023 at 10:05 p.m. ET", "berlin", (2023, 9, 14, 2, 5)),
        ("Mittwoch, 13. März 2023, 10:30 Uhr", "berlin", (2023, 3, 13, 9, 30)),
        ("03.04.2023 10.30 Uhr", "berlin", (2023, 4, 3, 8, 30)),
        ("2023年9月13日 10:05", "tokyo", (2023, 9, 13, 1, 5)),
        ("2023-09-13T23:59:59Z", "utc", (2023, 9, 13, 23, 59, 59)),
        ("2023-09-13T24:00:00Z", "utc", (2023, 9, 14)),
        ("2023-12-31 24:00", "berlin", (2023, 12, 31, 23)),
        ("20230913T240000Z", "utc", (2023, 9, 14)),
        ("13. September 2023, 24:00 Uhr", "utc", (2023, 9, 14)),
    ],
)
def test_a_date_time_is_taken_in_its_own_zone_else_in_the_outlets(
    written: str, zone: str, expected: tuple[int, ...]
) -> None:
    assert parse_date(written, ZONES[zone]) == datetime(*expected, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("2023-09-13", "en"),
        ("20230913", "en"),
        ("Sep 13, 2023", "en"),
        ("September 13th, 2023", "en"),
        ("13 September 2023", "en"),
        ("13. September 2023", "de"),
        ("13 de septiembre de 2023", "es"),
        ("13 de setembro de 2023", "pt"),
        ("le 13 septembre 2023", "fr"),
        ("13 settembre 2023", "it"),
        ("13 september 2023", "nl"),
        ("13 сентября 2023", "ru"),
        ("13 września 2023", "pl"),
        ("13/09/2023", "fr"),
        ("13/09/2023", "en"),
        ("2023년 9월 13일", "ko"),
    ],
)
def test_a_day_stays_that_day_at_midnight_utc_in_every_zone(written: str, language: str, zone: str) -> None:
    assert parse_date(written, ZONES[zone], language) == datetime(2023, 9, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "language", "month"),
    [("new_york", "en", 3), ("london", "en", 4), ("utc", "es", 4), ("new_york", "es", 4)],
)
def test_only_american_english_puts_the_month_first(zone: str, language: str, month: int) -> None:
    found = parse_date("03/04/2023", ZONES[zone], language)
    assert found is not None
    assert found.month == month


@pytest.mark.parametrize(
    "written",
    [
        None, "", "yesterday", "today", "2 days ago", "September 2023", "2023", "10:30", "May 13", "1694563200",
        "0000-01-01", "2023-02-30", "2023-09-13T25:00", "2023-09-13T24:01", "2023-09-13T24:00:01Z", "9999-12-31T24:00",
        "2023-09-13T10:00:00+99:00", "13/13/2023",
        "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "garbage 99 foo 2023", "١٣", "²/³/2023", "x" * 500,
    ],
)  # fmt: skip
def test_what_is_no_whole_date_is_none(written: str | None) -> None:
    assert parse_date(written, ZONES["utc"], "en") is None


def test_digits_are_a_time_since_1970_only_where_metadata_says_so() -> None:
    assert parse_date("1694599200", ZONES["utc"], epoch=True) == datetime(2023, 9, 13, 10, tzinfo=UTC)
    assert parse_date("1694599200000", ZONES["utc"], epoch=True) == datetime(2023, 9, 13, 10, tzinfo=UTC)
    assert parse_date("1694599200", ZONES["utc"]) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("100000000", datetime(1973, 3, 3, 9, 46, 40, tzinfo=UTC)),
        ("99999999", None),
        ("1694599200", datetime(2023, 9, 13, 10, tzinfo=UTC)),
        ("1694599200.5", datetime(2023, 9, 13, 10, 0, 0, 500000, tzinfo=UTC)),
        ("1.6945992e+12", datetime(2023, 9, 13, 10, tzinfo=UTC)),
        ("1694599200000", datetime(2023, 9, 13, 10, tzinfo=UTC)),
        ("1694599200000000", datetime(2023, 9, 13, 10, tzinfo=UTC)),
        ("1694599200000000000", datetime(2023, 9, 13, 10, tzinfo=UTC)),
        ("-1000000000", datetime(1938, 4, 24, 22, 13, 20, tzinfo=UTC)),
        ("20230913", None),
        ("20230913100000", None),
        ("1e99", None),
        ("9" * 10_000, None),
        ("2023-09-13", None),
    ],
)
def test_a_number_is_a_time_since_1970_in_the_unit_that_its_size_tells(written: str, expected: datetime | None) -> None:
    assert parse_number(written) == expected


@given(st.text(max_size=60) | st.from_regex(r"\d{1,4}[-/. ]\d{1,4}[-/. ]\d{1,5}([T ]\d\d:\d\d([+-]\d\d:\d\d)?)?"))
def test_nothing_written_raises(written: str) -> None:
    found = parse_date(written, ZONES["new_york"], "en", epoch=True)
    assert found is None or found.tzinfo is UTC


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_iso_date_comes_back_as_it_was(moment: datetime) -> None:
    assert parse_date(moment.isoformat(), ZONES["tokyo"]) == moment


def test_dates_from_1900_to_a_day_after_the_fetch_are_believed() -> None:
    fetch = datetime(2023, 9, 13, 12, tzinfo=UTC)
    day = timedelta(days=1)
    second = timedelta(seconds=1)
    assert is_believable(datetime(1900, 1, 1, tzinfo=UTC), fetch)
    assert not is_believable(datetime(1900, 1, 1, tzinfo=UTC) - second, fetch)
    assert is_believable(fetch + day, fetch)
    assert not is_believable(fetch + day + second, fetch)
    assert end_of(date(2023, 9, 13)) == datetime(2023, 9, 14, tzinfo=UTC) - timedelta(microseconds=1)
