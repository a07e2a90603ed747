"""Tell a page that is no article: an index of articles, a cookie wall, a paywall with nothing before it, an error page.

Owns these judgements and their words. Keep out: what becomes of such a page (validate quarantines it), finding text
(html).

Wrongly told an article is lost to quarantine, so each judgement needs two things: next to no text of its own, and the
page's own words or shape that say what it is. The opening of a paywalled article is an article.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

from lxml import etree

from newsmill.extract.blocks import Placed, short_text
from newsmill.extract.shingles import WORD
from newsmill.extract.statements import MAX_TITLE, Statements
from newsmill.extract.urls import canonical_url, is_home
from newsmill.model import Block, BlockKind, Reason

MIN_OWN_WORDS = 20
"""Words of running text that make a page an article, whatever else it says; as many as validation asks for."""
MIN_SENTENCE_WORDS = 6
MAX_END = 20
"""Characters in which a sentence ends: a full stop and quotes."""
MIN_TEASERS = 8
"""Linked headlines of an index; fewer stand below a short item too."""
MIN_TEASER_WORDS = 3
MIN_BODY_CHARS = 300
"""Characters of running text in one element from which it is an article's body, not a teaser or a section's motto."""
WORDS_A_MENTION = 80
"""Words for each mention up to which a block is about cookies or subscriptions: a notice names them with nearly every
sentence, an article in one block that was taken for a notice did so once in 147 words."""
MAX_LINKED = 0.5
MAX_TITLES = 20
"""Titles and headlines that may say that a page is an error's: it has one or two."""
SENTENCE_END = re.compile(r"[.!?…。！？।۔؟][\"”»’'）)\]」』]*$")

