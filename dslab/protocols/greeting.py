"""Two nodes and one message: the smallest protocol there is, to see what a protocol is made of.

A greets B, and B greets back. Until it hears the answer, A cannot know whether its greeting has arrived. If one of the
two messages is lost, one node waits for ever, since nothing is sent twice. (`links` and `rpc` do better.)

Source: none, it is an example. Left out: all that helps against a lost message.
"""

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end
from dslab.run import Run


@message
class Greeting:
    words: str

    label, sentence = "{words}", "{src} says to {dst}: {words}"


class Greeter(Node):
    """Greets the others if it begins; otherwise greets whoever has greeted it."""

    roles = ("waiting", "greeted")
    shown = ("heard",)

    def init(self):
        self.begins = False             # whether it speaks first
        self.heard = None               # the words with which it was greeted
        self.role = "waiting"

    def on_start(self):
        if self.begins:
            self.broadcast(Greeting("hello"))

    def on_greeting(self, src, msg):
        self.heard = msg.words
        self.role = "greeted"
        self.output("greeted", src)
        if not self.begins:
            self.send(src, Greeting("hello to you"))


@always
def nobody_is_greeted_twice(world):
    greeted = [(output.node, *output.values) for output in world.outputs("greeted")]
    for node, by in greeted:
        if greeted.count((node, by)) > 1:
            return f"{by} greets {node} twice"


@in_the_end
def everybody_is_greeted(world):
    alone = sorted(set(world.states) - {output.node for output in world.outputs("greeted")})
    if alone:
        return f"nobody has greeted {' and '.join(alone)}"


PROMISES = (nobody_is_greeted_twice, everybody_is_greeted)

DEMO = Run(Greeter, 2, initial={"A": {"begins": True}}, network=Network(latency=constant(20)),
           title="Two nodes greet each other")
