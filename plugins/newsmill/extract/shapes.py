"""What a line of a text dump looks like by itself: a title, a heading, a row of section names, a label.

Owns these looks. What costs little is asked first: most lines are prose, and their length or a small letter says so.
Keep out: what stands around the line (text), bylines (printed).

Lines are squeezed: their words are divided by one space each.
"""

from __future__ import annotations

import re

from newsmill.extract.blocks import word_set
from newsmill.extract.marks import has_stop_within, is_closed_or_numbered, is_stopped
from newsmill.extract.printed import SOURCES, TAGS, is_dateline
from newsmill.model import Block, BlockKind

MAX_HEADING_WORDS = 16
MAX_PLAIN_HEADING_WORDS = 8
"""Words of a heading that is written like a sentence: more, and it may be one that lost its full stop."""
CAPITAL_SHARE = 0.6
"""Share of capitalised words from which a line is set as a title."""
MIN_TITLE_WORDS, MAX_TITLE_WORDS = 3, 30
MIN_TITLE_CHARS, MAX_TITLE_CHARS = 8, 220
MAX_SLOGAN_WORDS = 12
"""Words of a headline that is a quoted sentence: a line of more that ends so is prose."""
ADDRESS = re.compile(r"(?i)https?://")
NO_TITLE = re.compile(
    r"(?i)(?:image|photo|picture|slide|foto|bild|imagen)\s+\d+\b"
    r"|(?:skip|jump)(?: directly| straight)? to\b|(?:direkt )?zum (?:haupt)?inhalt\b"
    r"|aller (?:directement )?au contenu\b|(?:saltar|ir) al contenido\b|(?:vai|salta) al contenuto\b"
    r"|(?:ir|saltar|pular) para o conte[uú]do\b"
    r"|(?:ga )?(?:direct )?naar (?:de )?(?:hoofd)?inhoud\b|hoppa till\b|(?:gå|hopp) til (?:hoved)?inn?hold"
    r"|przejdź do (?:treści|głównej)|перейти к (?:основному )?(?:содерж|контент)|(?:ana )?içeriğe (?:geç|atla)"
)
"""How no title begins: a gallery's counter, and the link that takes a screen reader past the menu, the first line of
many whole-page dumps."""
CREDIT_OR_CUT = re.compile(r"(?i)(?:/\s?[A-Z]{2,4}\)|[^\W\d_]-)$")
CREDIT_CHARS = 8
"""How no title ends: the credit of a caption ("(Manu Fernandez/AP)"), and a word that was cut."""
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
MENU_MARKS = re.compile(r"[.,;:!?\"“”‘’']")
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
UNSPACED = re.compile("[\u3040-\u9fff\u0e00-\u0eff]")
"""A character of a script that sets no spaces between words."""


def count_of_words(text: str) -> int:
    """Return how many words a squeezed text has."""
    return text.count(" ") + 1


def is_unspaced(text: str) -> bool:
    """Tell whether most of a text is of a script that sets no spaces between words."""
    return not text.isascii() and len(UNSPACED.findall(text)) * 2 > len(text)


def is_menu(line: str) -> bool:
    """Tell whether a line is a row of section names such as "Blog Business Health Sports World"."""
    if count_of_words(line) < MIN_MENU_WORDS:
        return False
    words = line.split()
    if not all(word[0].isupper() or not word[0].isalpha() for word in words):
        return False
    sections = sum(word.lower() in SECTIONS for word in words)
    if len(words) < LONG_MENU_WORDS and (sections < MIN_SECTIONS or sections * 3 < len(words)):
        return False
    return MENU_MARKS.search(line) is None and FUNCTION_WORDS.search(line) is None


def is_label(text: str) -> bool:
    """Tell whether a line is a picture's caption, or a list of tags or sources."""
    return is_caption(text) or (":" in text and any(form.match(text) for form in (TAGS, SOURCES)))


def is_caption(text: str) -> bool:
    """Tell whether a line says what a picture shows, or whom it is by."""
    if ":" not in text and "/" not in text and "©" not in text and text[:1] != "(":
        return False
    return CAPTION.match(text) is not None


def is_title_like(block: Block) -> bool:
    """Tell whether a block can be an article's title: some words that are no sentence, byline, menu or caption."""
    text = block.text
    if not MIN_TITLE_CHARS <= len(text) <= MAX_TITLE_CHARS or text[0].islower() or is_stopped(text):
        return False
    if block.kind is not BlockKind.PARAGRAPH and block.kind is not BlockKind.HEADING:
        return False
    if not (MIN_TITLE_WORDS <= count_of_words(text) <= MAX_TITLE_WORDS or is_unspaced(text)):
        return False
    return not (_is_prose(text) or _begins_or_ends_oddly(text) or is_menu(text) or is_dateline(text) or is_label(text))


def is_heading_like(text: str) -> bool:
    """Tell whether a line is set like a heading: short, capitalised, no full stop; no menu, byline or caption."""
    first = text.lstrip("\"'“‘«¿¡([")[:1]
    count = count_of_words(text)
    if not first or first.islower() or is_stopped(text) or text[-1] in "!！" or count > MAX_HEADING_WORDS:
        return False
    if not any(map(str.isalpha, text)) or (count > MAX_PLAIN_HEADING_WORDS and not _is_capitalised(text)):
        return False
    return not (is_menu(text) or is_dateline(text) or is_label(text))


def _is_capitalised(text: str) -> bool:
    words = text.split()
    return sum(word.lstrip("\"'“‘«([")[:1].isupper() for word in words) >= CAPITAL_SHARE * len(words)


def _is_prose(text: str) -> bool:
    """Tell whether a line is two sentences, or ends in a closed or numbered one and has more words than a slogan."""
    if has_stop_within(text):
        return True
    return is_closed_or_numbered(text) and (count_of_words(text) > MAX_SLOGAN_WORDS or is_unspaced(text))


def _begins_or_ends_oddly(text: str) -> bool:
    if "://" in text and ADDRESS.search(text):
        return True
    ends_oddly = text[-1] in ")-" and CREDIT_OR_CUT.search(text[-CREDIT_CHARS:])
    return bool(ends_oddly or NO_TITLE.match(text))
