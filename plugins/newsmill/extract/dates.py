"""Turn dates as they are written into UTC datetimes.

Owns date formats and which dates are believed. Keep out: finding the date of an article (metadata, printed).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from newsmill.extract.blocks import squeeze
from newsmill.extract.months import word_day

MAX_CHARS = 100
"""No date is written longer; longer text is not looked at."""
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATITUDE = timedelta(days=1)
"""How far after the fetch a date may lie: outlets date ahead by a day's edition, and zones differ."""

ISO = re.compile(
    r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"
    r"(?:(?:T|,? +)(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?) ?([A-Za-z]{1,5}|[+-]\d{2}(?::?\d{2})?)?)?"
)
BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?)?")
EAST_ASIAN = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]")
NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[./-] ?(\d{1,2})[./-] ?(\d{4})(?!\d)")
RFC_2822 = re.compile(
    r"(?i)(?:[a-z]{3,9},? )?\d{1,2} [a-z]{3} \d{4} \d{1,2}:\d{2}(?::\d{2})?(?: [a-z]{1,5}| [+-]\d{4})?"
)
CTIME = re.compile(r"(?i)[a-z]{3} ([a-z]{3} \d{1,2}) (\d{1,2}:\d{2}:\d{2}) ([a-z]{1,5} |[+-]\d{4} )?(\d{4})")
"""What C and Java print: Wed Sep 13 19:20:36 CEST 2023."""
EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?(?:[eE]\+?\d{1,2})?")
UNITS = ((1e8, 1e10, 1), (1e10, 1e13, 1e3), (1e14, 1e16, 1e6), (1e17, 1e19, 1e9))
"""From which number to which a time since 1970 is in seconds, in ms, in µs and in ns: each covers 1973 to 2286.
Smaller numbers are days (20230913) or years."""
MIDNIGHT = re.compile(r"24:00(?::00(?:[.,]0+)?)?")
"""ISO 8601:2004 and many clocks write the end of a day so; it is 00:00 of the next day."""
ONE_DAY = timedelta(days=1)
CLOCK = re.compile(
    r"(?i)(?<!\d)(\d{1,2})(?:[:.h](\d{2})(?::\d{2})?)?\s*(a\.?m\.?|p\.?m\.?|uhr)?"
    r"(?:\s*\(?([A-Z]{2,5}|[+-]\d{2}:?\d{2})\)?)?"
)
OFFSETS = {
    **dict.fromkeys(("Z", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("BST", "CET", "MEZ", "WEST", "WAT"), 1),
    **dict.fromkeys(("CEST", "MESZ", "EET", "SAST", "CAT"), 2),
    **dict.fromkeys(("EEST", "MSK", "EAT"), 3),
    "PKT": 5,
    "IST": 5.5,
    "WIB": 7,
    **dict.fromkeys(("SGT", "HKT", "AWST"), 8),
    **dict.fromkeys(("JST", "KST"), 9),
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    "EDT": -4,
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    "PST": -8,
}
"""Hours from UTC of the abbreviations that outlets print. The ambiguous ones (BST, CST, IST) are taken as the news
in English mostly means them: British summer, US central, Indian."""
NAMED = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
DAY_FIRST_ZONES = ("Europe/", "Africa/", "Asia/", "Australia/", "Pacific/", "Atlantic/", "Indian/")


@dataclass(frozen=True, slots=True)
class _Moment:
    """A parsed day, its time of day where one was written, and the zone where one was written."""

    day: date
    clock: time | None = None
    zone: str | None = None


def parse_date(
    text: str | None, zone: ZoneInfo, language: str | None = None, *, epoch: bool = False
) -> datetime | None:
    """Return a written date in UTC, or None for anything that is not plainly day, month and year.

    A date-time without a zone is in `zone`. A date without a time of day is that day at 00:00 UTC, whatever the
    zone: a day stays that day. Relative dates ("yesterday") are never taken, so no answer depends on the clock.

    Args:
        text: ISO 8601, RFC 2822, or a printed date in one of the languages that dateparser knows.
        zone: the outlet's.
        language: ISO 639-1; decides what 03/04/2023 means, and which months' names are tried.
        epoch: take 10 or 13 digits as seconds or milliseconds since 1970. Only metadata holds such numbers.
    """
    written = squeeze(text or "")
    if not written or len(written) > MAX_CHARS or not any(map(str.isdigit, written)):
        return None
    try:
        if epoch and EPOCH.fullmatch(written):
            return _of_epoch(written)
        return _fast(written) or _in_utc(_parse(written, zone.key, language), zone)
    except (ValueError, OverflowError, TypeError, OSError):
        return None


def parse_number(text: str) -> datetime | None:
    """Return a time since 1970 as records give it: in seconds, milliseconds, microseconds or nanoseconds, in UTC."""
    written = text.strip()
    number = float(written) if NUMBER.fullmatch(written) else 0.0
    unit = next((unit for low, high, unit in UNITS if low <= abs(number) < high), None)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=number / unit) if unit else None


def is_believable(moment: datetime, latest: datetime) -> bool:
    """Tell whether a date lies between 1900 and a day after the fetch."""
    return EARLIEST <= moment <= latest + LATITUDE


def end_of(day: date) -> datetime:
    """Return the last moment of a UTC day: the fetch of a record that does not say when it was fetched."""
    return datetime.combine(day, time.max, tzinfo=UTC)


