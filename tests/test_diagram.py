"""The space-time diagram tells what happened, in a picture and in text, whatever the nodes are called."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from samples import Nothing, Pinger, Quiet, Sender, gossip_run

from dslab.diagrams.diagram import MOST_NODES, WINDOW, diagram
from dslab.diagrams.message_labels import CLEAR, ArrowLine, around
from dslab.diagrams.style import COLOURS
from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, judge
from dslab.protocols import stable_storage
from dslab.run import Run
from dslab.script import at, crash, drop, heal, partition, pause, recover, request, resume
from dslab.simulator.simulate import simulate
from dslab.text import fit, visible, width_of
from dslab.trace import Trace
from dslab.values import DslabError

ROOT = Path(__file__).parent.parent

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert(1)</script>",
    "q\"u'o&te",
    "\x1b[31mred",
    "\u202eevil",
    "__proto__",
    "选举节点",
    "x" * 10_000,
)


@message
class Post:
    text: str


@message
class Ack:
    text: str


class Chat(Node):
    """A posts three messages; the others deliver and acknowledge them."""

    def init(self):
        self.posted = 0

    def on_start(self):
        if self.id == "A":
            self.set_timer("post", 10)

    def on_post_timer(self):
        self.posted += 1
        self.broadcast(Post(f"m{self.posted}"))
        if self.posted < 3:
            self.set_timer("post", 20)

    def on_post(self, src, msg):
        self.output("deliver", msg.text)
        self.send(src, Ack(msg.text))

    def on_ack(self, src, msg):
        pass


class Stamped(Node):
    """Three nodes of figure 1's kind: A to B, then B to C, while C minds its own business."""

    def on_start(self):
        if self.id in ("A", "C"):
            self.set_timer("work", 10)

    def on_work_timer(self):
        if self.id == "A":
            self.send("B", Post("m1"))

    def on_post(self, src, msg):
        if self.id == "B":
            self.send("C", Post("m2"))


MISHAPS = Run(
    Chat,
    3,
    network=Network(latency=constant(8)),
    duration=100,
    title="Three posts",
    script=[
        at(1, drop("A->B#2")),
        at(25, crash("C")),
        at(36, partition(("A", "B"), ("C",))),
        at(40, recover("C")),
        at(50, pause("B")),
        at(53, heal()),
        at(64, resume("B")),
    ],
)


@cache
def mishaps():
    return diagram(simulate(MISHAPS))


def picture(drawn):
    """The SVG, parsed; that it parses is the first promise."""
    return ElementTree.fromstring(drawn.svg)


def words(drawn):
    """All that can be read in the picture without hovering."""
    return [element.text for element in picture(drawn).iter(f"{SVG}text")]


def told(drawn):
    """All that hovering tells."""
    return [element.text for element in picture(drawn).iter(f"{SVG}title")]


# ---- text --------------------------------------------------------------------------------------------------


def test_a_run_with_all_kinds_of_mishaps_reads_as_text():
    assert (
        str(mishaps())
        == """\
Three posts
step  time  A    B    C
   0   0.0  ○    ○    ○   A, B, C start
   3  10.0  ▲    │    │   A: post timer; sends Post to B, C
   4  18.0  ├───►●    │   A→B Post m1; deliver m1; sends Ack to A
   5  18.0  ├────│───►●   A→C Post m1; deliver m1; sends Ack to A
   6  25.0  │    │    X   C crashes
   7  26.0  ●◄───┤    ┊   B→A Ack m1
   8  26.0  ●◄───│────┊   C→A Ack m1
   9  30.0  ▲─×  │    ┊   A: post timer; sends Post to B (lost), C
  10  36.0  │╌╌╌╌│╌╌╌╌┊╌╌ partition(('A', 'B'), ('C',))
  11  38.0  ├────│───×┊   A→C lost Post m2: the link A->C is cut
  12  40.0  │    │    ◎   C recovers
  13  50.0  │    =    │   B pauses
  14  50.0  ▲─×  ╎    │   A: post timer; sends Post to B, C (lost)
  15  53.0  │╌╌╌╌╎╌╌╌╌│╌╌ heal()
  16  64.0  │    »    │   B resumes
  17  64.0  ├───►●    │   A→B Post m3; deliver m3; sends Ack to A
  18  72.0  ●◄───┤    │   B→A Ack m3
key: ○ start  ● receive  ▲ timer  X crash  ◎ recover  = pause  » resume  × lost  ┊ down  ╎ paused"""
    )


