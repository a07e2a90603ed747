"""Read days whose month is written in words, with the names that dateparser's data have.

Owns the names of months. Keep out: all other dates (dates).

To ask dateparser itself costs a tenth of a second for each new language, as it compiles all of its expressions,
and two thousandths a date. Where nothing but a day, a month's name and a year is written, the name tells as much.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

DATA = "dateparser.data.date_translation_data"
NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november"),
    "december",
)
ENGLISH_MONTHS = {
    "sept": 9,
    **{name: number for number, name in enumerate(NAMES, start=1)},
    **{name[:3]: number for number, name in enumerate(NAMES, start=1)},
}
COMMON = ("en", "de", "es", "fr", "it", "pt", "nl")
DE = "de"
"""What Spanish and Portuguese write between day, month and year."""
MIN_MONTH_LETTERS = 3
STRICT = {
    "PARSERS": ["absolute-time"],  # no "2 days ago", no bare numbers
    "REQUIRE_PARTS": ["day", "month", "year"],
    "STRICT_PARSING": True,
    "RELATIVE_BASE": datetime(2000, 1, 1),  # noqa: DTZ001 - dateparser wants it naive; any fixed day will do
    "RETURN_AS_TIMEZONE_AWARE": False,
}


@lru_cache(maxsize=4096)
def word_day(written: str, language: str | None) -> date | None:
    """Read a day with its month in words; None where dateparser sees no day in it either.

    Args:
        written: a day, the name of a month and a year, without points and ordinals' letters.
        language: ISO 639-1; its names are tried before the common languages'.

    Raises:
        ValueError: the month has no such day.
    """
    words = re.findall(r"[^\W\d_]{3,}|\d+", written.lower())
    months = [ENGLISH_MONTHS[word] for word in words if word in ENGLISH_MONTHS]
    numbers = [word for word in words if word.isdigit()]
    if len(words) == 3 and len(months) == 1 and len(numbers) == 2:
        return date(int(numbers[1]), months[0], int(numbers[0]))
    month = _month_among(re.findall(r"[^\W\d_]+", written.lower()), language) if len(numbers) == 2 else None
    if month:
        return date(int(numbers[1]), month, int(numbers[0]))
    return None if _names_no_month(words, language) else _asked_of_dateparser(written, language)


def _names_no_month(words: list[str], language: str | None) -> bool:
    """Tell whether the only word is longer than any month's name: a name run together with what stands before it."""
    named = [word for word in words if not word.isdigit()]
    known = months_of(*dict.fromkeys(filter(None, (language, *COMMON))))
    return len(named) == 1 and len(named[0]) > max(map(len, known))


def _month_among(words: list[str], language: str | None) -> int | None:
    """Return the number of the month that is the only word, beside the Spanish and Portuguese "de"."""
    named = [word for word in words if word != DE]
    if len(named) != 1 or len(named[0]) < MIN_MONTH_LETTERS:
        return None
    if language and language not in COMMON:
        return months_of(language).get(named[0]) if len(words) == 1 else None
    return (months_of(*COMMON) if len(words) == 1 else months_of("es", "pt")).get(named[0])


def _asked_of_dateparser(written: str, language: str | None) -> date | None:
    """Ask dateparser; imported late, as it costs 0.3 s and few pages need it."""
    import dateparser

    for languages in ([language] if language and language not in COMMON else [], list(COMMON)):
        try:
            found = dateparser.parse(written, languages=languages, settings=STRICT) if languages else None
        except ValueError:  # a language that dateparser does not know
            continue
        if found:
            day: date = found.date()
            return day
    return None


@cache
def months_of(*languages: str) -> Mapping[str, int]:
    """Return the months' numbers by their names and short forms; names of two different months are left out.

    Args:
        languages: ISO 639-1; one that dateparser does not know has no months.
    """
    found: defaultdict[str, set[int]] = defaultdict(set)
    for data in map(_data, languages):
        for number, name in enumerate(NAMES, start=1):
            for word in data.get(name, ()):
                found[word.lower()].add(number)
    return MappingProxyType({word: min(numbers) for word, numbers in found.items() if len(numbers) == 1})


def _data(language: str) -> dict[str, Any]:
    try:
        data: dict[str, Any] = import_module(f"{DATA}.{language}").info
    except ImportError:
        return {}
    return data