ADDRESS = re.compile(
    r"\b(?:(?i:we|our|us|you|your|wir|uns|unsere?[mnrs]?|du|deine?[mnrs]?|nous|nos|notre|vous|vos|votre|nosotros|"
    r"nuestr[ao]s?|usted|tus?|noi|nostr[aieo]|voi|vostr[aieo]|tu[ao]|wij|onze|ons|uw|jouw|nós|noss[ao]s?|você|nas|"
    r"nasz\w*|twoj\w*|tw[óo]j|vi|våra?|våre|vores?|din[ae]?|ditt|dit|мы|наш\w*|вы|ваш\w*|ми|ви|náš|naše|vaše|biz|"
    r"bizim|siz\w*)|Sie|Ihre?[mnrs]?)\b|당신|저희|私たち|当社|お客様|あなた|我们|您|نحن|لدينا|אנחנו|שלך"
)
"""Words with which a page speaks to its reader: an article about cookies or subscriptions mostly does not."""
CONSENT = re.compile(
    r"(?i)cookie|\bconsent|\bgdpr\b|privacy|personal data|personali[sz]ed (?:ads|content|advertising)|vendors|"
    r"einwillig|datenschutz|personenbezogen|consentement|données personnelles|confidentialité|consentimiento|"
    r"datos personales|privacidad|consenso|dati personali|toestemming|persoonsgegevens|consentimento|dados pessoais|"
    r"zgod[ay]|dan(?:e|ych) osobow|samtyck|samtykk|personuppgifter|evästee|çerez|файл\w* cookie|куки|"
    r"персональн\w* данн|クッキー|同意|쿠키|ملفات تعريف|עוגיות"
)
PAYWALL = re.compile(
    r"(?i)\bsubscri(?:be|ber|bers|ption|ptions)\b|\blog ?in\b|\bsign ?(?:in|up)\b|\bregister\b|\baccount\b|\babonn|"
    r"\babbonat|\babbonam|\bsuscr[ií]|\bassin(?:e|ante|atura)|prenumer|subskry|\banmeld|\beinlogg|registrier|"
    r"\bconnect(?:ez|er)-vous|identifiez|inscri(?:vez|re)|inicia(?:r)? sesión|reg[ií]strate|accedi|registrati|inloggen|"
    r"registreer|logg(?:a|e)? in|logg inn|zaloguj|předplat|přihla|подпис|войдите|зарегистр|abone|giriş yap|会員|"
    r"ログイン|購読|구독|로그인|登录|订阅|اشترك|تسجيل الدخول|הירשמ|מנוי"
)
ERROR = re.compile(
    r"(?i)^\W*(?:error\W*)?404\b|\b404\b.{0,20}(?:not found|error)|"
    r"page (?:was |could |can )?not (?:be )?(?:found|available)|page (?:does not|doesn[’']t|no longer) exist|"
    r"(?:can[’']?t|cannot|couldn[’']t) find (?:that|the|this) page|seite (?:wurde )?nicht gefunden|"
    r"page (?:est )?introuvable|página no encontrada|pagina non trovata|pagina niet gevonden|página não encontrada|"
    r"strona nie (?:została )?znalezion|sidan (?:kunde inte hittas|hittades inte)|"
    r"siden (?:blev ikke fundet|ble ikke funnet|finnes ikke)|sivua ei löydy|stránka nenalezena|sayfa bulunamadı|"
    r"страница не найдена|сторінку не знайдено|ページが見つかりません|페이지를 찾을 수 없|页面(?:不存在|未找到)|"
    r"الصفحة غير موجودة|הדף לא נמצא"
)
"""What such a page has for its title: HTTP's number, or the words of it in the languages of the rules."""
INDEX_TYPES = frozenset(("CollectionPage", "ItemList", "WebSite", "SearchResultsPage", "ProfilePage"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a page says of itself, read before its tree is cleaned."""

    article: bool  # JSON-LD, OpenGraph or microdata tell of an article
    index: bool  # if of none: they tell of a site or a list, or the page is a site's home
    titles: tuple[str, ...]


def read_told(page: Statements, url: str | None) -> Told:
    """Read what a page says that it is.

    Args:
        page: its statements, while it is not yet cleaned.
        url: its address, as it names it itself.
    """
    kinds = {kind.strip().lower() for kind in page.meta.get("og:type", ())}
    body = next(page.marked("articleBody"), None)
    article = bool(page.node) or "article" in kinds or body is not None
    return Told(
        article=article,
        index=not article and ("website" in kinds or _is_collection(page) or _is_site(url)),
        titles=tuple(islice(_page_titles(page), MAX_TITLES)),
    )


def _is_collection(page: Statements) -> bool:
    scripts = (script.text or "" for script in page.elements("script"))
    return any(f'"{kind}"' in script for script in scripts for kind in INDEX_TYPES)


def _is_site(url: str | None) -> bool:
    home = canonical_url(url)
    return home is not None and is_home(home)


def _page_titles(page: Statements) -> Iterator[str]:
    """Yield the words of a page's title and headlines."""
    return (text for element in page.elements("title", "h1") if (text := short_text(element, MAX_TITLE)))


def problem_of(blocks: Sequence[Block], placed: Sequence[Placed], told: Told) -> Reason | None:
    """Return why a page is no article; None where it is one, or where nothing says that it is none.

    Args:
        blocks: what was found to be its article.
        placed: all blocks of its cleaned tree.
        told: what it says of itself.
    """
    if not _has_own_words(block.text for block in blocks if _is_sentence(block)):
        sentences = [block.text for block in blocks if _is_sentence(block)]
        if not told.article and any(map(ERROR.search, told.titles)):
            return Reason.ERROR_PAGE
        talk = {reason: _words(filter(is_talk, sentences)) for reason, is_talk in TALK.items()}
        reason = max(talk, key=talk.__getitem__)
        if talk[reason]:
            return reason
    return Reason.INDEX_PAGE if not told.article and told.index and _is_index(placed) else None


def _talks_of_cookies(text: str) -> bool:
    return _talks_of(CONSENT, text) and bool(ADDRESS.search(text))


def _talks_of_subscribing(text: str) -> bool:
    return _talks_of(PAYWALL, text) and bool(ADDRESS.search(text))


def _talks_of(subject: re.Pattern[str], text: str) -> bool:
    """Tell whether a text is about a subject: a whole article in one block may name it once."""
    said = sum(1 for _ in subject.finditer(text))
    return said > 0 and said * WORDS_A_MENTION >= _words((text,))


TALK = {Reason.COOKIE_WALL: _talks_of_cookies, Reason.PAYWALL_STUB: _talks_of_subscribing}
"""What a page says to its reader instead of an article."""


def _has_own_words(sentences: Iterable[str]) -> bool:
    """Tell whether a page has the words of an article; most pages tell with their first sentences."""
    own = (_words((text,)) for text in sentences if not any(is_talk(text) for is_talk in TALK.values()))
    return any(words >= MIN_OWN_WORDS for words in accumulate(own))


def _is_index(placed: Sequence[Placed]) -> bool:
    """Tell whether a page is a list of linked headlines, and no element holds running text."""
    teasers = sum(_is_teaser(one) for one in placed)
    held: Counter[etree._Element | None] = Counter()
    for one in placed:
        if _is_sentence(one.block) and one.linked <= MAX_LINKED * len(one.block.text):
            held[one.element.getparent()] += len(one.block.text)
    return teasers >= MIN_TEASERS and max(held.values(), default=0) < MIN_BODY_CHARS


def _is_teaser(one: Placed) -> bool:
    is_linked = one.linked > MAX_LINKED * len(one.block.text)
    return is_linked and len(WORD.findall(one.block.text)) >= MIN_TEASER_WORDS


def _is_sentence(block: Block) -> bool:
    if block.kind in (BlockKind.HEADING, BlockKind.CAPTION, BlockKind.LABEL):
        return False
    ends = SENTENCE_END.search(block.text[-MAX_END:])
    return ends is not None and len(WORD.findall(block.text)) >= MIN_SENTENCE_WORDS


def _words(texts: Iterable[str]) -> int:
    return sum(len(WORD.findall(text)) for text in texts)
