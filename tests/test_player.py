"""The player's Python side: what it sends to the browser, and what it does when the browser asks."""

import json
import re
from html import unescape
from types import SimpleNamespace

import ipywidgets
import pytest
from samples import Quiet
from sentences import refuse

from dslab.checkers.side_by_side import first_different_step
from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.player import bundle
from dslab.player.edits import moment_after
from dslab.player.layout import positions
from dslab.player.payload import payload
from dslab.player.play import play
from dslab.player.player import Player
from dslab.player.static_page import StaticPage
from dslab.run import Run
from dslab.script import at, crash, cut, drop, heal, isolate, partition, recover
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError


@message
class Ping:
    number: int


class Pinger(Node):
    """Everybody sends a Ping to everybody, again and again, and counts those it gets."""

    shown = ("count",)

    def init(self):
        self.count = 0

    def on_start(self):
        self.set_timer("again", 20)

    def on_again_timer(self):
        self.broadcast(Ping(self.count))
        self.set_timer("again", 20)

    def on_ping(self, src, msg):
        self.count += 1
        if self.count == 13:
            raise ValueError("unlucky")


RUN = Run(Pinger, network=Network(latency=constant(7)), duration=100, title="pings")


@pytest.fixture
def player():
    return play(RUN)


def ask(player, **content):
    """What the browser sends."""
    player.receive({"type": "edit", **content})


def test_the_payload_is_json_with_a_place_for_each_node(player):
    data = json.loads(json.dumps(player.payload, allow_nan=False))
    recorded = json.loads(simulate(RUN).to_json())
    assert data["trace"]["steps"] == recorded["steps"] and data["trace"]["run"] == recorded["run"]
    assert data["trace"]["end"] == "reached 100 ms" and recorded["end"] == {"code": "time", "ms": 100.0}
    assert len(data["positions"]) == 3
    assert data["editable"] and data["title"] == "pings" and data["script"].endswith(RUN.code())


def test_a_crash_becomes_an_event_of_the_script_and_the_new_trace_opens_at_it(player):
    step = next(step.index for step in player.trace if step.time >= 40)
    ask(player, verb="crash", target="B", step=step, time=player.trace[step].time)
    assert player.run == RUN.plus(at(41, crash("B")))
    assert player.trace[player.payload["focus"]].kind == "crash"
    assert player.step == player.payload["focus"] and player.payload["edits"] == 1


def test_between_two_steps_the_change_is_at_the_moment_that_is_shown(player):
    step = max(step.index for step in player.trace if step.time == 20)
    ask(player, verb="crash", target="C", step=step, time=24.31)
    assert player.run.script == (at(25, crash("C")),)


def test_a_message_in_flight_is_dropped(player):
    step = max(step.index for step in player.trace if step.time == 20)
    ask(player, verb="drop", target="A->B#1", step=step)
    assert player.run.script == (at(21, drop("A->B#1")),)
    assert player.trace.messages[0].fate == "lost"


def test_a_crashed_node_recovers_and_both_changes_can_be_undone(player):
    ask(player, verb="crash", target="A", step=3)
    ask(player, verb="recover", target="A", step=player.step)
    assert [event.action for event in player.run.script] == [crash("A"), recover("A")]
    player.receive({"type": "undo"})
    assert [event.action for event in player.run.script] == [crash("A")]
    ask(player, verb="recover", target="A", step=player.step)
    player.receive({"type": "original"})
    assert player.run == RUN and player.payload["edits"] == 0
    player.receive({"type": "undo"})
    assert player.run == RUN and not player.notice


def test_what_does_not_apply_is_listed(player):
    ask(player, verb="recover", target="A", step=3)
    assert [why for _, why in player.payload["trace"]["unapplied"]] == ["A is not down"]


def test_an_equal_trace_is_a_new_payload(player):
    before = player.payload
    player.show(RUN)
    assert player.payload != before and player.payload["trace"] == before["trace"]


