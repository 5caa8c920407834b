"""Frame times of the player and the latency of a step, beside a slider that redraws with matplotlib, in one run.

Headless Chromium shows the exported page, the player in a real JupyterLab, and the slider in the same JupyterLab.

* A *step* is from the key press (Right on the player, Right on the slider) to the end of the frame in which the step is
  painted: the first frame after the step's number, or a new picture, has entered the page.
* A *frame* while playing, of the player: from one animation frame to the next, and how much of that the browser worked,
  styles, layout and painting included. Of the slider: from one picture to the next; it skips steps.
* *Messages* are those that the browser sends to the kernel; a page has no kernel to send to.
* A *crash* is from the key press on a selected node, in JupyterLab, to the frame that shows the new trace: the message
  to the kernel, the simulation of the whole run, the trace as JSON, and all views built anew.
* *matplotlib alone* draws the slider's picture as PNG in this process, without JupyterLab: what any slider that redraws
  with matplotlib takes at least.

    python benchmarks/player.py             # about three minutes; needs Chromium
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
from player_peer import SIZES, drawing, plt, run

try:
    from playwright.sync_api import Browser, Page
except ModuleNotFoundError:
    sys.exit("The player's benchmark needs playwright, which the extra \"test\" installs: pip install -e '.[test]'")

from dslab import simulate
from dslab.player.html_export import html

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tools"))      # the harness is that of the tests

from lab import Lab, browsing, serving  # noqa: E402
from notebooks import METADATA  # noqa: E402

Measured = dict[str, list[float]]

STEPS, WARMING = 60, 20             # steps measured, and before that not measured: the browser compiles what runs often
REST = 250                          # ms between two steps: the message that flies after a step has arrived
PLAYING = 3000                      # ms
WINDOW = {"width": 1400, "height": 900}
MARK = 50                           # ms: a step at the larger size
CRASHED = (5, 2000)                 # (nodes, events) of the run in which a node is crashed
PLAYER = {"focus": ".dslab-player", "shows": ".dslab-readout"}
SLIDER = {"focus": ".noUi-handle", "shows": ".jp-OutputArea-output"}

CELLS = ("""import sys
sys.path.insert(0, {here!r})
from dslab import play, simulate
from player_peer import run, slider
trace = simulate(run(*{size}))""", "{shown}")

# Resolves `window.painted` with the ms from the next key press to the frame that shows what it did.
WATCH = """({shows}) => { window.painted = new Promise((resolve) => {
    const shown = () => [...document.querySelectorAll(shows)].map((one) =>
        one.querySelector("img")?.src ?? one.textContent).join();
    const before = shown();
    let pressed = 0;
    addEventListener("keydown", (event) => { pressed = event.timeStamp; }, { capture: true, once: true });
    const observer = new MutationObserver(async () => {
        if (shown() === before) return;
        observer.disconnect();
        for (const image of document.querySelectorAll(shows + " img")) await image.decode();
        requestAnimationFrame(() => {
            const done = () => resolve(performance.now() - pressed);
            const after = new MessageChannel();
            after.port1.onmessage = done;
            after.port2.postMessage(0);
            requestAnimationFrame(done);        // where the next frame follows at once, the message waits for it too
        });
    });
    const changes = { childList: true, characterData: true, attributes: true, attributeFilter: ["src"], subtree: true };
    for (const one of document.querySelectorAll(".jp-Notebook, main")) observer.observe(one, changes);
}); }"""

# While the player plays: ms from frame to frame, and ms of work in each.
FRAMES = """(length) => new Promise((resolve) => {
    const gaps = [], work = [], end = performance.now() + length;
    let before = 0;
    const frame = (now) => {
        if (before) gaps.push(now - before);
        before = now;
        if (now > end || !document.querySelector("[aria-label=Pause]")) return resolve({ gaps, work });
        const after = new MessageChannel();
        after.port1.onmessage = () => work.push(performance.now() - now);
        after.port2.postMessage(0);
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
})"""

# While the slider plays: ms from picture to picture.
PICTURES = """(length) => new Promise((resolve) => {
    const gaps = [], end = performance.now() + length;
    let before = 0, image = null;
    const frame = (now) => {
        const latest = document.querySelector(".jp-OutputArea-output img")?.src;
        if (latest && latest !== image) {
            if (before) gaps.push(now - before);
            [before, image] = [now, latest];
        }
        if (now > end) resolve(gaps); else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
})"""


def latencies(page: Page, place: dict[str, str]) -> list[float]:
    """Of each step, ms."""
    page.locator(place["focus"]).first.focus()
    found = []
    for _ in range(STEPS + WARMING):
        page.evaluate(WATCH, place)
        page.keyboard.press("ArrowRight")
        found.append(page.evaluate("() => window.painted"))
        page.wait_for_timeout(REST)
    return found[WARMING:]


def frames_of_player(page: Page) -> dict[str, list[float]]:
    """At the usual speed, from the first step: a run that is played from its middle may end too soon."""
    page.keyboard.press("Home")
    page.get_by_role("button", name="Play", exact=True).click()
    frames = page.evaluate(FRAMES, PLAYING)
    page.get_by_role("button", name="Pause", exact=True).click()
    return {"frame": frames["gaps"], "work": frames["work"]}


def frames_of_slider(page: Page) -> dict[str, list[float]]:
    """At up to 30 steps a second."""
    page.locator(".widget-play button").first.click()
    return {"frame": page.evaluate(PICTURES, 4 * PLAYING)}


def measure_page(browser: Browser, folder: Path, size: tuple[int, int], **look: Any) -> Measured:
    """The exported page, with its usual face or with more open."""
    file = folder / "page.html"
    file.write_text(html(simulate(run(*size)), focus=size[1] // 2, **look), encoding="utf-8")
    page = browser.new_page(viewport=WINDOW)
    page.goto(file.as_uri())
    found = {"step": latencies(page, PLAYER), **frames_of_player(page)}
    page.close()
    return found


def measure_drawing(size: tuple[int, int]) -> Measured:
    """The slider's picture as PNG, step by step, with neither a kernel's messages nor a browser."""
    plt.switch_backend("agg")
    trace, found = simulate(run(*size)), []
    for step in range(size[1] // 2, size[1] // 2 + STEPS + WARMING):
        begin = time.perf_counter()
        figure = drawing(trace, step)
        figure.savefig(BytesIO(), format="png")
        plt.close(figure)
        found.append((time.perf_counter() - begin) * 1000)
    return {"step": found[WARMING:]}


def measure_cell(lab: Lab, course: Path, size: tuple[int, int], shown: str) -> Measured:
    """What a cell of a notebook shows in JupyterLab: the player, or the slider."""
    cells = [nbformat.v4.new_code_cell(cell.format(here=str(HERE), size=size, shown=shown)) for cell in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), course / "one.ipynb")
    lab.open("one.ipynb")
    lab.run_all()
    assert lab.complaints() == []
    place, frames = (PLAYER, frames_of_player) if "play(" in shown else (SLIDER, frames_of_slider)
    lab.page.locator(place["focus"]).first.wait_for()
    lab.page.wait_for_timeout(1000)                 # what JupyterLab has still to say to the kernel
    before = len(lab.sent)
    found = {"step": latencies(lab.page, place)}
    found["messages"] = [(len(lab.sent) - before) / (STEPS + WARMING)]
    found |= frames(lab.page)
    lab.stop_kernels()
    return found


def measure_crash(lab: Lab, course: Path) -> list[float]:
    """From the key press that crashes a node in the middle of a Raft run to the new trace on the screen, ms."""
    shown = f"play(trace, step={CRASHED[1] // 2})"
    cells = [nbformat.v4.new_code_cell(cell.format(here=str(HERE), size=CRASHED, shown=shown)) for cell in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), course / "one.ipynb")
    lab.open("one.ipynb")
    lab.run_all()
    player, found = lab.page.locator(".dslab-player"), []
    for node in "ABCDE" * 3:
        player.locator(f"[data-key='node {node}']").press("Enter")
        lab.page.evaluate(WATCH, PLAYER)
        lab.page.keyboard.press("c")
        found.append(lab.page.evaluate("() => window.painted"))
        lab.page.evaluate(WATCH, PLAYER)
        lab.page.keyboard.press("u")
        lab.page.evaluate("() => window.painted")
        lab.page.keyboard.press("ArrowRight")       # a crash at another moment is another run: nothing is remembered
    lab.stop_kernels()
    return found


def both(values: list[float]) -> str:
    """The median and the 95th percentile."""
    return f"{statistics.median(values):8.1f}{statistics.quantiles(values, n=20)[-1]:8.1f}" if values else f"{'-':>16}"


def report(size: tuple[int, int], contestants: dict[str, Measured]) -> None:
    """One table, and whether the mark was kept."""
    print("\n%d nodes x %d events, ms: median, 95th percentile" % size)
    print(f"{'':26}{'step':>12}{'frame':>19}{'work a frame':>21}{'times as fast':>18}{'messages a step':>18}")
    peer = contestants["slider and matplotlib"]
    for name, found in contestants.items():
        faster = [f"{statistics.median(peer[what]) / statistics.median(found[what]):.1f}"
                  if what in found else "-" for what in ("step", "frame")]
        print(f"{name:26}{both(found['step'])}   {both(found.get('frame', []))}   {both(found.get('work', []))}"
              f"{faster[0]:>11}{faster[1]:>7}{found.get('messages', [0])[0]:18.1f}")
    if size == SIZES[-1]:
        ours = contestants["player in JupyterLab"]
        kept = statistics.median(ours["step"]) <= MARK and not ours["messages"][0]
        print(f"The mark, a step within {MARK} ms and without a message, is {'kept' if kept else 'MISSED'}.")


def main() -> None:
    """Both sizes."""
    with browsing() as browser, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        course, home = folder / "course", folder / "home"
        course.mkdir()
        home.mkdir()
        print(f"Chromium {browser.version}, Python {sys.version.split()[0]}, {STEPS} steps")
        with serving(course, home) as place:
            lab = Lab(browser.new_page(viewport=WINDOW), *place)
            print("\na crash in a Raft run of %d nodes x %d events, ms: median, 95th percentile" % CRASHED,
                  both(measure_crash(lab, course)))
            lab.page.close()
            for size in SIZES:
                lab = Lab(browser.new_page(viewport=WINDOW), *place)
                report(size, {
                    "player in a page": measure_page(browser, folder, size),
                    "with history and state": measure_page(browser, folder, size, show=("history", "state")),
                    "player in JupyterLab": measure_cell(lab, course, size, f"play(trace, step={size[1] // 2})"),
                    "matplotlib alone": measure_drawing(size),
                    "slider and matplotlib": measure_cell(lab, course, size, f"slider(trace, {size[1] // 2})"),
                })
                lab.page.close()


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as problem:
        sys.exit(f"The player's benchmark needs Chromium: {problem}.")
