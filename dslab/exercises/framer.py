"""Exercise 1.1: a framer, which cuts a stream of bytes into the messages that were written into it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, combinations
from random import Random

from dslab.grader.exercise import Case, Compute

# ---- what the learner starts from ----------------------------------------------------------------------------------


class Framer:
    """One end of a connection. What is missing is how a message becomes bytes that the other end can separate again."""

    def __init__(self, limit=1_000_000):
        self.limit = limit                  # bytes of the longest message that is accepted
        self.buffer = b""                   # what has come, and is no whole message yet

    def encode(self, msg):
        """Any bytes, even none: returns the bytes that are written into the stream for this message."""

    def feed(self, chunk):
        """The next bytes of the stream have arrived, cut anywhere: returns a list of the messages now complete.

        Raise ValueError as soon as it is clear that a message is longer than the limit; do not wait for its end.
        """


# ---- answers -------------------------------------------------------------------------------------------------------

class Reference(Framer):
    def encode(self, msg):
        return len(msg).to_bytes(4) + msg

    def feed(self, chunk):
        self.buffer += chunk
        messages = []
        while len(self.buffer) >= 4:
            length = int.from_bytes(self.buffer[:4])
            if length > self.limit:
                raise ValueError(f"a message of {length} bytes")
            if len(self.buffer) < 4 + length:
                break
            messages.append(self.buffer[4:4 + length])
            self.buffer = self.buffer[4 + length:]
        return messages


class Netstring(Framer):
    """Right: the length in digits, a colon, the message, a comma."""

    def encode(self, msg):
        return b"%d:%s," % (len(msg), msg)

    def feed(self, chunk):
        self.buffer += chunk
        messages = []
        while b":" in self.buffer:
            digits, _, rest = self.buffer.partition(b":")
            length = int(digits)
            if length > self.limit:
                raise ValueError("too long")
            if len(rest) <= length:
                break
            messages.append(rest[:length])
            self.buffer = rest[length + 1:]
        return messages


class Escaping(Framer):
    """Right: a line feed ends a message; one inside it is written in another way."""

    def encode(self, msg):
        return msg.replace(b"\\", b"\\\\").replace(b"\n", b"\\n") + b"\n"

    def feed(self, chunk):
        *lines, self.buffer = (self.buffer + chunk).split(b"\n")
        if len(self.buffer) > 2 * self.limit:
            raise ValueError("too long")
        return [self.plain(line) for line in lines]

    def plain(self, line):
        out, rest = b"", line
        while rest:
            before, mark, rest = rest.partition(b"\\")
            out += before
            if mark:
                out += b"\n" if rest[:1] == b"n" else b"\\"
                rest = rest[1:]
        return out


# ---- classic mistakes ----------------------------------------------------------------------------------------------

class PacketIsMessage(Framer):
    """Takes each chunk for one message."""

    def encode(self, msg):
        return msg

    def feed(self, chunk):
        return [chunk]


class NotEscaped(Framer):
    """A line feed ends a message, but may also occur inside it."""

    def encode(self, msg):
        return msg + b"\n"

    def feed(self, chunk):
        *messages, self.buffer = (self.buffer + chunk).split(b"\n")
        return messages


class HalfHeader(Reference):
    """The header is read, and thrown away, before it is complete."""

    def __init__(self, *limit):
        super().__init__(*limit)
        self.length = None

    def feed(self, chunk):
        self.buffer += chunk
        messages = []
        while self.buffer:
            if self.length is None:
                self.length, self.buffer = int.from_bytes(self.buffer[:4]), self.buffer[4:]
            if len(self.buffer) < self.length:
                break
            messages.append(self.buffer[:self.length])
            self.length, self.buffer = None, self.buffer[len(messages[-1]):]
        return messages


class Forgetful(Reference):
    """What is left over is forgotten between two calls."""

    def feed(self, chunk):
        self.buffer = b""
        return super().feed(chunk)


class OneAtATime(Reference):
    """One message a call: the second waits for the next call."""

    def __init__(self, *limit):
        super().__init__(*limit)
        self.whole = []

    def feed(self, chunk):
        self.whole += super().feed(chunk)
        first, self.whole = self.whole[:1], self.whole[1:]
        return first


class OneByteLength(Framer):
    """The length is one byte."""

    def encode(self, msg):
        return bytes([len(msg)]) + msg

    def feed(self, chunk):
        self.buffer += chunk
        messages = []
        while self.buffer and len(self.buffer) > self.buffer[0]:
            end = 1 + self.buffer[0]
            messages.append(self.buffer[1:end])
            self.buffer = self.buffer[end:]
        return messages


class NothingIsNoMessage(Reference):
    """An empty message is not handed over."""

    def feed(self, chunk):
        return [message for message in super().feed(chunk) if message]


class Trusting(Reference):
    """It waits for whatever length the header gives."""

    def feed(self, chunk):
        limit, self.limit = self.limit, float("inf")
        messages = super().feed(chunk)
        self.limit = limit
        return messages


class Together(Reference):
    """One buffer for all connections."""

    buffers = {}

    def feed(self, chunk):
        self.buffer = self.buffers.get("all", b"")
        messages = super().feed(chunk)
        self.buffers["all"] = self.buffer
        return messages


# ---- what is judged ------------------------------------------------------------------------------------------------

BOUNDARIES = "TCP carries bytes, not messages: how they were written says nothing about how they are read."
THREE = (b"pay", b"", b"5.00")


def deliver(framer: type, messages: Sequence[bytes], cuts: Iterable[int] = ()) -> list[list[bytes]]:
    """Write messages at one end of a connection, and feed the stream, cut at these places, to the other end.

    Returns what each call of `feed` returned.
    """
    sender, receiver = framer(), framer()
    stream = b"".join(sender.encode(message) for message in messages)
    return [receiver.feed(chunk) for chunk in pieces(stream, cuts)]


def pieces(stream: bytes, cuts: Iterable[int]) -> list[bytes]:
    """The stream, cut before the bytes with these numbers."""
    places = [0, *sorted({cut for cut in cuts if 0 < cut < len(stream)}), len(stream)]
    return [stream[begin:end] for begin, end in zip(places, places[1:], strict=False)]


def wrong(framer: type, messages: Sequence[bytes], cuts: Iterable[int]) -> str | None:
    """What is wrong with a delivery, in one sentence."""
    frames = [framer().encode(message) for message in messages]
    for message, frame in zip(messages, frames, strict=True):
        if not isinstance(frame, (bytes, bytearray)):
            return f"encode({short(message)}) returned {frame!r}: return bytes"
    ends, receiver, got, fed = list(accumulate(map(len, frames))), framer(), [], 0
    chunks = pieces(b"".join(frames), cuts)
    for chunk in chunks:
        told = receiver.feed(chunk)
        if not isinstance(told, list):
            return f"feed returned {told!r}: return a list of messages, empty if none is whole"
        got, fed = got + told, fed + len(chunk)
        due = sum(end <= fed for end in ends)
        if got != list(messages[:len(got)]) or len(got) < due:
            return _said(chunks, messages, ends, got, fed)
    return None


def _said(chunks: list[bytes], messages: Sequence[bytes], ends: list[int], got: list, fed: int) -> str:
    """Why the messages that came, after so many bytes, are not those that were sent."""
    at = f"after {fed} of {ends[-1]} bytes" if fed < ends[-1] else "after the whole stream"
    due = [message for message, end in zip(messages, ends, strict=True) if end <= fed]
    found = f"{at} expected {short(due)}, found {short(got)}"
    if got and got == chunks[:len(got)]:
        return f"{found}: your code assumes that packet boundaries are message boundaries"
    if len(got) > len(due) and len(chunks) > 1:
        return f"{found}: a message was handed over before it was complete"
    if len(got) > len(due):
        return f"{found}: the delimiter also occurs inside a message, and cuts it in two"
    if got == due[:len(got)]:
        return f"{found}: {_missing(due[len(got):], len(chunks))}"
    return found


def _missing(missing: list[bytes], chunks: int) -> str:
    if missing == [b""]:
        return "an empty message is a message as well"
    if chunks == 1:
        return "one chunk may hold several messages"
    return "what was left over from an earlier chunk is still needed"


def short(value: object) -> str:
    """A value as Python writes it; of a long one the beginning and the end."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:40]}...{text[-16:]}"


