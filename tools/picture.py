"""The player's picture for the README, docs/player.png: `make picture`."""

from pathlib import Path

from lab import browsing

from dslab import Trace, simulate
from dslab.protocols.raft import DEMO
from dslab.views.export import html

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "player.png"
WIDTH = 1400        # px
LARGEST = 200_000   # bytes: a README should open at once


def telling_step(trace: Trace) -> int:
    """The step after the leader's crash at which the votes for its successor are under way."""
    crash = next(step.index for step in trace.steps if step.kind == "crash")
    return next(step.index for step in trace.steps[crash:] if step.name == "Vote") - 1


def take(trace: Trace, step: int, path: Path) -> None:
    """Write a picture of the trace's page, opened at that step, as a reader with a light screen sees it."""
    with browsing() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": 800}, color_scheme="light")
        page.set_content(html(trace, height=460, focus=step))
        page.locator(".dslab-node.dslab-current").wait_for()
        page.screenshot(path=path, full_page=True)


def main() -> None:
    """Take the picture, and say how large it is."""
    trace = simulate(DEMO)
    PICTURE.parent.mkdir(exist_ok=True)
    take(trace, telling_step(trace), PICTURE)
    size = PICTURE.stat().st_size
    print(f"{PICTURE.name}: {size / 1000:.0f} kB")
    assert size <= LARGEST, f"more than {LARGEST / 1000:.0f} kB"


if __name__ == "__main__":
    main()
