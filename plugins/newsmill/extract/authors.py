"""Turn bylines and author fields into names.

Owns how a byline is taken apart. Keep out: finding the byline (metadata, printed).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from newsmill.extract.blocks import squeeze, word_set
from newsmill.extract.dates import DAY_WORDS, EAST_ASIAN, ISO, NUMERIC

MAX_LINE = 500
"""Characters of a byline that are looked at: some twenty names."""
MAX_LINES = 100
"""Bylines of one place that are looked at: more authors than any article has."""
MAX_NAME = 80
"""Characters; longer is a sentence, not a name."""
MAX_WORDS = 7
"""Words: "Dr. Juan Carlos de la Cruz Martínez" is a name, more is a sentence."""

BY = re.compile(
    r"(?i)^(?:(?:written|reported|posted|published|story|words|text|article|opinion|analysis|comment|report)\s+by|by|von|par|"
    r"por|di|door|av|af|texte?s?|tekst|"
    r"autor(?:in|es|as?|i)?|authors?|auteure?s?|autrice|autore|redactie|penulis|oleh|yazan|írta|szerző|zdroj|"
    r"автор[ыи]?|текст|συντάκτης|بقلم|كتب|كتبت|מאת|द्वारा|文|作者|記者|记者|本报记者|本報記者)(?:\s*[:：／]\s*|\s+)(?=\S)"
)
"""How bylines begin in some thirty languages; whatever follows a colon or a space is the name."""
AND = re.compile(
    r"(?i)\s+(?:and|und|with|mit)\s+(?:(?:additional\s+)?(?:reporting|files|material(?:ien)?|agenturen?)\s+(?:by|from|von)\s+)?|"
    r"\s*[;|/•·、，،]\s*|\s+&\s+|\s+[-–—]\s+"
)
SHORT_AND = re.compile(
    r"\s+(?:et|y|e|en|og|och|i|a|ve|ja|és|și|ir|un|dan|và|και|avec|con|com|met|med|и|та|і|й|و|और)\s+"
)
"""Also parts of names ("Ortega y Gasset"): they divide only where two words, or an agency, stand on both sides."""
EMAIL = re.compile(r"[(<\[]?\s*[\w.+-]+@[\w-]+(?:\.[\w-]+)+\s*[)>\]]?")
HANDLE = re.compile(r"\(?(?<!\w)@\w+\)?")
CREDIT = re.compile(
    r"(?i)^\W*(?:photo(?:graph)?s?|fotos?|bild(?:er)?|images?|imagen|immagine|pictures?|pic|video|illustrations?|grafik|"
    r"graphic|credits?|copyright|quelle|source|zdjęcie|фото|写真|사진)\b(?:\s+(?:by|credit|courtesy|von|di|de))?\s*[:/©]|^\W*©"
)
"""A line that names whom a picture is by."""
BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*]|<[^<>]*>")
STAMP = re.compile(
    r"(?i)(?:^|[\s,|•·])(?:last\s+)?(?:updated|published|posted|modified|created|aktualisiert|veröffentlicht|erstellt|"
    r"publié|modifié|publicado|actualizado|atualizado|pubblicato|aggiornato|gepubliceerd|bijgewerkt|publicerad|"
    r"uppdaterad|opdateret|publisert|oppdatert|опубликовано|обновлено)\b.*$"
)
"""A byline that goes on to say when: the rest of the line is dates."""
WEEKDAY = re.compile(
    r"(?i)[\s,|]*\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|lundi|mardi|"
    r"mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|(?:lune|marte|mercole|"
    r"giove|vener)dì|sabato|domenica|mon|tue|wed|thu|fri|sat|sun)[\s,.]*$"
)
OTHERS = re.compile(r"(?i)\s+(?:et\s+al\b\.?|u\.\s?a\.|and\s+others|외\s*\d+\s*명).*$")
PLACE = re.compile(
    r"\s+(?:in|aus|à|en|de\s+notre|for|für|pour|para|per|voor|of|from)\s+(?:the\s+|la\s+|le\s+|El\s+|La\s+|The\s+)?[A-ZÀ-Þ].*$"
)
"""What follows a name: where its bearer writes, and for whom."""
ROLE = re.compile(
    r"(?i)(?:(?:co-?)?editors?(?:-\w+)*|reporters?|correspondents?|writers?|columnists?|journalists?|contributors?|producers?|bureau|"
    r"chief|analysts?|staffer|director|professor|presenter|photographers?|desk|political|critics?|researchers?|interns?|"
    r"\w*redakteur(?:in)?|\w*korrespondent(?:in)?|\w*reporter(?:in)?|\w*ressortleiter(?:in)?|\w*journalist(?:in)?|"
    r"volontär(?:in)?|kolumnist(?:in)?|\w*autorin|"
    r"journaliste|rédact(?:eur|rice)|correspondant[e]?|envoyée?|chroniqueu(?:r|se)|redactora?|corresponsal|periodista|"
    r"columnista|enviad[oa]|giornalista|inviat[oa]|redattore|redattrice|corrispondente|jornalista|repórter|colunista|"
    r"verslaggever|verslaggeefster|redacteur|correspondente?|\w*journalist|dziennikar(?:z|ka)|redaktork?a?|muhabir[i]?|"
    r"корреспондент|журналист(?:ка)?|обозреватель|редактор|кореспондент(?:ка)?|журналістка?|foto|photo|fotos|photos|"
    r"bild|bilder|image|images|reuters/\S+|min(?:utes?)?|read)"
)
"""A word that says what somebody does, or that no person is meant (a photo's credit, a reading time)."""
KIND = word_set(
    "senior staff deputy assistant associate managing executive foreign national international business sports sport "
    "science health environment technology tech education world us uk eu crime court courts investigations news "
    "digital data special freelance guest contributing lead head general city local state features culture arts "
    "economics economic finance money media travel food defence defense diplomatic security climate energy legal "
    "washington london our the and at large in leitender leitende politischer politische freier freie "
    "stellvertretender stellvertretende grand grande spécial spéciale especial chef"
)
"""Words that stand beside a role and belong to it: "Senior Political Editor"."""
SUFFIX = re.compile(r",\s*((?:Jr|Sr|II|III|IV|MD|PhD|Ph\.D|M\.D)\b\.?)")
REPORTER = re.compile(r"\s*(?:特派員|編集委員)$|\s+(?:기자|記者|记者|특파원|논설위원|선임기자)$")
"""What Korean, Japanese and Chinese outlets write after a reporter's name."""
SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uac00-\ud7af]")
NAME_PART = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
NOBODY = word_set(
    "admin administrator agencies agency author editor editorial guest none null redaktion redaktionen staff "
    "unknown undefined webmaster rédaction redacción redazione redação redactie anonymous by "
    "von par por di door redakce redakcja redaktionen toimitus редакция редакція redaksi others online web "
    "nachrichten news noticias notizie nieuws actualités wiadomości новости новини haberler"
)
NO_NAME = re.compile(r"(?i)\.(?:txt|html?|php|aspx?)$|admin$|\d{3}|[?!{}=<>]")
"""A file, an account of the publishing system, a number, markup."""
AGENCIES = word_set(
    "aap adnkronos afp agerpres anadolu ani ansa anp ap apa apn belga bloomberg bta cna cp ctk čtk dpa dpa-afx dts "
    "efe epd europapress hina ians interfax itar-tass kna kyodo lusa mti ntb pa pap pti reuters ria ritzau sda sid "
    "sita spk tass tt ukrinform unian upi xinhua yonhap"
)
"""News agencies as bylines name them, in lower case: a name even where it is one word after a comma."""
NO_FIRST_NAME = word_set(
    "the this our more view read share copy follow about all latest see show click subscribe sign der die das mehr "
    "alle über jetzt cette ces voir lire suivre ver leer más todos leggi tutti meer lees"
)
"""Words that begin a control's or a heading's words, not a person's name, though capitals make them look so."""
PARTICLES = word_set("al bin da das de del della den der di do dos du el la le san st ten ter van vom von zu zur")


