"""Committed notebooks are what jupytext makes of their source, and they run."""

from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

import experiments

FOLDER = Path(experiments.__file__).parent / "notebooks"
SOURCES = sorted(FOLDER.glob("*.py"))
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def cells(notebook):
    """What a reader sees of a notebook: ids and output fields are not content."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def test_every_notebook_has_a_source():
    assert SOURCES and [path.stem for path in SOURCES] == [p.stem for p in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_generated_from_its_source(path):
    committed = nbformat.read(path, as_version=4)
    generated = jupytext.read(path.with_suffix(".py"))
    assert cells(committed) == cells(generated)
    assert committed.metadata.kernelspec == generated.metadata.kernelspec


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stripped_and_defines_nothing(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None
            assert not any(
                line.startswith(("def ", "class ")) for line in cell.source.splitlines()
            )


# Deprecations inside the Jupyter packages are theirs to mend.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_from_top_to_bottom(path):
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources=place
    ).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    assert any("image/png" in out.get("data", {}) for out in outputs)
    assert not [out for out in outputs if out.get("name") == "stderr"]