def test_a_request_waits_at_a_paused_node_and_is_lost_at_one_that_is_down():
    drawn = diagram(stable_storage.DEMO)
    assert "paused: request Count “+ 1” by user 11" in str(drawn)              # when the node goes on
    assert str(drawn).splitlines()[11:13] == [
        "   9  30.0  │       ◇       ┊   request Count “+ 1” by user 8 waits at paused",
        "  10  30.0  │       ╎       ×   request Count “+ 1” by user 9 is lost at crashed"]
    assert "◇ waits  × lost" in str(drawn) and not any(row.is_of_the_network for row in drawn.picture.rows)
    assert {"waits: Count “+ 1” by user 8", "lost: Count “+ 1” by user 9", "request that waits"} <= set(words(drawn))


def test_a_request_to_a_node_that_is_not_shown_is_not_shown_either():
    assert "by user 8" not in str(diagram(stable_storage.DEMO, nodes=("steady", "crashed")))


def test_vector_timestamps_stand_beside_the_steps():
    run = Run(Stamped, 3, network=Network(latency=constant(5)))
    assert (
        str(diagram(run, stamps="vector", width=80))
        == """\
step  time   vector  A    B    C
   0   0.0  [1 0 0]  ○    │    │   A starts
   1   0.0  [0 1 0]  │    ○    │   B starts
   2   0.0  [0 0 1]  │    │    ○   C starts
   3  10.0  [2 0 0]  ▲    │    │   A: work timer; sends Post to B
   4  10.0  [0 0 2]  │    │    ▲   C: work timer
   5  15.0  [2 2 0]  ├───►●    │   A→B Post m1; sends Post to C
   6  20.0  [2 2 3]  │    ├───►●   B→C Post m2
key: ○ start  ● receive  ▲ timer"""
    )
    assert "[2 2 3]" in words(diagram(run, stamps="vector"))
    assert {"1", "2", "3", "4"} <= set(words(diagram(run, stamps="lamport")))


def test_a_request_says_what_is_asked_and_what_is_answered():
    class Register(Quiet):
        def on_ping(self, src, msg):
            self.reply(src, msg.n + 1)

    from samples import Ping

    run = Run(Register, 1, script=[at(5, request("A", Ping(6), client="alice"))])
    assert (
        str(diagram(run))
        == """\
step  time  A
   0   5.0  ◊   A: request Ping 6 by alice; answers 7 to alice
key: ◊ client's request"""
    )
    assert {"Ping 6 by alice", "alice: 7"} <= set(words(diagram(run)))


@pytest.mark.parametrize("width", [40, 60, 100, 200])
def test_no_line_is_wider_than_it_may_be(width):
    for run in (gossip_run(), Run(Pinger, HOSTILE), Run(Pinger, 30), MISHAPS):
        assert max(width_of(line) for line in str(diagram(run, width=width)).splitlines()) <= width


def test_an_output_of_a_node_with_a_long_name_still_shows():
    class Loud(Node):
        def on_start(self):
            self.output("leader", 3)

    assert "leader 3" in str(diagram(Run(Loud, ("n" * 5000, "B"))))


# ---- picture -----------------------------------------------------------------------------------------------


def test_the_picture_shows_messages_outputs_and_mishaps():
    shown = words(mishaps())
    assert {
        "Three posts",
        "A",
        "B",
        "C",
        "Post m1",
        "Ack m1",
        "deliver m1",
        "deliver m3",
        "post",
        "crash",
        "recover",
        "partition(('A', 'B'), ('C',))",
        "heal()",
    } <= set(shown)
    assert {"receive", "timer goes off", "message", "lost", "down", "paused", "output", "the network"} <= set(
        shown
    )


def test_every_step_and_every_message_has_its_story():
    trace, stories = simulate(MISHAPS), told(mishaps())
    for step in trace.steps:
        if step.node:
            assert any(story.startswith(f"step {step.index},") for story in stories)
    for sent in trace.messages:
        assert any(story.startswith(f"{sent.name}: ") for story in stories)


def test_the_picture_describes_itself_to_those_who_do_not_see_it():
    root = picture(mishaps())
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Three posts"
    described = root.find(f"{SVG}desc").text
    assert described == (
        "A space-time diagram: 19 steps of A, B, C, from 0.0 to 72.0 ms; 9 messages sent, 3 lost. C crashes; "
        "C recovers; B pauses; B deliver m1; C deliver m1; B deliver m3."
    )


