"""Who speaks in a block: the page to its reader, or the article about what somebody said, wrote or read.

A prompt addresses the reader; it quotes nobody, and its words are not the subject of a sentence ("Follow us on
Instagram is what every shop window says").

Owns quotation, verbs of speech and what follows a phrase that is only mentioned, by language. Keep out: what the
phrases are (include/rules).
"""

from __future__ import annotations

import re
from functools import cache

Languages = frozenset[str] | None

_QUOTED = re.compile(
    r"""[,.!?]['"](?:\s|$)|\w ?['"],? (?:he|she|they|said|says)\b|(?<!\w)["'] ?\w[^"]{20,300}["'](?!\w)"""
)

_REPORTED = {
    "en": r"said|says|told|wrote|writes|asked(?! questions)|replied|warned|recalled|announced|used to (?:say|ask)|"
    r"likes? to say|according to|(?:the|a|an|each|every) (?:sign|poster|placard|slogan|sentence|phrase)s?|"
    r", (?:reads?|say|asks?|advises?|pleads?|plead|begs?) ",
    "de": r"sagten?|sagt|schrieb(?:en)?|schreibt|hieß(?: es)?|heißt es|erklärten?|erklärt|mitteilten?|teilten?|bat|"
    r"baten|fragten?|berichteten?|warb(?:en)?|sei|seien|laut|steht (?:auf|an|in|über|unter)|"
    r"stand (?:auf|an|in|über|unter)|so stand|schild|schildern|plakate?n?|aufschrift|der satz",
    "fr": r"dit|disait|disent|déclarée?|expliquée?|affirmée?|annoncée?|écrit|écrivait|demande|demandait|demandée?|"
    r"répète|répétait|lisait-on|lit-on|peut-on lire|pouvait-on lire|proclame|proclamait|rappelle|assure|assurait|"
    r"raconte|précise|affiches?|pancartes?|la mention|la phrase|le slogan",
    "es": r"dijo|dijeron|dice|dicen|decía|decían|pedía|pedían|pide|pidió|explicó|escribió|escribe|afirmó|señaló|"
    r"anunció|aseguró|añadió|contó|declaró|repetía|rezaba|reza|se le(?:e|ía)|según|cartel|carteles|letrero|pancarta|"
    r"la frase|el lema",
    "it": r"detto|dice|dicono|diceva|dicevano|disse|scritto|scrive|scriveva|scrisse|spiegat[oa]|chiede|chiedeva|"
    r"chiesto|dichiarato|annunciato|affermato|ripeteva|si legge(?:va)?|secondo (?:il|la|lo|i|gli|le)|cartell[oi]|"
    r"manifest[oi]|la frase|sola frase",
    "pt": r"disse|disseram|diz|dizem|dizia|diziam|pede|pedia|pediu|explicou|escreveu|escreve|afirmou|anunciou|"
    r"declarou|contou|repetia|lia-se|lê-se|segundo (?:o|a|os|as)|cartaz|cartazes|letreiro|a frase",
    "nl": r"zei|zeiden|zegt|zeggen|schrijft|schreef|schreven|vroeg|vroegen|vraagt|vertelde|vertelt|meldde|meldt|"
    r"stond|staat (?:er|op|in|onder|boven)|aldus|volgens|blijkt|riep|poster|het bord|de zin|de leus",
}
_PAST = {
    "en": "was|were|had|became",
    "de": "war|hatte|stand|wurde",
    "fr": "était|fut|restait",
    "es": "era|fue|estaba",
    "it": "era|fu|restava",
    "pt": "era|foi|estava",
    "nl": "was|stond|werd|had",
}
_PRESENT = {
    "en": "is|are|has|remains",
    "de": "ist|hat|steht|bleibt",
    "fr": "est|reste",
    "es": "es|está|sigue",
    "it": "è|resta",
    "pt": "é|está|continua",
    "nl": "is|staat|blijft",
}
_CLAUSE = r", (?:the|its|his|her|their|one|every|each|he|she|they) [^.!?,]{0,60}\b(?:had|was|were|did|would)\b"
"""What an English sentence goes on with where its first words were those of a page: `…, its last page had begged`."""
_PRONOUNS = "it|this|that|what|which|who|there|es|das|was|ce|qui|que|che|dat|wat|het"


def reports_speech(folded: str, languages: Languages) -> bool:
    """Whether a folded block quotes somebody, or says who said, wrote or read it; `languages` None means all."""
    return bool(_QUOTED.search(folded) or _reported(languages).search(folded))


def is_mentioned(rest: str, languages: Languages, *, whole: bool) -> bool:
    """Whether a phrase is what a sentence is about, by the folded text behind it.

    Args:
        rest: what stands behind the phrase.
        languages: those to look for; None means all.
        whole: the phrase is a whole demand at the beginning of its block ("Follow us on X is …"); otherwise it may be
            a noun of one ("your donation is tax-deductible"), and only the past tells that a story goes on.
    """
    return bool(_goes_on(languages, whole).match(rest))


@cache
def _reported(languages: Languages) -> re.Pattern[str]:
    return re.compile(rf"(?:^|\W)(?:{_spoken(_REPORTED, languages)})(?:\W|$)")


@cache
def _goes_on(languages: Languages, whole: bool) -> re.Pattern[str]:
    past = _spoken(_PAST, languages)
    if not whole:
        return re.compile(rf"""['"]? (?:{past})(?:\W|$)""")
    verbs = rf"(?:{past}|{_spoken(_PRESENT, languages)})(?:\W|$)"
    return re.compile(rf"""['"]?(?:,? (?:(?!(?:{_PRONOUNS}) )[\w-]+ )?{verbs}|{_CLAUSE})""")


def _spoken(table: dict[str, str], languages: Languages) -> str:
    spoken = [words for language, words in table.items() if languages is None or language in languages]
    return "|".join(spoken) or r"(?!)"
