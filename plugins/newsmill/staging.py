"""What lies between the tasks of one run: Parquet files below `staging/<run>/`.

Owns the names of staging files and how rows are streamed through them. Keep out: what the rows mean.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import count
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from newsmill import parquet
from newsmill.model import Batch, NewsmillError, Selection, Slice, Wanted, key_of
from newsmill.registry import slug_of
from newsmill.schema import PLAN, SCHEMA_VERSION, WANTED
from newsmill.storage import Store

TAKEDOWN_FILE = "takedown.json"
"""What an unfinished takedown has in a folder of its own beside those of runs."""

ROWS_PER_GROUP = 1000
"""Rows that a writer holds before it writes a row group; bounds a task's memory."""


NARROW_ROWS = 10_000
"""Rows of narrow columns that are read at once: some 5 MB."""


class StagingError(NewsmillError):
    """A run's staging is not as it must be."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: its id, its UTC day, what it was asked to do, and the name of its files in the ledger."""

    run_id: str
    day: date
    selection: Selection
    ledger_name: str


def run_slug(run_id: str) -> str:
    """Return a file name for a run id: readable, and its own by a hash."""
    return f"{slug_of(run_id)}-{key_of(run_id)[:8]}".strip("-")


class Staging:
    """The staging folder of one run."""

    def __init__(self, data: Store, folder: str) -> None:
        self.data = data
        self.root = f"staging/{folder}"

    @classmethod
    def of(cls, data: Store, run_id: str) -> Staging:
        """Return the staging folder of a run, there or not."""
        return cls(data, run_slug(run_id))

    def path(self, name: str) -> str:
        """Return the path, from the data root, of a staging file."""
        return f"{self.root}/{name}"

    def batch_path(self, dataset: str, number: int) -> str:
        """Return the path of a batch's file in a dataset."""
        return self.path(f"{dataset}/batch-{number:06d}.parquet")

    def start(self, run_id: str, day: date, selection: Selection) -> None:
        """Begin afresh: remove what an earlier attempt left, and write what this run is.

        Raises:
            StagingError: the earlier attempt has decided what to publish, and part of it may be in the corpus.
        """
        if self.is_decided:
            raise StagingError(
                f"{self.data.uri}/{self.root}: run {self.run().run_id} has decided what to publish and is not "
                "finished: `newsmill recover` finishes it; then run this task again"
            )
        self.end()
        run = Run(run_id=run_id, day=day, selection=selection, ledger_name=self._free_ledger_name(run_id, day))
        self._write_json("run.json", dataclasses.asdict(run) | {"schema_version": SCHEMA_VERSION})

    @property
    def has_begun(self) -> bool:
        """Tell whether the folder of a run that has begun, and not ended, is there."""
        return self.data.is_file(self.path("run.json"))

    @property
    def is_decided(self) -> bool:
        """Tell whether the run had decided what to publish, even if what it decided cannot be read any more."""
        return self.data.is_file(self.path("groups.json"))

    def stands(self, *paths: str) -> bool:
        """Tell whether these files stay as they are: the run has decided on them, and they are whole.

        What it decided may be in the corpus already, so a task that is cleared must not give it other rows. A file that
        was damaged since is made again.
        """
        return self.is_decided and all(parquet.is_whole(self.data, path) for path in paths)

    def run(self) -> Run:
        """Return what this run is.

        Raises:
            StagingError: the staging folder is gone: the run has ended, or never began.
        """
        try:
            content = self._read_json("run.json")
        except FileNotFoundError:
            raise StagingError(
                f"{self.data.uri}/{self.root} is gone: this run has ended already (staging is removed when a run "
                "succeeds); start a new run instead of clearing this task"
            ) from None
        asked = content["selection"]
        for name in ("from_date", "to_date"):
            asked[name] = date.fromisoformat(asked[name]) if asked[name] else None
        asked["outlets"] = tuple(asked["outlets"])
        return Run(
            run_id=content["run_id"],
            day=date.fromisoformat(content["day"]),
            selection=Selection(**asked),
            ledger_name=content["ledger_name"],
        )

    def write_plan(self, batches: Iterable[Batch]) -> None:
        """Write the slices of every batch."""
        rows = ({"batch": batch.number, **dataclasses.asdict(part)} for batch in batches for part in batch.slices)
        write_rows(self.data, self.path("plan.parquet"), PLAN, rows)

    def batch(self, number: int) -> Batch:
        """Return one batch of the plan."""
        path = self.path("plan.parquet")
        with _explained(self.data, path), parquet.opened(self.data, path) as file:
            parts = parquet.batches_where(file, ROWS_PER_GROUP, "batch", number)
            slices = [Slice(**_without(row, "batch")) for part in parts for row in part.to_pylist()]
        return Batch(number=number, slices=tuple(slices))

    def planned_versions(self) -> Iterator[tuple[str, str]]:
        """Yield path and version of each landing file of the plan that has one, as often as it has slices."""
        path = self.path("plan.parquet")
        for row in read_rows(self.data, path) if self.data.is_file(path) else ():
            if row.get("version"):
                yield row["path"], row["version"]

    def write_wanted(self, wanted: Iterable[tuple[int, Wanted]]) -> set[int]:
        """Write which raw records each batch is to take, given by batch; return the batches' numbers."""
        numbers = set()
        with writing(self.data, self.path("wanted.parquet"), WANTED) as writer:
            for number, record in wanted:
                numbers.add(number)
                writer.add({"batch": number, "record_key": key_of(record.raw_path), **dataclasses.asdict(record)})
        return numbers

    @property
    def names_records(self) -> bool:
        """Tell whether the run takes records by their names, be they known or not."""
        return self.data.is_file(self.path("wanted.parquet"))

    def wanted(self, number: int) -> dict[str, Wanted] | None:
        """Return the records that a batch is to take, by record_key; None: it takes all that it reads."""
        path = self.path("wanted.parquet")
        if not self.names_records:
            return None
        with _explained(self.data, path), parquet.opened(self.data, path) as file:
            parts = parquet.batches_where(file, ROWS_PER_GROUP, "batch", number)
            rows = [row for part in parts for row in part.to_pylist()]
        return {row.pop("record_key"): Wanted(**_without(row, "batch")) for row in rows}

    def write_counts(self, number: int, counts: Mapping[str, int]) -> None:
        """Write what a batch's extract task counted."""
        self._write_json(f"counts/batch-{number:06d}.json", counts)

    def total(self, what: str) -> int:
        """Return the sum of a count over all batches."""
        return sum(json.loads(self.data.read(path)).get(what, 0) for path in self.files("counts"))

    def write_groups(self, groups: list[list[str]]) -> None:
        """Write the partition keys of each publish task; from here on the run is finished, come what may."""
        self._write_json("groups.json", groups)

    def groups(self) -> list[list[str]]:
        """Return the partition keys of each publish task.

        Raises:
            StagingError: the run has not decided what to publish.
        """
        try:
            groups: list[list[str]] = self._read_json("groups.json")
        except FileNotFoundError:
            raise StagingError(
                f"{self.data.uri}/{self.root}: this run has not decided what to publish: clear the task deduplicate"
            ) from None
        return groups

    def end(self) -> None:
        """Remove the folder; first what would make the next run take this one for interrupted."""
        self.data.remove(self.path("groups.json"))
        self.data.remove(self.root)

    @classmethod
    def interrupted(cls, data: Store) -> list[Staging]:
        """Return the staging folders of runs that had decided what to publish, and did not end."""
        paths = [entry.path for entry in data.files("staging")]
        return [cls(data, path.split("/")[1]) for path in paths if path.endswith("/groups.json")]

    def files(self, dataset: str) -> list[str]:
        """Return the paths of a dataset's files, in the order of their batches."""
        return [entry.path for entry in self.data.files(self.path(dataset))]

    def parts(
        self, dataset: str, schema: pa.Schema, columns: Sequence[str], rows: int = NARROW_ROWS
    ) -> Iterator[pa.Table]:
        """Yield narrow columns of a dataset, some rows at a time, with each row's batch number as `batch`."""
        wanted = pa.schema([schema.field(name) for name in columns])
        for path in self.files(dataset):
            with parquet.opened(self.data, path) as file:
                for part in parquet.tables(file, rows, list(columns)):
                    number = pa.array([_number_of(path)], pa.int32()).take(pa.repeat(0, len(part)))
                    yield part.select(wanted.names).cast(wanted).append_column("batch", number)

    def count_rows(self, path: str) -> int:
        """Return the number of rows of a Parquet file."""
        with parquet.opened(self.data, path) as file:
            return int(file.metadata.num_rows)

    def _free_ledger_name(self, run_id: str, day: date) -> str:
        """A run that is cleared and runs again gets a name of its own: what the ledger says is never overwritten."""
        taken = {entry.path.rpartition("/")[2] for entry in self.data.files(f"ledger/runs/run_date={day}")}
        slug = run_slug(run_id)
        names = (slug if attempt == 1 else f"{slug}-{attempt}" for attempt in count(1))
        return next(name for name in names if f"{name}.parquet" not in taken)

    def _write_json(self, name: str, content: object) -> None:
        self.data.write(self.path(name), json.dumps(content, default=str, indent=1).encode())

    def _read_json(self, name: str) -> Any:
        return json.loads(self.data.read(self.path(name)))


