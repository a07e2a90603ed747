"""Landing zones of two nights: what a pipeline meets, in all formats, with everything that can happen to an article.

Owns the records. Each call makes the same bytes. On the second night articles of the first come again: with another
text, with another date or outlet (their rows move to another partition, and some partitions lose their last row), with
texts that another article has now, older than what is published, or the same.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import zstandard

from tests.bench.story import NAMES, sentence

OUTLETS = ("harbour-post", "valley-times", "north-daily", "evening-star")
EPOCH = datetime(2026, 2, 1, 5, tzinfo=UTC)
DAYS = 4
LONELY, MANY = 900, 1000
"""Articles numbered between these have outlets of their own: when one moves, its partition is emptied."""


@dataclass(frozen=True)
class Told:
    """An article, before it is put into a format."""

    number: int
    outlet: str
    published: datetime
    title: str
    paragraphs: tuple[str, ...]
    fetched: datetime

    @property
    def url(self) -> str:
        """Its address, which makes its article_id."""
        return f"https://www.newsroom.example/{self.number}/story.html"

    @property
    def text(self) -> str:
        """Its body."""
        return "\n\n".join(self.paragraphs)

    def again(self, **fields) -> Told:
        """The same article as it is fetched a day later."""
        return replace(self, fetched=self.fetched + timedelta(days=1), **fields)

    def retold(self) -> Told:
        """The same article with another text, a day later."""
        return self.again(paragraphs=(*self.paragraphs, more(f"later {self.number}")))


def more(name: str) -> str:
    """Tell a paragraph that no other has; what an outlet repeats, numbers aside, would be cut."""
    rng = Random(name)
    return " ".join(sentence(rng) for _ in range(3))


def told(number: int) -> Told:
    """Tell article `number`."""
    rng = Random(f"night {number}")
    outlet = f"lonely-{number}" if LONELY <= number < MANY else OUTLETS[number % len(OUTLETS)]
    paragraphs = tuple(
        f"{' '.join(sentence(rng) for _ in range(rng.randint(2, 3)))} It is matter {number} of part {part}."
        for part in range(rng.randint(2, 4))
    )
    published = EPOCH + timedelta(days=number // len(OUTLETS) % DAYS, minutes=number)
    title = f"{sentence(rng).removesuffix('.')}, matter {number}"
    return Told(number, outlet, published, title, paragraphs, EPOCH + timedelta(days=20))


def line(article: Told, **fields) -> dict:
    """Put an article into a line of a JSON Lines file."""
    given = {"id": f"id-{article.number}", "url": article.url, "outlet": article.outlet, "title": article.title}
    given |= {"published_at": f"{article.published:%Y-%m-%dT%H:%M:%SZ}", "text": article.text}
    return given | {"fetched_at": f"{article.fetched:%Y-%m-%dT%H:%M:%SZ}"} | fields


def page(article: Told) -> str:
    """Put an article into a page with some furniture around it."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in article.paragraphs)
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{article.title} | Newsroom</title>'
        f'<link rel="canonical" href="{article.url}"><meta property="og:title" content="{article.title}">'
        f'<meta property="article:published_time" content="{article.published.isoformat()}"></head><body>'
        '<nav><a href="/">Home</a><a href="/world">World</a></nav><main><article>'
        f'<h1>{article.title}</h1><p class="byline">By {NAMES[article.number % len(NAMES)]}</p>'
        f"<ul><li>Share</li><li>Facebook</li></ul>{body}<p>Sign up to our newsletter</p></article></main>"
        "<footer><p>© 2026 Newsroom. All rights reserved.</p></footer></body></html>"
    )


def markdown(article: Told) -> str:
    """Put an article into Markdown with front matter."""
    front = f'---\ntitle: "{article.title}"\nurl: {article.url}\ndate: {article.published.isoformat()}\n---\n\n'
    return f"{front}# {article.title}\n\n{article.text}\n\nSubscribe to our newsletter\n"


