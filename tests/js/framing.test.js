import assert from "node:assert/strict";
import { test } from "node:test";
import { evenly, received, streamOf, written } from "../../dslab/player/js/widgets/framing.js";

const read = (messages, framer, size) => {
  const stream = streamOf(messages, framer);
  return received(stream, evenly(stream.length, size), framer).flatMap((receipt) => receipt.messages);
};

test("without framing each piece is taken for a message", () => {
  assert.deepEqual(read(["hello", "world"], "none", 10), ["helloworld"]);
  assert.deepEqual(read(["hello", "world"], "none", 3), ["hel", "low", "orl", "d"]);
  assert.deepEqual(read(["hello", "world"], "none", 5), ["hello", "world"]); // by luck
});

test("a length before each message survives every cut, whatever is in it", () => {
  for (let size = 1; size < 14; size++)
    assert.deepEqual(read(["hello", "wor\nld"], "length", size), ["hello", "wor\nld"]);
});

test("a delimiter survives every cut, but not itself inside a message", () => {
  for (let size = 1; size < 14; size++) {
    assert.deepEqual(read(["hello", "world"], "delimiter", size), ["hello", "world"]);
    assert.deepEqual(read(["hello", "wor\nld"], "delimiter", size), ["hello", "wor", "ld"]);
  }
});

test("what is no whole message waits", () => {
  const stream = streamOf(["hello"], "length");
  assert.deepEqual(received(stream, [3], "length").map((receipt) => receipt.waiting.length), [3, 0]);
});

test("control characters are written so that they are seen", () => {
  assert.deepEqual(["\n", "\u0005", " ", "a"].map(written), ["↵", "5", "␣", "a"]);
});
