"""Random sequences of what happens to a corpus, against a simple model of it: always equal.

The machine puts records into a landing zone, changes rules, and lets runs happen: whole ones, dry ones, killed ones,
two that overlap, runs that reprocess. They begin where validation ends, and from there on they are the pipeline's own
tasks. Beside them goes a second corpus that nobody kills, with other batches, groups and order: it must be the same to
the byte.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import logging
import tempfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from newsmill import pipeline
from newsmill.model import Published, Target, key_of
from newsmill.staging import Staging
from newsmill.upkeep.rebuild import rebuild_index
from tests.newsmill.dedup.factory import Mill, article, at
from tests.newsmill.publish import corpus_model
from tests.newsmill.publish.corpus_model import Model
from tests.newsmill.publish.killing import OF_A_TAKEDOWN, POINTS, Killed, killed_at

MEMORY = Path("/dev/shm")
"""Where a flush to the disk costs nothing; what it is good for is not tested here."""

FIRST_DAY = date(2024, 1, 2)
ARTICLES = st.sampled_from("vwxyz")
TEXTS = st.sampled_from("ABCDEF")
OTHER_TEXT = dict(zip("ABCDEF", "BADCFZ", strict=True))
OUTLETS = st.sampled_from(["verity", "express", "tass"])
PUBLISHED = st.sampled_from([None, at(1), at(1), at(2, 3)])
FETCHED = st.sampled_from([None, None, at(3), at(4), at(5)])


@dataclasses.dataclass(frozen=True)
class Raw:
    """A record as it lies in the landing zone."""

    article: str
    text: str
    outlet: str = "verity"
    published: datetime | None = None
    fetched: datetime | None = None
    hangs_on_rules: bool = False  # other rules give another text
    broken: bool = False  # is refused until the suite is mended
    noise: int = 0  # what the text does not hold

    @property
    def data(self) -> str:
        """What stands for its bytes."""
        return key_of(repr(self))


RAWS = st.builds(
    Raw,
    ARTICLES,
    TEXTS,
    OUTLETS,
    PUBLISHED,
    FETCHED,
    hangs_on_rules=st.booleans(),
    broken=st.sampled_from([False] * 4 + [True]),
)


class News(RuleBasedStateMachine):
    """What may happen."""

    @initialize(raws=st.lists(RAWS, min_size=4, max_size=8))
    def begin(self, raws: list[Raw]) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.mill, self.twin = (Mill(Path(self.folder.name) / name) for name in ("one", "other"))
        self.model = Model()
        self.landing: dict[str, Raw] = {}
        self.is_fixed = False
        self.nights = 0
        self.ever: set[str] = set()
        self.articles_down = self.outlets_down = 0
        self.articles_come(raws)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    # what comes into the landing zone

    @rule(raws=st.lists(RAWS, min_size=2, max_size=6))
    def articles_come(self, raws: list[Raw]) -> None:
        for raw in raws:
            self._put(raw)

    def _put(self, raw: Raw, path: str | None = None) -> None:
        self.landing[path or f"{len(self.landing):03}.html"] = raw

    def _several(self, data: st.DataObject) -> list[tuple[str, Raw]]:
        items = sorted(self.landing.items(), key=lambda item: item[0])
        return data.draw(st.lists(st.sampled_from(items), min_size=1, max_size=4, unique_by=lambda item: item[0]))

    @rule(data=st.data(), text=TEXTS, hours=st.sampled_from([None, -24, -1, 0, 1, 24]), is_edit=st.booleans())
    def other_versions_come(self, data: st.DataObject, text: str, hours: int | None, is_edit: bool) -> None:
        """Later fetches, late ones, some of the same or an unknown time; beside the first, or in its place."""
        for path, raw in self._several(data):
            fetched = None if hours is None else (raw.fetched or at(4)) + timedelta(hours=hours)
            self._put(dataclasses.replace(raw, text=text, fetched=fetched), path if is_edit else None)

    @rule(data=st.data(), noise=st.integers(0, 2), fetched=FETCHED, is_edit=st.booleans())
    def the_same_texts_come_again(
        self, data: st.DataObject, noise: int, fetched: datetime | None, is_edit: bool
    ) -> None:
        for path, raw in self._several(data):
            self._put(dataclasses.replace(raw, noise=noise, fetched=fetched), path if is_edit else None)

    @rule(data=st.data(), text=TEXTS, outlet=OUTLETS, published=PUBLISHED)
    def articles_move(self, data: st.DataObject, text: str, outlet: str, published: datetime | None) -> None:
        for _, raw in self._several(data):
            self._put(dataclasses.replace(raw, text=text, outlet=outlet, published=published))

    @rule(data=st.data(), name=ARTICLES, outlet=OUTLETS, published=PUBLISHED)
    def copies_come(self, data: st.DataObject, name: str, outlet: str, published: datetime | None) -> None:
        for _, raw in self._several(data):
            self._put(dataclasses.replace(raw, article=name, outlet=outlet, published=published))

    @rule()
    def rules_and_suite_are_mended_or_set_back(self) -> None:
        self.is_fixed = not self.is_fixed

    # what runs do

    @precondition(lambda self: self._new())
    @rule(data=st.data())
    def night(self, data: st.DataObject) -> None:
        self._run(data, self._new())

    @precondition(lambda self: self.landing)
    @rule(data=st.data(), outlets=st.sets(OUTLETS, min_size=1))
    def reprocess(self, data: st.DataObject, outlets: set[str]) -> None:
        self._run(data, [path for path, raw in self.landing.items() if raw.outlet in outlets], reprocess=True)

    @precondition(lambda self: any(fate == "quarantined" for _, fate in self.model.dealt.values()))
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        refused = [path for path, (_, fate) in self.model.dealt.items() if fate == "quarantined"]
        self._run(data, refused, by_name=True)

    @precondition(lambda self: self.nights > 2 and self.articles_down < 2)
    @rule(data=st.data(), place=st.sampled_from([None, *OF_A_TAKEDOWN.values()]), after=st.booleans())
    def an_article_is_taken_down(self, data: st.DataObject, place: tuple[Any, str] | None, after: bool) -> None:
        self.articles_down += 1
        name = data.draw(ARTICLES)
        self._take_down(name, Target(article_id=key_of("id", name)), place, after=after)

    @precondition(lambda self: self.nights > 4 and self.model.rows and not self.outlets_down)
    @rule(data=st.data(), place=st.sampled_from([None, *OF_A_TAKEDOWN.values()]), after=st.booleans())
    def an_outlet_is_taken_down(self, data: st.DataObject, place: tuple[Any, str] | None, after: bool) -> None:
        self.outlets_down += 1
        name = data.draw(st.sampled_from(sorted({row.record.outlet for row in self.model.rows.values()})))
        self._take_down(name, Target(outlet=name), place, after=after)

    def _take_down(self, name: str, target: Target, place: tuple[Any, str] | None, *, after: bool) -> None:
        day = FIRST_DAY + timedelta(days=self.nights)
        with self.mill.settings(), contextlib.suppress(Killed):
            if place:
                with killed_at(place, 0, after=after):
                    pipeline.take_down(target, day)
            else:
                pipeline.take_down(target, day)
        with self.mill.settings():
            pipeline.recover("somebody")
        with self.twin.settings():
            pipeline.take_down(target, day)
        self.model.take_down(name)
        self.ever = {row["content_hash"] for row in [*self.mill.corpus(), *self.mill.ledger("revisions")]}
        self._check_state()

    @precondition(lambda self: self.nights)
    @rule()
    def the_index_is_rebuilt(self) -> None:
        with self.mill.settings():
            rebuild_index()
        self._check_state()

    @precondition(lambda self: self._new())
    @rule(
        data=st.data(),
        point=st.sampled_from(["partition", *POINTS]),
        call=st.integers(0, 3),
        after=st.booleans(),
        then=st.sampled_from(["its own tasks", "another run", "a rebuilt index"]),
        reprocess=st.booleans(),
    )
    def killed_night(self, data: st.DataObject, point: str, call: int, after: bool, then: str, reprocess: bool) -> None:
        """It is killed, and then its own tasks are done again, or another one finds it."""
        paths = list(self.landing) if reprocess else self._new()
        run_id, day, records = self._stage(paths, reprocess=reprocess)
        with self.mill.settings():
            try:
                with killed_at(POINTS[point], call if point == "partition" else 0, after=after):
                    self._tasks(run_id)
                has_decided = True
            except Killed:
                has_decided = Staging.of(self.mill.data, run_id).is_decided or point == "ended"
                self._see_nothing_twice()
                if then == "its own tasks":
                    has_decided = True
                    self._tasks(run_id)
                elif has_decided:
                    pipeline.recover("somebody") if then == "another run" else rebuild_index()
        if has_decided:
            self._decided(data, run_id, day, records, reprocess=reprocess)

    @precondition(lambda self: self._new())
    @rule(data=st.data(), raws=st.lists(RAWS, max_size=2), kill=st.sampled_from([None, "decided", "partition"]))
    def overlapping_nights(self, data: st.DataObject, raws: list[Raw], kill: str | None) -> None:
        """One reads its records; another one comes and goes, or dies; then the first one decides."""
        run_id, day, records = self._stage(self._new())
        for raw in raws:
            self._put(raw)
        other_id, other_day, others = self._stage(self._new())
        with self.mill.settings():
            try:
                with killed_at(POINTS[kill or "ended"], 0 if kill else 9, after=True):
                    self._tasks(other_id)
            except Killed:
                pass
            self._tasks(run_id)
            assert self._tasks(other_id)["read"] == len(others)  # it finds itself ended
        self._decided(data, other_id, other_day, others, is_last=False)
        self._decided(data, run_id, day, records)

    @rule(reprocess=st.booleans())
    def dry_run(self, reprocess: bool) -> None:
        before = self._written()
        run_id, day, records = self._stage(
            list(self.landing) if reprocess else self._new(), reprocess=reprocess, dry_run=True
        )
        with self.mill.settings():
            totals = self._tasks(run_id)
        fates = copy.deepcopy(self.model).run(records, day, reprocess=reprocess)
        assert totals == Counter(fate.partition("/")[0] for fate in fates.values()) | {"read": len(records)} | {
            name: totals[name] for name in totals if not totals[name]
        }
        assert self._written() == before

    def _new(self) -> list[str]:
        """Records that no run has dealt with, as `extract` finds them."""
        return [path for path, raw in self.landing.items() if self.model.dealt.get(path, ("",))[0] != raw.data]

    def _record(self, path: str) -> corpus_model.Record:
        raw = self.landing[path]
        text = OTHER_TEXT[raw.text] if raw.hangs_on_rules and self.is_fixed else raw.text
        fails = raw.broken and not self.is_fixed
        return corpus_model.Record(path, raw.data, raw.article, raw.outlet, raw.published, raw.fetched, text, fails)

    def _run(self, data: st.DataObject, paths: list[str], **kind: bool) -> None:
        run_id, day, records = self._stage(paths, **kind)
        with self.mill.settings():
            self._tasks(run_id)
        self._decided(data, run_id, day, records, **kind)

    def _stage(
        self, paths: list[str], *, dry_run: bool = False, **kind: bool
    ) -> tuple[str, date, list[corpus_model.Record]]:
        """What a run does up to its validation."""
        self.nights += 1
        run_id, day = f"night-{self.nights}", FIRST_DAY + timedelta(days=self.nights)
        records = [self._record(path) for path in paths]
        if not dry_run:
            with self.mill.settings():
                pipeline.recover(run_id)
        self.mill.stage(_rows(records, day), run_id=run_id, day=day, dry_run=dry_run, **kind)
        return run_id, day, records

    def _tasks(self, run_id: str) -> dict[str, int]:
        """What a run does from then on; the reader looks after each task."""
        for group in pipeline.deduplicate(run_id):
            pipeline.publish(run_id, group["number"])
            self._see_nothing_twice()
        return pipeline.reconcile(run_id)

    def _see_nothing_twice(self) -> None:
        rows = self.mill.corpus()
        for name in ("article_id", "content_hash"):
            assert len({row[name] for row in rows}) == len(rows)

    # what must be so afterwards

    def _decided(
        self,
        data: st.DataObject,
        run_id: str,
        day: date,
        records: list[corpus_model.Record],
        *,
        is_last: bool = True,
        **kind: bool,
    ) -> None:
        """Let the model and the twin do what the run did, and compare."""
        fates = self.model.run(records, day, **kind)
        rows = data.draw(st.permutations(_rows(records, day))) if records else []
        sizes = {"groups": data.draw(st.integers(1, 4)), "batch_rows": data.draw(st.integers(1, 4))}
        self.twin.run(rows, run_id=run_id, day=day, **sizes, **kind)
        found = [row for row in self.mill.ledger("fates") if row["run_id"] == run_id]
        assert {row["raw_path"]: f"{row['fate']}/{row['reason']}".removesuffix("/None") for row in found} == fates
        self._check_duplicates(run_id, fates)
        if is_last:
            self._check_state()

    def _check_duplicates(self, run_id: str, fates: dict[str, str]) -> None:
        """What is called a copy has its text in the corpus, where the ledger says."""
        rows = [row for row in self.mill.ledger("duplicates") if row["run_id"] == run_id]
        assert {row["raw_path"] for row in rows} == {path for path, fate in fates.items() if fate.startswith("dup")}

    def _check_state(self) -> None:
        corpus = self.mill.corpus()
        rows = {key_of("id", name): row for name, row in self.model.rows.items()}
        assert {row["article_id"]: _facts(row) for row in corpus} == {name: _told(row) for name, row in rows.items()}
        assert len(corpus) == len(rows)
        texts = [row["content_hash"] for row in corpus]
        assert len(set(texts)) == len(texts)
        self._check_index(corpus)
        went = Counter((row["article_id"], row["text"], row["revision"]) for row in self.mill.ledger("revisions"))
        assert went == Counter((key_of("id", name), row.record.text, row.revision) for name, row in self.model.replaced)
        self.ever |= set(texts)
        assert self.ever <= set(texts) | {row["content_hash"] for row in self.mill.ledger("revisions")}
        assert not list(Staging.interrupted(self.mill.data))
        for part in ("corpus", "ledger/fates", "ledger/duplicates", "ledger/revisions", "quarantine"):
            assert self.twin.bytes_of(part).keys() == self.mill.bytes_of(part).keys()
            if part != "quarantine":  # its rows are in the order in which the batches read them
                assert self.twin.bytes_of(part) == self.mill.bytes_of(part)

    def _check_index(self, corpus: list[dict[str, Any]]) -> None:
        known = self.mill.index.articles([key_of("id", name) for name in "vwxyz"])
        columns = [field.name for field in dataclasses.fields(Published) if field.name not in ("outlet", "date")]
        assert {row["article_id"]: _indexed(row, columns) for row in corpus} == known
        seen = self.mill.index.known([key_of(path) for path in self.landing])
        assert {name: (row.fingerprint, row.fate) for name, row in seen.items()} == {
            key_of(path): dealt for path, dealt in self.model.dealt.items()
        }

    def _written(self) -> dict[str, Any]:
        """All that the data root holds but what lies between tasks."""
        return {path: content for path, content in self.mill.files().items() if not path.startswith("staging")}


def _rows(records: list[corpus_model.Record], day: date) -> list[dict[str, Any]]:
    """The records as they lie in staging."""
    return [
        article(
            record.path,
            record.text,
            id=record.article,
            raw_path=record.path,
            outlet=record.outlet,
            published_at=record.published,
            fetched_at=record.fetched,
            raw_sha256=record.data,
            fingerprint=record.data,
            failed=["title"] if record.fails else [],
            date=record.published.date() if record.published else day,
            ingested_on=day,
        )
        for record in records
    ]


def _facts(row: dict[str, Any]) -> tuple[Any, ...]:
    """What the corpus says of a row."""
    names = ("key", "text", "revision", "ingested_on", "published_at", "fetched_at", "raw_path", "raw_sha256")
    return tuple(row[name] for name in names)


def _told(row: corpus_model.Row) -> tuple[Any, ...]:
    """What the model says of it."""
    record = row.record
    place = f"{row.day}|{record.outlet}"
    return (
        place,
        record.text,
        row.revision,
        row.ingested_on,
        record.published,
        record.fetched,
        record.path,
        record.data,
    )


def _indexed(row: dict[str, Any], columns: list[str]) -> Published:
    day, _, outlet = row["key"].partition("|")
    return Published(outlet=outlet, date=date.fromisoformat(day), **{name: row[name] for name in columns})


@pytest.mark.parametrize("examples", [10, pytest.param(25, marks=pytest.mark.long)])
def test_corpus_index_and_ledger_equal_the_model_after_any_sequence(examples: int) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        run_state_machine_as_test(
            News,
            settings=settings(max_examples=examples, stateful_step_count=20, suppress_health_check=list(HealthCheck)),
        )
    finally:
        structlog.reset_defaults()
