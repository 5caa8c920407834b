"""Acting in the player: all verbs by hand, branches, scenarios, texts to copy, lights, and "break it"."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from samples import Ping, Put, Sender, Store, gossip_run

from dslab.model_checker.explore import explore
from dslab.network import Network, constant
from dslab.node import Node
from dslab.player.edits import message_classes, message_of, requests
from dslab.player.play import play
from dslab.player.verdicts import lights, promises_of
from dslab.properties import always, in_the_end, sometimes
from dslab.protocols import broadcast, causal_broadcast, raft
from dslab.protocols.raft_variants import Amnesia
from dslab.run import Run
from dslab.script import (
    at,
    clock,
    crash,
    cut,
    delay,
    deliver,
    drop,
    duplicate,
    fire,
    heal,
    isolate,
    partition,
    pause,
    recover,
    request,
    resume,
    set_link,
)
from dslab.simulator.simulate import simulate
from dslab.values import DslabError

RUN = Run(Sender, 3, network=Network(latency=constant(12)), duration=65, title="beats")
BY_HAND = [
    ("deliver", ["A->B#1"], {}, deliver("A->B#1")),
    ("drop", ["A->B#1"], {}, drop("A->B#1")),
    ("duplicate", ["A->B#1"], {"after": 5}, duplicate("A->B#1", after=5)),
    ("delay", ["A->B#1"], {"by": 50}, delay("A->B#1", by=50)),
    ("crash", ["A"], {}, crash("A")),
    ("recover", ["A"], {}, recover("A")),
    ("pause", ["A"], {}, pause("A")),
    ("resume", ["A"], {}, resume("A")),
    ("isolate", ["A"], {}, isolate("A")),
    ("cut", ["A", "B"], {}, cut("A", "B")),
    ("heal", [], {}, heal()),
    ("heal", ["A", "B"], {}, heal("A", "B")),
    ("partition", [["A", "B"], ["C"]], {}, partition(("A", "B"), ("C",))),
    ("fire", ["A", "beat"], {}, fire("A", "beat")),
    ("clock", ["A"], {"step": -3, "drift": 100}, clock("A", drift=100, step=-3)),
    ("set_link", ["A", "B"], {"loss": 0.5}, set_link("A", "B", loss=0.5)),
    ("request", ["B", "Ping(7)"], {"client": "alice"}, request("B", Ping(7), client="alice")),
]


@pytest.fixture
def player():
    return play(RUN)


def ask(player, kind, **content):
    """What the browser sends; the sentence that it gets back, if there is one."""
    answered = player.acts["serial"]
    player.receive({"type": kind, **content})
    assert player.acts["serial"] > answered, "whoever asks is answered"
    return player.notice.get("text", "")


def edit(player, verb, *args, after=3, **options):
    return ask(player, "edit", verb=verb, args=list(args), options=options, step=after)


# ---- all that a script can do ----


@pytest.mark.parametrize(("verb", "args", "options", "action"), BY_HAND, ids=lambda one: str(one)[:30])
def test_all_that_a_script_can_do_is_done_by_hand(player, verb, args, options, action):
    trace = player.trace
    assert ask(player, "edit", verb=verb, args=args, options=options, step=3) == ""
    (event,) = player.run.script
    assert event.action == action and trace[3].time < event.time <= trace[4].time


def test_changes_at_the_same_moment_are_one_branch_and_the_cursor_is_after_them(player):
    wanted = [cut("A", "B"), cut("B", "A"), cut("C", "A")]
    changes = [{"verb": "cut", "args": list(action.args)} for action in wanted]
    assert ask(player, "edit", changes=changes, step=3) == ""
    assert [event.action for event in player.run.script] == wanted and len(player.branches) == 2
    assert len({event.time for event in player.run.script}) == 1
    assert player.trace[player.step].name == "cut('C', 'A')"


@pytest.mark.parametrize("changes", [[], "cut", [{"verb": "cut", "args": ["A", "B"]}, "cut"], None])
def test_changes_that_are_no_list_of_changes_are_a_sentence(player, changes):
    assert "an edit has a list of changes" in ask(player, "edit", changes=changes, step=3)
    assert player.run == RUN


@pytest.mark.parametrize(
    ("verb", "args", "options", "sentence"),
    [
        ("explode", ["A"], {}, "there is no change 'explode'"),
        ("dop", ["A->B#1"], {}, "Did you mean 'drop'"),
        (None, [], {}, "there is no change None"),
        (["crash"], ["A"], {}, "there is no change"),
        ("crash", ["Z"], {}, "names 'Z', which is not in this cluster"),
        ("crash", [["A"]], {}, "names"),
        ("crash", [{"A": 1}], {}, "expected a list of names"),
        ("crash", "A", {}, "expected a list of names"),
        ("crash", ["A"], [], "options that are numbers or texts"),
        ("crash", ["A", "B"], {}, "too many positional arguments"),
        ("crash", ["A"], {"now": 1}, "unexpected keyword argument 'now'"),
        ("delay", ["A->B#1"], {}, "argument: 'by'"),      # Python 3.13 adds that it is keyword-only
        ("delay", ["A->B#1"], {"by": "long"}, "expected a number of milliseconds"),
        ("delay", ["A->B#1"], {"by": float("nan")}, "expected a number of milliseconds"),
        ("drop", ["__proto__"], {}, "a message is named by link and count"),
        ("request", ["A"], {}, "missing a required argument: 'msg'"),
        ("request", ["A", ["Ping(1)"]], {}, "is not a message"),
    ],
)
def test_nonsense_is_a_sentence_and_no_branch(player, verb, args, options, sentence):
    player.receive({"type": "edit", "verb": verb, "args": args, "options": options, "step": 3})
    assert sentence in player.notice["text"] and player.run == RUN and len(player.branches) == 1


@pytest.mark.parametrize("step", [None, "3", 3.0, True, 10**9, [3]])
def test_a_change_comes_after_a_step_that_is_there(player, step):
    assert "step" in edit(player, "crash", "A", after=step) and player.run == RUN


@pytest.mark.parametrize("time", ["now", float("inf"), float("nan"), [1], True])
def test_a_change_comes_at_a_time_that_is_a_number(player, time):
    assert "time in ms" in ask(player, "edit", verb="crash", args=["A"], step=3, time=time)


@pytest.mark.parametrize(
    "content",
    [
        *[None, 3, "undo", [], {}, {"type": None}, {"type": ["undo"]}, {"type": "exec"}, {"type": "branch"}],
        {"type": "rename", "name": "original", "to": 3},
        {"type": "choose", "decision": "deliver A->B#1"},
        {"type": "scenario", "name": {}},
    ],
)
def test_whatever_the_browser_sends_is_answered_by_a_sentence(player, content):
    before = player.acts["serial"]
    player.receive(content)
    assert player.notice["text"] and player.acts["serial"] > before and player.run == RUN


# ---- requests that are typed in ----


CLASSES = {"Ping": Ping, "Put": Put, "Entry": raft.Entry}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Ping()", Ping()),
        (" Ping(n=-3) ", Ping(-3)),
        ("Put('x', (1, (2, None), True))", Put("x", (1, (2, None), True))),
        ("Put('x', frozenset({1, 2}))", Put("x", frozenset({1, 2}))),
        ("Put(key='x', value=Ping(2))", Put("x", Ping(2))),
    ],
)
def test_a_request_is_the_name_of_a_message_with_literal_values(text, made):
    assert message_of(text, CLASSES) == made


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not a message"),
        ("Ping(", "is not a message"),
        ("__import__('os').system('true')", "no message is called"),
        ("Ping.__class__()", "no message is called 'Ping.__class__'"),
        ("(lambda: 1)()", "no message is called"),
        ("Pong(1)", "no message is called 'Pong' here: there are Entry, Ping, Put. Did you mean 'Ping'"),
        ("Ping(n=open('x'))", "no message is called 'open'"),
        ("Ping(n)", "is not a message"),
        ("Ping(*[1])", "is not a message"),
        ("Ping(**{'n': 1})", "is not a message"),
        ("Ping(1, 2)", "positional argument"),
        ("Put('x', 9**9**9)", "is not a message"),
        ("Put('x', [1])", "use tuple"),
        ("Put('x', b'1')", "cannot send"),
        ("3", "a message is an instance of a class with @message"),
        ("(" * 5000 + ")" * 5000, "is not a message"),
        ("Put('" + "x" * 20_000 + "', 1)", "is not a message"),
        (None, "is not a message"),
    ],
)
def test_what_is_typed_in_is_read_and_never_run(text, sentence):
    with pytest.raises(DslabError, match=sentence.replace("(", r"\(")):
        message_of(text, CLASSES)


def test_the_browser_learns_what_a_client_can_ask_for():
    put, *others = requests(simulate(raft.DEMO))
    assert put == {"type": "Put", "fields": ["key", "value"], "nodes": ["alice"], "example": "Put(key='x', value=1)"}
    assert {one["type"] for one in others} >= {"Add", "Get"} and "Vote" not in {one["type"] for one in others}
    for one in [put, *others]:
        assert type(message_of(one["example"], message_classes(simulate(raft.DEMO)))).__name__ == one["type"]


# ---- branches ----


def test_each_change_makes_a_branch_and_the_original_stays(player):
    edit(player, "crash", "B")
    edit(player, "drop", "A->B#1", after=2)
    assert repr(player.branches).splitlines() == [
        "  original", "    at(11, crash('B'))", ">     at(1, drop('A->B#1'))"]
    first, second, third = player.branches
    assert (first.run, second.parent, third.parent) == (RUN, first, second)
    assert [one["parent"] for one in player.acts["branches"]] == [None, "original", second.name]
    assert player.acts["branch"] == third.name and player.payload["edits"] == 2


def test_an_undo_goes_to_the_parent_and_the_branch_is_kept(player):
    edit(player, "crash", "B")
    ask(player, "undo")
    assert player.run == RUN and len(player.branches) == 2
    edit(player, "crash", "B")
    assert len(player.branches) == 2 and player.run != RUN, "the same change is the same branch"
    ask(player, "original")
    edit(player, "crash", "A")
    assert [branch.parent and branch.parent.name for branch in player.branches] == [None, "original", "original"]


def test_a_branch_is_shown_by_its_name(player):
    edit(player, "crash", "B")
    ask(player, "rename", name=player.acts["branch"], to="without B")
    ask(player, "branch", name="original")
    assert player.run == RUN
    player.branch("without B")
    assert player.trace[player.step].kind == "crash" and player.acts["branch"] == "without B"
    assert "Did you mean 'without B'" in ask(player, "branch", name="witout B")
    assert "is a branch 'original' already" in ask(player, "rename", name="without B", to=" original ")
    assert "named by a text" in ask(player, "rename", name="without B", to=" ")
    assert ask(player, "rename", name="without B", to="B is gone") == "", "what was wrong before is not told again"


def test_what_grew_from_a_deleted_branch_stays(player):
    edit(player, "crash", "B")
    edit(player, "crash", "C")
    _, second, third = player.branches
    ask(player, "delete", name=second.name)
    assert third.parent is player.branches.root and len(third.events) == 2 and third.run == player.run
    ask(player, "delete", name=third.name)
    assert player.run == RUN and player.acts["branch"] == "original" and len(player.branches) == 1
    assert "cannot be deleted" in ask(player, "delete", name="original")


def test_two_branches_are_compared_from_the_step_at_which_they_differ(player):
    edit(player, "crash", "B")
    branch = player.acts["branch"]
    found = player.compare("original", branch)
    beside = player.payload["comparison"]
    assert player.run == RUN and beside["branch"] == branch and beside["first"] == found.first == player.step
    assert beside["trace"]["steps"] == player._scenes.of(player.branches[branch]).trace.to_dict()["steps"]
    assert beside["trace"]["steps"][:found.first] == player.payload["trace"]["steps"][:found.first]
    assert beside["trace"]["steps"][found.first]["kind"] == "crash"
    assert found.verdict().endswith(f"up to step {found.first - 1} and differ from step {found.first} on.")
    assert repr(found).startswith(found.sentence())
    ask(player, "compare", name="")
    assert player.payload["comparison"] is None


def test_a_branch_that_is_deleted_or_shown_is_no_longer_beside(player):
    edit(player, "crash", "B")
    branch = player.acts["branch"]
    player.compare("original", branch)
    ask(player, "branch", name=branch)
    assert player.payload["comparison"] is None
    player.compare("original", branch)
    ask(player, "delete", name=branch)
    assert player.payload["comparison"] is None and len(player.branches) == 1


def test_branches_that_do_not_differ_say_so(player):
    edit(player, "recover", "A")
    assert player.payload["trace"]["unapplied"]
    assert player.compare("original", player.acts["branch"]).verdict() == "The two runs are alike in every step."


def test_a_change_that_changes_nothing_leaves_the_cursor_where_it_was(player):
    edit(player, "recover", "A", after=4)
    assert player.step == 4 == player.payload["focus"]


def test_many_branches_are_simulated_again_when_they_are_shown(player):
    for step in range(12):
        edit(player, "crash", "B", after=step)
        ask(player, "original")
    assert len(player._scenes._kept) < len(player.branches) - 1
    for branch in list(player.branches):
        player.branch(branch.name)
        assert player.trace.to_json() == simulate(branch.run).to_json()


def test_names_of_branches_are_short_and_different(player):
    edit(player, "partition", ["A"], ["B"], ["C"])
    for _ in range(2):
        edit(player, "request", "A", f"Ping({10**90})", after=len(player.trace) - 1)
    names = [branch.name for branch in player.branches]
    assert len(set(names)) == 4 and all(len(name) <= 60 for name in names)


# ---- scenarios ----


def test_a_scenario_is_a_branch_of_the_original():
    player = play(RUN, scenarios={"B is gone": [at(15, crash("B"))], "nobody": [at(1, crash("Z"))]})
    assert player.acts["scenarios"] == ["B is gone", "nobody"]
    edit(player, "crash", "C")
    assert ask(player, "scenario", name="B is gone") == ""
    assert player.run == RUN.plus(at(15, crash("B"))) and player.acts["branch"] == "B is gone"
    ask(player, "scenario", name="B is gone")
    assert len(player.branches) == 3
    assert "'Z'" in ask(player, "scenario", name="nobody")
    assert "there is no scenario" in ask(player, "scenario", name="B is gne")


# ---- texts to copy ----


def run_code(text):
    """What a text that was copied makes, run in a notebook that has nothing yet."""
    names = {}
    exec(compile(text, "copied", "exec"), names)
    return names


def test_a_branch_is_copied_as_python_and_as_json():
    player = play(raft.DEMO)
    edit(player, "crash", "B", after=60)
    assert run_code(player.payload["script"])["run"] == player.run == Run.from_json(player.payload["json"])


def pytest_on(text, folder):
    """The last line of pytest, run on a file that holds this text and nothing else."""
    file = folder / "test_copied.py"
    file.write_text(text, encoding="utf-8")
    where = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=os.environ | {"PYTHONPATH": where})
    return done.stdout.splitlines()[-1]


def test_a_copied_test_is_a_file_that_pytest_runs(tmp_path):
    player = play(raft.DEMO)
    edit(player, "crash", "B", after=60)
    text = player.payload["test"]
    assert "\n\ndef test_raft_an_election_a_crash_another_election():\n    run = Run(" in text
    assert pytest_on(text, tmp_path).startswith("1 passed")
    assert pytest_on(text.replace("'holds'", "'broken'"), tmp_path).startswith("1 failed")


def test_a_copied_test_without_promises_says_what_was_told_last(tmp_path):
    text = play(gossip_run()).payload["test"]
    assert "assert trace.outputs()[-1][2:] == (" in text and pytest_on(text, tmp_path).startswith("1 passed")
    assert "assert str(trace.end) == 'reached 65 ms'" in play(RUN).payload["test"]


def test_a_copied_test_of_a_run_that_fails_says_how(tmp_path):
    text = play(Run(Store, 2, script=[at(1, request("A", Ping()))])).payload["test"]
    assert "pytest.raises(ProtocolError)" in text and "on_ping" in text
    assert pytest_on(text, tmp_path).startswith("1 passed")


def test_a_copied_test_names_what_the_notebook_defines():
    class Inner(Node):
        """Does nothing."""

    Inner.__module__, Inner.__qualname__ = "__main__", "Inner"
    player = play(Run(Inner, 1))
    assert "# Put here what the notebook defines: Inner." in player.payload["test"]
    assert "Put here" not in player.payload["script"]


def test_what_was_defined_inside_a_function_cannot_be_imported_and_the_text_says_so():
    class Inner(Node):
        """Does nothing."""

    text = play(Run(Inner, 1)).payload["script"]
    assert text.startswith("from dslab import Run\n# Needed here: test_what") and "import Inner" not in text


# ---- lights ----


@always
def nobody_counts_to_three(world):
    counted = [state.count for state in world.states.values()]
    return None if max(counted) < 3 else "A counts to three"


@sometimes
def somebody_counts_to_two(world):
    return any(state.count == 2 for state in world.states.values())


@in_the_end
def all_is_well(world):
    return None


@always
def a_mistake(world):
    return world.states["nobody"]


def test_a_light_says_which_step_broke_its_promise():
    player = play(RUN, promises=[nobody_counts_to_three, somebody_counts_to_two, all_is_well, a_mistake])
    broken, seen, well, mistake = player.payload["lights"]
    assert broken["status"] == "broken" and player.trace[broken["step"]].time == 30
    assert broken["sentence"] == "A counts to three" and broken["kind"] == "always"
    assert seen["status"] == "holds" and player.trace[seen["step"]].time == 20
    assert well["status"] == "not decided" and "KeyError" in mistake["sentence"]
    edit(player, "crash", "A", after=1)
    assert [light["status"] for light in player.payload["lights"][:2]] == ["holds", "not decided"]


def test_the_lights_are_those_of_the_protocol_or_of_the_verdict():
    assert promises_of(simulate(raft.DEMO)) == raft.PROMISES
    assert promises_of(simulate(Run(Amnesia, 3))) == raft.PROMISES
    assert promises_of(simulate(causal_broadcast.DEMO)) == causal_broadcast.PROMISES != broadcast.PROMISES
    assert promises_of(simulate(RUN)) == ()
    verdict = explore(Run(Sender, 2), [nobody_counts_to_three]).verdicts[0]
    assert [light["name"] for light in play(verdict).payload["lights"]] == ["nobody counts to three"]
    assert play(verdict).payload["lights"][0]["step"] == verdict.step


def test_a_promise_is_judged_once_for_each_trace():
    judged = []

    @always
    def is_asked(world):
        judged.append(world.time)

    player = play(RUN, promises=[is_asked])
    edit(player, "crash", "B")
    once = len(judged)
    for name in ("original", player.acts["branch"]):
        player.branch(name)
    ask(player, "compare", name="original")
    assert len(judged) == once


def test_a_light_is_plain_json():
    json.dumps(lights(simulate(raft.DEMO), raft.PROMISES), allow_nan=False)


# ---- the code of handlers ----


def test_the_code_of_each_handler_that_ran_is_at_hand():
    sources = play(raft.DEMO).payload["sources"]
    assert sources["Raft receive RequestVote"]["code"].startswith("def on_request_vote(self, src, msg):")
    assert sources["Raft receive RequestVote"]["caption"].startswith("Raft.on_request_vote: dslab/protocols/raft.py")
    assert {"Raft start ", "Raft timer election", "Client request Put", "Raft recover "} <= sources.keys()
    assert "Client receive RequestVote" not in sources


def test_what_was_explored_has_the_code_of_its_handlers_too():
    verdict = explore(Run(Sender, 2), [nobody_counts_to_three]).verdicts[0]
    assert list(play(verdict).payload["sources"]) == ["Sender start ", "Sender timer beat"]


def test_two_protocols_of_one_name_are_not_mixed_up():
    def other():
        class Sender(Node):
            """Does nothing but start."""

            def on_start(self):
                self.note("up")

        return Sender

    assert play(Run({"A": Sender, "B": Sender, "C": other()}, duration=30)).payload["sources"] == {}


def test_a_page_without_a_kernel_has_the_lights_and_the_code_too(monkeypatch):
    monkeypatch.setenv("DSLAB_STATIC", "1")
    page = play(RUN, promises=[nobody_counts_to_three], scenarios={"B is gone": [at(15, crash("B"))]}).page
    assert "nobody counts to three" in page and "def on_beat_timer(self):" in page


# ---- break it ----


def test_a_learner_breaks_a_promise_by_choosing_what_happens_next(tmp_path):
    run = Run(Amnesia, 3)
    found = explore(run, [raft.two_leaders_never_share_a_term], crashes=1, recoveries=1)
    player = play(run, mode="break")
    for decision in found.paths["two leaders never share a term"]:
        assert player.payload["lights"][0]["status"] == "holds"
        assert ask(player, "choose", decision=decision) == ""
        assert player.step == len(player.trace) - 1
    light = player.payload["lights"][0]
    assert light["status"] == "broken" and "both lead term" in light["sentence"]
    assert player.acts["choices"]["budget"]["crash"] == 0 and not player.payload["editable"]
    made = run_code(player.payload["script"])
    assert made["trace"].to_json() == player.trace.to_json()
    assert "'broken'" in player.payload["test"] and pytest_on(player.payload["test"], tmp_path).startswith("1 passed")


def test_a_choice_is_one_of_those_that_are_listed():
    player = play(Run(raft.Raft, 3), mode="break", budget={"crash": 0, "recover": 0})
    assert player.acts["choices"]["next"] == [
        {"decision": f"fire {node} election", "verb": "fire", "target": node, "text": "election"} for node in "ABC"]
    ask(player, "choose", decision="fire A election")
    first = player.acts["choices"]["next"][0]
    assert first["decision"] == "deliver A->B#1" and first["text"].startswith("RequestVote “vote for me?” from")
    assert "cannot happen now" in ask(player, "choose", decision="deliver A->B#9")
    assert "Here the next event is chosen" in edit(player, "crash", "A", after=0)
    ask(player, "undo")
    assert player.acts["choices"]["decisions"] == [] and len(player.trace) == 3
    ask(player, "undo")
    assert player.acts["choices"]["decisions"] == []


def test_every_choice_that_is_listed_can_be_taken():
    """Random walks over all kinds of choices, with a fixed rule in place of chance."""
    run = Run(raft.Raft, 3, network=Network(fifo=True))
    player = play(run, mode="break", budget={"crash": 2, "recover": 2, "drop": 3, "duplicate": 3})
    for number in range(60):
        options = player.acts["choices"]["next"]
        assert ask(player, "choose", decision=options[(number * 7 + 3) % len(options)]["decision"]) == ""
    verbs = {decision.partition(" ")[0] for decision in player.acts["choices"]["decisions"]}
    assert verbs == {"deliver", "fire", "crash", "recover", "drop", "duplicate"}


def test_requests_are_chosen_one_after_the_other():
    run = Run(Store, 1, script=[at(1, request("A", Put("x", 1))), at(2, request("A", Put("x", 2)))])
    player = play(run, mode="break", budget={"crash": 0})
    for number, text in enumerate(["Put (key x, value 1)", "Put (key x, value 2)"], 1):
        assert player.acts["choices"]["next"] == [
            {"decision": f"request {number}", "verb": "request", "target": "A", "text": text}]
        ask(player, "choose", decision=f"request {number}")
    assert player.acts["choices"]["next"] == [] and player.trace.came_to_rest


def test_a_choice_that_makes_a_handler_fail_ends_the_choosing_until_it_is_taken_back(tmp_path):
    player = play(Run(Store, 2, script=[at(1, request("A", Ping()))]), mode="break")
    assert "on_ping" in ask(player, "choose", decision="request 1")
    assert player.acts["choices"]["next"] == []
    assert pytest_on(player.payload["test"], tmp_path).startswith("1 passed")
    assert ask(player, "undo") == "" and player.acts["choices"]["next"]


@pytest.mark.parametrize(
    ("what", "options", "sentence"),
    [
        (RUN, {"mode": "brake"}, "there is no mode 'brake'"),
        (RUN, {"mode": "break", "budget": {"crashes": 1}}, "Did you mean 'crash'"),
        (RUN, {"mode": "break", "budget": {"crash": -1}}, "numbers, at least 0"),
        (3, {"mode": "break"}, "needs a Run"),
        (RUN, {"promises": ["nonsense"]}, "a promise is a function"),
    ],
)
def test_a_wrong_mode_budget_or_promise_is_one_sentence(what, options, sentence):
    with pytest.raises(DslabError, match=sentence):
        play(what, **options)
