"""The player's picture for the README, docs/player.png: `make picture`."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from dslab import Trace, simulate
from dslab.protocols.raft import DEMO
from dslab.views.export import html
from lab import browsing

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "player.png"
WIDTH = 1400        # px
COLOURS = 256       # a PNG with a palette is half as large


def telling_step(trace: Trace) -> int:
    """The leader has crashed, and B votes for another: requests and votes are under way."""
    crashed = next(step.index for step in trace.steps if step.kind == "crash")
    return next(step.index for step in trace.steps[crashed:] if (step.node, step.name) == ("B", "RequestVote"))


def picture(trace: Trace, step: int) -> Image.Image:
    """The trace's page at that step, as on a light screen."""
    with browsing() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
        page.set_content(html(trace, height=560, focus=step))
        page.locator(".dslab-now").first.wait_for(state="attached")
        return Image.open(BytesIO(page.locator("main").screenshot(animations="disabled")))


if __name__ == "__main__":
    trace = simulate(DEMO)
    PICTURE.parent.mkdir(exist_ok=True)
    # Coverage: the few dots of a rare colour, a message's, keep it.
    image = picture(trace, telling_step(trace)).convert("RGB")
    image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(PICTURE, optimize=True)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size / 1000:.0f} kB")
