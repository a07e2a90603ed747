"""Turn bylines and author fields into names.

Owns how a byline is taken apart. Keep out: finding the byline (metadata, printed).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from newsmill.extract.blocks import squeeze, unique, word_set

MAX_LINE = 500
"""Characters of a byline that are looked at: some twenty names."""
MAX_NAME = 80
"""Characters; longer is a sentence, not a name."""
MAX_WORDS = 7
"""Words: "Dr. Juan Carlos de la Cruz Martínez" is a name, more is a sentence."""

BY = re.compile(
    r"(?i)^(?:(?:written|reported|posted|story|words|text|article|opinion|analysis)\s+by|by|von|par|por|di|door|av|af|texte?|"
    r"autor(?:in|es)?|authors?|redactie)(?:\s*:\s*|\s+)(?=\S)"
)
AND = re.compile(r"(?i)\s+(?:and|und|with|mit)\s+|\s*[;|/•·]\s*|\s+&\s+|\s+[-–—]\s+")
SHORT_AND = re.compile(r"\s+(?:et|y|e|en|og|och|i|и|та)\s+")
"""Also parts of names ("Ortega y Gasset"): they divide only where two words stand on both sides."""
EMAIL = re.compile(r"[(<\[]?\s*[\w.+-]+@[\w-]+(?:\.[\w-]+)+\s*[)>\]]?")
HANDLE = re.compile(r"\(?(?<!\w)@\w+\)?")
BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*]|<[^<>]*>")
ROLE = re.compile(
    r"(?i)\b(?:(?:co-?)?editors?|reporters?|correspondents?|writers?|columnists?|journalists?|contributors?|producers?|bureau|"
    r"chief|analysts?|staffer|director|professor|presenter|photographers?|desk|political|"
    r"redakteur(?:in)?|korrespondent(?:in)?|reporter(?:in)?|ressortleiter(?:in)?|chefredakteur(?:in)?|journalist(?:in)?|"
    r"journaliste|rédact(?:eur|rice)|correspondant[e]?|envoyée?|redactora?|corresponsal|periodista|giornalista|"
    r"inviat[oa]|redattore|jornalista|repórter|verslaggever|redacteur|updated|published|posted|min(?:utes?)? read)\b"
)
SUFFIX = re.compile(r",\s*((?:Jr|Sr|II|III|IV)\b\.?)")
REPORTER = re.compile(r"\s+(?:기자|記者|记者)$")
"""What Korean, Japanese and Chinese outlets write after a reporter's name."""
NOBODY = word_set(
    "admin administrator agencies agency author editor editorial guest none null redaktion redaktionen staff "
    "unknown undefined webmaster rédaction redacción redazione redação redactie anonymous by "
    "von par por di door"
)
PARTICLES = word_set("al bin da das de del della den der di do dos du el la le san st ten ter van vom von zu zur")


def names(written: Iterable[str | None], site: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names in bylines, in order: without "By", e-mail addresses, handles, roles and the outlet itself.

    Args:
        written: bylines or author fields, as they were written.
        site: what the outlet is called; never an author.
    """
    own = {plain(name) for name in site}
    found = (name for line in written for name in split_names(line or ""))
    return unique(name for name in found if plain(name) not in own)


def split_names(line: str) -> list[str]:
    """Return the names in one byline.

    >>> split_names("By Jane Doe, Political Editor and John Roe jr@example.org")
    ['Jane Doe', 'John Roe']
    """
    text = squeeze(line[:MAX_LINE]).strip(" ,;|-–—")
    if "://" in text or text.startswith("www."):
        return []
    text = BRACKETS.sub(" ", HANDLE.sub(" ", EMAIL.sub(" ", BY.sub("", text))))
    parts = [name for part in AND.split(text) for name in _at_commas(part)]
    return [name for part in parts for name in _at_short_and(part) if is_name(name)]


def is_name(text: str) -> bool:
    """Tell whether a text can be the name of a person, desk or agency: short, with letters, and no role."""
    if not 2 <= len(text) <= MAX_NAME or len(text.split()) > MAX_WORDS:
        return False
    if not any(map(str.isalpha, text)) or re.search(r"\d{3}|[?!{}=<>]", text):
        return False
    return text.lower() not in NOBODY and not ROLE.search(text)


def looks_like_person(text: str) -> bool:
    """Tell whether printed words look like a person's name: two to five words, each capitalised or a particle."""
    words = text.split()
    if not 2 <= len(words) <= 5 or not is_name(text):
        return False
    return all(word[0].isupper() or word.lower() in PARTICLES for word in words) and not text.isupper()


def plain(name: str) -> str:
    """Return a name's letters and digits in lower case without "the": how two spellings of an outlet compare."""
    return re.sub(r"[\W_]+", "", re.sub(r"(?i)^the\s+", "", name.strip()).casefold())


def _at_commas(text: str) -> list[str]:
    """Split at commas; what follows one as a role or in lower case describes the name before it."""
    parts = [_bare(part) for part in SUFFIX.sub(r" \1", text).split(",")]
    return [part for part in parts if part and (len(parts) == 1 or not part[0].islower())]


def _bare(part: str) -> str:
    return REPORTER.sub("", squeeze(part).strip(" ,:-–—*" if _keeps_point(part) else " .,:-–—*"))


def _keeps_point(text: str) -> bool:
    """Tell whether a closing point belongs to the name, as in "Sammy Davis Jr."."""
    return bool(re.search(r"\b(?:Jr|Sr|[A-Z])\.\s*$", text))


def _at_short_and(text: str) -> list[str]:
    parts = SHORT_AND.split(text)
    return parts if len(parts) > 1 and all(len(part.split()) >= 2 for part in parts) else [text]
