"""JupyterLab as a test sees it: open a notebook, run it, ask what went wrong."""

import json
from urllib.parse import quote
from urllib.request import Request, urlopen

from playwright.sync_api import Page

# The toolbar says "idle" before there is a kernel, and "run all" would then run nothing. So the kernel is asked.
READY = """async () => {
    const deadline = Date.now() + 60_000;
    const until = async (what, reached) => {
        while (!reached()) {
            if (Date.now() > deadline) throw new Error(`waited a minute for ${what}`);
            await new Promise(resolve => setTimeout(resolve, 50));
        }
    };
    await until("JupyterLab", () => window.jupyterapp);
    await window.jupyterapp.restored;
    const notebook = () => window.jupyterapp.shell.currentWidget;
    await until("the notebook", () => notebook()?.sessionContext);
    await notebook().context.ready;
    await notebook().sessionContext.ready;
    await until("the kernel", () => {
        const kernel = notebook().sessionContext.session?.kernel;
        return kernel?.connectionStatus === "connected" && kernel.status === "idle";
    });
}"""
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === "code")
    .map(cell => ({source: cell.model.sharedModel.getSource(), count: cell.model.executionCount,
                   outputs: cell.model.outputs.toJSON()}))"""


class Lab:
    """One window of JupyterLab, with at most one notebook in front."""

    def __init__(self, page: Page, address: str, token: str) -> None:
        self.page, self.address, self.token = page, address, token

    def open(self, path: str) -> None:
        """Open a notebook (a path from the root of the repository) and wait until its kernel takes orders."""
        self.page.goto(f"{self.address}/lab/tree/{quote(path)}?reset&token={self.token}")
        self.page.evaluate(READY)

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
