"""A chapter as a page: from a file, without a kernel or a network, its players step and need no scroll bar."""

import nbformat
import pytest
from playwright.sync_api import expect

import notebooks
from dslab.player.static_page import FRAME

pytestmark = pytest.mark.browser


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The address of a page with one player."""
    monkeypatch.setenv("DSLAB_STATIC", "")      # put back after the test
    source = "from dslab import play\nfrom dslab.protocols.raft import DEMO\nplay(DEMO, step=9)"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), tmp_path / "one.ipynb")
    notebooks.write_site([tmp_path / "one.ipynb"], tmp_path / "site")
    return (tmp_path / "site" / "one.html").as_uri()


def test_a_page_steps_offline(site, page):
    calls, errors = [], []
    page.on("request", lambda request: calls.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: line.type == "error" and errors.append(line.text))
    page.context.set_offline(True)
    page.goto(site)
    frame = page.locator("iframe")
    player = frame.content_frame.get_by_role("group", name="Player: Raft")
    player.press("ArrowRight")
    expect(player.get_by_role("slider", name="Step")).to_have_value("10")
    player.locator("[data-key='node A']").press("Enter")
    expect(player.get_by_role("button", name="Crash it now")).to_be_disabled()
    for width in (1400, 600):
        page.set_viewport_size({"width": width, "height": 900})
        expect(frame).to_have_css("height", f"{player.bounding_box()['height'] + FRAME:g}px")
    assert [call for call in calls if not call.startswith((site, "about:", "data:", "blob:"))] == []
    assert errors == []
