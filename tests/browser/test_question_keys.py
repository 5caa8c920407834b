"""A question about a run is answered by the keyboard alone, in the picture too."""

import re

import pytest
from playwright.sync_api import expect

from dslab import Prediction, simulate
from dslab.player.html_export import html
from dslab.protocols.raft import DEMO

pytestmark = pytest.mark.browser


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
