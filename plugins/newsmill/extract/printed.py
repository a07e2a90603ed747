"""Read the fields that an article prints in its own text: byline, date, tags, sources.

Owns the forms of these lines. They stay in the blocks: cleaning cuts them. Keep out: parsing dates and names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from newsmill.extract.authors import PARTICLES, looks_like_person, names
from newsmill.extract.blocks import squeeze, unique
from newsmill.extract.dates import CLOCK, DAY_WORDS, EAST_ASIAN, ISO, NUMERIC
from newsmill.extract.draft import DateClue
from newsmill.extract.marks import ends_sentence, ends_short_sentence
from newsmill.extract.urls import canonical_url
from newsmill.model import Block, BlockKind, DateSource, Source

NEAR_TITLE = 8
"""Blocks after the title (or from the start) in which a byline is looked for."""
MAX_BYLINE_WORDS = 20
MIN_STORY_WORDS = 17
"""Words of a block that belongs to the story, if it ends in a stop; standing texts near the title are shorter."""
MAX_LINE_WORDS = 60
"""Words of a tags or sources line; more is a paragraph that begins with the word."""
MAX_SOURCE_WORDS = 10
MAX_TAG_WORDS = 6

BYLINE = re.compile(
    r"(?i)^(?:(?:written|reported|posted|story|words)\s+by|by|von|par|por|di|door)\b\s*:?\s*(?P<rest>.*)$", re.DOTALL
)
DATED = re.compile(
    r"(?i)\b(?:by|von|par|por|di|door|published|posted|created|date|last|updated?|modified|veröffentlicht|erschienen|stand|"
    r"aktualisiert|publié|mis|publicado|actualizado|pubblicato|aggiornato|atualizado|gepubliceerd|bijgewerkt|geplaatst)\b"
)
FIRST_DATED = re.compile(
    r"(?i)^\W*(?:by|von|par|por|door|published|posted|created|date|last\s+updated?|updated?|last\s+modified|modified|"
    r"veröffentlicht|erschienen|stand|aktualisiert|publié|mis à jour|publicado|actualizado|pubblicato|aggiornato|"
    r"atualizado|gepubliceerd|bijgewerkt|geplaatst)\b"
)
"""How a line begins that says what its date is: only such a line is believed once the story has begun."""
UPDATED = re.compile(
    r"(?i)\b(?:updated?|modified|stand|aktualisiert|mis à jour|actualizado|aggiornato|atualizado|bijgewerkt)\b"
    r"[\s:,]*(?:on|am|le|el|il|em|op)?\s*$"
)
YEAR = re.compile(r"\d{4}")
"""What every written date has; few lines do."""
DAYS = (DAY_WORDS, EAST_ASIAN, ISO, NUMERIC)
WORD = re.compile(r"[^\W\d_]{3,}")
MAX_OTHER_WORDS = 3
"""Words beside the date that a line of nothing but a date may hold: a weekday, a place."""
TAGS = re.compile(
    r"(?i)^(?:tags?|tagged|topics?|keywords|schlagwörter|schlagworte|stichwörter|themen|mots[- ]clés|thèmes|etiquetas|"
    r"temas|"
    r"palavras-chave|tópicos|argomenti|trefwoorden|onderwerpen)\s*:\s*(?P<rest>\S.*)$"
)
SOURCES = re.compile(
    r"(?i)^(?:sources|quellen|fuentes|fonti|bronnen|fontes|références|references)\s*:\s*(?P<rest>\S.*)$"
)
REFERENCE = re.compile(r"^\s*(?:[\[(]\d{1,3}[\])][.:]?\s*|\d{1,3}(?:[.:]\s*)?(?=[^\W\d]))")
"""The number that an article's text refers to: "1Guardian", "2. TASS", "[3] 20 Minutes"; a name may begin with one."""
AND_LAST = re.compile(r"\s+(?:and|und|et|y|e|en)\s+(?=\W?[A-ZÀ-Þ\d])")
ABOUT = re.compile(
    r"^(?:About|Über|À propos de|Sobre|Over|Su|Informazioni su)\s+(?:the author:?\s+)?(?P<name>\S.{2,60})$"
)
MAX_ABOUT = 100
"""Characters of such a line; `ABOUT` takes no longer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What the text itself says of its article."""

    published: tuple[DateClue, ...]
    modified: tuple[DateClue, ...]
    authors: tuple[str, ...]
    above: tuple[str, ...]  # lines above the story that are no part of its title
    tags: tuple[str, ...]
    sources: tuple[Source, ...]

    @property
    def bare_authors(self) -> tuple[str, ...]:
        """The names above the story without "By": a person's, or a section's that looks like one."""
        return bare_authors(self.above)


