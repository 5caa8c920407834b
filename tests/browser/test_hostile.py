"""Names, keys and values that would like to be code: the player shows them as text, and nothing of them runs."""

import pytest
from hostile import strings
from playwright.sync_api import Page, expect

from dslab import Network, Node, Run, message, simulate
from dslab.network import constant
from dslab.player.html_export import html

pytestmark = pytest.mark.browser

JOINED = "-\u2060>"              # "->" stands between the names of a link, so no node has it in its own
STRANGERS = "script, img, iframe, object, embed, base, meta, link, style, math, a, marquee, textarea"
HANDLERS = """player => [...player.querySelectorAll("*")].flatMap(one => one.getAttributeNames())
    .filter(name => name.startsWith("on"))"""


@message
class Say:
    """Whatever it is."""

    text: str
    more: tuple


class Parrot(Node):
    """Says its name to the next one; keeps, notes and outputs what it hears."""

    shown = ("heard",)
    roles = ("plain",)

    def init(self):
        self.heard = {}

    def on_start(self):
        me = self.id.replace(JOINED, "->")
        self.send(self.peers[0], Say(me, (me, (me,))))

    def on_say(self, src, msg):
        self.heard[msg.text] = msg.more
        self.note(msg.text)
        self.output(msg.text, msg.text)


def test_there_are_more_of_them_than_in_the_usual_list():
    assert len(strings()) > 515


@pytest.mark.sample(180, len(strings()))
def test_no_string_is_taken_for_code(browser, tmp_path, sample):
    chosen = [strings()[place] for place in sample]
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    struck: list[str] = []
    page.on("dialog", lambda dialog: (struck.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: struck.append(str(error)))
    page.on("request", lambda request: struck.append(request.url) if not request.url.startswith("file:") else None)
    for first in range(0, len(chosen), 60):
        names = tuple(one.replace("->", JOINED) for one in chosen[first:first + 60])
        file = tmp_path / "hostile.html"
        run = Run(Parrot, names, network=Network(latency=constant(5)), duration=20, title=names[0])
        trace = simulate(run)
        file.write_text(html(trace), encoding="utf-8")
        page.goto(file.as_uri())
        meets(page, names, len(trace) - 1)
        assert struck == []
    page.close()


def meets(page: Page, names: tuple[str, ...], last: int) -> None:
    """Open and do everything, and look at what became of the names."""
    player = page.locator(".dslab-player")
    keys = player.locator("[data-key^='node ']").evaluate_all("nodes => nodes.map(node => node.dataset.key.slice(5))")
    assert keys == list(names)
    player.focus()
    for key in ("End", "f", "h", "w", "w", "m", "ArrowLeft", "s", "b", "?", "l", "Escape"):
        player.press(key)
    player.press("/")
    player.get_by_role("searchbox").fill(names[1][:30])
    expect(player.get_by_role("slider", name="Step")).to_have_value(str(last - 1))
    assert player.locator(STRANGERS).count() == 0
    assert player.evaluate(HANDLERS) == []
    assert page.evaluate("window.struck") is None
