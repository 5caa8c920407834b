"""What a message class says of itself, what follows where it says nothing, and values in plain words."""

import json
import subprocess
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest
from samples import Ping, Quiet

from dslab import appearance
from dslab.appearance import AppearanceWarning, in_words, mention
from dslab.node import message
from dslab.run import Run
from dslab.script import at, request
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError, encode

VALUES = (Path(__file__).parent.parent / "dslab/player/js/data/values.js").as_uri()


@message
class Put:
    key: str
    value: object
    label = "{key} = {value}"


@message
class Append:
    entries: tuple
    sentence = "{src} hands {dst} {entries}"

    def label(self):
        return self.entries or "heartbeat"

    def look(self):
        return "plain" if self.entries else "quiet"


@message
class Vote:
    term: int
    granted: bool


@message
class Wide:
    first: str
    second: str


@message
class Named:
    label: str          # a field, as in any other message
    look: int


@message
class Careless:
    amount: object

    def label(self):
        return 1 / self.amount

    def look(self):
        return "yess"

    def sentence(self, src, dst):
        return None


class Replica(Quiet):
    def init(self):
        self.log = []

    def on_put(self, src, msg):
        self.log.append(msg)
        self.broadcast(Append((msg,)))

    def on_append(self, src, msg):
        self.log.extend(msg.entries)


class Colour(Enum):
    DARK_RED = 1


@dataclass
class Point:
    x: int
    y: float


def test_a_message_looks_as_its_class_says_by_its_content():
    full, empty = Append((Put("x", 1), Put("y", 2))), Append(())
    assert [appearance.label(one) for one in (full, empty)] == ["x = 1, y = 2", "heartbeat"]
    assert [appearance.look(one) for one in (full, empty)] == ["plain", "quiet"]
    assert appearance.sentence(full, "A", "B") == "A hands B x = 1, y = 2"
    assert mention(full) == "Append “x = 1, y = 2”"


def test_what_a_class_does_not_say_follows_from_its_name_and_fields():
    assert [appearance.label(one) for one in (Ping(3), Vote(2, True), Vote(2, False))] == ["Ping 3", "✓ Vote", "✗ Vote"]
    assert [appearance.look(one) for one in (Ping(3), Vote(2, True), Vote(2, False))] == ["plain", "yes", "no"]
    assert mention(Vote(2, True)) == "Vote (term 2, granted yes)" and not appearance.sentence(Ping(3), "A", "B")


def test_a_field_of_such_a_name_is_a_field_and_nothing_else():
    assert (appearance.label(Named("x", 7)), appearance.look(Named("x", 7))) == ("Named x", "plain")


@pytest.mark.parametrize("body, sentence", [
    ('label = "{trem}"', "M.label speaks of {trem}, which is not a field (term). Did you mean 'term'?"),
    ('label = "{src}"', "M.label speaks of {src}, which is not a field (term); only a sentence knows src and dst"),
    ('label = "{"', "M.label is '{': Single '{' encountered in format string; write a literal brace twice"),
    ('sentence = "{scr} asks"', "M.sentence speaks of {scr}, which is not a field (term, src, dst). Did you "
                            "mean 'src'?"),
    ('look = "quite"', "M.look is 'quite', which is not a look (plain, yes, no, ask, quiet). Did you mean 'quiet'?"),
    ("label = 3", 'M.label is 3: expected a text, such as "{term}", or a method label(self) that returns one'),
    ("def sentence(self): return ''", "M.sentence(self) cannot be called: expected sentence(self, src, dst)"),
])
def test_what_a_class_cannot_say_is_refused_where_it_is_written(body, sentence):
    with pytest.raises(DslabError) as caught:
        exec(f"@message\nclass M:\n    term: int\n    {body}", {"message": message})
    assert str(caught.value) == sentence


@pytest.mark.parametrize("ask, default, sentence", [
    (appearance.label, "Careless 0", "Careless.label cannot be used: ZeroDivisionError, division by zero."),
    (appearance.look, "plain", "Careless.look cannot be used: the value is 'yess', which is not a look"),
    (lambda msg: appearance.sentence(msg, "A", "B"), "", "Careless.sentence cannot be used: it returned None"),
], ids=["label", "look", "sentence"])
def test_a_label_that_fails_is_told_once_and_the_default_takes_its_place(ask, default, sentence):
    with pytest.warns(AppearanceWarning) as told:
        assert ask(Careless(0)) == default
    assert str(told[0].message).startswith(sentence)


@pytest.mark.filterwarnings("ignore::dslab.appearance.AppearanceWarning")
def test_a_run_goes_on_whatever_its_messages_say_of_themselves():
    class Takes(Quiet):
        def on_careless(self, src, msg):
            self.note("taken")

    trace = simulate(Run(Takes, 2, script=[at(1, request("A", Careless(0)))]))
    assert trace[-1].notes == ("taken",) and "Careless" in trace.describe(-1) and trace.to_json()


IN_WORDS = {
    "none": None, "yes": True, "no": False, "7": 7, "3.5": 3.5, "2": 2.0, "0.333": 1 / 3,
    "0.063": 0.0625, "1.5e-5": 0.000015, "A": "A",
    "“”": "", "a, b": frozenset("ba"), "1, 2": [1, 2], "A, (1, none)": ("A", (1, None)), "empty": [],
    "A: 1, B: [yes]": {"A": 1, "B": [True]}, "{A, B}, {1: 2}": [{"A", "B"}, {1: 2}],
    "x = 1, y = 2": (Put("x", 1), Put("y", 2)),
    "Vote (term 1, granted no)": Vote(1, False), "inf": float("inf"), "1e15, 0": [1e15 + 0.5, -0.0],
    "Wide (first a long text indeed, …)": Wide("a long text indeed", "another one that has no room left here"),
    "a\\nb": "a\nb", "(1), {2: none}, empty": [(1,), {2: None}, set()],
    "dark red": Colour.DARK_RED, "Point (x 1, y 2.5)": Point(1, 2.5),
}


@pytest.mark.parametrize("words", IN_WORDS)
def test_a_value_is_written_as_people_write_it(words):
    assert in_words(IN_WORDS[words]) == words


def test_the_player_writes_values_in_the_same_words(node):
    """The twin in JavaScript, fed with the values as a trace carries them."""
    plain = {words: encode(value, label=appearance.declared_label) for words, value in IN_WORDS.items()
             if not isinstance(value, Enum | Point)}
    program = f"""import {{ words }} from "{VALUES}";
        console.log(JSON.stringify({json.dumps(list(plain.values()))}.map((value) => words(value))));"""
    run = subprocess.run([node, "--input-type=module", "-e", program], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == list(plain)


def test_what_a_message_says_survives_a_file_and_a_file_without_it_is_read():
    trace = simulate(Run(Replica, 2, script=[at(1, request("A", Put("x", 1)))]))
    again = Trace.from_json(trace.to_json())
    assert again.to_json() == trace.to_json() and again.table() == trace.table() and "A hands B x = 1" in again.table()
    older = json.loads(trace.to_json()) | {"version": 2}
    for one in older["messages"]:
        del one["label"], one["sentence"]
    assert appearance.label(Trace.from_json(json.dumps(older)).messages[0].payload) == "Append x = 1"
