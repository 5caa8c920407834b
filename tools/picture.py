"""Make the picture in the README, docs/player.png: Raft's leader is down, and the votes for the next are under way."""

import io
import tempfile
from pathlib import Path

from PIL import Image

from dslab import simulate
from dslab.protocols.raft import DEMO
from dslab.trace import Trace
from dslab.views.export import html
from lab import browsing

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "player.png"
COLOURS = 128                       # as many as the eye needs here; the file is a third of the size


def telling_step(trace: Trace) -> int:
    """The last step before the leader's successor gets a vote."""
    crash = next(step.index for step in trace.steps if step.kind == "crash")
    voted = [step.index for step in trace.steps[crash:] if step.name == "Vote"]
    return next(k for k in range(voted[0] - 1, crash, -1) if trace[k].node)


def screenshot(page: str) -> bytes:
    """The player of an exported page, as PNG."""
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        file = Path(folder, "player.html")
        file.write_text(page, encoding="utf-8")
        window = browser.new_page(viewport={"width": 1400, "height": 900}, color_scheme="light")
        window.goto(file.as_uri())
        return window.locator(".dslab-player").screenshot()


def main() -> None:
    trace = simulate(DEMO)
    picture = Image.open(io.BytesIO(screenshot(html(trace, focus=telling_step(trace), height=520))))
    PICTURE.parent.mkdir(exist_ok=True)
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
    print(f"{PICTURE}: {PICTURE.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
