"""Wrong variants of chain replication, each with the run that shows it. Every class asks "What if ...?"."""

from dslab.protocols.chain_replication import ChainClient, Server, head_fails, middle_fails


class WithoutSendingAgain(Server):
    """What if the server before a gap goes on with the next update?"""

    def send_again(self, received):
        self.note("sends nothing again")


class AcknowledgesAtOnce(Server):
    """What if a server acknowledges an update when it has received it, and not when the tail has?"""

    def accept(self, update):
        super().accept(update)
        self.acknowledge(update.position)

    def on_acknowledgement(self, src, msg):
        self.sent = [update for update in self.sent if update.position > msg.position]


class AsksTheHead(ChainClient):
    """What if queries, too, go to the head? It has updates that may still get lost."""

    def asked(self, chain):
        return chain[0]


VARIANTS = {
    "nothing is sent again": middle_fails(WithoutSendingAgain),
    "acknowledged at once": middle_fails(AcknowledgesAtOnce),
    "queries to the head": head_fails(AsksTheHead),
}