def test_a_protocol_that_raises_shows_what_happened_before_and_a_sentence():
    player = play(RUN.replace(duration=1000))
    assert "unlucky" in player.notice["text"]
    assert len(player.trace) and player.run is not None


def test_after_a_change_that_cannot_be_the_old_trace_stays(player):
    before = player.payload
    ask(player, verb="crash", target="nobody", step=3)
    assert "nobody" in player.notice["text"] and player.payload is before and len(player.branches) == 1


def test_a_change_that_makes_a_handler_fail_shows_what_happened_before_and_can_be_undone():
    player = play(RUN.replace(duration=130))
    assert not player.notice
    ask(player, verb="duplicate", target="A->B#1", options={"after": 90}, step=5)
    assert "unlucky" in player.notice["text"] and player.trace.end.code == "error"
    player.receive({"type": "undo"})
    assert not player.notice["text"] and player.run.script == ()


def test_nonsense_from_the_browser_is_a_sentence_and_no_exception(player):
    crash_a = {"verb": "crash", "target": "A"}
    for content in ({"verb": "explode", "target": "A", "step": 0}, crash_a, crash_a | {"step": 10**9}):
        ask(player, **content)
        assert player.notice["text"]
    player.receive({"type": "undoo"})
    assert "Did you mean 'undo'" in player.notice["text"] and player.run == RUN


def test_a_trace_without_a_run_can_be_watched_only():
    trace = simulate(RUN)
    trace.run = None
    player = play(trace)
    assert not player.payload["editable"] and "no run" in player.payload["reason"]
    ask(player, verb="crash", target="A", step=3)
    assert "no run" in player.notice["text"]


def test_hostile_names_and_texts_reach_the_browser_as_data():
    names = ("<script>alert(1)</script>", "__proto__", "\u202eevil", "x" * 10_000, '"><img onerror=1>')
    player = play(Run(Pinger, names, duration=30, title="</script>"))
    data = json.loads(json.dumps(player.payload))
    assert [node["id"] for node in data["trace"]["nodes"]] == list(names)
    assert len(data["positions"]) == 5


def test_a_step_that_changes_links_says_which_are_cut_after_it():
    script = [partition(("A", "B")), cut("A", "B"), heal("A", "B"), heal(), isolate("A")]
    run = RUN.replace(script=[at(10 * time, action) for time, action in enumerate(script)])
    found = [set(step.cuts) for step in simulate(run).steps if step.cuts is not None]
    apart = {("A", "C"), ("C", "A"), ("B", "C"), ("C", "B")}
    alone = {("A", "B"), ("B", "A"), ("A", "C"), ("C", "A")}
    assert found == [apart, apart | {("A", "B")}, apart, set(), alone]


def test_only_links_that_exist_are_cut():
    trace = simulate(Run(Quiet, 4, topology=[("A", "B"), ("B", "C"), ("C", "D")], script=[at(10, isolate("B"))]))
    cut_after = (("A", "B"), ("B", "A"), ("B", "C"), ("C", "B"))
    assert [step.cuts for step in trace.steps if step.cuts is not None] == [cut_after]
    shown = [step["cuts"] for step in payload(trace)["trace"]["steps"] if "cuts" in step]
    assert shown == [[list(link) for link in cut_after]]
    assert [step.cuts for step in Trace.from_json(trace.to_json()) if step.cuts is not None] == [cut_after]


def test_the_text_form_is_the_same_in_every_process(player):
    assert repr(player) == "<player: pings, 42 steps>" == repr(StaticPage(player.trace))
    assert repr(Player()) == "<player: empty>"


def test_the_moment_of_a_change_is_a_round_number_before_the_next_step():
    def moment(times, step, time=None):
        class Stub(list):
            steps = [SimpleNamespace(time=time) for time in times]
        return moment_after(Stub(Stub.steps), step, time)
    assert moment([10.2, 30], 0) == 11
    assert moment([10.2, 10.9], 0) == 10.3
    assert moment([10.2, 10.24], 0) == 10.21
    assert moment([10.2, 10.201], 0) == 10.201
    assert moment([10, 10, 20], 0) == 11
    assert moment([10, 30], 0, 17.5) == 18
    assert moment([10], 0) == 11


