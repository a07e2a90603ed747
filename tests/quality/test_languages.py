"""Pages in twenty languages keep their text whole: no paragraph, heading, list item or quote of an article is lost or
changed, be its script Latin or not, written from right to left, or without spaces between words.
"""

from __future__ import annotations

import hashlib
import html
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from newsmill.clean.cleaner import clean
from newsmill.clean.rules import RuleSet, load_rules
from newsmill.extract.article import extract
from newsmill.model import Article, Given, RawFormat, RawRecord, key_of
from newsmill.registry import Registry

ARTICLES = {path.stem: path for path in sorted((Path(__file__).parent / "languages").glob("*.yaml"))}
DAY = date(2026, 3, 1)
TAGS = {"p": "<p>{}</p>", "h": "<h2>{}</h2>", "l": "<li>{}</li>", "q": "<blockquote><p>{}</p></blockquote>"}
RIGHT_TO_LEFT = ("ar", "fa", "he")

LOST: dict[tuple[str, str], str] = {}
"""Articles that lose a block today, and why; each must be taken off this list when it keeps all."""


@cache
def rules() -> RuleSet:
    return load_rules(Path(__file__).parents[2] / "include" / "rules")


@cache
def written(language: str) -> dict[str, Any]:
    return yaml.safe_load(ARTICLES[language].read_text(encoding="utf-8"))


def blocks(language: str) -> list[tuple[str, str]]:
    return [pair for block in written(language)["body"] for pair in block.items()]


def page(language: str) -> str:
    """The article as a page, with a menu, a share line and a footer around it."""
    said = written(language)
    lines = [TAGS[kind].format(html.escape(text, quote=False)) for kind, text in blocks(language)]
    first = next(place for place, line in enumerate(lines) if line.startswith("<li>"))
    last = max(place for place, line in enumerate(lines) if line.startswith("<li>"))
    body = [*lines[:first], "<ul>", *lines[first : last + 1], "</ul>", *lines[last + 1 :]]
    menu = "".join(f'<li><a href="/{number}">{item}</a></li>' for number, item in enumerate(said["menu"]))
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    return "\n".join(
        (
            f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}"><head><meta charset="utf-8">',
            f"<title>{said['title']}</title></head><body><header><nav><ul>{menu}</ul></nav></header>",
            f'<main><article><h1>{said["title"]}</h1><p class="share"><a href="#">{said["share"]}</a></p>',
            *body,
            f"</article></main><footer><p>{said['rights']}</p></footer></body></html>",
        )
    )


def dump(language: str) -> str:
    """The same page's text, a block a line."""
    said = written(language)
    body = [f"- {text}" if kind == "l" else text for kind, text in blocks(language)]
    return "\n".join((*said["menu"], "", said["title"], said["share"], "", *body, "", said["rights"], ""))


def markdown(language: str) -> str:
    """The same as Markdown."""
    marks = {"p": "{}", "h": "## {}", "l": "* {}", "q": "> {}"}
    body = [marks[kind].format(text) for kind, text in blocks(language)]
    said = written(language)
    return "\n\n".join((f"# {said['title']}", said["share"], *body, said["rights"]))


FORMS = {RawFormat.HTML: page, RawFormat.TEXT: dump, RawFormat.MARKDOWN: markdown}


def kept(language: str, form: RawFormat) -> list[str]:
    """Return the blocks of the cleaned text."""
    content = FORMS[form](language)
    digest = hashlib.sha256(content.encode()).hexdigest()
    raw = RawRecord(
        raw_path=f"somewhere/{language}.{form}",
        folder="somewhere",
        raw_format=form,
        content=content,
        raw_sha256=digest,
        fingerprint=key_of(digest),
        given=Given(),
    )
    registry = Registry({}, {})
    article = extract(raw, registry, DAY)
    assert isinstance(article, Article), article
    return clean(article, rules(), registry.get(article.outlet)).text.split("\n\n")


@pytest.mark.parametrize(
    ("language", "form"),
    [
        pytest.param(
            language,
            form,
            id=f"{language}-{form}",
            marks=pytest.mark.xfail(strict=True, reason=LOST[language, form.value])
            if (language, form.value) in LOST
            else (),
        )
        for language in ARTICLES
        for form in FORMS
    ],
)
def test_article_keeps_every_block_in_order_and_unchanged(language, form):
    wanted = [text for _, text in blocks(language)]
    found = [block for block in kept(language, form) if block in wanted]
    assert found == wanted


def test_languages_are_of_many_scripts():
    assert len(ARTICLES) >= 19
    assert set(RIGHT_TO_LEFT) < set(ARTICLES)
    assert {"zh", "ja", "ko", "th", "hi", "bn", "ru", "el"} < set(ARTICLES)


@pytest.mark.parametrize("language", ARTICLES)
def test_articles_hold_a_quote_a_list_a_heading_and_a_short_last_paragraph(language):
    kinds = [kind for kind, _ in blocks(language)]
    assert {"p", "h", "l", "q"} == set(kinds)
    assert kinds[-1] == "p"
    assert len(blocks(language)[-1][1]) < 40