def case(messages: Sequence[bytes], cuts: Sequence[int] = (), *, rule: str = BOUNDARIES, hint: int = 0,
         code: str = "") -> Case:
    """These messages, with the stream cut at these places."""
    shown = f", {cuts!r}" if cuts else ""
    return Case(code or f"deliver(Framer, {short(list(messages))}{shown})",
                lambda framer: wrong(framer, messages, cuts), rule, hint)


def cut_anywhere(framer: type) -> str | None:
    """What is wrong for one or two cuts of a stream of three messages, at all places."""
    length = sum(len(framer().encode(message)) for message in THREE)
    for count in (1, 2):
        for cuts in combinations(range(1, length), count):
            found = wrong(framer, THREE, cuts)
            if found:
                return f"with the stream cut before byte {' and before byte '.join(map(str, cuts))}: {found}"
    return None


def two_connections(framer: type) -> str | None:
    """What is wrong if a message of one connection comes while one of another is half there."""
    one, other = framer(), framer()
    frame = framer().encode(b"hello")
    one.feed(frame[:3])
    found = other.feed(frame), one.feed(frame[3:])
    if found == ([b"hello"], [b"hello"]):
        return None
    return f"expected [b'hello'] from each, found {short(found[0])} and {short(found[1])}: connections share something"


