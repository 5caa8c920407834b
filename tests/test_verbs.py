"""The table of verbs and all that must agree with it: constructors, effects, sentences, the player's JavaScript."""

import inspect
from pathlib import Path

import pytest

import dslab
from dslab import describe, script
from dslab.diagrams import ascii, style
from dslab.player.verb_table import verb_table
from dslab.run import Run
from dslab.script import CHECKS, CONSTRUCTORS, Action, at
from dslab.simulator.faults import EFFECTS
from dslab.simulator.simulate import simulate
from dslab.verbs import REQUEST, VERBS

JAVASCRIPT = Path(dslab.__file__).parent / "player" / "js" / "data" / "verb_table.js"
STATUSES = ("", "up", "down", "paused")
EXAMPLES = {"node": "A", "timer": "beat", "message": "A->B#1", "groups": ("A",)}

each_verb = pytest.mark.parametrize("verb", VERBS.values(), ids=lambda verb: verb.name)


class Beating(dslab.Node):
    """Has a timer to fire and a message to strike: A sends one to B at 10 ms and again every 10 ms."""

    def on_start(self):
        self.set_timer("beat", 10)

    def on_beat_timer(self):
        if self.id == "A":
            self.send("B", Beat())
        self.set_timer("beat", 10)

    def on_beat(self, src, msg):
        pass


@dslab.message
class Beat:
    pass


def test_each_verb_has_a_constructor_and_each_but_a_request_an_effect():
    assert CONSTRUCTORS.keys() == VERBS.keys() == EFFECTS.keys() | {REQUEST.name}
    assert all(getattr(script, name) is getattr(dslab, name) for name in VERBS)


@each_verb
def test_the_signatures_of_constructors_and_effects_take_what_the_table_says(verb):
    def positional(function):
        return [one for one in inspect.signature(function).parameters.values() if one.kind != one.KEYWORD_ONLY
                and one.kind != one.VAR_KEYWORD]
    assert set(verb.takes) <= CHECKS.keys()
    assert len(positional(CONSTRUCTORS[verb.name])) == len(verb.takes)
    if verb is not REQUEST:
        taken = positional(EFFECTS[verb.name])[2:]              # after the simulation and the event
        assert len(taken) == len(verb.takes) or taken[0].kind == taken[0].VAR_POSITIONAL


@each_verb
def test_a_verb_is_told_and_marked_everywhere(verb):
    assert verb.status in STATUSES and verb.about in ("node", "message", "network", "client")
    assert describe.SENTENCES[verb.name] == verb.sentence and verb.word and verb.counted
    assert bool(verb.sign) == bool(verb.outline) == (ascii.SIGNS.get(verb.name, "") != "")
    assert style.SIGNS.get(verb.name, "") == verb.outline
    assert bool(verb.button) == bool(verb.label)


def test_no_two_verbs_have_the_same_mark():
    for marks in ([verb.sign for verb in VERBS.values()], [verb.outline for verb in VERBS.values()]):
        assert len(set(filter(None, marks))) == len(list(filter(None, marks)))


STRIKES = {                 # a script in which the verb, the last event, takes effect
    "recover": [at(3, dslab.crash("A"))], "resume": [at(3, dslab.pause("A"))], "heal": [at(3, dslab.isolate("A"))],
}
OPTIONS = {"duplicate": (("after", 1.0),), "delay": (("by", 1.0),), "set_link": (("loss", 0.5),),
           "clock": (("step", 5.0),)}


@pytest.mark.parametrize("name", EFFECTS)
def test_an_effect_is_counted_and_leaves_its_node_as_the_table_says(name):
    verb = VERBS[name]
    nodes = iter("AB")
    args = () if name == "heal" else tuple(next(nodes) if kind == "node" else EXAMPLES[kind] for kind in verb.takes)
    event = at(12, Action(name, args, OPTIONS.get(name, ())))
    trace = simulate(Run(Beating, 3, script=[*STRIKES.get(name, ()), event], duration=14))
    assert trace.faults[verb.counted] == 1 and not trace.unapplied
    step, = (step for step in trace.steps if step.kind == name)
    assert (step.node == "A") == (verb.about == "node") and (step.message is not None) == (verb.about == "message")
    assert (trace.up_at(step.index) == {"B", "C"}) == (verb.status == "down")
    assert (step.lamport is None) == (verb.silent or step.node is None)


def test_the_javascript_has_the_same_table(golden):
    golden(JAVASCRIPT, verb_table())
