"""Set a run aside that cannot be finished, because its staging is damaged.

Owns the order: the corpus as it was before the run, the ledger without what the run had begun to write there, the index
again from both, and the folder out of the way, last. Until then the run counts as interrupted, and a second attempt
does the same again; after it the run never was, and the next one takes its records.

How far the corpus can be taken back hangs on what is readable. With the run's decisions and the rows that it noted as
replaced: all the way. Without: what the run brought stays, a row that left and did not come anywhere comes back, and a
run with `reprocess` writes the ledger of what stays. A run whose ledger is whole is not taken back: only the index and
the profiles lack it, and the index is made from the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import structlog

from newsmill.damage import damage
from newsmill.dedup.index import Index
from newsmill.model import NewsmillError
from newsmill.publish.ledger import ledger_path
from newsmill.publish.undo import put_back, undo_published
from newsmill.settings import Settings, load_settings
from newsmill.staging import Staging
from newsmill.storage import Store
from newsmill.upkeep.aside import free_place
from newsmill.upkeep.rebuild import rebuild_held
from newsmill.workplace import holding_corpus

COMMAND = "newsmill recover --abandon"

log = structlog.get_logger("newsmill")


@dataclass(frozen=True, slots=True)
class Abandoned:
    """What became of a run that was set aside."""

    damaged: tuple[str, ...]  # paths of its damaged files
    aside: str  # where its staging lies now
    gone: int  # rows of the corpus that were its own
    back: int  # rows that it had taken out
    is_undone: bool  # whether nothing of it is left in the corpus, or its ledger is whole


def abandon(name: str) -> Abandoned:
    """Set a run aside that had decided what to publish; holds the corpus.

    Args:
        name: the run's id, or its folder below `staging`.

    Raises:
        NewsmillError: there is no such run, or it had not decided; or corpus or index cannot be written.
    """
    settings = load_settings()
    data = Store(settings.data)
    with holding_corpus(f"{COMMAND} {name}"):
        staging = _find(data, name)
        damaged = [path for path, _ in damage(staging)]
        gone, back, is_undone = _take_back(staging, settings, damaged)
        for path in list(_begun_ledger(staging)):
            data.move(path, free_place(data, path))
        rebuild_held(data, settings.index)
        if not is_undone:
            back = _restore_lost(staging, settings)
        aside = free_place(data, staging.root)
        data.move(staging.root, aside)
    log.warning("abandoned", run=name, damaged=damaged, aside=aside, rows_gone=gone, rows_back=back)
    return Abandoned(tuple(damaged), aside, gone, back, is_undone)


def _find(data: Store, name: str) -> Staging:
    folders = data.folders("staging")
    staging = Staging.of(data, name)
    if staging.root.partition("/")[2] not in folders and name in folders:
        staging = Staging(data, name)
    if not staging.is_decided:
        decided = [folder for folder in folders if Staging(data, folder).is_decided]
        raise NewsmillError(
            f"{data.uri}/staging holds no run {name!r} that had decided what to publish (it holds "
            f"{', '.join(decided) or 'none at all'}): one that had not is in nobody's way, and needs no command"
        )
    return staging


def _take_back(staging: Staging, settings: Settings, damaged: list[str]) -> tuple[int, int, bool]:
    """Undo what the run published, if that can be told; return rows gone, rows back, and whether it is undone."""
    needed = tuple(staging.path(name) for name in ("run.json", "decisions.parquet", "revisions/"))
    if any(path.startswith(needed) for path in damaged):
        return 0, 0, False
    try:
        if staging.data.exists(ledger_path("runs", staging.run())):
            return 0, 0, True
        return *undo_published(staging, grace=settings.move_grace_seconds), True
    except (OSError, KeyError, pa.ArrowException) as error:
        log.warning("what the run had published cannot be told, and stays", error=str(error))
        return 0, 0, False


def _restore_lost(staging: Staging, settings: Settings) -> int:
    """Put back what the run took out of the corpus and did not put in anywhere; bring the index up to it."""
    index = Index(settings.index)

    def lost(rows: pa.Table) -> pa.Table:
        ids, texts = rows["article_id"].to_pylist(), rows["content_hash"].to_pylist()
        known_ids, known_texts = index.articles(ids), index.hashes(texts)
        is_lost = [one not in known_ids and text not in known_texts for one, text in zip(ids, texts, strict=True)]
        return rows.filter(pa.array(is_lost, pa.bool_()))

    readable = _Readable(staging)
    back = put_back(readable, lost)
    if back:
        rebuild_held(staging.data, settings.index)
    return back


class _Readable(Staging):
    """A run's staging folder without its damaged files."""

    def __init__(self, staging: Staging) -> None:
        super().__init__(staging.data, staging.root.partition("/")[2])
        self._damaged = {path for path, _ in damage(staging)}

    def files(self, dataset: str) -> list[str]:
        """Return the paths of a dataset's readable files."""
        return [path for path in super().files(dataset) if path not in self._damaged]


def _begun_ledger(staging: Staging) -> Iterator[str]:
    """Yield the run's files in a ledger that was not ended: without `runs`, which comes last."""
    own = re.compile(rf"{re.escape(staging.root.partition('/')[2])}(-\d+)?\.parquet")
    data = staging.data
    datasets = [f"ledger/{name}" for name in data.folders("ledger")]
    for dataset in [*datasets, "quarantine"]:
        for entry in data.files(dataset):
            *_, day, file = entry.path.split("/")
            if own.fullmatch(file) and not data.exists(f"ledger/runs/{day}/{file}"):
                yield entry.path
