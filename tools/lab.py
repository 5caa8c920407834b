"""A real JupyterLab and a browser that looks at it: for tests, the player's benchmark and its picture."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, WebSocket, sync_playwright

BROWSERS = os.environ.get("CHROMIUM") or "chromium chromium-browser google-chrome"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]

# The toolbar says "idle" before there is a kernel, and "run all" would then run nothing: ask the kernel.
STATE = """() => {
    const lab = window.jupyterapp;
    const notebook = lab?.shell.currentWidget;
    const kernel = notebook?.sessionContext?.session?.kernel;
    if (!lab) return "the page is loading";
    if (document.querySelector(".jp-Dialog")) return document.querySelector(".jp-Dialog").innerText;
    if (!notebook?.context?.isReady) return "the notebook is loading";
    if (!notebook.sessionContext.isReady || kernel?.connectionStatus !== "connected") return "no kernel yet";
    return kernel.status;
}"""
RUN_ALL = """() => Promise.race([
    window.jupyterapp.commands.execute("notebook:run-all-cells"),
    new Promise((_, reject) => setTimeout(() => reject(new Error("the cells ran for ten minutes")), 600_000)),
])"""
SAVE = """async () => {
    const { commands } = window.jupyterapp;
    const states = "@jupyter-widgets/jupyterlab-manager:saveWidgetState";       // a switch: on, and off again
    await commands.execute(states);
    await commands.execute("docmanager:save");
    await commands.execute(states);
}"""
CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === "code")
    .map(cell => ({source: cell.model.sharedModel.getSource(), count: cell.model.executionCount,
                   outputs: cell.model.outputs.toJSON()}))"""


@contextmanager
def browsing(executable: str | None = None) -> Iterator[Browser]:
    """Chromium without a window, the one that is installed."""
    executable = executable or next(filter(None, map(shutil.which, BROWSERS.split())), None)
    if executable is None:
        raise FileNotFoundError(f"no browser is installed, none of: {BROWSERS}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def serving(course: Path, home: Path) -> Iterator[tuple[str, str]]:
    """The address and the token of a JupyterLab that serves `course`; its settings are in `home`."""
    token = secrets.token_hex(16)
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
    for _ in range(1200):
        if process.poll() is not None:
            break
        try:
            urlopen(Request(address), timeout=5).close()
            return
        except OSError:
            time.sleep(0.25)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


class Lab:
    """One window of JupyterLab, with at most one notebook in front."""

    def __init__(self, page: Page, address: str, token: str) -> None:
        self.page, self.address, self.token = page, address, token
        self.sent: list[str | bytes] = []           # the messages to the kernel
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        if "/channels" in socket.url:
            socket.on("framesent", lambda message: self.sent.append(message))

    def open(self, path: str) -> None:
        """Open a notebook (`notebooks/07_consensus.ipynb`) and wait until its kernel takes orders."""
        self.page.goto(f"{self.address}/lab/tree/{quote(path)}?reset&token={self.token}")
        for _ in range(3000):
            state = self.page.evaluate(STATE)
            if state == "idle":
                return
            self.page.wait_for_timeout(100)
        raise TimeoutError(f"{path} was not ready after five minutes: {state}")

    def run_all(self) -> None:
        """Run all cells, from top to bottom."""
        self.page.evaluate(RUN_ALL)

    def save(self) -> None:
        """Save the notebook with the states of its widgets."""
        self.page.evaluate(SAVE)

    def cells(self) -> list[dict]:
        """The source, count and outputs of every code cell."""
        return self.page.evaluate(CELLS)

    def complaints(self) -> list[str]:
        """A sentence for each code cell that did not run, or ended in an error, and for widgets that were not drawn."""
        found = []
        for cell in self.cells():
            if cell["source"].strip() and not cell["count"]:
                found.append(f"did not run: {cell['source']}")
            errors = [output for output in cell["outputs"] if output["output_type"] == "error"]
            found += [f"{error['ename']}: {error['evalue']}, from: {cell['source']}" for error in errors]
        broken = self.page.get_by_text("Click to show javascript error").count()
        return found + [f"{broken} widgets have a JavaScript error"] * bool(broken)

    def stop_kernels(self) -> None:
        """Kernels outlive their window, and the next test would meet old Python and old JavaScript."""
        self.page.goto("about:blank")
        for kernel in json.load(self._ask("GET", "/api/kernels")):
            self._ask("DELETE", f"/api/kernels/{kernel['id']}").close()

    def _ask(self, method: str, path: str):
        # With the token in the address instead, the server would want a cookie too, and answer 403.
        headers = {"Authorization": f"token {self.token}"}
        return urlopen(Request(self.address + path, method=method, headers=headers), timeout=30)
