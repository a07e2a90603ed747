"""The parts of the bench: what each measures, in turns, and the rows that it gives.

Owns the bars. Each row is a ratio of two things measured side by side in this call, or a figure with a bound. Keep out:
how a thing is measured (the other modules), the table (`__main__`).
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from tests.bench import cluster, dag, firstpage, imports, indexing, known, memory, nights, peers, sizing, stages
from tests.bench.contenders import newsmill, trafilatura
from tests.bench.records import PAGES, lay_out
from tests.bench.speed import Rounds, alone, cores, in_turns, pooled, warm_up

MEBIBYTE = 1 << 20
WORKERS = 2
"""Processes of a pipeline, and workers of the DAG: the bars are for two cores."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; `holds` is None where there is no bar."""

    what: str
    figures: tuple[str, ...]  # newsmill's, the other's
    measured: str
    bar: str = ""
    holds: bool | None = None


Part = Callable[[argparse.Namespace, Path], Iterator[Row]]


def pages(asked: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """HTML pages, extract + clean, beside bare trafilatura with metadata."""
    share = lay_out(asked.pages, asked.records, folder)[PAGES]
    if not share.records:
        return
    both = (newsmill, trafilatura)
    warm_up(both, share)
    whole, middle = in_turns(alone, both, share, asked.rounds)
    yield _ratio("pages/s a core, extract + clean : bare trafilatura", whole, 2.0)
    yield _ratio("  the median page", middle)
    (together,) = in_turns(pooled, both, share, asked.rounds)
    yield _ratio(f"  {cores()} processes", together)


def dumps(asked: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Text dumps, extract + clean."""
    for name, share in lay_out(asked.pages, asked.records, folder).items():
        if name != PAGES:
            warm_up((newsmill,), share)
            whole, _ = in_turns(alone, (newsmill,), share, asked.rounds)
            figure = median(round_[0] for round_ in whole)
            is_light = name in ("dump-light", "dumps")
            bar = ("≥ 2,500", figure >= 2500) if is_light else ("", None)
            yield Row(f"text dumps/s a core, {name}", (f"{figure:,.0f}",), "", *bar)


def pipelines(asked: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Whole pipelines to Parquet, beside datatrove."""
    problem = peers.install()
    if problem:
        yield Row("whole pipeline : datatrove", (), f"left out, datatrove cannot be installed: {problem}")
        return
    landing = _pages(asked, folder, asked.peer_pages)
    rounds: Rounds = []
    for turn in range(asked.rounds):
        ours = stages.run_pipeline(landing, folder / f"ours-{turn}", WORKERS)
        (folder / f"theirs-{turn}").mkdir()
        documents, seconds = peers.datatrove(landing, folder / f"theirs-{turn}", WORKERS)
        rounds.append((ours.read / ours.seconds, asked.peer_pages / seconds))
    yield _ratio(f"whole pipeline, {WORKERS} processes, pages/s : datatrove", rounds, 2.0)
    for stage, seconds in ours.stages.items():
        yield Row(f"  {stage}", (f"{seconds:,.1f} s",), f"{seconds / ours.seconds:.0%} of newsmill's")
    yield Row("  articles written", (f"{ours.published:,}", f"{documents:,}"), f"of {asked.peer_pages:,} pages")


def under_airflow(asked: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """The DAG under a scheduler with a LocalExecutor of two workers, beside the stages alone."""
    landing = _pages(asked, folder, asked.dag_pages)
    rounds: Rounds = []
    for turn in range(asked.dag_rounds):
        alone_ = stages.run_pipeline(landing, folder / f"alone-{turn}", WORKERS)
        seconds = dag.run_dag(landing, folder / f"dag-{turn}", folder / f"airflow-{turn}")
        rounds.append((asked.dag_pages / seconds, asked.dag_pages / alone_.seconds))
    yield _ratio(f"DAG under LocalExecutor, {asked.dag_pages:,} pages, /s : stages alone", rounds, 0.85)


def workers(asked: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Two Celery workers beside one, each with one task at a time."""
    rounds: Rounds = list(cluster.nights(asked.pages, asked.dag_pages // 2, asked.dag_rounds, folder))
    yield _ratio("extract + clean on a cluster, pages/s, two workers : one", rounds, 1.8)


def peak(asked: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """The most memory of any task, over ten times the records."""
    small, large = asked.memory_records // 10, asked.memory_records
    least = memory.most(memory.template(folder))
    for records in (small, large):
        shutil.copytree(folder / "data", folder / f"data-{records}")
    few, many = (memory.peaks(str(folder / f"data-{records}"), records) for records in (small, large))
    few, many = ({**least, **found} for found in (few, many))
    most, ratio = max(many.values()), max(many.values()) / max(few.values())
    figures = (f"{most / MEBIBYTE:,.0f} MB", f"{max(few.values()) / MEBIBYTE:,.0f} MB")
    holds = ratio <= 1.15 and most <= 700 * MEBIBYTE
    yield Row(
        f"peak memory of any task, {large:,} records : {small:,}", figures, f"{ratio:.2f}", "≤ 1.15, ≤ 700 MB", holds
    )
    for task, size in many.items():
        figures = (f"{size / MEBIBYTE:,.0f} MB", f"{few[task] / MEBIBYTE:,.0f} MB")
        yield Row(f"  {task}", figures, f"{size / few[task]:.2f}")


def over_corpora(asked: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """A night of new articles over a large corpus, beside one over a small one."""
    place = asked.keep or folder
    sizes = (asked.corpus, asked.corpus_small)
    corpora = [nights.grow(place / f"corpus-{size}", size) for size in sizes]
    took = nights.nights(corpora, place, asked.night_articles, asked.rounds)
    whole = [tuple(sum(night[task] for task in nights.TASKS) for night in round_) for round_ in took]
    ratio = median(large / small for large, small in whole)
    title = f"a night of {asked.night_articles:,} over {sizes[0]:,} articles : {sizes[1]:,}"
    yield Row(title, _seconds(whole), f"{ratio:.2f}", "≤ 1.2", ratio <= 1.2)
    for task in (nights.COMPUTING, *nights.TASKS):
        each = [tuple(night[task] for night in round_) for round_ in took]
        yield Row(f"  {task}", _seconds(each), f"{median(large / small for large, small in each):.2f}")


def known_files(asked: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Planning over a landing zone of which nearly all is known."""
    took = known.plan(asked.keep or folder, asked.files, asked.new_files)
    figures = (f"{took.seconds:,.1f} s", f"{took.peak_bytes / MEBIBYTE:,.0f} MB")
    holds = took.seconds <= 60 and took.peak_bytes <= 500 * MEBIBYTE
    yield Row(f"plan, {asked.files:,} known files and {asked.new_files:,} new", figures, "", "≤ 60 s, ≤ 500 MB", holds)


def loading(asked: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Parsing the DAG files; the page in Airflow's UI."""
    parsed = median(imports.parsing() for _ in range(asked.rounds))
    yield Row("parsing all DAG files, beyond airflow.sdk", (f"{parsed:.2f} s",), "", "≤ 0.3 s", parsed <= 0.3)
    plugin = imports.plugin()
    yield Row("importing newsmill.ui.plugin, beyond airflow", (f"{plugin:.3f} s",), "", "≤ 0.2 s", plugin <= 0.2)


def first_page(asked: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """The overview in Airflow's UI."""
    first, again, articles = firstpage.overview(folder, asked.corpus)
    figures = (f"{first:.2f} s", f"{again:.2f} s")
    yield Row(f"overview of {articles:,} articles, first : again", figures, "", "≤ 0.5 s", first <= 0.5)


def sizes(asked: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """The table of docs/sizing.md; simulated, nothing is measured."""
    yield from (Row(line, (), "") for line in sizing.table())


def index(asked: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Rows a second of the index, in SQLite and in PostgreSQL."""
    new = min(asked.corpus, indexing.OF_COMMIT)
    for name, measured in indexing.measure(folder, asked.corpus, new):
        yield Row(f"index of {asked.corpus:,} articles, {new:,} more, rows/s: {name}", (), "")
        for what, rate in asdict(measured).items():
            yield Row(f"  {what}", (f"{rate:,.0f}",), "")


PARTS: dict[str, Part] = {
    "pages": pages,
    "dumps": dumps,
    "peers": pipelines,
    "dag": under_airflow,
    "cluster": workers,
    "memory": peak,
    "nights": over_corpora,
    "plan": known_files,
    "index": index,
    "imports": loading,
    "sizing": sizes,
    "ui": first_page,
}


def _pages(asked: argparse.Namespace, folder: Path, count: int) -> Path:
    """Lay out a landing zone of pages alone."""
    landing = folder / "landing"
    landing.mkdir()
    share = lay_out(asked.pages, count, landing, only=PAGES)[PAGES]
    return Path(share.landing)


def _ratio(what: str, rounds: Rounds, bar: float | None = None) -> Row:
    """Return medians, and of each round's two turns the ratio: its median, least and most."""
    ratios = sorted(ours / theirs for ours, theirs in rounds)
    figures = tuple(f"{median(each):,.1f}" for each in zip(*rounds, strict=True))
    measured = f"{median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"
    return Row(what, figures, measured, *(("", None) if bar is None else (f"≥ {bar:g}", median(ratios) >= bar)))


def _seconds(rounds: Sequence[Iterable[float]]) -> tuple[str, ...]:
    return tuple(f"{median(each):,.1f} s" for each in zip(*rounds, strict=True))
