"""The notebook runs from beginning to end over a corpus that a real run made."""

from __future__ import annotations

import os

import nbformat
import pytest
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient

from newsmill import pipeline
from newsmill.model import Selection
from tests.conftest import DAY, PROJECT
from tests.integration.runs import SEEDS

pytestmark = [pytest.mark.integration, pytest.mark.enable_socket]

NOTEBOOK = PROJECT / "include" / "notebooks" / "corpus_tour.ipynb"


def test_tour_of_the_corpus_runs_and_shows_what_it_says():
    pipeline.run("notebook", DAY, Selection(landing_uri=str(SEEDS)))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    kernel = AsyncKernelManager(kernel_name="python3", transport="ipc")
    client = NotebookClient(notebook, km=kernel, timeout=120, resources={"metadata": {"path": str(PROJECT)}})
    client.execute(env=dict(os.environ))
    said = {place: _said(cell) for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    assert len(said) == 12
    assert all(said.values()), "a cell shows nothing"
    everything = "\n".join(said.values())
    assert "winston-blog" in everything
    assert "language" in everything
    assert "application/vnd.plotly" in everything
    assert "share." in everything


def test_notebook_holds_no_output():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in cells] == [([], None)] * len(cells)


def _said(cell) -> str:
    return "\n".join(str(output.get("data", output)) for output in cell.outputs)