class RowWriter:
    """Writes rows (dicts) to one Parquet file in row groups, holding `ROWS_PER_GROUP` at most."""

    def __init__(self, handle: IO[bytes], schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(handle, schema, compression="zstd")
        self._held: list[Mapping[str, Any]] = []

    def add(self, row: Mapping[str, Any]) -> None:
        """Take one row."""
        self._held.append(row)
        if len(self._held) >= ROWS_PER_GROUP:
            self._flush()

    def add_all(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Take rows, and return how many they were."""
        count = 0
        for row in rows:
            self.add(row)
            count += 1
        return count

    def close(self) -> None:
        """Write what is held and the file's end."""
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Write no more: the file is not to appear."""
        self._writer.is_open = False  # else it would write its end when it is collected, to a handle that is closed

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(pa.Table.from_pylist(self._held, schema=self._schema))
            self._held = []


@contextmanager
def writing(store: Store, path: str, schema: pa.Schema) -> Iterator[RowWriter]:
    """Open a Parquet file for rows; it appears only when the block ends well."""
    with store.replacing(path) as handle:
        writer = RowWriter(handle, schema)
        try:
            yield writer
            writer.close()
        except BaseException:
            writer.abandon()
            raise


def write_rows(store: Store, path: str, schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows to one Parquet file, atomically, streaming."""
    with writing(store, path, schema) as writer:
        for row in rows:
            writer.add(row)


def read_rows(
    store: Store, path: str, columns: list[str] | None = None, batch_size: int = 200
) -> Iterator[dict[str, Any]]:
    """Yield a Parquet file's rows, holding `batch_size` at a time.

    Raises:
        StagingError: the file is missing or damaged; says which and what to do.
    """
    with _explained(store, path), parquet.opened(store, path) as file:
        for part in parquet.batches(file, batch_size, columns):
            yield from part.to_pylist()


@contextmanager
def _explained(store: Store, path: str) -> Iterator[None]:
    """Say which file cannot be read, and what to do."""
    try:
        yield
    except (OSError, pa.ArrowInvalid) as error:
        raise StagingError(
            f"{store.uri}/{path} cannot be read ({error}): clear the task that writes it, or start a new run"
        ) from error


def _without(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


def _number_of(path: str) -> int:
    return int(path.rpartition("-")[2].removesuffix(".parquet"))
