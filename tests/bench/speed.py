"""How fast contenders are on the same records: turn by turn, each time in processes of the same age.

Owns clocks and processes. A turn runs in processes forked from this one, which has everything imported and warm; so
no turn finds in a cache what an earlier one left there. Keep out: who is measured (contenders).
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from itertools import islice
from statistics import median

from tests.bench.contenders import Contender, Result
from tests.bench.records import Share

WARM_UP_RECORDS = 25
FORK = multiprocessing.get_context("fork")
Rounds = list[tuple[float, ...]]
"""One figure: each round the contenders' records a second, in their order."""


def cores() -> int:
    """Return how many processes can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def warm_up(contenders: Sequence[Contender], share: Share) -> None:
    """Let each load what it loads once, on records from all over the share: models, rules, compiled expressions."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    for record in islice(share.raw_records(), 0, None, max(1, share.records // WARM_UP_RECORDS)):
        for contender in contenders:
            contender(record)
    gc.collect()
    gc.freeze()  # else a collection in a forked process copies every page of memory


def alone(contender: Contender, share: Share) -> tuple[float, float]:
    """Measure processor time in one process, which other work on the machine does not lengthen.

    Reading the records is not counted.

    Returns:
        Records a second over the whole share, and of its median record: one huge page can weigh as much as fifty.
    """
    with FORK.Pool(1) as pool:
        seconds = pool.apply(_seconds, (contender, share))
    return len(seconds) / sum(seconds), 1 / median(seconds)


def pooled(contender: Contender, share: Share) -> tuple[float]:
    """Measure the time of day in as many processes as cores, from landing files to all results in this process.

    Returns:
        Records a second.
    """
    jobs = [(contender, part) for part in share.split()]
    started = time.perf_counter()
    with FORK.Pool(cores()) as pool:
        results = sum(len(part) for part in pool.imap_unordered(_results, jobs))
        seconds = time.perf_counter() - started
    if results != share.records:
        raise SystemExit(f"{contender.__name__} gave {results} results for {share.records} records")
    return (share.records / seconds,)


def in_turns(
    way: Callable[[Contender, Share], tuple[float, ...]], contenders: Sequence[Contender], share: Share, rounds: int
) -> list[Rounds]:
    """Measure A B A B …; return the rounds of each figure that this way of measuring gives."""
    turns = [[way(contender, share) for contender in contenders] for _ in range(rounds)]
    return [list(figure) for figure in zip(*(zip(*turn, strict=True) for turn in turns), strict=True)]


def _seconds(contender: Contender, share: Share) -> list[float]:
    seconds = []
    for record in share.raw_records():
        started = time.process_time()
        contender(record)
        seconds.append(time.process_time() - started)
    return seconds


def _results(job: tuple[Contender, Share]) -> list[Result]:
    contender, share = job
    return [contender(record) for record in share.raw_records()]
