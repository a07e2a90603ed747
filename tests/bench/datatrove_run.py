"""datatrove's way from landing files to Parquet; runs in the peers' own environment, which has no newsmill.

Owns the pipeline: JSON Lines reader -> trafilatura in precision mode -> Parquet writer, without deduplication. Keep
out: who measures it (peers).
"""

from __future__ import annotations

import sys
from typing import Any

TIMEOUT = 60.0
"""Seconds that a page may take, as many as newsmill allows; datatrove's own default, 0.1, would lose pages."""


def main(landing: str, out: str, logs: str, workers: int) -> None:
    """Read pages (`html`) of all files of a folder, and write their texts; each worker has its share of the files."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.extractors import Trafilatura
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import ParquetWriter

    LocalPipelineExecutor(
        pipeline=[
            JsonlReader(landing, text_key="html", id_key="id", compression=None),
            Trafilatura(favour_precision=True, deduplicate=False, timeout=TIMEOUT, with_metadata=True),
            ParquetWriter(out, adapter=_row),
        ],
        tasks=workers,
        workers=workers,
        logging_dir=logs,
    ).run()


def _row(document: Any) -> dict[str, Any]:
    """Return the columns of a document; with all of its metadata, pages that tell more than others would not fit."""
    return {"id": document.id, "url": document.metadata.get("url"), "text": document.text}


if __name__ == "__main__":
    main(*sys.argv[1:4], workers=int(sys.argv[4]))
