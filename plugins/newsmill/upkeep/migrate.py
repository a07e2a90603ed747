"""Bring the index up to this newsmill's tables, ahead of the first run, which would do it otherwise.

Owns the lock around it. Keep out: how it is done (dedup.migrating).
"""

from __future__ import annotations

from newsmill.dedup.tables import REVISION
from newsmill.settings import load_settings
from newsmill.storage import Store
from newsmill.workplace import holding_corpus, index_of

COMMAND = "newsmill migrate-index"


def migrate_index() -> tuple[str | None, str]:
    """Migrate the index of the settings; holds the corpus. May be done twice.

    Returns:
        The revision of before, None where there is no index (none is made), and that of now.

    Raises:
        CorpusIndexError: the database refuses, or the index is another corpus's or a newer newsmill's.
        CorpusBusyError: others hold the corpus.
    """
    with holding_corpus(COMMAND):
        index = index_of(Store(load_settings().data))
        return (None, REVISION) if index.revision() is None else index.bring_up()