def names(written: Iterable[str | None], site: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names in bylines, in order: without "By", e-mail addresses, handles, roles and the outlet itself.

    Args:
        written: bylines or author fields, as they were written.
        site: what the outlet is called; never an author.
    """
    own = _plain_names(tuple(site))
    found: dict[str, str] = {}
    for line in islice(written, MAX_LINES):
        for name in _split_again(line or "", own):
            found.setdefault(plain(name), name)
    return tuple(name for key, name in found.items() if key not in own)


@lru_cache(maxsize=64)
def _plain_names(written: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(plain, written))


@lru_cache(maxsize=64)  # a page names its authors in five places and more, mostly alike
def _split_again(line: str, own: frozenset[str]) -> tuple[str, ...]:
    return tuple(split_names(line, own))


def split_names(line: str, own: frozenset[str] = frozenset()) -> list[str]:
    """Return the names in one byline.

    >>> split_names("By Jane Doe, Political Editor and John Roe jr@example.org")
    ['Jane Doe', 'John Roe']
    """
    text = squeeze(line[:MAX_LINE]).strip(" ,;|-–—")
    if "://" in text or text.startswith("www.") or CREDIT.match(text):
        return []
    text = BRACKETS.sub(" ", HANDLE.sub(" ", EMAIL.sub(" ", BY.sub("", text))))
    text = OTHERS.sub("", STAMP.sub("", _undated(text)))
    parts = [name for part in AND.split(text) for name in _at_commas(part)]
    named = [_without_role(name) for part in parts for name in _at_short_and(part, own)]
    return [_in_mixed_case(_once(name)) for name in named if is_name(name)]


def is_name(text: str) -> bool:
    """Tell whether a text can be the name of a person, desk or agency: short, with letters, and no role."""
    if not 2 <= len(text) <= MAX_NAME or len(text.split()) > MAX_WORDS:
        return False
    if not any(map(str.isalpha, text)) or NO_NAME.search(text) or text.lower() in NOBODY:
        return False
    return not _has_role(text)


def looks_like_person(text: str) -> bool:
    """Tell whether printed words look like a person's name: two to five words, each capitalised or a particle."""
    words = text.split()
    if not 2 <= len(words) <= 5 or not is_name(text):
        return False
    if words[0].lower() in NO_FIRST_NAME or text.isupper():
        return False
    return all(word[0].isupper() or word.lower() in PARTICLES for word in words)


def opens_byline(text: str) -> bool:
    """Tell whether a text begins as bylines do: "By Jane Doe", "Von Max Muster"."""
    return BY.match(text) is not None


def plain(name: str) -> str:
    """Return a name's letters and digits in lower case without "the": how two spellings of an outlet compare."""
    folded = name.strip().casefold()
    if folded[:3] == "the" and folded[3:4].isspace():
        folded = folded[3:]
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def _undated(text: str) -> str:
    """Cut a line before its first date, and the day of the week before that."""
    starts = [match.start() for form in (DAY_WORDS, EAST_ASIAN, ISO, NUMERIC) if (match := form.search(text))]
    return WEEKDAY.sub("", text[: min(starts)]) if starts else text


def _at_commas(text: str) -> list[str]:
    """Split at commas; what follows one as a role or in lower case describes the name before it.

    So does a single word after a name of two: it is a place ("Max Muster, Berlin"), unless it is an agency.
    """
    parts = list(filter(None, (_bare(part) for part in SUFFIX.sub(r" \1", text).split(","))))
    return parts[:1] + [part for part in parts[1:] if _is_name_behind(part, parts[0])]


def _is_name_behind(part: str, first: str) -> bool:
    if part.lower() in AGENCIES:
        return True
    if _has_role(part):
        return False
    return not part[0].islower() and (" " in part or " " not in first or SPACELESS.search(part) is not None)


def _bare(part: str) -> str:
    return REPORTER.sub("", squeeze(part).strip(" ,:-–—*" if _keeps_point(part) else " .,:-–—*"))


def _keeps_point(text: str) -> bool:
    """Tell whether a closing point belongs to the name, as in "Sammy Davis Jr."."""
    return bool(re.search(r"\b(?:Jr|Sr|[A-Z])\.\s*$", text))


def _at_short_and(text: str, own: frozenset[str]) -> list[str]:
    parts = SHORT_AND.split(text)
    whole = len(parts) > 1 and not any(plain(part) in own for part in parts)
    return parts if whole and all(len(part.split()) >= 2 or part.lower() in AGENCIES for part in parts) else [text]


def _without_role(name: str) -> str:
    """Take what somebody does, and where, off a name: "Jane Doe Political Editor", "Reporter Jane Doe"."""
    words = name.split()
    roles = [_is_role(word) for word in words]
    if _has_role(name):
        before = next(number for number, role in enumerate(roles) if role)
        after = next((number for number, role in enumerate(roles) if not role), len(words))
        if before >= 2:
            name = " ".join(words[:before])
        elif before == 0 and len(words) - after >= 2:
            name = " ".join(words[after:])
    cut = PLACE.sub("", name)
    return cut if looks_like_person(cut) else name


def _is_role(word: str) -> bool:
    bare = word.strip(".,:()").removesuffix("'s").removesuffix("’s")
    return bare.lower() in KIND or ROLE.fullmatch(bare) is not None


def _has_role(text: str) -> bool:
    return any(ROLE.fullmatch(word.strip(".,:()")) for word in text.split())


def _once(name: str) -> str:
    """Return a name that an element repeats ("Jane Doe Jane Doe") once."""
    words = name.split()
    half = len(words) // 2
    return " ".join(words[:half]) if half >= 2 and words[:half] == words[half:] else name


def _in_mixed_case(name: str) -> str:
    """Return a shouted name of a person as names are written: "JEAN-LUC O'BRIEN" as "Jean-Luc O'Brien"."""
    words = name.split()
    if len(words) < 2 or not name.isupper() or any(_is_short_form(word) for word in words):
        return name
    return NAME_PART.sub(_capitalised, name)


def _is_short_form(word: str) -> bool:
    """Tell whether a word in capitals may be meant so: an agency, a role, two letters without a point."""
    return word.lower() in AGENCIES or _is_role(word) or (len(word) < 3 and "." not in word)


def _capitalised(part: re.Match[str]) -> str:
    """Write a part of a name with a capital; a second one only after a single letter: "O'Brien", "Bornova'da"."""
    first, mark, rest = part[0].partition("'")
    return first.capitalize() + mark + (rest.capitalize() if len(first) == 1 else rest.lower())