def test_a_lost_message_ends_in_a_cross_that_stands_on_no_life_line():
    drawn = diagram(simulate(Run(Chat, 5, network=Network(loss=0.9), duration=60))).picture
    lost = [arrow for arrow in drawn.arrows if arrow.message.fate == "lost"]
    assert len(lost) >= 4
    assert [arrow for arrow in lost if arrow.end.is_integer() or arrow.end == arrow.dst] == []


def test_a_life_line_is_broken_while_the_node_is_down():
    spans = [(span.top, span.bottom, span.status) for span in mishaps().picture.spans if span.column == 2]
    crashed, back = (
        next(place for place, row in enumerate(mishaps().picture.rows) if row.steps[0].kind == kind)
        for kind in ("crash", "recover")
    )
    assert spans == [(-0.5, crashed, "up"), (crashed, back, "down"), (back, 16.5, "up")]


def test_an_arrow_that_would_run_through_a_strangers_step_goes_round_it():
    """A broadcast in order of the columns: the straight arrow to C would look like a relay by B."""
    arrow = next(arrow for arrow in mishaps().picture.arrows if arrow.message.name == "A->C#1")
    straight = ArrowLine(arrow, 0, 0, 200, 60)
    bent = around(straight, [(100, 30)])
    assert straight.clearance([(100, 30)]) == 0
    assert bent.clearance([(100, 30)]) >= CLEAR
    assert all(
        bent.slope(back)[1] >= -1e-9 for back in range(0, int(bent.length))
    )  # never upwards: into the past


def test_the_picture_is_self_contained():
    for run in (MISHAPS, Run(Pinger, HOSTILE, title="</style><script>alert(1)</script>")):
        svg = diagram(run).svg
        assert svg.count("http") == 1  # the name of the language, which nobody fetches
        tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()}
        assert tags == {"svg", "title", "desc", "style", "g", "path", "rect", "text"}
        attributes = {name for element in ElementTree.fromstring(svg).iter() for name in element.attrib}
        assert not [name for name in attributes if name.startswith("on") or name in ("id", "href")]
        assert "url(" not in svg and "@import" not in svg


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [1, 2], ids=["light", "dark"])
def test_all_is_legible_in_both_themes(theme):
    """WCAG 2: 4.5 for text, 3 for the rest; the card's edge and the marked row say nothing by themselves."""
    for name, colour in COLOURS.items():
        if name not in ("card", "edge", "halo", "now"):
            least = 4.5 if name in ("text", "soft", "good", "bad") else 3
            assert contrast(colour[theme], COLOURS["card"][theme]) >= least, name
        if name in ("text", "soft"):
            assert contrast(colour[theme], COLOURS["now"][theme]) >= 4.5, name


# ---- hostile and unusual runs ------------------------------------------------------------------------------


class Hostile(Node):
    def on_start(self):
        if self.id == HOSTILE[0]:
            self.broadcast(Post("\x1b]0;x\x07 ]]> <!-- \ud800 \ufffe"))

    def on_post(self, src, msg):
        self.output("<b>leader</b>", "\u202e\x00" + "y" * 10_000, {"__proto__": (1,)})
        self.note("</text></svg><script>x</script>")


def test_the_clocks_of_the_nodes_stand_beside_the_steps():
    from dslab.protocols.clock_sync import DEMO

    assert {"165.0", "170.0", "125.0"} <= set(words(diagram(DEMO, stamps="clock")))


@pytest.mark.parametrize("stamps", [None, "lamport", "vector", "clock"])
def test_hostile_names_are_text(stamps):
    drawn = diagram(Run(Hostile, HOSTILE, title="\x1b[2J\u202etitle"), stamps=stamps)
    assert picture(drawn).find(f".//{SVG}script") is None
    for form in (str(drawn), drawn.svg, repr(drawn)):
        assert form.encode("utf-8")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", form)
    assert len(drawn.svg) < 60_000  # ten thousand letters were not written out
    assert "<script>" in "".join(words(drawn))


def test_names_that_are_shortened_are_told_on_hovering():
    drawn = diagram(Run(Pinger, ("A", "a-node-with-a-very-long-name", "B")))
    assert not any("very-long-name" in word for word in words(drawn))
    assert "a-node-with-a-very-long-name" in told(drawn)


@pytest.mark.parametrize("nodes", [1, 2, 3, 16, 17, 60])
def test_any_number_of_nodes_has_a_picture(nodes):
    drawn = diagram(Run(Pinger, nodes))
    assert picture(drawn) is not None
    assert len(drawn.picture.nodes) == min(nodes, MOST_NODES)
    assert ("chooses" in str(drawn)) == (nodes > MOST_NODES)


