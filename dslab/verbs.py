"""The verbs of a script, in a table: the one place that knows what each takes, what it is called, and how it is shown.

Constructors (`dslab.script`), JSON, sentences, signs in diagrams and the player's buttons read this table. What a verb
does to a run stands in `dslab.simulator.faults`. A verb that is missing somewhere fails a test.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A verb of a script.

    Attributes:
        takes: the kinds of its arguments, in order: "node", "timer", "message" (the name of one), "payload" (what a
            client asks), or "groups" (any number of groups of nodes).
        about: what a step of it happens to: "node", "message" or "network"; "client" for a request.
        sentence: what is said of its step.
        does: the verb in the third person, for many nodes at once; empty where it is no plain verb of a node.
        befell: what has become of the message.
        word: what legends and filters call it.
        counted: the name under which a trace counts it.
        sign: its mark where letters draw; `outline`: the same as an SVG path round the origin, px.
        filled: is the mark a surface, not a line?
        colour: of the mark, if it has one of its own.
        status: what its node is from then on: "up", "down" or "paused".
        silent: no node notices it, so that no logical time passes.
        harmful: it takes something away.
        button: the player's word for it; `label`: what the button does, in a sentence.
    """

    name: str
    takes: tuple[str, ...]
    about: str
    sentence: str = "The script: {name}"
    does: str = ""
    befell: str = ""
    word: str
    counted: str
    sign: str = ""
    outline: str = ""
    filled: bool = False
    colour: str = ""
    status: str = ""
    silent: bool = False
    harmful: bool = False
    button: str = ""
    label: str = ""


REQUEST = Verb(name="request", takes=("node", "payload"), about="client", word="client's request", counted="request",
               sentence="{client} asks {node} for {message}", sign="◊", outline="M0 -6.5L6.5 0L0 6.5L-6.5 0Z",
               filled=True, button="Ask …", label="Send it a request, as a client")
OF_NODES = (
    Verb(name="crash", takes=("node",), about="node", word="crash", counted="crash", harmful=True, status="down",
         sentence="{node} crashes", does="crashes", sign="X", outline="M-5.5 -5.5L5.5 5.5M5.5 -5.5L-5.5 5.5",
         colour="fault", button="Crash", label="Crash it now"),
    Verb(name="recover", takes=("node",), about="node", word="recover", counted="recover", status="up",
         sentence="{node} recovers", does="recovers", sign="◎",
         outline="M-6 0A6 6 0 1 1 6 0A6 6 0 1 1 -6 0ZM-2 0A2 2 0 1 1 2 0A2 2 0 1 1 -2 0Z", colour="recover",
         button="Recover", label="Recover it now"),
    Verb(name="pause", takes=("node",), about="node", word="pause", counted="pause", harmful=True, status="paused",
         silent=True, sentence="{node} is paused", does="pauses", sign="=", outline="M-3 -5.5V5.5M3 -5.5V5.5",
         button="Pause", label="Pause it now: it stops, and will not notice"),
    Verb(name="resume", takes=("node",), about="node", word="resume", counted="resume", status="up", silent=True,
         sentence="{node} resumes", does="resumes", sign="»", outline="M-3.5 -5.5L5.5 0L-3.5 5.5Z",
         button="Resume", label="Resume it now"),
)
OF_LINKS = (
    Verb(name="partition", takes=("groups",), about="network", word="partition", counted="partition", harmful=True,
         button="Partition …", label="Partition: cut all links between two sides"),
    Verb(name="heal", takes=("node", "node"), about="network", word="heal", counted="heal",
         button="Heal all", label="Heal all links now"),
    Verb(name="cut", takes=("node", "node"), about="network", word="cut", counted="cut", harmful=True,
         button="Cut", label="Cut this link now, in both directions"),
    Verb(name="isolate", takes=("node",), about="network", word="isolate", counted="isolate", harmful=True,
         button="Isolate", label="Isolate it now: cut all its links"),
)
OF_MESSAGES = (
    Verb(name="drop", takes=("message",), about="message", word="drop", counted="dropped", harmful=True,
         befell="dropped",
         sentence="The script: {which}, {message} from {src} to {dst}, is dropped", button="Drop", label="Drop it now"),
    Verb(name="duplicate", takes=("message",), about="message", word="duplicate", counted="duplicated",
         befell="duplicated",
         sentence="The script: {which}, {message} from {src} to {dst}, is duplicated", button="Duplicate",
         label="Duplicate it: a second copy arrives"),
    Verb(name="delay", takes=("message",), about="message", word="delay", counted="delayed",
         befell="held back",
         sentence="The script: {which}, {message} from {src} to {dst}, is held back", button="Delay …",
         label="Hold it back"),
    Verb(name="deliver", takes=("message",), about="message", word="deliver", counted="delivered now",
         befell="delivered at once",
         sentence="The script: {which}, {message} from {src} to {dst}, is delivered at once", button="Deliver",
         label="Deliver it now"),
)
OTHERS = (
    Verb(name="fire", takes=("node", "timer"), about="network", word="fire", counted="fire", button="Fire {timer}",
         label="Fire its timer {timer} now"),
    Verb(name="set_link", takes=("node", "node"), about="network", word="set link", counted="set_link"),
    Verb(name="clock", takes=("node",), about="node", word="clock set", counted="clock", silent=True, sign="*",
         outline="M-5.5 0A5.5 5.5 0 1 1 5.5 0A5.5 5.5 0 1 1 -5.5 0ZM0 -3V0H2.5", button="Clock …",
         label="Move its clock"),
)
VERBS = {verb.name: verb for verb in (REQUEST, *OF_NODES, *OF_LINKS, *OF_MESSAGES, *OTHERS)}
STATUS_AFTER = {verb.name: verb.status for verb in VERBS.values() if verb.status}   # verb -> what its node is after it
