"""Run the real pipeline over one set, and say what it made of it.

The run goes through `pipeline.run`: every stage in order, in one process, as the DAG's tasks call them; Airflow itself
would add a minute a set and change no byte. The registry knows no outlet, and the data root is new.

Owns the run and its circumstances. Keep out: what a figure means (score, cuts).
"""

from __future__ import annotations

import dataclasses
import logging
import os
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import structlog

from newsmill.clean.cleaner import clean
from newsmill.clean.rules import RuleSet, load_rules
from newsmill.model import Article, Block, BlockKind, DateSource, RawFormat, Removal
from newsmill.registry import Outlet
from tests.quality.cuts import Cuts
from tests.quality.score import Gold, score
from tests.quality.sets import PageSet, read_gold

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of a set."""

    name: str
    figures: dict[str, float]
    run: Cuts  # blocks that rules took in the run
    fed: Cuts  # blocks that rules took when the gold's bodies were cleaned as articles
    seconds: float


def measure(pages: PageSet, day: date) -> Measured:
    """Run a set through the pipeline, as a run of this day would, and score the corpus."""
    golds = read_gold(pages.gold)
    with tempfile.TemporaryDirectory(prefix="newsmill-quality-") as folder:
        landing = Path(folder) / "landing"
        landing.mkdir()
        shutil.copy(pages.landing, landing)
        started = time.perf_counter()
        data = _run(landing, Path(folder), day)
        seconds = time.perf_counter() - started
        rows = {row["source_id"]: row for row in _rows(data / "corpus")}
        removals = _removals(data / "ledger" / "removals")
    figures = score(golds, rows)
    run = _taken(golds, rows, removals)
    fed = feed(golds, rows, load_rules(PROJECT / "include" / "rules"))
    return Measured(pages.name, figures | {"gold_cut": fed.per_thousand()}, run, fed, seconds)


def feed(golds: Iterable[Gold], rows: Mapping[str, Mapping[str, Any]], rules: RuleSet) -> Cuts:
    """Clean the gold's own bodies, under the fields that the run found, and count what rules take of them."""
    fed = Cuts()
    for gold in golds:
        article = _article(gold, rows.get(gold.id, {}))
        cleaned = clean(article, rules, Outlet(slug=article.outlet))
        fed.add(gold.blocks, cleaned.text, cleaned.removals)
    return fed


def _run(landing: Path, folder: Path, day: date) -> Path:
    include = folder / "include"
    shutil.copytree(PROJECT / "include" / "rules", include / "rules")
    (include / "outlets").mkdir()
    data = folder / "data"
    for name in [name for name in os.environ if name.startswith("NEWSMILL_")]:
        del os.environ[name]
    os.environ |= {"NEWSMILL_DATA_URI": str(data), "NEWSMILL_INCLUDE_DIR": str(include)}
    from newsmill import pipeline
    from newsmill.model import Selection
    from newsmill.settings import Settings

    Settings.model_config["env_file"] = None  # the user's own data root has no part in this
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    pipeline.run("quality", day, Selection(landing_uri=str(landing), rejection_limit=1.0))
    return data


def _rows(folder: Path) -> list[dict[str, Any]]:
    found = []
    for path in sorted(folder.rglob("*.parquet")):
        keys = dict(part.split("=", 1) for part in path.parent.parts if "=" in part)
        found += [row | keys for row in pq.ParquetFile(path).read().to_pylist()]
    return found


def _removals(folder: Path) -> dict[str, list[Removal]]:
    names = [field.name for field in dataclasses.fields(Removal)]
    found: defaultdict[str, list[Removal]] = defaultdict(list)
    for row in _rows(folder):
        found[row["source_id"]].append(Removal(**{name: row[name] for name in names}))
    return found


def _taken(
    golds: Iterable[Gold], rows: Mapping[str, Mapping[str, Any]], removals: Mapping[str, Iterable[Removal]]
) -> Cuts:
    run = Cuts()
    for gold in golds:
        if gold.id in rows:
            run.add(gold.blocks, rows[gold.id]["text"], removals.get(gold.id, ()))
    return run


def _article(gold: Gold, row: Mapping[str, Any]) -> Article:
    """Return the gold's body as an extracted article."""
    return Article(
        record_key="",
        article_id=row.get("article_id", ""),
        source_id=gold.id,
        outlet=row.get("outlet", "unknown"),
        url=row.get("url"),
        title=row.get("title") or gold.title,
        description=row.get("description"),
        authors=tuple(row.get("authors") or gold.authors),
        tags=tuple(row.get("tags") or ()),
        sources=(),
        published_at=row.get("published_at"),
        modified_at=None,
        fetched_at=None,
        date_source=DateSource.INGESTED,
        language=row.get("language"),
        raw_format=RawFormat(row.get("raw_format", RawFormat.HTML)),
        raw_path=gold.id,
        raw_sha256="",
        fingerprint="",
        notes=(),
        blocks=tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in gold.blocks),
    )