def too_long(framer: type) -> str | None:
    """What is wrong if a message is longer than the receiver's limit, by much or not at all."""
    frame = framer(limit=1000).encode(bytes(16))
    found = framer(limit=16).feed(frame)
    if found != [bytes(16)]:
        return f"a message of 16 bytes is not longer than 16: expected it, found {short(found)}"
    frame = framer(limit=1000).encode(bytes(500))
    try:
        found = framer(limit=16).feed(frame[:-2])
    except ValueError:
        return None
    return f"expected a ValueError, found {short(found)}: it waits for 500 bytes, where the limit is 16"


def cases() -> Iterator[Case]:
    """From one message in one piece to lengths that must be refused."""
    yield case([b"hello"], hint=1)
    yield case([b"hello", b"world"], hint=2)
    yield case([b"hello"], range(1, 50), hint=2, rule="The part of a message that has arrived is kept until the rest "
                                                      "arrives.")
    yield case([b""], hint=1, rule="A message of no bytes is a message: it may be the answer to a question.")
    yield Case(f"deliver(Framer, {list(THREE)}, (cut,)), for all cuts", cut_anywhere,
               "A chunk may end anywhere, even inside the header.", 3)
    rule = "A message may hold any bytes, even those that your frames are made of."
    for byte in (b"\n", b"\0", b"\\", b",", b"\xff"):
        yield case([b"a" + byte + b"b", b"c"], rule=rule, hint=1)
    yield case([bytes(range(128)), bytes(range(128, 256))], rule=rule, hint=1,
               code="deliver(Framer, [bytes(range(128)), bytes(range(128, 256))])")
    for size in (300, 70_000):
        yield case([b"x" * size, b"y"], (2, size // 2), rule="The length field must have room for any length up to the "
                                                             "limit.", hint=4, code=f"deliver(Framer, [b'x' * {size}, "
                                                                                    f"b'y'], (2, {size // 2}))")
    yield Case("Framer().feed(...), for two connections, alternating", two_connections,
               "Each connection has a buffer of its own.", 2)
    yield Case("Framer(limit=16).feed(Framer(limit=1000).encode(bytes(500))[:-2])", too_long,
               "A declared length is only a claim: a receiver that accepts any length can be made to fill its "
               "memory.", 4)


def random_cases(chance: Random) -> Iterator[Case]:
    """A few messages of bytes that are likely to be special, cut at random."""
    alphabet = b"\0\1\2\n\\,:0123\xff"
    for count in (1, 2, 5):
        messages = [bytes(alphabet[int(chance.random() * len(alphabet))] for _ in range(int(chance.random() * 9)))
                    for _ in range(count)]
        cuts = {1 + int(chance.random() * 60) for _ in range(int(chance.random() * 12))}
        yield case(messages, sorted(cuts), hint=3)


EXERCISES = (Compute(
    number="1.1", title="Framer",
    task="Write how a message becomes bytes in a stream (encode), and how the messages are extracted again (feed).",
    base=Framer, asks=("encode", "feed"), lines=13, reference=Reference, right=(Netstring, Escaping),
    wrong=((PacketIsMessage, "your code assumes that packet boundaries are message boundaries"),
           (NotEscaped, "also occurs inside a message"), (HalfHeader, "before it was complete"),
           (Forgetful, "left over from an earlier chunk"), (OneAtATime, "one chunk may hold several messages"),
           (OneByteLength, "ValueError"), (NothingIsNoMessage, "an empty message is a message as well"),
           (Trusting, "where the limit is 16"), (Together, "connections share something")),
    cases=cases, random_cases=random_cases,
    hints=(
        "The receiver must find the end of each message in the bytes alone: how could the sender mark it?",
        "Either write the length before the message, or a delimiter after it that can occur nowhere else.",
        "feed first adds the chunk to self.buffer, then takes complete messages from its front as long as there are "
        "any.",
        "With a length of 4 bytes: while the buffer has 4 bytes, read the length; if the message is not complete yet, "
        "leave everything as it is and wait for the next chunk.",
        "len(msg).to_bytes(4) and int.from_bytes(buffer[:4]); if the length is above self.limit, raise ValueError "
        "before anything else.",
    ),
),)
