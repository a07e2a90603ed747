"""Make landing records, HTML pages and text dumps, as busy as those of the web.

Owns the markup and the furniture: a page is mostly scripts, styles, menus, vector graphics and cards of other
stories. Shares were set by looking at news pages of 100 to 300 kB. Keep out: what is told (story).
"""

from __future__ import annotations

import json
from html import escape
from random import Random

from tests.bench.story import NAMES, SECTIONS, Story, headline, sentence, story

Record = dict[str, str]
"""One line of a JSON Lines landing file."""

FIRST_OF_DUMPS = 1_000_000
"""Number of the first story that is told in a dump: it has no page."""
SHARES = ("Facebook", "X", "WhatsApp", "LinkedIn", "Email", "Copy link")
LEGAL = ("Terms of use", "Privacy policy", "Cookie settings", "Contact us", "About us", "Careers", "Advertise")


def page(number: int) -> Record:
    """Make HTML page `number`, the same in every process."""
    told, rng = story(number), Random(f"page {number}")
    body = "".join(
        (_sprites(rng), _header(rng), _article(told, rng), _aside(rng), _cards(rng), _footer(rng), _state(rng, told))
    )
    html = f'<!DOCTYPE html>\n<html lang="en">\n{_head(told, rng)}\n<body class="page">\n{body}</body></html>'
    return {"id": f"page-{number}", "url": told.url, "outlet": told.outlet, "html": html}


def dump(number: int) -> Record:
    """Make text dump `number`: a story of its own with the lines around it that a dump keeps."""
    told, rng = story(FIRST_OF_DUMPS + number), Random(f"dump {number}")
    lines = [*(section.title() for section in SECTIONS), told.title, f"By {told.author}", f"{told.published:%d %B %Y}"]
    lines += ["Share this article", *SHARES, told.lead]
    for number_of_part, (heading, *paragraphs) in enumerate(told.parts):
        lines += [heading, *paragraphs]
        if number_of_part == 1:
            lines += ["Advertisement", f"Read more: {headline(rng)}"]
    lines += ["Related articles", *(headline(rng) for _ in range(8)), "Sign up to our newsletter", *LEGAL]
    text = "\n\n".join([*lines, "© 2026 Bench Media. All rights reserved."])
    return {"id": f"dump-{number}", "url": told.url, "outlet": told.outlet, "text": text}


def _head(told: Story, rng: Random) -> str:
    title, lead, when = escape(told.title), escape(told.lead), told.published.isoformat()
    linked = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": told.title,
        "description": told.lead,
        "datePublished": when,
        "author": [{"@type": "Person", "name": told.author}],
        "publisher": {"@type": "Organization", "name": told.outlet},
        "image": [_image(rng, 1200) for _ in range(4)],
    }
    metas = "\n".join(
        f'<meta property="{name}" content="{value}">'
        for name, value in {
            "og:title": title,
            "og:description": lead,
            "og:type": "article",
            "og:url": told.url,
            "og:image": _image(rng, 1200),
            "article:published_time": when,
            "article:section": told.section,
            "article:author": told.author,
            "twitter:title": title,
            "twitter:card": "summary_large_image",
        }.items()
    )
    scripts = "\n".join(f'<script async src="/static/{_token(rng)}.js"></script>' for _ in range(25))
    return (
        f'<head><meta charset="utf-8"><title>{title} | Bench Media</title>\n<link rel="canonical" href="{told.url}">\n'
        f'<meta name="description" content="{lead}">\n{metas}\n{scripts}\n<style>{_style(rng)}</style>\n'
        f'<script type="application/ld+json">{json.dumps(linked)}</script></head>'
    )


def _style(rng: Random) -> str:
    return "".join(
        f".c-{_token(rng)}{{display:flex;margin:0 {rng.randint(0, 48)}px;color:#{rng.randrange(4096):03x}}}"
        for _ in range(rng.randint(200, 500))
    )


def _state(rng: Random, told: Story) -> str:
    """Return the state that a page's own application starts from: the largest part of many a page."""
    items = [
        {"id": _token(rng), "title": headline(rng), "teaser": sentence(rng), "image": _image(rng, 640)}
        for _ in range(rng.randint(60, 480))
    ]
    state = {"story": told.number, "items": items, "experiments": {_token(rng): rng.random() for _ in range(40)}}
    return f"<script>window.__STATE__ = {json.dumps(state)};</script>\n"


def _sprites(rng: Random) -> str:
    symbols = "".join(f'<symbol id="{_token(rng)}" viewBox="0 0 24 24">{_path(rng)}</symbol>' for _ in range(20))
    return f'<svg style="display:none">{symbols}</svg>\n'


