"""Records and the project's own registry, for every test of the stage."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from newsmill.extract.article import extract
from newsmill.model import Article, Given, RawFormat, RawRecord, Unreadable
from newsmill.registry import Registry, load_registry

INCLUDE = Path(__file__).parents[3] / "include"
TODAY = date(2026, 1, 15)

settings.register_profile("extract", derandomize=True, database=None, deadline=None)
settings.load_profile("extract")

Extract = Callable[..., Article | Unreadable]


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_registry(INCLUDE / "outlets")


@pytest.fixture(scope="session")
def run(registry: Registry) -> Extract:
    """Extract a record made of a content, its format and given fields."""

    def extracted(
        content: str,
        raw_format: RawFormat = RawFormat.HTML,
        *,
        raw_path: str = "some/a.html",
        folder: str | None = "some",
        **given: object,
    ) -> Article | Unreadable:
        record = RawRecord(
            raw_path=raw_path,
            folder=folder,
            raw_format=raw_format,
            content=content,
            raw_sha256="0" * 64,
            fingerprint="0" * 64,
            given=Given(**given),
        )
        return extract(record, registry, TODAY)

    return extracted


@pytest.fixture(scope="session")
def seed(run: Extract) -> Callable[[str], Article]:
    """Extract one of the founding articles by its outlet's folder."""

    def extracted(outlet: str) -> Article:
        (path,) = (INCLUDE / "seeds" / outlet).glob("*.txt")
        content = path.read_text(encoding="utf-8")
        raw_format = RawFormat.MARKDOWN if content.startswith("---") else RawFormat.TEXT
        article = run(content, raw_format, raw_path=f"{outlet}/{path.name}", folder=outlet)
        assert isinstance(article, Article)
        return article

    return extracted
