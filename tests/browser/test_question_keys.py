"""Questions are answered by the keyboard alone: each form of card, and one about a run in its picture."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from dslab import Prediction, simulate
from dslab.player.bundle import style, widget_module
from dslab.player.html_export import html
from dslab.predictions.forms import asked
from dslab.protocols.raft import DEMO

pytestmark = pytest.mark.browser

# The card judges by itself, so that a model which only stores values is enough for it.
SHOW = """async ([source, asked]) => {
  const card = (await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })))).default;
  const traits = { asked, then: "", guess: {} };
  const model = { get: (name) => traits[name], set: (name, value) => (traits[name] = value),
                  save_changes() {}, on() {}, off() {} };
  card.render({ model, el: document.body });
}"""


def ask(page: Page, choices: list | None, answer: object) -> Locator:
    """A card with this question, as it is in a notebook."""
    page.add_style_tag(content=style("question.css"))
    page.evaluate(SHOW, [widget_module("widgets/question.js"), dict(asked("What?", choices, answer))])
    return page.locator(".dslab-question")


def is_right(card: Locator) -> None:
    expect(card).to_have_attribute("data-right", "true", timeout=5_000)
    expect(card.get_by_role("button", name="Ask again")).to_be_focused(timeout=5_000)


@pytest.mark.parametrize("choices, answer, role, first, keys", [
    ([2, 3, 4], 3, "radio", "2", ["Space", "ArrowDown", "Enter"]),
    ([1, 2, 4], {2, 4}, "checkbox", "1", ["Tab", "Space", "Tab", "Space", "Enter"]),
    (None, 42, "textbox", "What?", ["4", "2", "Enter"])])
def test_a_card_is_answered_by_keys(page, choices, answer, role, first, keys):
    card = ask(page, choices, answer)
    card.get_by_role(role, name=first).focus()
    for key in keys:
        page.keyboard.press(key)
    is_right(card)


def test_things_are_put_in_order_by_keys(page):
    card = ask(page, ["a", "b", "c"], ["b", "c", "a"])
    for name in ("c", "a"):                         # the last that is moved to the end stays there
        down = card.get_by_role("button", name=f"Move {name} down")
        for _ in range(2):
            down.press("Enter")
            expect(down).to_be_focused()
    card.get_by_role("button", name="Answer").press("Enter")
    is_right(card)


def test_things_are_put_in_order_by_the_mouse(page):
    card = ask(page, ["a", "b"], ["b", "a"])
    (x, y), (_, end) = (middle(row) for row in card.get_by_role("listitem").all())
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, end, steps=5)
    page.mouse.move(x, end + 5)
    page.mouse.up()
    card.get_by_role("button", name="Answer").click()
    is_right(card)


def middle(row: Locator) -> tuple[float, float]:
    box = row.bounding_box()
    return box["x"] + 10, box["y"] + box["height"] / 2


def test_a_node_is_chosen_in_the_picture_by_keys(page, tmp_path):
    question = Prediction("Who leads?", list("ABCDE"), answer=lambda trace: trace.outputs("leader")[0].node, at=9,
                          until=15)
    (tmp_path / "asks.html").write_text(html(simulate(DEMO), ask=[question]), encoding="utf-8")
    page.goto((tmp_path / "asks.html").as_uri())
    player = page.locator(".dslab-player")
    player.locator("[data-key='node A']").press("Enter")
    expect(player.get_by_role("radio", name="A", exact=True)).to_be_checked()
    player.get_by_role("button", name=re.compile("^Play and see")).press("Enter")
    player.press("y")
    expect(player.locator(".dslab-result")).to_contain_text(re.compile("right", re.IGNORECASE))