def test_of_a_large_cluster_those_who_act_are_shown():
    class Far(Node):
        def on_start(self):
            if self.id == "N50":
                self.send("N60", Post("hello"))

        def on_post(self, src, msg):
            pass

    assert diagram(Run(Far, 60)).picture.nodes == ("N50", "N60")


def test_a_run_in_which_nothing_happens_says_so():
    drawn = diagram(Run(Quiet, 2))
    assert str(drawn) == "step  time  A    B\nnothing happened"
    assert "nothing happened" in words(drawn)


def test_a_trace_from_a_file_draws_the_same_picture():
    trace = simulate(gossip_run())
    again = Trace.from_json(trace.to_json())
    assert diagram(again).svg == diagram(trace).svg
    assert str(diagram(again)) == str(diagram(trace))


def test_the_same_run_gives_the_same_bytes_in_every_process():
    code = (
        "from samples import gossip_run; from dslab import diagram; import sys;"
        "d = diagram(gossip_run()); sys.stdout.buffer.write((d.svg + str(d)).encode())"
    )
    made = {
        subprocess.check_output(
            [sys.executable, "-c", code],
            cwd=ROOT / "tests",
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        )
        for seed in ("0", "1")
    }
    drawn = diagram(gossip_run())
    assert made == {(drawn.svg + str(drawn)).encode()}


# ---- which part --------------------------------------------------------------------------------------------


def test_a_long_trace_shows_a_window_and_says_how_to_go_on():
    trace = simulate(Run(Sender, 2, duration=2000))
    drawn = diagram(trace)
    assert len(drawn.picture.shown) == WINDOW
    sentence = f"steps 0–59 of {len(trace)}; diagram(trace, first=60) shows more"
    assert str(drawn).splitlines()[-1] == sentence
    assert sentence in words(drawn)
    assert diagram(trace, first=60).picture.shown[0].index == 60
    assert (
        str(diagram(trace, first=-5)).splitlines()[-1]
        == f"steps {len(trace) - 5}–{len(trace) - 1} of {len(trace)}"
    )
    assert [step.index for step in diagram(trace, first=10, last=13).picture.shown] == [10, 11, 12]


def test_the_sentence_about_the_window_is_true_when_steps_are_left_out():
    trace = simulate(gossip_run())
    drawn, seen = diagram(trace, nodes=("A", "B")), []
    while True:
        seen += [step.index for step in drawn.picture.shown]
        more = re.search(r"first=(\d+), \.\.\.", str(drawn))
        if not more:
            break
        drawn = diagram(trace, nodes=("A", "B"), first=int(more[1]))
    everything = [
        step.index
        for step in trace.steps
        if step.node in ("A", "B", None)
        and (step.message is None or {step.message.src, step.message.dst} & {"A", "B"})
    ]
    assert seen == everything


def test_a_message_that_crosses_the_edge_of_the_window_is_drawn_to_the_edge():
    trace = simulate(Run(Sender, 2, network=Network(latency=constant(15)), duration=200))
    inner = diagram(trace, first=4, last=8).picture
    assert any(arrow.top == -0.5 for arrow in inner.arrows)
    assert any(arrow.bottom == len(inner.rows) - 0.5 for arrow in inner.arrows)
    assert "still on their way: Ping A→B" in str(diagram(trace, first=4, last=8))


def test_nodes_and_kinds_choose_what_is_shown():
    trace = simulate(MISHAPS)
    assert (
        str(diagram(trace, nodes=("C", "A"), kinds=("Post", "crash")))
        == """\
Three posts
step  time  C    A
   3  10.0  │    ▲   A: post timer; sends Post to B, C
   5  18.0  ●◄───┤   A→C Post m1; deliver m1; sends Ack to A
   6  25.0  X    │   C crashes
   9  30.0  ┊    ▲   A: post timer; sends Post to B (lost), C
  11  38.0  ┊×───┤   A→C lost Post m2: the link A->C is cut
  14  50.0  │  ×─▲   A: post timer; sends Post to B, C (lost)
key: ● receive  ▲ timer  X crash  × lost  ┊ down"""
    )
    assert [step.kind for step in diagram(trace, kinds="crash").picture.shown] == ["crash"]
    assert diagram(trace, kinds="crash").picture.arrows == ()