def test_the_first_difference_of_two_traces():
    one, other = simulate(RUN), simulate(RUN.plus(at(50, crash("A"))))
    assert other[first_different_step(one, other)].kind == "crash"
    assert first_different_step(one, one) is None
    assert first_different_step(one, simulate(RUN.replace(duration=50))) == len(simulate(RUN.replace(duration=50)))


def test_choices_become_controls_above_one_player():
    box = play(lambda seed, loud, size: RUN.replace(seed=seed, title=f"{seed} {loud} {size}"),
               seed=(0, 9), loud=True, size=["small", "large"])
    assert isinstance(box, ipywidgets.VBox)
    controls, player = box.children
    assert player.payload["title"] == "0 True small"
    slider, check, menu, _ = controls.children
    slider.value, check.value, menu.value = 4, False, "large"
    assert player.payload["title"] == "4 False large"


@pytest.mark.parametrize("wrong, hint", [(dict(seed=(1,)), "low, high"), (dict(seed="x"), "choice")])
def test_a_wrong_choice_is_one_sentence(wrong, hint):
    with pytest.raises(DslabError, match=hint):
        play(lambda seed: RUN, **wrong)


def test_what_cannot_be_played_is_one_sentence():
    with pytest.raises(DslabError, match="expected a Run"):
        play(42)
    with pytest.raises(DslabError, match="function"):
        play(RUN, seed=(0, 9))


def test_where_no_script_may_run_there_is_a_picture_of_bearable_size(player):
    long = play(RUN.replace(nodes=12, duration=90), step=300)
    for shown in (player, long, play(lambda seed: RUN.replace(seed=seed), seed=(0, 9))):
        made = shown._repr_mimebundle_()
        data = made[0] if isinstance(made, tuple) else made
        assert data["text/plain"].startswith("<player: pings")
        assert data["image/svg+xml"].startswith("<svg") and len(data["image/svg+xml"]) < 100_000
        assert "application/vnd.jupyter.widget-view+json" in data


def test_without_a_kernel_a_page_stands_in(monkeypatch):
    monkeypatch.setenv("DSLAB_STATIC", "1")
    page = play(RUN)
    _, inside, rest = page._repr_html_().split("'")
    assert unescape(inside) == page.page and rest.startswith(' title="&lt;player: pings, 42 steps')
    assert repr(play(lambda seed: RUN, seed=(0, 9))) == repr(page)


def test_layouts_are_inside_the_unit_square_and_deterministic():
    names = [str(i) for i in range(9)]
    ring = [(names[i], names[(i + 1) % 9]) for i in range(9)]
    for layout in (None, "circle", "line", "grid", dict.fromkeys(names, (3, 4))):
        points = positions(names, ring, layout=layout)
        assert points == positions(names, ring, layout=layout)
        assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in points)
    path = [("A", "B"), ("C", "B"), ("C", "D")]
    assert positions(list("ABCD"), path) == positions(list("ABCD"), layout="line")
    assert positions([]) == [] and positions(["A"]) == [(0.5, 0.5)]
    with pytest.raises(DslabError, match="circle"):
        positions(names, layout="cirle")
    with pytest.raises(DslabError, match="no point"):
        positions(names, layout={"0": (0, 0)})


def test_the_modules_become_one_script_without_imports():
    script = bundle.script()
    assert "import " not in script.replace('import("', "") and script.count("export ") == 1
    assert script.index("function indexTrace") < script.index("function render(")


