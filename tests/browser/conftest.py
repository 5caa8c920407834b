"""A real JupyterLab, and a browser that looks at it."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from lab import Lab
from playwright.sync_api import Browser, Page, sync_playwright

import notebooks

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]


@pytest.fixture(scope="session")
def browser(chromium) -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


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
    home, token = tmp_path_factory.mktemp("jupyter"), secrets.token_hex(16)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folders = {name: str(home / name.lower()) for name in (
        "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTERLAB_WORKSPACES_DIR",
        "JUPYTERLAB_SETTINGS_DIR", "IPYTHONDIR")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
               f"--ServerApp.root_dir={course}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
               f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True"]
    with open(home / "log", "w") as log:
        process = subprocess.Popen(command, env=os.environ | folders, stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=subprocess.STDOUT)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api/status?token={token}", process, home / "log")
        yield address, token
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    """Return when the server answers."""
    for _ in range(240):
        if process.poll() is not None:
            break
        try:
            urlopen(Request(address), timeout=5).close()
            return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}", pytrace=False)


@pytest.fixture
def page(browser) -> Iterator[Page]:
    """A fresh window, as wide as a laptop's."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def lab(page, server) -> Iterator[Lab]:
    """JupyterLab in that window; kernels that a test leaves behind are stopped."""
    lab = Lab(page, *server)
    yield lab
    lab.stop_kernels()
