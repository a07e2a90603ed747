"""What is measured: newsmill's way from a raw record to a clean article, and what a user would pick instead.

Owns how each is called. Each takes a raw record and returns title and text, so that all hand back alike.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

from trafilatura import bare_extraction
from trafilatura.settings import Document

from newsmill.clean.cleaner import clean
from newsmill.clean.rules import RuleSet, load_rules
from newsmill.extract.article import extract
from newsmill.model import RawRecord, Unreadable
from newsmill.registry import Registry, load_registry
from newsmill.settings import PROJECT

DAY = date(2026, 3, 1)
Result = tuple[str | None, str]
Contender = Callable[[RawRecord], Result]


def newsmill(record: RawRecord) -> Result:
    """Extract and clean, as the tasks of these names do."""
    registry, rules = _facts()
    article = extract(record, registry, DAY)
    if isinstance(article, Unreadable):
        return None, ""
    return article.title, clean(article, rules, registry.get(article.outlet)).text


def trafilatura(record: RawRecord) -> Result:
    """Extract text and metadata of a page with trafilatura alone, in its precision mode."""
    found = bare_extraction(record.content, url=record.given.url, with_metadata=True, favor_precision=True)
    return (found.title, found.text or "") if isinstance(found, Document) else (None, "")


@cache
def _facts() -> tuple[Registry, RuleSet]:
    include = PROJECT / "include"
    return load_registry(include / "outlets"), load_rules(include / "rules")