def _fast(written: str) -> datetime | None:
    """Return what the standard library reads with a zone; most metadata is written so."""
    if len(written) < 20:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def _of_epoch(written: str) -> datetime:
    number = float(written)
    return datetime.fromtimestamp(number / 1000 if number >= 1e11 else number, UTC)


def _in_utc(moment: _Moment | None, zone: ZoneInfo) -> datetime | None:
    if moment is None:
        return None
    if moment.clock is None:
        return datetime.combine(moment.day, time.min, tzinfo=UTC)
    naive = datetime.combine(moment.day, moment.clock)
    name = (moment.zone or "").upper()
    if name in OFFSETS:
        return (naive - timedelta(hours=OFFSETS[name])).replace(tzinfo=UTC)
    if name[:1] in ("+", "-"):
        return datetime.fromisoformat(f"{naive.isoformat()}{_colon(name)}").astimezone(UTC)
    return naive.replace(tzinfo=ZoneInfo(NAMED[name]) if name in NAMED else zone).astimezone(UTC)


def _colon(offset: str) -> str:
    digits = offset[1:].replace(":", "").ljust(4, "0")
    return f"{offset[0]}{digits[:2]}:{digits[2:]}"


def _parse(written: str, zone: str, language: str | None) -> _Moment | None:
    return _iso(written) or _rfc(written) or _numeric(written, zone, language) or _worded(written, language)


def _iso(written: str) -> _Moment | None:
    match = ISO.fullmatch(written)
    if match:
        year, month, day, clock, offset = match.groups()
        return _at(_day(year, month, day), clock, offset)
    match = BASIC.fullmatch(written)
    if match is None:
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    return _at(_day(year, month, day), f"{hour}:{minute}:{second or '00'}" if hour else None, offset)


def _day(year: str, month: str, day: str) -> date:
    return date(int(year), int(month), int(day))


def _at(day: date, clock: str | None, zone: str | None) -> _Moment:
    if clock and MIDNIGHT.fullmatch(clock):
        return _Moment(day + ONE_DAY, time.min, zone)
    return _Moment(day, _clock(clock), zone)


def _clock(text: str | None) -> time | None:
    """Return the time of HH:MM[:SS[.fraction]]; 24:01 and 12:60 raise ValueError."""
    return time.fromisoformat(text.replace(",", ".").zfill(len(text) + (text.find(":") == 1))) if text else None


def _rfc(written: str) -> _Moment | None:
    match = CTIME.fullmatch(written)
    if match:
        day, clock, zone, year = match.groups()
        written = f"{' '.join(reversed(day.split()))} {year} {clock} {zone or ''}".strip()
    if not RFC_2822.fullmatch(written):
        return None
    last = written.rpartition(" ")[2]
    zone = last if ":" not in last else None
    plain = written.removesuffix(f" {last}") if zone else written
    moment = parsedate_to_datetime(plain).replace(tzinfo=None)
    return _Moment(moment.date(), moment.time(), zone)


def _numeric(written: str, zone: str, language: str | None) -> _Moment | None:
    """Read 13/09/2023, 2023年9月13日 or 2023-09-13 with something about a clock after it."""
    match = EAST_ASIAN.search(written) or ISO.search(written)
    if match:
        day = _day(*match.groups()[:3])
    else:
        match = NUMERIC.search(written)
        if match is None:
            return None
        day = _ordered(*match.groups(), month_first=_month_first(written, zone, language))
    return _with_clock(day, written[match.end() :] if match.re is not ISO else written[match.end(3) :])


def _ordered(first: str, second: str, year: str, *, month_first: bool) -> date:
    if int(first) > 12 or (int(second) <= 12 and not month_first):
        return _day(year, second, first)
    return _day(year, first, second)


def _month_first(written: str, zone: str, language: str | None) -> bool:
    """Only English puts the month first, and there only America, which also never writes it with points."""
    return language in (None, "en") and "." not in written[:8] and not zone.startswith(DAY_FIRST_ZONES)


def _with_clock(day: date, rest: str) -> _Moment | None:
    """Read the words after a day: the first that tell a time of day, if any do."""
    for match in CLOCK.finditer(rest):
        hour, minute, half, zone = match.groups()
        if minute is None and half is None:
            continue
        half = (half or "").lower().replace(".", "")
        if half in ("am", "pm"):
            hour = str(int(hour) % 12 + (12 if half == "pm" else 0))
        return _at(day, f"{hour}:{minute or '00'}", zone)
    return _Moment(day)


DAY_WORDS = re.compile(
    r"\d{1,2}(?:st|nd|rd|th|er|º|ª)?\.?\s+(?:de\s+|of\s+|d['’])?[^\W\d_]{3,12}\.?,?\s+(?:de[l]?\s+)?\d{4}(?!\d)"
    r"|[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}(?!\d)"
)
"""13 September 2023, 13. September 2023, 13 de septiembre de 2023, 1er mars 2023; Sep 13, 2023."""


def _worded(written: str, language: str | None) -> _Moment | None:
    match = DAY_WORDS.search(written)
    if match is None:
        return None
    day = word_day(re.sub(r"(?<=\d)(?:st|nd|rd|th|er|º|ª)\b|(?<=[^\W\d_])\.", "", match[0]), language)
    return _with_clock(day, written[match.end() :]) if day else None
