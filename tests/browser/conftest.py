"""A real JupyterLab, and a browser that looks at it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import notebooks
from lab import Lab, browsing, serving

PATIENCE = 120_000              # ms for what is to appear: a busy machine takes its time
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser(chromium) -> Iterator[Browser]:
    """Chromium without a window."""
    with browsing(chromium) as browser:
        yield browser


@pytest.fixture(scope="session")
def course(tmp_path_factory) -> Path:
    """Copies of the notebooks: JupyterLab saves what it opens, and must not touch the originals."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "notebooks").mkdir()
    for path in notebooks.NOTEBOOKS:
        shutil.copy(path, folder / "notebooks")
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory, chromium, course) -> Iterator[tuple[str, str]]:
    """The address and the token of a JupyterLab that serves the course, without the user's settings."""
    with serving(course, tmp_path_factory.mktemp("jupyter")) as place:
        yield place


@pytest.fixture
def page(browser) -> Iterator[Page]:
    """A fresh window, as wide as a laptop's."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def lab(page, server) -> Iterator[Lab]:
    """JupyterLab in that window; kernels that a test leaves behind are stopped."""
    lab = Lab(page, *server)
    yield lab
    lab.stop_kernels()


@pytest.fixture
def errors(page) -> list[str]:
    """What the browser complains of while the test runs."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda line: line.type == "error" and found.append(line.text))
    return found