def dump(article: Told) -> str:
    """Put an article into a text dump."""
    head = f"{article.title}\nBy {NAMES[article.number % len(NAMES)]}\n{article.published:%d %B %Y}\nShare this article"
    return f"{head}\n\n{article.text}\n\nRelated articles\nSign up to our newsletter\n"


def put(landing: Path, name: str, content: str | bytes) -> None:
    """Write a landing file."""
    path = landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def put_lines(landing: Path, name: str, lines: Iterable[dict | str]) -> None:
    """Write a JSON Lines file, packed as its name says; a string is a line as it stands."""
    said = "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in lines).encode()
    pack = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}.get(name.rpartition(".")[2], bytes)
    put(landing, name, pack(said))


def first_night(landing: Path) -> None:
    """Lay out what the second night changes: 60 articles, four of them alone in their partitions."""
    put_lines(landing, "first.jsonl", [line(told(number)) for number in range(40)])
    put_lines(landing, "lonely.jsonl", [line(told(LONELY + number)) for number in range(4)])
    for number in range(40, 56):
        put(landing, f"{told(number).outlet}/{number}.html", page(told(number)))


def second_night(landing: Path) -> None:
    """Add some 290 records: new ones in every format, and what became of the first night's."""
    for number in range(100, 140):
        put(landing, f"{told(number).outlet}/{number}.html", page(told(number)))
    for number in range(140, 165):
        put(landing, f"{told(number).outlet}/{number}.md", markdown(told(number)))
    for number in range(165, 190):
        put(landing, f"{told(number).outlet}/{number}.txt", dump(told(number)))
    put_lines(landing, "plain.jsonl", [line(told(number)) for number in range(190, 240)])
    put_lines(landing, "packed.jsonl.gz", [line(told(number)) for number in range(240, 290)])
    put_lines(landing, "tight.jsonl.zst", [line(told(number)) for number in range(290, 330)])
    put_lines(landing, "changed.jsonl.gz", changed())
    put_lines(landing, "copies.jsonl", copies())
    refused(landing)


def changed() -> list[dict]:
    """What became of the first night's articles."""
    elsewhere = [told(number).retold() for number in range(10, 18)]
    lonely = [told(LONELY + number) for number in range(4)]
    return [
        *(line(told(number).retold()) for number in range(10)),
        *(line(replace(one, published=one.published + timedelta(days=1))) for one in elsewhere[:4]),
        *(line(replace(one, outlet=OUTLETS[(one.number + 1) % len(OUTLETS)])) for one in elsewhere[4:]),
        *(line(one.retold().again(outlet="harbour-post")) for one in lonely[:2]),  # empty two partitions
        line(lonely[2].again(paragraphs=lonely[3].paragraphs)),  # texts that change their articles
        line(lonely[3].again(paragraphs=told(18).paragraphs)),
        line(told(18).retold()),
        *(line(replace(told(number).retold(), fetched=EPOCH)) for number in range(20, 24)),  # too old to replace
        *(line(told(number).again()) for number in range(24, 28)),  # nothing new
    ]


def copies() -> list[dict]:
    """Texts that others have too, of this night and of the first."""
    of_tonight = [told(number) for number in (105, 142, 191, 241, 291)]
    of_before = [told(number) for number in (30, 45)]
    return [line(one, id=f"copy-{one.number}", url=None, outlet="copier") for one in (*of_tonight, *of_before)]


def refused(landing: Path) -> None:
    """Lay out records that are not published: too short, no article, or not readable."""
    short = [line(told(number), text="Too short to be news.") for number in range(400, 410)]
    put_lines(landing, "short.jsonl", short)
    put_lines(landing, "broken.jsonl", ['{"id": "cut', "[1, 2]", '{"text": 7}', line(told(410)), "not json at all"])
    put(landing, "north-daily/empty.html", b"")
    put(landing, "north-daily/noise.txt", bytes(range(256)) * 8)
    put(landing, "valley-times/bad.md", "---\ntitle: [\n---\nNothing.")
    put(landing, "wrong.jsonl.gz", b"\x1f\x8b\x08\x00 and then nothing that could be unpacked")
