"""JupyterLab as a test sees it: open a notebook, run it, ask what went wrong."""

import json
from urllib.parse import quote
from urllib.request import Request, urlopen

from playwright.sync_api import Page

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
    new Promise((_, reject) => setTimeout(() => reject(new Error("the cells ran for two minutes")), 120_000)),
])"""
CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === "code")
    .map(cell => ({source: cell.model.sharedModel.getSource(), count: cell.model.executionCount,
                   outputs: cell.model.outputs.toJSON()}))"""


class Lab:
    """One window of JupyterLab, with at most one notebook in front."""

    def __init__(self, page: Page, address: str, token: str) -> None:
        self.page, self.address, self.token = page, address, token

    def open(self, path: str) -> None:
        """Open a notebook (`notebooks/07_consensus.ipynb`) and wait until its kernel takes orders."""
        self.page.goto(f"{self.address}/lab/tree/{quote(path)}?reset&token={self.token}")
        for _ in range(600):
            state = self.page.evaluate(STATE)
            if state == "idle":
                return
            self.page.wait_for_timeout(100)
        raise TimeoutError(f"{path} was not ready after a minute: {state}")

    def run_all(self) -> None:
        """Run all cells, from top to bottom."""
        self.page.evaluate(RUN_ALL)

    def cells(self) -> list[dict]:
        """The source, count and outputs of every code cell."""
        return self.page.evaluate(CELLS)

    def complaints(self) -> list[str]:
        """A sentence for each code cell that did not run, or ended in an error."""
        found = []
        for cell in self.cells():
            if cell["source"].strip() and not cell["count"]:
                found.append(f"did not run: {cell['source']}")
            errors = [output for output in cell["outputs"] if output["output_type"] == "error"]
            found += [f"{error['ename']}: {error['evalue']}, from: {cell['source']}" for error in errors]
        return found

    def stop_kernels(self) -> None:
        """Kernels outlive their window, and the next test would meet old Python and old JavaScript."""
        self.page.goto("about:blank")
        for kernel in json.load(self._ask("GET", "/api/kernels")):
            self._ask("DELETE", f"/api/kernels/{kernel['id']}").close()

    def _ask(self, method: str, path: str):
        # With the token in the address instead, the server would want a cookie too, and answer 403.
        headers = {"Authorization": f"token {self.token}"}
        return urlopen(Request(self.address + path, method=method, headers=headers), timeout=30)
