"""End what was interrupted, and sweep up what killed writers left.

Owns the order of both. Keep out: finishing a run (pipeline), giving one up (abandon).
"""

from __future__ import annotations

from dataclasses import dataclass

from newsmill import pipeline
from newsmill.identity import PATH
from newsmill.settings import load_settings
from newsmill.storage import Store
from newsmill.workplace import HELD, holding_corpus

COMMAND = "newsmill recover"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found and ended."""

    partitions: tuple[str, ...]  # keys that interrupted runs wrote
    swept: tuple[str, ...]  # paths of files that killed writers had begun


def recover() -> Recovered:
    """Finish interrupted runs, then sweep; holds the corpus.

    Raises:
        NewsmillError: a run's staging is damaged, a setting has a mistake, or others hold the corpus.
    """
    partitions = pipeline.recover(COMMAND)
    data = Store(load_settings().data)
    with holding_corpus(COMMAND):
        swept = [path for folder in HELD for path in data.sweep_below(folder)]
        data.sweep(PATH)
    return Recovered(tuple(sorted(partitions)), tuple(swept))
