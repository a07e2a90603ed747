"""What an article is about, in the rules' categories: by the words of its title and description.

Owns each category's words. Tags are not asked: "Newsletter" and "Subscribers" are tags of pages, not of subjects.
Words that titles use in other senses as well ("shares", "members", "pictures", "account") are left out.
Keep out: what follows for a block (findings, decide).
"""

from __future__ import annotations

from newsmill.clean.category import Category
from newsmill.clean.fold import words_of

_WORDS = {
    Category.ADVERTISEMENT: """advert- sponsoring sponsorship werbung werbe- publicitaire- publicité publicidad
        publicitari- pubblicit- publicidade reclame advertentie-""",
    Category.SHARE: "sharing sharebutton- hashtag- partage partager partages compartir condivi- partilh-",
    Category.LOGIN: """comment comments commenter- commenting login logins password- kommentar- leserkommentar-
        passwort passwörter commentaire- comentario- contraseña- commenti comentário- reactie reacties wachtwoord-""",
    Category.SUBSCRIBE: """newsletter- subscri- paywall- abonn- abo abos suscri- abbonament- abbonat- assinatura-
        assinante- nieuwsbrief nieuwsbrieven""",
    Category.DONATE: """donat- donor donors charity charities fundrais- crowdfund- membership- spende spenden spender
        spendete- spendenaufruf- don dons donateur- donación donaciones donante- donazion- doação doações doador-
        donativo- doneer doneren""",
    Category.PROMOTION: "app apps notification- application- aplicaci- aplicativo-",
    Category.COPYRIGHT: "copyright- urheber- auteursrecht- autorais",
    Category.COOKIE: "cookie- cookies",
}
"""English, German, French, Spanish, Italian, Portuguese, Dutch; `-` stands for any end of a word."""


def _index() -> tuple[dict[str, Category], dict[str, Category]]:
    whole: dict[str, Category] = {}
    begun: dict[str, Category] = {}
    for category, words in _WORDS.items():
        for word in words.split():
            (begun if word.endswith("-") else whole)[word.removesuffix("-")] = category
    return whole, begun


_WHOLE, _BEGUN = _index()
_SIZES = sorted({len(word) for word in _BEGUN})


def subjects_of(folded: str) -> frozenset[Category]:
    """Return the categories whose words are in a folded title and description."""
    found = set()
    for word in words_of(folded):
        found.add(_WHOLE.get(word))
        found.update(_BEGUN.get(word[:size]) for size in _SIZES)
    if Category.SUBSCRIBE in found:
        found.add(Category.DONATE)  # whoever lives on subscribers asks them for support, and is told of for it
    return frozenset(category for category in found if category)
