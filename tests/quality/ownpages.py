"""The pages of our own: `pages/<outlet>/<name>.html|.md|.txt`, several forms of one article beside `<name>.gold.yaml`.

`.html` is the page, `.md` what a converter makes of it, `.txt` its whole text, `-reader.txt` what a reader view hands
on. People, places and papers are invented. The gold's body is the text that must be published, block for block.
Pages in a language that the rules do not speak wait until they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from newsmill.clean.rules import load_rules
from newsmill.model import Article, Cleaned, Unreadable
from newsmill.preview.files import preview

PAGES = Path(__file__).parent / "pages"
FORMS = (".html", ".md", ".txt", "-reader.txt")


ANY = "any"


@cache
def spoken() -> frozenset[tuple[str, str]]:
    """Return every category and language for which a rule has words."""
    rules = load_rules(Path(__file__).parents[2] / "include" / "rules").rules
    words = ((rule.category.value, (*rule.phrases, *rule.patterns)) for rule in rules)
    return frozenset((category, language) for category, languages in words for language in languages if language != ANY)


@dataclass(frozen=True, slots=True)
class Page:
    """One form of an article."""

    path: Path
    gold: dict[str, Any]

    @property
    def name(self) -> str:
        """Its path below `pages`."""
        return str(self.path.relative_to(PAGES))

    @property
    def body(self) -> list[str]:
        """The blocks that must be left."""
        return str(self.gold["body"]).strip().split("\n\n")


def all_pages() -> list[Page]:
    """Return every page, by path."""
    found = []
    for gold in sorted(PAGES.glob("*/*.gold.yaml")):
        said = yaml.safe_load(gold.read_text(encoding="utf-8"))
        forms = (gold.with_name(gold.name.removesuffix(".gold.yaml") + form) for form in FORMS)
        found += [Page(path, said) for path in forms if path.exists()]
    return sorted(found, key=lambda page: page.name)


def own_pages() -> list[Page]:
    """Return the pages in languages that the rules speak, by path."""
    languages = {language for _, language in spoken()}
    return [page for page in all_pages() if page.gold["language"] in languages]


@cache
def outcomes() -> dict[str, tuple[Article, Cleaned]]:
    """Return what becomes of every page, by name; none may be unreadable."""
    pages = own_pages()
    found = preview([str(page.path) for page in pages])
    made = {}
    for page, outcome in zip(pages, found, strict=True):
        assert not isinstance(outcome, Unreadable), f"{page.name}: {outcome}"
        made[page.name] = outcome
    return made
