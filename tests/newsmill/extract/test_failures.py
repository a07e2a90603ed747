import pytest

from newsmill.extract.html import read_page
from newsmill.model import Reason

SENTENCES = (
    "The council voted on Tuesday to close the old bridge for six months, a spokesman said in the evening.",
    "Traffic will be led over the new road in the north, which opened only last year and has seen little use.",
    "Nobody on the council could say how much the work will cost, but two million was named most often.",
)
ARTICLE = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
TEASER = (
    "<li><h3><a href=/{0}>Council of district {0} closes its old bridge</a></h3><p>It will take {0} weeks.</p></li>"
)
WEBSITE = "<meta property=og:type content=website>"
OF_ARTICLE = "<meta property=og:type content=article>"
CONSENT = (
    "<p>We and our 842 partners store cookies on your device and process personal data about your visit.</p>"
    "<p>You can withdraw your consent at any time in the privacy settings at the foot of every page.</p>"
)
SUBSCRIBE = (
    "<p>Subscribe now to read on: our best journalism for one euro a week.</p><p>Already a subscriber? Log in.</p>"
)


def problem(body: str, head: str = "", title: str = "Bridge closes") -> Reason | None:
    page = f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>"
    return read_page(page, "https://example.org/a/b").problem


def teasers(count: int) -> str:
    return f"<main><ul>{''.join(TEASER.format(number) for number in range(10, 10 + count))}</ul></main>"


LIST_OF_DATA = '<script type="application/ld+json">{"@type": "CollectionPage", "name": "Sport"}</script>'


def test_headlines_that_are_nothing_but_links_make_an_index_too() -> None:
    bare = "".join(
        f"<li><a href=/{number}>Council of district {number} closes its old bridge</a></li>" for number in range(12)
    )
    assert problem(f"<main><ul>{bare}</ul></main>", WEBSITE, "Sport") is Reason.INDEX_PAGE


@pytest.mark.parametrize("head", [WEBSITE, LIST_OF_DATA, "<link rel=canonical href=https://example.org/>"])
def test_a_page_of_linked_headlines_that_calls_itself_a_list_is_an_index(head: str) -> None:
    assert problem(teasers(12), head, "Sport") is Reason.INDEX_PAGE


WALLS = {
    "cookies": (CONSENT, "", "Example", Reason.COOKIE_WALL),
    "cookies, German": (
        "<p>Wir und unsere Partner setzen Cookies ein, um Ihre Nutzung der Seite zu messen und zu verbessern.</p>",
        "", "Willkommen", Reason.COOKIE_WALL,
    ),
    "cookies, French": (
        "<p>Nous utilisons des cookies avec nos partenaires pour mesurer votre utilisation de ce site.</p>",
        "", "Bienvenue", Reason.COOKIE_WALL,
    ),
    "nothing but the paywall": (SUBSCRIBE, OF_ARTICLE, "Bridge closes", Reason.PAYWALL_STUB),
    "nothing but the log-in": (
        "<p>Please log in with your account so that we can show you this page.</p>", "", "Log in", Reason.PAYWALL_STUB,
    ),
    "a page that is gone": (
        "<p>The page that was asked for has moved.</p>", "", "404 - Not found", Reason.ERROR_PAGE,
    ),
    "a page that is gone, Spanish": (
        "<p>El contenido que busca ya no existe.</p>", "", "Página no encontrada", Reason.ERROR_PAGE,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "head", "title", "reason"), WALLS.values(), ids=WALLS)
def test_a_page_that_talks_of_itself_and_holds_no_text_is_no_article(
    body: str, head: str, title: str, reason: Reason
) -> None:
    assert problem(body, head, title) is reason


PASSES = {
    "a short item": ("<p>The old bridge is closed from Monday on. Traffic goes over the new road.</p>", "", "Bridge"),
    "a short item above a list of others": (f"<article><p>{SENTENCES[0]}</p></article>{teasers(12)}", "", "Bridge"),
    "a short item above others, on a page that tells of an article": (
        f"<p>{SENTENCES[0]}</p>{teasers(12)}", WEBSITE + OF_ARTICLE, "Bridge",
    ),
    "an article above a list of others": (f"<article>{ARTICLE}</article>{teasers(30)}", WEBSITE, "Bridge"),
    "a list of fewer": (teasers(7), WEBSITE, "Sport"),
    "links in an article that lists them": (
        "<article>" + "".join(f"<p><a href=/{n}>The best bridge of district {n}</a></p><p>{n}: {SENTENCES[n % 3]}</p>"
                             for n in range(12)) + "</article>", WEBSITE, "The best bridges",
    ),
    "a live blog": (
        "<article>" + "".join(f"<section><h2><a href=#{n}>At {n} o'clock on this day</a></h2>{ARTICLE}</section>"
                             for n in range(10)) + "</article>", WEBSITE, "Live",
    ),
    "an article about cookies": (
        "<p>The court held on Tuesday that a shop may not set cookies without consent.</p>"
        "<p>“We ask you for your consent on every page”, the shop had said of its cookies.</p>"
        "<p>Two users had sued because a banner hid the button that refuses cookies behind others.</p>", "", "Cookies",
    ),
    "an article about paywalls": (
        "<p>More papers ask their readers to subscribe than ever before, a study says.</p>"
        "<p>“You subscribe to our paper because you trust us”, an editor told its authors.</p>"
        "<p>Half of those who read the news online have paid for some of it last year.</p>", "", "Pay",
    ),
    "an article about 404 pages": (ARTICLE, "", "404: not found, and loved for it"),
    "the opening of a paywalled article": (f"<p>{SENTENCES[1]}</p>{SUBSCRIBE}", OF_ARTICLE, "Bridge"),
    "an article with a cookie banner": (f"{ARTICLE}<div class=banner>{CONSENT}</div>", "", "Bridge"),
    "an empty page": ("", "", "Bridge"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "head", "title"), PASSES.values(), ids=PASSES)
def test_what_may_be_an_article_is_none_of_these(body: str, head: str, title: str) -> None:
    assert problem(body, head, title) is None


def words(count: int) -> str:
    return f"<p>{' '.join(f'word{number}' for number in range(count))}.</p>"


@pytest.mark.parametrize(("count", "reason"), [(19, Reason.PAYWALL_STUB), (20, None)])
def test_as_many_words_of_its_own_as_validation_asks_for_make_an_article(count: int, reason: Reason | None) -> None:
    assert problem(words(count) + SUBSCRIBE, OF_ARTICLE) is reason


@pytest.mark.parametrize(("count", "reason"), [(7, None), (8, Reason.INDEX_PAGE)])
def test_an_index_has_more_headlines_than_stand_below_an_item(count: int, reason: Reason | None) -> None:
    assert problem(teasers(count), WEBSITE) is reason


def test_an_article_in_one_block_that_names_cookies_once_is_no_cookie_wall() -> None:
    told = f"{' '.join(SENTENCES * 2)} Bring your own cookies, said the mayor, or you will get hungry on the new road."
    assert problem(f"<div>{told}</div>") is None
    assert problem("<div>We bake cookies for your visit here, and store them on your device when you agree.</div>")
