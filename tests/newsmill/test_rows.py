import pyarrow as pa
import pytest

from newsmill.model import Choice, Fate, Given, RawFormat, RawRecord, Reason, Seen, Unreadable
from newsmill.rows import article_row, row_article, unchanged_row
from newsmill.schema import EXTRACTED
from tests.newsmill.clean.helpers import article

SEEN = Seen(record_key="k", fingerprint="f", fate=Fate.PUBLISHED, outlet="verity", article_id="a")


@pytest.mark.parametrize(("given_id", "source_id"), [("m-17", "m-17"), (None, "verity/in.jsonl#1")])
def test_an_unchanged_record_is_named_by_its_own_id_else_by_its_path(given_id: str | None, source_id: str) -> None:
    record = RawRecord(
        raw_path="verity/in.jsonl#1",
        folder="verity",
        raw_format=RawFormat.TEXT,
        content="Words.",
        raw_sha256="s",
        fingerprint="f",
        given=Given(id=given_id),
    )
    row = unchanged_row(record, SEEN)
    assert (row["source_id"], row["raw_path"], row["article_id"]) == (source_id, "verity/in.jsonl#1", "a")


def test_an_unchanged_record_that_cannot_be_read_is_named_by_its_path() -> None:
    record = Unreadable(raw_path="verity/a.html", reason=Reason.BINARY, detail="because", fingerprint="f")
    row = unchanged_row(record, SEEN)
    assert (row["source_id"], row["fate"]) == ("verity/a.html", Fate.UNCHANGED)


def test_an_article_comes_back_from_its_row_with_its_choices() -> None:
    choices = (
        Choice(field="title", value="One", source="h1", agreeing=("title element",), runner_up="Two",
               runner_up_source="meta og:title"),
        Choice(field="url", value="https://example.org/a", source="record"),
    )  # fmt: skip
    made = article("Some words.", choices=choices)
    [row] = pa.Table.from_pylist([article_row(made)], schema=EXTRACTED).to_pylist()
    assert row_article(row) == made
