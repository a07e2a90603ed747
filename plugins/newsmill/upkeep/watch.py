"""The task of the DAG `verify_corpus`: verify, log what was found, and fail loudly when something is wrong.

Keep out: what is checked (verify). Nothing heavy is imported here: Airflow parses the DAG file often.
"""

from __future__ import annotations

import structlog

from newsmill.model import NewsmillError
from newsmill.settings import load_settings


class CorpusDamagedError(NewsmillError):
    """Corpus, index or ledger are not right; the text says how many findings, the first of them, and what mends all."""


def watch(sample: int | None, seed: str) -> dict[str, int]:
    """Verify everything, and log the findings as a table. Returns what was looked at, with the number of warnings.

    A run that has decided what to publish is waited for as long as one waits for the corpus, so that a run in flight
    is no finding.

    Args:
        sample: articles to look at closely; None for all.
        seed: another one takes another sample: the day, so that in time every article has its turn.

    Raises:
        CorpusDamagedError: something is wrong; warnings are not.
        CorpusBusyError: others held the corpus for longer than is to be waited.
    """
    from newsmill.upkeep.telling import Tone, lines, total
    from newsmill.upkeep.verify import verify

    verdict = verify(sample=sample, seed=seed, wait=load_settings().lock_wait_seconds)
    log = structlog.get_logger("newsmill.report")
    for line, tone in lines(verdict):
        say = {Tone.WRONG: log.error, Tone.WARNING: log.warning}.get(tone, log.info)
        say(line)
    if not verdict.is_clean:
        first = verdict.findings[0]
        raise CorpusDamagedError(
            f"{total(verdict)}. The first: {first.kind}: {first.where}: {first.detail}. To mend all: "
            + "; ".join(verdict.commands)
        )
    return verdict.checked | {"warnings": len(verdict.warnings)}