def test_every_module_is_part_of_a_widget():
    python = "".join(file.read_text("utf-8") for file in bundle.HERE.parent.rglob("*.py"))
    roots = ["player.js", *re.findall(r'"((?:widgets/)?\w+\.js)"', python)]
    scripts = "".join(map(bundle.script, dict.fromkeys(roots)))
    modules = {path.relative_to(bundle.HERE / "js").as_posix() for path in (bundle.HERE / "js").rglob("*.js")}
    apart = {"types.js", "data/trace_types.js", "loader.js"}
    refuse(f"dslab/player/js/{name} is in no bundle, so it never runs: import it where it is used"
           for name in sorted(modules - apart) if f"// ---- {name}\n" not in scripts)


def test_a_widget_sends_its_bundle_as_a_string_in_a_small_module():
    """The string is compiled once for a page, by its hash; two widgets' hashes differ."""
    one, other = bundle.widget_module(), bundle.widget_module("widgets/panel.js")
    hashes = [re.search(r'HASH = "(\w+)"', text)[1] for text in (one, other)]
    code = json.loads(re.search(r'^const CODE = (".*");$', one, re.MULTILINE)[1])
    assert code == bundle.script() and len(set(hashes)) == 2
    assert len(one) - len(json.dumps(code)) < 4000


def test_every_widget_comes_by_the_loader():
    """Without it, a widget that loads slowly never hears its kernel."""
    sources = {file: file.read_text("utf-8") for file in bundle.HERE.parent.rglob("*.py")}
    refuse(f"{file.name} sends a bundle as it is: write _esm = widget_module(...)" for file, text in sources.items()
           if re.search(r"_esm ?= ?script\(", text))


def modules(folder, **sources):
    """A folder of JavaScript modules; `data_trace` is data/trace.js."""
    for name, text in sources.items():
        path = folder / f"{name.replace('_', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_modules_in_folders_are_joined_each_once_and_after_what_it_imports(tmp_path):
    imports = 'import { draw } from "./cluster/nodes.js";\nimport { read } from "./data/trace.js";\n'
    folder = modules(tmp_path, player=f"{imports}export default {{ draw }};\n", data_trace="export const read = 1;\n",
                     cluster_nodes='import { read } from "../data/trace.js";\nexport const draw = () => read;\n')
    assert bundle.script("player.js", folder) == (
        "// ---- data/trace.js\nconst read = 1;\n\n// ---- cluster/nodes.js\nconst draw = () => read;\n\n"
        "// ---- player.js\nexport default { draw };\n")


def test_two_modules_that_define_one_name_are_refused(tmp_path):
    folder = modules(tmp_path, player='import { a } from "./data/a.js";\nfunction draw() {}\n',
                     data_a="export const a = 1;\nasync function draw() {}\n")
    with pytest.raises(DslabError, match="data/a.js and player.js both define draw"):
        bundle.script("player.js", folder)


def test_what_cannot_be_joined_is_refused_with_the_module_that_says_it(tmp_path):
    folder = modules(tmp_path, player='import { a } from "./data/a.js";\n', data_a='import * as b from "./b.js";\n')
    with pytest.raises(DslabError, match="data/a.js says 'import .* as b from .*import by name"):
        bundle.script("player.js", folder)
    modules(tmp_path, data_a='import { b } from "../b.js";\n')
    with pytest.raises(DslabError, match="data/a.js imports b.js, and there is no such file"):
        bundle.script.__wrapped__("player.js", folder)


def test_modules_that_import_each_other_are_refused(tmp_path):
    folder = modules(tmp_path, player='import { a } from "./data/a.js";\n',
                     data_a='import { b } from "../player.js";\n')
    with pytest.raises(DslabError, match="player.js -> data/a.js -> player.js"):
        bundle.script("player.js", folder)


def test_an_empty_trace_has_a_payload():
    trace = simulate(Run({}, duration=1))
    assert payload(trace)["title"] == "an empty trace"


def test_a_tour_is_an_option_of_every_way_to_show_a_run(player):
    assert play(player.run, tour=True).payload["tour"] and not play(player.run).payload["tour"]
    assert '"tour":true' in StaticPage(player.trace, tour=True).page.replace(" ", "")
