"""JupyterLab itself, before any chapter: it opens without a question, runs a notebook, and calls nobody."""

import nbformat
import pytest

import notebooks

pytestmark = pytest.mark.browser


@pytest.fixture
def tiny(course):
    """A notebook of two cells, the second of which fails."""
    cells = [nbformat.v4.new_code_cell("import dslab\n6 * 7"), nbformat.v4.new_code_cell("1 / 0")]
    # Without the metadata, JupyterLab would ask which kernel to take.
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=notebooks.METADATA)
    nbformat.write(notebook, course / "tiny.ipynb")
    return "tiny.ipynb"


def test_a_notebook_runs_and_its_errors_are_seen(lab, tiny):
    lab.open(tiny)
    lab.run_all()
    assert lab.cells()[0]["outputs"][0]["data"]["text/plain"] == "42"
    assert lab.complaints() == ["ZeroDivisionError: division by zero, from: 1 / 0"]


def test_jupyterlab_asks_nothing_and_calls_nobody(lab, tiny):
    calls = []
    lab.page.on("request", lambda request: calls.append(request.url))
    lab.open(tiny)
    assert lab.page.get_by_text("Jupyter news").count() == 0
    assert [call for call in calls if not call.startswith((lab.address, "blob:", "data:", "ws:"))] == []
