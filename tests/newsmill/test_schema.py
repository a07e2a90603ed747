"""Every dataset of the ledger is in the one list that writing, verifying and repairing go by."""

from __future__ import annotations

import ast
import itertools

import pyarrow as pa

from newsmill import schema
from newsmill.upkeep.ledger import ledger_file
from tests.conftest import PROJECT


def told() -> dict[str, str]:
    """What `schema.py` says of each of its schemas: the text behind it."""
    body = ast.parse((PROJECT / "plugins/newsmill/schema.py").read_text()).body
    return {
        node.targets[0].id: behind.value.value
        for node, behind in itertools.pairwise(body)
        if isinstance(node, ast.Assign) and isinstance(behind, ast.Expr) and isinstance(behind.value, ast.Constant)
    }


def test_each_schema_that_says_it_is_of_the_ledger_is_in_the_list():
    schemas = {name: value for name, value in vars(schema).items() if isinstance(value, pa.Schema)}
    assert schemas.keys() <= told().keys()
    of_ledger = {name for name in schemas if told()[name].startswith("Ledger")} | {"QUARANTINE"}
    assert of_ledger == {name.upper() for name in schema.LEDGER}
    for name, value in schema.LEDGER.items():
        assert value is schemas[name.upper()]


def test_a_file_of_each_dataset_is_known_by_its_path():
    for name in schema.LEDGER:
        folder = name if name == "quarantine" else f"ledger/{name}"
        file = ledger_file(f"{folder}/run_date=2026-03-01/night-1.parquet")
        assert file is not None
        assert (file.dataset, file.day, file.name) == (name, "2026-03-01", "night-1")
    assert ledger_file("ledger/notes/run_date=2026-03-01/night-1.parquet") is None
