"""The corpus for notebooks and programs: rows with types, filters by outlet, day and language, and SQL.

Owns how a corpus is opened for reading and which rows a filter means. Keep out: writing; what the pages show (insight).

Readers outside need none of this: `pd.read_parquet("data/corpus")` reads the same files. What this adds: only the
partitions that are asked for are opened, columns have their exact types whatever version wrote them, no row comes twice
even while a run moves it, and the ledger lies beside.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from newsmill import corpus, parquet
from newsmill.identity import read_identity
from newsmill.model import NewsmillError
from newsmill.places import CorpusFile, corpus_files
from newsmill.schema import CORPUS, LEDGER
from newsmill.settings import absolute, load_settings
from newsmill.storage import Store

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = pa.schema([*CORPUS, pa.field("date", pa.date32()), pa.field("outlet", pa.string())])
"""Columns of an opened corpus: those of its files, and of the partition that a row lies in."""

ROWS_AT_ONCE = 10_000


class Corpus:
    """A corpus that is open for reading. `open_corpus` makes it.

    Each call looks at the files as they are at that moment, so what a run has published since is there.
    """

    def __init__(self, data: Store) -> None:
        self._data = data

    def __repr__(self) -> str:
        """Return where it lies."""
        return f"Corpus({self._data.uri!r})"

    def articles(
        self,
        columns: Collection[str] = (),
        *,
        outlets: Collection[str] = (),
        from_date: date | str | None = None,
        to_date: date | str | None = None,
        languages: Collection[str] = (),
    ) -> pd.DataFrame:
        """Return articles as a DataFrame with Arrow's types, one row an article.

        Args:
            columns: those wanted; empty for all of `SCHEMA`.
            outlets: only these, by slug; empty for all.
            from_date: only articles of this day (UTC) or later.
            to_date: only articles of this day or earlier.
            languages: only these, as ISO 639-1 codes; empty for all.

        Raises:
            NewsmillError: a column or day is none, or a file of the corpus cannot be read.
        """
        import pandas as pd

        table = self.table(columns, outlets=outlets, from_date=from_date, to_date=to_date, languages=languages)
        frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    def table(self, columns: Collection[str] = (), **asked: Any) -> pa.Table:
        """Return what `articles` does as an Arrow table, in the order of days, outlets and rows."""
        names = _checked(columns)
        parts = list(self._parts([*names, *({"article_id", "revision"} - set(names))], **asked))
        rows = pa.concat_tables(parts) if parts else SCHEMA.empty_table()
        return _each_once(rows).select(names)

    def batches(self, columns: Collection[str] = (), **asked: Any) -> Iterator[pa.RecordBatch]:
        """Yield what `articles` does, at most 10,000 rows at a time: for a corpus larger than memory.

        A row that a run moves to another day meanwhile may come twice; `article_id` tells.
        """
        for part in self._parts(_checked(columns), **asked):
            yield from part.to_batches(ROWS_AT_ONCE)

    def dataset(self) -> ds.Dataset:
        """Return the corpus as a pyarrow dataset, its partitions `date` and `outlet` as columns to filter by."""
        paths = [self._data.full(file.path) for file in corpus_files(self._data)]
        hive = ds.partitioning(pa.schema([SCHEMA.field("date"), SCHEMA.field("outlet")]), flavor="hive")
        return ds.dataset(
            paths,
            schema=SCHEMA,
            format="parquet",
            filesystem=self._data.filesystem,
            partitioning=hive,
            partition_base_dir=self._data.full(""),
        )

    def ledger(self, name: str, columns: Collection[str] = (), **equal: str) -> pd.DataFrame:
        """Return rows of a dataset of the ledger (`fates`, `removals`, `runs` …) or of the `quarantine`.

        Args:
            name: the dataset's.
            columns: those wanted; empty for all.
            equal: values that columns must have, such as `outlet="verity"` or `article_id=…`.

        Raises:
            NewsmillError: there is no such dataset or column.
        """
        import pandas as pd

        if name not in LEDGER:
            raise NewsmillError(f"{name!r} is no dataset of the ledger: it has {', '.join(LEDGER)}")
        schema = LEDGER[name]
        wanted = _checked(columns, schema)
        _checked(equal, schema)
        folder = name if name == "quarantine" else f"ledger/{name}"
        paths = [self._data.full(entry.path) for entry in self._data.files(folder)]
        found = ds.dataset(paths, schema=schema, format="parquet", filesystem=self._data.filesystem)
        condition = None
        for column, value in equal.items():
            test = ds.field(column) == value
            condition = test if condition is None else condition & test
        frame: pd.DataFrame = found.to_table(wanted, filter=condition).to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    def sql(self, question: str, **values: Any) -> pd.DataFrame:
        """Return the answer of DuckDB to a question about the table `corpus`.

        Args:
            question: SQL; the values of its `$names` come from `values`, never from text put together.
            values: by name.
        """
        with closing(duckdb.connect()) as database:
            database.register("corpus", self.dataset())
            frame: pd.DataFrame = database.execute(question, values).df()
        return frame

    def _parts(
        self,
        columns: Collection[str],
        *,
        outlets: Collection[str] = (),
        from_date: date | str | None = None,
        to_date: date | str | None = None,
        languages: Collection[str] = (),
    ) -> Iterator[pa.Table]:
        start, end = _day("from_date", from_date), _day("to_date", to_date)
        read = [name for name in CORPUS.names if name in {*columns, *(["language"] if languages else [])}]
        wanted = pa.array(sorted(languages), pa.string())
        for file in corpus_files(self._data):
            if (not outlets or file.outlet in outlets) and (start or file.day) <= file.day <= (end or file.day):
                rows = self._rows(file, read or ["article_id"])
                if languages:
                    rows = rows.filter(pc.is_in(rows["language"], value_set=wanted))
                yield rows.select(list(columns))

    def _rows(self, file: CorpusFile, columns: list[str]) -> pa.Table:
        try:
            rows = corpus.read(self._data, file.path, columns)
        except FileNotFoundError:
            return SCHEMA.empty_table()  # a run took it away since the files were listed
        except (OSError, ValueError, KeyError) as error:
            raise parquet.unreadable(self._data, file.path, error) from error
        rows = rows.append_column(SCHEMA.field("date"), pa.repeat(pa.scalar(file.day, pa.date32()), len(rows)))
        return rows.append_column(SCHEMA.field("outlet"), pa.repeat(file.outlet, len(rows)))


def open_corpus(data_uri: str | None = None) -> Corpus:
    """Open a corpus for reading.

    Args:
        data_uri: the data root, a folder or a URI; else that of the settings (`NEWSMILL_DATA_URI`).

    Raises:
        NewsmillError: there is no corpus, or a newer newsmill wrote it.
    """
    data = Store(absolute(data_uri) if data_uri else load_settings().data)
    read_identity(data)
    if not data.is_folder("corpus"):
        raise NewsmillError(
            f"{data.uri} holds no corpus: name the data root (the folder above corpus/), or let a run publish into it"
        )
    return Corpus(data)


def _checked(columns: Collection[str], schema: pa.Schema = SCHEMA) -> list[str]:
    unknown = [name for name in columns if name not in schema.names]
    if unknown:
        raise NewsmillError(f"there is no column {unknown[0]!r}: there are {', '.join(schema.names)}")
    return list(columns) or list(schema.names)


def _day(name: str, day: date | str | None) -> date | None:
    try:
        return date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError as error:
        raise NewsmillError(f"{name}: {day!r} is no day such as 2026-03-01") from error


def _each_once(rows: pa.Table) -> pa.Table:
    """Return each article once, its last revision: a run may move one between two reads."""
    ids = rows["article_id"]
    if pc.count_distinct(ids).as_py() == len(ids):
        return rows
    places: dict[str, tuple[int, int]] = {}
    for place, (article_id, revision) in enumerate(zip(ids.to_pylist(), rows["revision"].to_pylist(), strict=True)):
        places[article_id] = max(places.get(article_id, (0, 0)), (revision, place))
    return rows.take(sorted(place for _, place in places.values()))
