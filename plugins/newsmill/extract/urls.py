"""Bring URLs to one canonical form, so that one page has one address.

Owns what is dropped from a URL. Keep out: which URL a record goes by (article), the outlet of a host (registry).
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from courlan import normalize_url
from courlan.clean import clean_query

from newsmill.extract.months import ENGLISH_MONTHS

MAX_URL = 2000
"""Characters; browsers and caches cut longer addresses, and no article needs one."""
HOST = re.compile(r"(?:[^\s./:@?#\\]+\.)+[^\s./:@?#\\]{2,63}\.?")
MEANT = re.compile(r"(?i)[ceu]id=\d+|(?:ga|gl|[ceu]id|ref(?!err?er)|source|session)[a-z]{3,}=.*")
"""Parameters that courlan takes for trackers by their first letters, but that as often name what the page shows:
a number in `cid`, `uid` or `eid`; longer words such as `gallery`, `glossary`, `reference`."""
URL_DATE = re.compile(
    r"/((?:19|20)\d\d)(?:([/-])(0?[1-9]|1[0-2]|[a-z]{3})\2(0?[1-9]|[12]\d|3[01])|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))"
    r"(?=[/_.-]|$)"
)


def canonical_url(text: str | None) -> str | None:
    """Return an absolute http(s) URL without tracking parameters, fragment and user name; None if it is none."""
    url = "".join((text or "").split())
    return _canonical(url) if url and len(url) <= MAX_URL else None


@lru_cache(maxsize=64)
def _canonical(url: str) -> str | None:
    """Return a URL's canonical form; each record's is asked for several times."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme.lower() not in ("http", "https") or not HOST.fullmatch(host):
        return None
    plain = urlunsplit((parts.scheme, host.rstrip(".") + port, parts.path or "/", "", ""))
    query = "&".join(sorted(part for part in parts.query.split("&") if part and not _is_tracker(part)))
    try:
        return str(normalize_url(plain)) + (f"?{query}" if query else "")
    except (ValueError, UnicodeError):
        return None


def is_home(url: str) -> bool:
    """Tell whether a canonical URL is a site's home page: no path and no query, so no article's own address."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def url_date(url: str | None) -> str | None:
    """Return the day in a URL's path as YYYY-MM-DD, as in /2023/09/13/ or /2023-sep-13/; None if it has none."""
    match = URL_DATE.search(urlsplit(url).path.lower()) if url else None
    if match is None:
        return None
    year, _, month, day, *compact = match.groups()
    month, day = (month, day) if month else compact
    number = ENGLISH_MONTHS.get(month) or (int(month) if month.isdigit() else 0)
    return f"{year}-{number:02d}-{int(day):02d}" if number else None


def url_words(url: str | None) -> frozenset[str]:
    """Return the words of a URL's last path segments: often those of the title."""
    return frozenset(re.findall(r"[^\W_]{2,}", urlsplit(url).path.lower())) if url else frozenset()


def _is_tracker(part: str) -> bool:
    name = part.partition("=")[0]
    return bool(name) and "=" in part and not MEANT.fullmatch(part) and clean_query(f"{name}=x") == ""
