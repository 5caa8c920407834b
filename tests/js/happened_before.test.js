import assert from "node:assert/strict";
import { test } from "node:test";
import {
  added, moved, pathOf, refusal, relationOf, relationSentence, stampsOf, totalOrders, without,
} from "../../dslab/player/js/widgets/events.js";

const at = (id, node, time) => ({ id, node, time });
const RIDDLE = {
  nodes: ["A", "B", "C"],
  events: [at("a", 0, 0), at("b", 0, 1), at("c", 1, 2), at("d", 1, 3), at("e", 2, 4), at("f", 2, 5)],
  messages: [["b", "c"], ["d", "f"]],
};
const IDS = [..."abcdef"];

test("e is concurrent with all but f, and five total orders agree", () => {
  assert.deepEqual(IDS.map((id) => relationOf(RIDDLE, id, "e")), [
    "concurrent", "concurrent", "concurrent", "concurrent", "itself", "after",
  ]);
  assert.equal(totalOrders(RIDDLE), 5);
});

test("the relation is transitive, and of two events exactly one thing is true", () => {
  const opposite = { before: "after", after: "before", concurrent: "concurrent", itself: "itself" };
  for (const x of IDS)
    for (const y of IDS) {
      assert.equal(relationOf(RIDDLE, x, y), opposite[relationOf(RIDDLE, y, x)]);
      for (const z of IDS)
        if (relationOf(RIDDLE, x, y) === "before" && relationOf(RIDDLE, y, z) === "before")
          assert.equal(relationOf(RIDDLE, x, z), "before");
    }
});

test("vector stamps say the same as the paths", () => {
  const stamps = stampsOf(RIDDLE);
  assert.deepEqual(stamps.get("f"), { lamport: 5, vector: [2, 2, 2] });
  for (const x of IDS)
    for (const y of IDS) {
      const less = x !== y && stamps.get(x).vector.every((count, n) => count <= stamps.get(y).vector[n]);
      assert.equal(less, relationOf(RIDDLE, x, y) === "before", `${x} ${y}`);
    }
});

test("e may move past d, which changes nothing, but not past the message that f receives", () => {
  const { drawing, why } = moved(RIDDLE, "e", 0);
  assert.equal(why, "");
  assert.equal(relationOf(drawing, "d", "e"), "concurrent");
  assert.match(moved(RIDDLE, "f", 2).why, /from d to f would arrive before it was sent/);
  assert.match(moved(RIDDLE, "e", 5).why, /C has an event at that moment/);
  assert.match(moved(RIDDLE, "f", 12).why, /edge/);
});

test("a message that cannot be is refused with a sentence", () => {
  const { drawing } = added(RIDDLE, 0, 7);
  assert.match(refusal(RIDDLE, "e", "c"), /no message arrives before it was sent/);
  assert.match(refusal(RIDDLE, "a", "b"), /on one node/);
  assert.match(refusal(RIDDLE, "a", "c"), /already the receipt/);
  assert.match(refusal(drawing, "c", "g"), /c is a receipt/);
  assert.match(refusal(RIDDLE, "a", "d"), /d is a sending/);
  assert.equal(refusal(RIDDLE, "a", "e"), "");
});

test("a relation is told with its path", () => {
  assert.equal(relationSentence(RIDDLE, "f", "a"), "a → f: a happened before f, by a → b → c → d → f.");
  assert.match(relationSentence(RIDDLE, "e", "a"), /^e ∥ a/);
  assert.equal(pathOf(RIDDLE, "f", "a"), null);
});

test("a removed event takes its messages along, and its letter is free again", () => {
  const rest = without(RIDDLE, "d");
  assert.deepEqual(rest.messages, [["b", "c"]]);
  assert.equal(added(rest, 1, 8).id, "d");
  assert.equal(added(RIDDLE, 0, 0), null);
  assert.equal(totalOrders(rest), 10);
});