def printed_fields(blocks: Sequence[Block], title: str | None) -> Printed:
    """Read the byline near the title, and the tags and sources lines wherever they stand."""
    lines = list(_near_title(blocks, title))
    near = [line for line, _ in lines]
    dated = (line for line, above in lines if above or FIRST_DATED.match(line))
    dates = [(found, bool(UPDATED.search(before))) for line in dated for before, found in _dates(line)]
    lists = [block.text for block in blocks if ":" in block.text]
    return Printed(
        published=tuple(_clue(found) for found, updated in dates if not updated),
        modified=tuple(_clue(found) for found, updated in dates if updated),
        authors=byline_authors(near) or about_authors(blocks),
        above=tuple(line for line, above in lines if above and line not in (title or "")),
        tags=_first(tag_line(text, blocks) for text in lists),
        sources=_first(map(source_line, lists)),
    )


def byline_authors(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the first byline: "By Jane Doe | Sep 13, 2023", or "By" with the name in the next line."""
    for line, following in pairwise([*lines, ""]):
        match = BYLINE.match(line)
        if match is None or _is_long(line):
            continue
        rest = match["rest"] or following
        found = tuple(name for name in names([_before_date(rest)]) if looks_like_person(name))
        if found:
            return found
    return ()


def bare_authors(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the last line that holds nothing but names: "Jane Doe/John Roe"."""
    found: tuple[str, ...] = ()
    for line in lines:
        named = () if line.isupper() or _holds_small_word(line) else names([line])
        if named and all(map(looks_like_person, named)) and _words_in(" ".join(named)) == _words_in(line):
            found = named
    return found


def _holds_small_word(line: str) -> bool:
    """Tell whether a line has a word that no name has: of three letters and more, and small."""
    return any(
        word[0].islower() and (found := WORD.match(word)) and found[0].lower() not in PARTICLES for word in line.split()
    )


def _words_in(line: str) -> int:
    return len(WORD.findall(line))


def about_authors(blocks: Sequence[Block]) -> tuple[str, ...]:
    """Return whom a biography near the end is about: a line "About Jane Doe", then text that begins with the name."""
    for block, following in pairwise(blocks):
        match = ABOUT.match(block.text) if len(block.text) <= MAX_ABOUT else None
        if match and looks_like_person(match["name"]) and following.text.startswith(match["name"]):
            return (match["name"],)
    return ()


def tag_line(line: str, blocks: Sequence[Block]) -> tuple[str, ...]:
    """Return the tags of a line "Tags: a, b"; one without dividers is split into phrases of the article's own text."""
    match = TAGS.match(line)
    if match is None or len(line.split()) > MAX_LINE_WORDS:
        return ()
    rest = match["rest"]
    if re.search(r"[,;|•·]", rest):
        return unique(re.split(r"[,;|•·]", rest))
    if "#" in rest:
        return unique(rest.split("#"))
    text = "\n".join(block.text for block in blocks if block.text != line)
    return unique(_phrases(rest.split(), text.casefold()))


def source_line(line: str) -> tuple[Source, ...]:
    """Return the sources of a line "Sources: 1Guardian, 2TASS and 3Al Jazeera."; addresses become URLs."""
    match = SOURCES.match(line)
    if match is None or len(line.split()) > MAX_LINE_WORDS:
        return ()
    *items, last = re.split(r"[,;|]\s+", match["rest"].strip())
    parts = [REFERENCE.sub("", part).strip(" .") for part in (*items, *AND_LAST.split(last))]
    if any(len(part.split()) > MAX_SOURCE_WORDS for part in parts):
        return ()
    return tuple(Source(url=url) if (url := canonical_url(part)) else Source(name=part) for part in unique(parts))


def find_dates(line: str) -> Iterator[re.Match[str]]:
    """Yield the dates in a line, in their order."""
    if YEAR.search(line) is None:
        return
    matches = sorted((match for form in DAYS for match in form.finditer(line)), key=lambda match: match.span())
    end = 0
    for match in matches:
        if match.start() >= end:
            yield match
            end = match.end()


def is_dateline(line: str) -> bool:
    """Tell whether a line is a byline or date and no part of the story."""
    return YEAR.search(line) is not None and next(_dates(line), None) is not None


def _near_title(blocks: Sequence[Block], title: str | None) -> Iterator[tuple[str, bool]]:
    """Yield the short lines near the title, each with whether it stands above the story.

    Near is from the title (else the start) on, up to `NEAR_TITLE` blocks past it or its repetition. A date alone
    below the story's first paragraph heads a part of the story ("12 May 1998").
    """
    places = [number for number, block in enumerate(blocks) if title and block.text.startswith(title)]
    start = places[0] if places else 0
    again = [number for number in places if number <= start + NEAR_TITLE]
    stop = (again[-1] if again else start) + NEAR_TITLE
    near = [block for block in blocks[start:stop] if block.kind is not BlockKind.TABLE_ROW]
    story = [number for number, block in enumerate(near) if _is_story(block, title)]
    for number, block in enumerate(near):
        if not _is_long(block.text):
            yield block.text, _is_above(near, number, story)


def _is_above(near: Sequence[Block], number: int, story: Sequence[int]) -> bool:
    """Tell whether a line stands above the first paragraph, or below one that may be a standfirst, in a byline.

    A byline's date has a name or another short line beside it; a date between two paragraphs is a heading.
    """
    if sum(place < number for place in story) != 1:
        return not story or number < story[0]
    beside = (*near[max(0, number - 1) : number], *near[number + 1 : number + 2])
    return _other_words(near[number].text) > 0 or not all(_is_long(block.text) for block in beside)


def _is_story(block: Block, title: str | None) -> bool:
    text = block.text
    if block.kind is not BlockKind.PARAGRAPH or not ends_sentence(text) or text == title:
        return False
    return _has_words(text, MIN_STORY_WORDS)


def _is_long(text: str) -> bool:
    return _has_words(text, MAX_BYLINE_WORDS + 1)


def _has_words(text: str, number: int) -> bool:
    """Tell whether a text has so many words, without taking the rest of it apart."""
    return len(text.split(None, number - 1)) == number


def _dates(line: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each date of a byline, and the date with its time; nothing for part of a story."""
    found = list(find_dates(line))
    if not found or _is_long(line) or not _is_about_dates(line, found):
        return
    ends = [match.start() for match in found[1:]] + [len(line)]
    begin = 0
    for match, end in zip(found, ends, strict=True):
        yield line[begin : match.start()], line[match.start() : _end_of_clock(line, match.end(), end)]
        begin = match.end()


def _is_about_dates(line: str, found: Sequence[re.Match[str]]) -> bool:
    """Tell whether a line serves to date: it says so, is a byline, or holds little else."""
    first = line[: found[0].start()]
    if DATED.search(first) and not re.search(r"[.!?]\s", first):
        return not ends_short_sentence(line) or len(line.split()) <= MAX_OTHER_WORDS + 5
    return _other_words(line) <= MAX_OTHER_WORDS and not ends_short_sentence(line)


def _other_words(line: str) -> int:
    """Count the words of three letters and more that are in no date."""
    return len(WORD.findall(line)) - sum(len(WORD.findall(match[0])) for match in find_dates(line))


def _end_of_clock(line: str, start: int, stop: int) -> int:
    """Return where the time of day right after a date ends; `start` where none follows."""
    match = CLOCK.search(line, start, min(stop, start + 30))
    return match.end() if match and (match[2] or match[3]) else start


def _before_date(line: str) -> str:
    match = next(find_dates(line), None)
    return re.split(r"\s[|•·]\s|\s{2,}", line[: match.start()] if match else line)[0]


def _phrases(words: Sequence[str], text: str) -> Iterator[str]:
    """Yield the longest runs of words that stand in the text; a word that does not is a phrase of its own."""
    start = 0
    while start < len(words):
        ends = range(min(len(words), start + MAX_TAG_WORDS), start + 1, -1)
        end = next((end for end in ends if _stands_in(" ".join(words[start:end]), text)), start + 1)
        yield " ".join(words[start:end])
        start = end


def _stands_in(phrase: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(phrase.casefold())}(?!\w)", text) is not None


def _clue(written: str) -> DateClue:
    return DateClue(field="byline", value=squeeze(written), source=DateSource.BYLINE)


def _first(found: Iterator[tuple[Source, ...]] | Iterator[tuple[str, ...]]) -> tuple:  # type: ignore[type-arg]
    return next((values for values in found if values), ())
