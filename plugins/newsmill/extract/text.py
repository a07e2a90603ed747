"""Read a text dump: blocks from its lines, the title from the first line that looks like one.

Owns what looks like a heading, a title, a row of section names. Keep out: joining lines (lines), bylines (printed).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from newsmill.extract.authors import plain
from newsmill.extract.blocks import word_set
from newsmill.extract.draft import Draft
from newsmill.extract.lines import MIN_WRAP, line_blocks
from newsmill.extract.marks import CLOSED_STOP, SENTENCE_END, STOP_WITHIN, STOPPED
from newsmill.extract.printed import BYLINE, SOURCES, TAGS, is_dateline
from newsmill.extract.titles import tidy_title
from newsmill.extract.urls import url_words
from newsmill.model import Block, BlockKind
from newsmill.registry import host_of

MAX_HEADING_WORDS = 16
MAX_PLAIN_HEADING_WORDS = 8
"""Words of a heading that is written like a sentence: more, and it may be one that lost its full stop."""
CAPITAL_SHARE = 0.6
"""Share of capitalised words from which a line is set as a title."""
MIN_PARAGRAPH_WORDS = 9
"""Words of the block after a heading: fewer, and both are items of a list."""
MIN_TITLE_WORDS, MAX_TITLE_WORDS = 3, 30
MIN_TITLE_CHARS, MAX_TITLE_CHARS = 8, 220
SEARCHED = 300
"""Blocks in which a title is looked for: a whole-page dump may begin with as many menu items."""
MAX_SLOGAN_WORDS = 12
"""Words of a headline that is a quoted sentence: a line of more that ends so is prose."""
NO_TITLE = re.compile(
    r"(?i)^(?:image|photo|picture|slide|foto|bild|imagen)\s+\d+\b|https?://|/\s?[A-Z]{2,4}\)$|[^\W\d_]-$"
    r"|^(?:skip|jump)(?: directly| straight)? to\b|^(?:direkt )?zum (?:haupt)?inhalt\b"
    r"|^aller (?:directement )?au contenu\b|^(?:saltar|ir) al contenido\b|^(?:vai|salta) al contenuto\b"
    r"|^(?:ir|saltar|pular) para o conte[uú]do\b"
    r"|^(?:ga )?(?:direct )?naar (?:de )?(?:hoofd)?inhoud\b|^hoppa till\b|^(?:gå|hopp) til (?:hoved)?inn?hold"
    r"|^przejdź do (?:treści|głównej)|^перейти к (?:основному )?(?:содерж|контент)|^(?:ana )?içeriğe (?:geç|atla)"
)
"""A gallery's counter, an address, the credit at the end of a caption ("(Manu Fernandez/AP)"), a word that was cut, and
the link that takes a screen reader past the menu, the first line of many whole-page dumps."""
MANY_TITLES = 6
"""Title-like lines above the first paragraph from which the first is not the title, but one of a menu."""
NEAR_HEAD = 20
"""Blocks above the first paragraph in which it is then looked for: the longest is it."""
USUAL_TITLE_WORDS = 12
"""Words from which a longer line is no more like a title."""
SOON = 4
"""Blocks within which a second paragraph follows the first of an article, behind a caption or a heading."""
MARKS_OF_A_KICKER = ":,–—-|"
"""What stands between the two halves of one title."""
UNSPACED_WORD = 2
"""Characters that count as a word where no spaces are."""
MIN_SLUG_WORDS = 3
"""Words that a title must share with the URL to be known by it."""

MIN_MENU_WORDS = 5
MIN_SECTIONS = 3
"""Names of sections from which a row of words is a menu."""
LONG_MENU_WORDS = 10
"""Capitalised words in a row, without function word or mark, that no headline has."""
SECTIONS = word_set(
    "about arts auto autos blog blogs books business contact culture economy education entertainment environment "
    "events fashion food finance gallery games health home international jobs latest lifestyle life local magazine "
    "markets media money more movies music national news newsletter opinion photos podcast podcasts politics radio "
    "real-estate science shop sport sports style subscribe tech technology travel tv uk us video videos weather "
    "world aktuell auto digital feuilleton gesellschaft gesundheit kultur leben meinung netzwelt panorama politik "
    "regional reise wirtschaft wissen wissenschaft accueil actualité culture économie environnement monde santé "
    "société sciences sports ciencia cultura deportes economía españa internacional mundo opinión salud sociedad "
    "tecnología attualità cronaca economia esteri politica scienze spettacoli salute ciência esportes política "
    "saúde binnenland buitenland cultuur economie wetenschap"
)
"""Names that news sites give their sections, in seven languages; a row of them is a menu."""
FUNCTION_WORDS = re.compile(
    r"(?i)\b(?:a|an|and|are|as|at|but|by|for|from|has|have|in|into|is|its|of|on|or|over|the|to|was|with|amid|after|before|"
    r"against|says|say|und|der|die|das|den|im|mit|von|zu|auf|für|et|le|la|les|des|du|en|pour|dans|y|el|los|las|del|por|con|"
    r"para|di|il|per|che|o|os|da|do|em|het|van|een|voor|met|op)\b"
)
CAPTION = re.compile(
    r"(?i)^\(?(?:(?:source|lead|featured|cover|file)?[ -]?(?:image|photo|picture|pic|video|graphic|illustration|foto|"
    r"bild|"
    r"grafik|quelle|imagen|immagine|afbeelding|crédit|credit|credits|copyright)s?(?:\s+(?:source|credit|by|via))?\s*[:/©]|©|\()"
)


def read_dump(content: str, url: str | None = None, known_names: tuple[str, ...] = ()) -> Draft:
    """Read one dump. Its title line stays in the blocks.

    Args:
        content: the dump, decoded.
        url: the article's address, if known; a dump's title is often known again in it.
        known_names: what the outlet is called.
    """
    blocks = _with_headings(line_blocks(content))
    title = tidy_title(_title_line(blocks, url, frozenset(map(plain, known_names))), known_names, host_of(url))
    return Draft(blocks=blocks, title=title)


def is_menu(line: str) -> bool:
    """Tell whether a line is a row of section names such as "Blog Business Health Sports World"."""
    words = line.split()
    if len(words) < MIN_MENU_WORDS or re.search(r"[.,;:!?\"“”‘’']", line) or FUNCTION_WORDS.search(line):
        return False
    if not all(word[0].isupper() or not word[0].isalpha() for word in words):
        return False
    sections = sum(word.lower() in SECTIONS for word in words)
    return (sections >= MIN_SECTIONS and sections * 3 >= len(words)) or len(words) >= LONG_MENU_WORDS


def is_title_like(block: Block) -> bool:
    """Tell whether a block can be an article's title: some words that are no sentence, byline, menu or caption."""
    text = block.text
    words = len(text.split())
    if (
        block.kind not in (BlockKind.PARAGRAPH, BlockKind.HEADING)
        or not MIN_TITLE_CHARS <= len(text) <= MAX_TITLE_CHARS
    ):
        return False
    if not (MIN_TITLE_WORDS <= words <= MAX_TITLE_WORDS or _is_unspaced(text)) or text[0].islower():
        return False
    if STOPPED.search(text) or _is_prose(text) or NO_TITLE.search(text):
        return False
    return not (is_menu(text) or is_dateline(text) or any(form.match(text) for form in (CAPTION, TAGS, SOURCES)))