def _header(rng: Random) -> str:
    menus = "".join(
        f'<li class="nav__item"><a class="nav__link" href="/{section}"><span>{section.title()}</span>{_icon(rng)}</a>'
        f'<ul class="nav__sub">{_links(rng, 9)}</ul></li>'
        for section in SECTIONS
    )
    return (
        '<div class="consent"><p>We use cookies to improve your visit.</p><button>Accept all</button></div>'
        f'<header class="site-header"><a href="/" class="logo">{_icon(rng)}</a><nav><ul class="nav">{menus}</ul></nav>'
        '<a href="/login">Log in</a> <a href="/subscribe">Subscribe</a></header>\n'
    )


def _article(told: Story, rng: Random) -> str:
    shares = "".join(f'<li><button class="share">{_icon(rng)}<span>{name}</span></button></li>' for name in SHARES)
    parts = "".join(_part(number, part, rng) for number, part in enumerate(told.parts))
    author = escape(told.author)
    return (
        f'<main><article class="story"><nav><a href="/">Home</a> <a href="/x">{told.section.title()}</a></nav>'
        f'<h1 class="story__title">{escape(told.title)}</h1><p class="story__lead">{escape(told.lead)}</p>'
        f'<div class="byline">By <a rel="author" href="/by">{author}</a> '
        f'<time datetime="{told.published.isoformat()}">{told.published:%d %B %Y}</time></div>'
        f'<ul class="share-bar">{shares}</ul>{_figure(rng)}<div class="story__body">{parts}</div>'
        f'<div class="author-box"><p>{author} is a reporter at Bench Media.</p></div></article></main>\n'
    )


def _part(number: int, part: tuple[str, ...], rng: Random) -> str:
    heading, *paragraphs = part
    told = "".join(f'<p class="text">{_linked(text, rng)}</p>\n' for text in paragraphs)
    between = (
        f'<div class="ad"><span>Advertisement</span><script>ads.push("{_token(rng)}")</script></div>',
        '<form class="newsletter"><p>Sign up to our newsletter</p><input type="email"><button>Sign up</button></form>',
        _figure(rng),
        f'<aside class="inline-related"><h4>Read more</h4><ul>{_links(rng, 3)}</ul></aside>',
    )
    return f"<h2>{escape(heading)}</h2>\n{told}{between[number % len(between)]}\n"


def _linked(text: str, rng: Random) -> str:
    """Return a paragraph with a few of its words in a link, as one in three has."""
    words = [escape(word) for word in text.split()]
    if rng.random() < 1 / 3:
        at = rng.randrange(len(words) - 4)
        words[at : at + 3] = [f'<a href="/topic/{_token(rng)}">{" ".join(words[at : at + 3])}</a>']
    return " ".join(words)


def _figure(rng: Random) -> str:
    caption = f"{escape(headline(rng))}. Photograph: {rng.choice(NAMES)}"
    return f'<figure class="media">{_picture(rng)}<figcaption>{caption}</figcaption></figure>'


def _aside(rng: Random) -> str:
    return f'<aside class="rail"><h3>Most read</h3><ol>{_links(rng, 10)}</ol><div>Advertisement</div></aside>\n'


def _cards(rng: Random) -> str:
    cards = "".join(
        f'<div class="card"><div class="card__media"><a href="/{_token(rng)}">{_picture(rng)}</a></div>'
        f'<div class="card__body"><span class="kicker">{rng.choice(SECTIONS).title()}</span>'
        f'<h3 class="card__title"><a href="/{_token(rng)}"><span>{escape(headline(rng))}</span></a></h3>'
        f'<p class="card__teaser">{escape(sentence(rng))}</p><button>{_icon(rng)}</button></div></div>'
        for _ in range(rng.randint(24, 60))
    )
    return f'<section class="related"><h2>Related articles</h2>{cards}</section>\n'


def _footer(rng: Random) -> str:
    columns = "".join(
        f'<div class="footer__col"><h4>{section.title()}</h4><ul>{_links(rng, 6)}</ul></div>' for section in SECTIONS
    )
    legal = "".join(f'<li><a href="/legal">{name}</a></li>' for name in LEGAL)
    return f"<footer>{columns}<ul>{legal}</ul><p>© 2026 Bench Media. All rights reserved.</p></footer>\n"


def _links(rng: Random, count: int) -> str:
    return "".join(f'<li><a href="/{_token(rng)}">{escape(headline(rng))}</a></li>' for _ in range(count))


def _picture(rng: Random) -> str:
    sources = "".join(
        f'<source media="(min-width:{width}px)" srcset="{_image(rng, width)} 1x, {_image(rng, 2 * width)} 2x">'
        for width in (1200, 800, 480)
    )
    return f'<picture>{sources}<img loading="lazy" alt="" src="{_image(rng, 320)}"></picture>'


def _image(rng: Random, width: int) -> str:
    return f"https://img.example/{_token(rng)}/{width}.jpg"


def _icon(rng: Random) -> str:
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><g>{_path(rng)}</g></svg>'


def _path(rng: Random) -> str:
    return f'<path d="M{" ".join(f"{rng.uniform(0, 24):.2f}" for _ in range(24))}z"/>'


def _token(rng: Random) -> str:
    return f"{rng.getrandbits(40):010x}"
