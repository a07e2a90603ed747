"""Make a corpus of any size in minutes: one real run of some articles, multiplied in staging.

Owns the multiplication. A template run goes through plan, extract, learn, clean and validate as ever. Its staging is
then copied under other keys, addresses, hashes and days, and the product's own deduplicate, publish and reconcile take
it in; so corpus, ledger, index and profiles are what the product writes. What is not real: copies share their
texts, though nothing that is measured here looks into these. Keep out: what is measured over it (nights, memory).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from newsmill import parquet
from newsmill.staging import Staging
from newsmill.storage import Store
from tests.bench.tasks import selection, surroundings

TEMPLATE = "bench template"
OF_EACH_BATCH = ("extracted", "settled", "sightings", "cleaned", "removals", "refused")
KEYS = ("record_key", "fingerprint", "article_id", "content_hash", "raw_sha256")
"""Columns of hexadecimal digits that must be an article's own: a copy's have its number at their end."""
NAMES = ("source_id", "raw_path", "url")
OWN_BLOCKS = 3
"""A block that so many articles of the template have at most is their own, and other copies have another."""
FAR = 1_000_003
"""Between the keys of a block in one copy and the next; keys are hashes of 64 bits."""
DAYS_OF_RUN = 15
"""Days over which the articles of a run are published, as those of a template are; each run has days of its own."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """A data root with a template in staging."""

    data: Store
    day: date

    def stage(self, run_id: str, copies: range, *, days_back: int = 0, is_judged: bool, is_whole: bool) -> Staging:
        """Begin a run and put copies of the template into its staging, one batch a copy.

        Args:
            run_id: the run's.
            copies: their numbers.
            days_back: how much earlier than the template's these articles were published.
            is_judged: put the verdicts there, too.
            is_whole: with the removals of all copies, which are as large as all else; or of the first alone.
        """
        template, staging = Staging.of(self.data, TEMPLATE), Staging.of(self.data, run_id)
        staging.start(run_id, self.day, selection(template.run().selection.landing_uri))
        counts = {"read": template.total("read")}
        verdicts = _table(self.data, template.path("verdicts.parquet"))
        for number, copy in enumerate(copies, 1):
            for dataset in OF_EACH_BATCH:
                rows = _table(self.data, template.batch_path(dataset, 1))
                if dataset == "removals" and number > 1 and not is_whole:
                    rows = rows.slice(0, 0)
                _write(self.data, staging.batch_path(dataset, number), _copied(rows, copy, days_back))
            staging.write_counts(number, counts)
        if is_judged:
            judged = pa.concat_tables(_copied(verdicts, copy, days_back) for copy in copies)
            _write(self.data, staging.path("verdicts.parquet"), judged)
        return staging


def grown(data: str, articles: int, of_run: int, day: date) -> Iterator[str]:
    """Grow a corpus run by run to about so many articles; yield each run's id before it decides.

    Args:
        data: a data root in which the template has been validated.
        articles: how many in all.
        of_run: how many a run brings.
        day: of the first run.
    """
    from newsmill import pipeline

    with surroundings(data):
        store = Store(data)
        template = Staging.of(store, TEMPLATE)
        each = template.count_rows(template.batch_path("cleaned", 1))
        copies = -(-of_run // each)
        for number in range(-(-articles // (copies * each))):
            run_id = f"bench bulk {number:05d}"
            yield run_id
            bulk = Bulk(store, day + timedelta(days=number))
            own = range(number * copies + 1, (number + 1) * copies + 1)
            bulk.stage(run_id, own, days_back=(number + 1) * DAYS_OF_RUN, is_judged=True, is_whole=False)
            for group in pipeline.deduplicate(run_id):
                pipeline.publish(run_id, group["number"])
            pipeline.reconcile(run_id)


def _table(data: Store, path: str) -> pa.Table:
    with parquet.opened(data, path) as file:
        return parquet.read(file)


def _write(data: Store, path: str, rows: pa.Table) -> None:
    with data.replacing(path) as handle:
        pq.write_table(rows, handle, compression="zstd", row_group_size=1000)


def _copied(rows: pa.Table, copy: int, days_back: int) -> pa.Table:
    if "keys" in rows.column_names:
        rows = _other_story(rows, copy)
    for name in rows.column_names:
        field = rows.schema.field(name)
        if name in KEYS:
            rows = _with(rows, field, _numbered(rows[name], f"{copy:08x}"))
        elif name in NAMES:
            rows = _with(rows, field, pc.binary_join_element_wise(rows[name], f"copy-{copy}", "/"))
        elif name == "published_at":
            rows = _with(rows, field, pc.subtract(rows[name], pa.scalar(timedelta(days=days_back), pa.duration("us"))))
        elif name == "date":
            earlier = pc.subtract(pc.cast(rows[name], pa.int32()), days_back)
            rows = _with(rows, field, pc.cast(pc.cast(earlier, pa.int32()), pa.date32()))
    return rows


def _other_story(sightings: pa.Table, copy: int) -> pa.Table:
    """Give articles other blocks and titles, but for the blocks that several of them have: the outlet's furniture."""
    keys = sightings["keys"].combine_chunks()
    each = keys.flatten()
    counts = pc.value_counts(each)
    shared = counts.field("values").filter(pc.greater(counts.field("counts"), OWN_BLOCKS))
    moved = pc.if_else(pc.is_in(each, value_set=shared), each, _moved(each, copy))
    sightings = _with(sightings, sightings.schema.field("keys"), pa.ListArray.from_arrays(keys.offsets, moved))
    return _with(sightings, sightings.schema.field("title_key"), _moved(sightings["title_key"], copy))


def _moved(keys: Any, copy: int) -> Any:
    return pc.add(keys, pa.scalar(copy * FAR, pa.int64()))


def _numbered(keys: Any, number: str) -> Any:
    return pc.utf8_replace_slice(keys, -len(number), 1 << 20, number)


def _with(rows: pa.Table, field: pa.Field, column: Any) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(field.name), field, pc.cast(column, field.type))