def _is_prose(text: str) -> bool:
    """Tell whether a line is two sentences, or ends in a closed or numbered one and has more words than a slogan."""
    long = len(text.split()) > MAX_SLOGAN_WORDS or _is_unspaced(text)
    return bool(STOP_WITHIN.search(text)) or (long and bool(CLOSED_STOP.search(text)))


def _is_unspaced(text: str) -> bool:
    """Tell whether most of a text is of a script that sets no spaces between words."""
    return sum("\u3040" <= character <= "\u9fff" or "\u0e00" <= character <= "\u0eff" for character in text) * 2 > len(
        text
    )


def _title_line(blocks: Sequence[Block], url: str | None, own_names: frozenset[str]) -> str | None:
    """Return the line that shares most words with the URL, else the first title-like one before any full paragraph.

    A line before any full paragraph that shares enough words beats one after it: that may be a caption or a link. The
    outlet's own name is no title.
    """
    searched = blocks[:SEARCHED]
    head = _head(searched)
    lines = ((number, block.text) for number, block in enumerate(searched) if is_title_like(block))
    titles = [(number, text) for number, text in lines if plain(text) not in own_names]
    above = [(number, text) for number, text in titles if number < head]
    wanted = url_words(url)
    by_url = _known_by_url(above, wanted) or _known_by_url(titles, wanted)
    if by_url:
        return _own_line(by_url, [text for _, text in titles])
    own = [(number, text) for number, text in above if not _goes_on(text, searched[number + 1 :])]
    if len(own) < MANY_TITLES:
        return own[0][1] if own else None
    return max((text for number, text in own if head - number <= NEAR_HEAD), key=_length, default=own[0][1])


