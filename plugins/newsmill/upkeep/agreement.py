"""Whether corpus, index and ledger agree: asks the questions, and makes one finding of each file in the answers.

Owns what a finding says, and which files count as bad from then on. Keep out: the questions.
"""

from __future__ import annotations

from newsmill.upkeep.corpus import IDS_SHOWN, named
from newsmill.upkeep.desk import Desk
from newsmill.upkeep.findings import REBUILD_INDEX, Finding, Findings, repair
from newsmill.upkeep.questions import OF_CORPUS, OF_INDEX, OF_LEDGER, OF_LOSS, VIEWS, Check


def check_agreement(desk: Desk, index_name: str, found: Findings, *, index_is_usable: bool) -> None:
    """Ask everything, in order, and note the answers."""
    for statement in filter(str.strip, VIEWS.split(";")):
        desk.do(statement)
    if not index_is_usable:
        desk.do("DELETE FROM articles")
    _note_bad(desk, found)
    for checks in (OF_CORPUS, OF_LOSS):
        for check in checks:
            _ask(check, desk, index_name, found)
            _note_bad(desk, found)
    for check in (*(OF_INDEX if index_is_usable else ()), *OF_LEDGER):
        _ask(check, desk, index_name, found)


def _ask(check: Check, desk: Desk, index_name: str, found: Findings) -> None:
    question = (
        f"SELECT path, count(*), min(id, {IDS_SHOWN}) FROM ({check.asks}) answers(path, id) GROUP BY path ORDER BY path"  # noqa: S608
    )
    for path, count, ids in desk.ask(question):
        where = index_name if check.is_of_index else path
        command = REBUILD_INDEX if check.is_of_index else repair(path)
        found.add(
            Finding(
                kind=check.kind,
                where=where,
                detail=f"{check.says}: {named(ids, count)}",
                command="" if check.is_warning else command,
                is_warning=check.is_warning,
            )
        )


def _note_bad(desk: Desk, found: Findings) -> None:
    """Take down which files of the corpus are to be made again, so that the rest does not report their rows."""
    paths = [(path,) for path in found.to_repair if path.startswith("corpus/")]
    desk.do("DELETE FROM bad")
    if paths:
        desk.add_values("bad", paths)
