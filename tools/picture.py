"""Make the picture in the README, docs/player.png: Raft's leader is down, and the votes for the next are under way."""

import io
import tempfile
from pathlib import Path

from PIL import Image

from dslab import simulate
from dslab.player.html_export import html
from dslab.protocols.raft import DEMO
from dslab.trace import Trace
from lab import browsing

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "player.png"


def telling_step(trace: Trace) -> int:
    """The first vote that the leader's successor receives: the others are still on their way."""
    crash = next(step.index for step in trace.steps if step.kind == "crash")
    return next(step.index for step in trace.steps[crash:] if step.name == "Vote")


def screenshot(page: str) -> bytes:
    """The player of an exported page, as PNG."""
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        file = Path(folder, "player.html")
        file.write_text(page, encoding="utf-8")
        window = browser.new_page(viewport={"width": 1016, "height": 760}, color_scheme="light")
        window.goto(file.as_uri())
        return window.locator(".dslab-player").screenshot()


def main() -> None:
    trace = simulate(DEMO)
    picture = Image.open(io.BytesIO(screenshot(html(trace, focus=telling_step(trace)))))
    PICTURE.parent.mkdir(exist_ok=True)
    # A palette makes the file a third as large, and this method keeps colours of which there is little, too.
    small = picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
    small.save(PICTURE, optimize=True)
    print(f"{PICTURE}: {PICTURE.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