def _head(blocks: Sequence[Block]) -> int:
    """Return the first full paragraph that another one follows soon; else the first; else `SEARCHED`.

    A page that was dumped whole may begin with a lone paragraph about its cookies or its sections.
    """
    full = [number for number, block in enumerate(blocks) if _is_full_paragraph(block)]
    pairs = (number for number, following in pairwise(full) if following - number <= SOON)
    return next(pairs, full[0] if full else SEARCHED)


def _own_line(title: str, lines: Sequence[str]) -> str:
    """Return the line that a title ends in: before it may stand a list's number, or the sections that it is in."""
    ends = [line for line in lines if title.endswith(f" {line}") and title[-len(line) - 2] not in MARKS_OF_A_KICKER]
    return min(ends, key=len, default=title)


def _length(text: str) -> int:
    """Return what of a text's length speaks for a title: sections and bylines are shorter, leads longer."""
    words = len(text.split()) if not _is_unspaced(text) else len(text) // UNSPACED_WORD
    return min(words, USUAL_TITLE_WORDS)


def _goes_on(text: str, following: Sequence[Block]) -> bool:
    """Tell whether a line is of wrap length, and the next one goes on in lower case and is no byline or label."""
    line = following[0].text if following else ""
    if len(text) < MIN_WRAP or not line[:1].islower() or SENTENCE_END.search(text):
        return False
    prose = len(line) >= MIN_WRAP or SENTENCE_END.search(line)
    return bool(prose) and not BYLINE.match(line) and not is_dateline(line)


def _known_by_url(lines: Sequence[tuple[int, str]], wanted: frozenset[str]) -> str | None:
    """Return the first of the lines that agree best with the URL's words (Dice's coefficient); None if none does."""
    best, title = 0.0, None
    for _, line in lines:
        words = frozenset(re.findall(r"[^\W_]{2,}", line.lower()))
        shared = len(wanted & words)
        agreement = 2 * shared / (len(wanted) + len(words) or 1)
        if shared >= MIN_SLUG_WORDS and agreement > best:
            best, title = agreement, line
    return title


def _is_full_paragraph(block: Block) -> bool:
    if block.kind is not BlockKind.PARAGRAPH or is_menu(block.text) or CAPTION.match(block.text):
        return False
    if _is_unspaced(block.text):
        return len(block.text) >= MIN_PARAGRAPH_WORDS * 3 and bool(SENTENCE_END.search(block.text))
    return len(block.text.split()) >= MIN_PARAGRAPH_WORDS and bool(SENTENCE_END.search(block.text))


def _with_headings(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Give the blocks that stand like a heading before text that kind."""
    return (*_headed(blocks), *blocks[-1:])


def _headed(blocks: Sequence[Block]) -> Iterator[Block]:
    for block, following in pairwise(blocks):
        heads = block.kind is BlockKind.PARAGRAPH and _can_head(block.text) and _is_text(following)
        yield Block(kind=BlockKind.HEADING, text=block.text) if heads else block


def _can_head(text: str) -> bool:
    """Tell whether a line is set like a heading: short, capitalised, no full stop; no menu, byline or caption."""
    words = text.split()
    first = text.lstrip("\"'“‘«¿¡([")[:1]
    if not first or first.islower() or not any(map(str.isalpha, text)) or len(words) > MAX_HEADING_WORDS:
        return False
    if STOPPED.search(text) or text[-1] in "!！" or is_menu(text) or is_dateline(text):
        return False
    if any(form.match(text) for form in (CAPTION, TAGS, SOURCES)):
        return False
    capitals = sum(word.lstrip("\"'“‘«([")[:1].isupper() for word in words)
    return len(words) <= MAX_PLAIN_HEADING_WORDS or capitals >= CAPITAL_SHARE * len(words)


def _is_text(block: Block) -> bool:
    return block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTE) and (
        len(block.text.split()) >= MIN_PARAGRAPH_WORDS or (_is_unspaced(block.text) and len(block.text) >= 20)
    )
