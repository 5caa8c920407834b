"""The exported page: one file that steps offline, asks nothing of the network, lets no text become code."""

import json
import re

from dslab.node import Node, message
from dslab.player.html_export import POLICY, html
from dslab.run import Run
from dslab.simulator.simulate import simulate

NASTY = "</script><script>alert(1)</script><!-- ' \" & \u2028"


@message
class Say:
    text: str


class Talker(Node):
    """A says something nasty to B."""

    def init(self):
        self.heard = ""

    def on_start(self):
        if self.peers:
            self.send(self.peers[0], Say(NASTY))
        self.note(NASTY)

    def on_say(self, src, msg):
        self.heard = msg.text


TRACE = simulate(Run(Talker, ("A", "<b>"), duration=50, title=NASTY))


def test_the_policy_allows_no_network():
    page = html(TRACE)
    assert f'content="{POLICY}"' in page and "default-src 'none'" in POLICY
    assert not re.search(r"(src|href)\s*=|@import|url\(", page.replace(POLICY, ""))


def test_the_page_names_no_other_page():
    urls = set(re.findall(r"https?://[^\"'\s<>]+", html(TRACE)))
    assert urls == {"http://www.w3.org/2000/svg"}       # the name of the SVG language, never fetched


def test_no_text_of_the_trace_can_leave_its_place():
    page = html(TRACE)
    assert "alert(1)</script>" not in page and "<b>" not in page
    assert page.count("</script>") == 2
    assert "<title>&lt;/script&gt;" in page


def test_the_trace_in_the_page_is_the_trace():
    text = re.search(r'<script type="application/json" id="payload">(.*)</script>', html(TRACE))[1]
    data = json.loads(text)
    assert data["trace"]["steps"] == json.loads(TRACE.to_json())["steps"]
    assert not data["editable"] and "kernel" in data["reason"]


def test_the_page_is_the_same_for_the_same_trace():
    again = simulate(Run(Talker, ("A", "<b>"), duration=50, title=NASTY))
    assert html(TRACE) == html(again)


def test_the_title_can_be_chosen():
    assert "<title>What A said</title>" in html(TRACE, title="What A said")


def test_to_html_writes_the_page(tmp_path):
    path = tmp_path / "run.html"
    TRACE.to_html(str(path))
    assert path.read_text("utf-8") == html(TRACE)