def test_a_message_from_a_node_that_is_left_out_comes_from_nowhere():
    drawn = diagram(simulate(MISHAPS), nodes="B")
    assert "Post m1 from A" in words(drawn)
    assert "►●" not in str(drawn).splitlines()[2]


def test_a_verdict_points_at_the_step_that_matters():
    @always
    def nothing_is_delivered(world):
        return not world.outputs("deliver")

    verdict = judge(simulate(MISHAPS), [nothing_is_delivered])[0]
    drawn = diagram(verdict)
    assert drawn.picture.mark == verdict.step == 4
    assert "\n  ►4  18.0  " in str(drawn)
    assert "►4" in words(drawn)


def test_the_window_opens_around_the_step_that_matters():
    @always
    def few_pings_are_sent(world):
        return world.states["A"].count < 100

    trace = simulate(Run(Sender, 2, duration=2000))
    verdict = judge(trace, [few_pings_are_sent])[0]
    assert verdict.step in [step.index for step in diagram(verdict).picture.shown]


# ---- how it is used ----------------------------------------------------------------------------------------


def test_a_notebook_gets_both_forms_and_files_get_the_one_they_are_named_for(tmp_path):
    bundle = mishaps()._repr_mimebundle_()
    assert bundle == {"image/svg+xml": mishaps().svg, "text/plain": str(mishaps())}
    mishaps().save(tmp_path / "run.svg")
    mishaps().save(str(tmp_path / "run.txt"))
    assert (tmp_path / "run.svg").read_text(encoding="utf-8") == mishaps().svg + "\n"
    assert (tmp_path / "run.txt").read_text(encoding="utf-8") == str(mishaps()) + "\n"
    assert repr(mishaps()) == "<diagram: 19 steps of A, B, C>"
    with pytest.raises(DslabError, match=r"must end in .svg or .txt"):
        mishaps().save(tmp_path / "run.png")


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (
            {"stamps": "lamprot"},
            "stamps='lamprot' is not known: expected None, 'lamport', 'vector' or 'clock'. Did you mean 'lamport'?",
        ),
        ({"first": 19}, "there is no step 19 to begin with: the trace has 19 steps, numbered from 0"),
        ({"first": "A"}, "there is no step 'A' to begin with: the trace has 19 steps, numbered from 0"),
        (
            {"last": 2.5},
            "last=2.5 is not a step: expected a whole number, or None for as much as is easy to read",
        ),
        ({"nodes": ("A", "a")}, "there is no node 'a' in this trace (A, B, C). Did you mean 'A'?"),
        ({"nodes": ()}, "a diagram shows 1 to 16 nodes, not 0: choose with nodes=('A', ...)"),
        ({"nodes": 5}, "nodes=5 is not a list of names: choose with nodes=('A', ...)"),
        (
            {"kinds": ("recieve",)},
            "'recieve' is neither a kind of step nor a message or timer of this trace "
            "(post, Post, Ack, start, receive, timer, request, crash, recover, pause, resume, clock, loss, "
            "partition, heal, cut, isol…). Did you mean 'receive'?",
        ),
        (
            {"kinds": ()},
            "kinds=() shows nothing: name some kinds of steps, such as ('receive', 'crash'), or leave it out",
        ),
        ({"width": 10}, "width=10 does not do: the text form takes a whole number of 40 to 1000 columns"),
    ],
)
def test_a_wrong_argument_is_refused_in_one_sentence(arguments, sentence):
    with pytest.raises(DslabError) as caught:
        diagram(simulate(MISHAPS), **arguments)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("what", [None, 3, "trace", Chat, Nothing()])
def test_only_traces_runs_and_verdicts_can_be_drawn(what):
    with pytest.raises(DslabError, match="expected a Trace, a Run, or a Verdict with a trace"):
        diagram(what)


@pytest.mark.parametrize(
    "text, seen",
    [
        ("a\nb", "a\\nb"),
        ("\x1b[1m", "\\x1b[1m"),
        ("\u202ex", "\\u202ex"),
        ("选", "选"),
        ("é", "é"),
        ("\ud800", "\\ud800"),
        ("\ufffe", "\\ufffe"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text, seen):
    assert visible(text) == seen


def test_text_is_cut_by_the_columns_it_takes():
    assert fit("选举节点", 8) == "选举节点"
    assert fit("选举节点", 7) == "选举节…"
    assert width_of("e\u0301") == 1
    assert len(fit("e" + "\u0301" * 10_000, 10)) <= 21
