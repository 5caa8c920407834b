import assert from "node:assert/strict";
import { test } from "node:test";
import { isQuiet, labelOf, lookOf, mention } from "../../dslab/player/js/data/appearance.js";
import { outputs, rowText } from "../../dslab/player/js/data/describe.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";

const message = (src, dst, sent, ended, more) => ({ name: `${src}->${dst}#${sent}`, src, dst, sent, ended, ...more });
const beat = { type: "Alive", label: "heartbeat", look: "quiet", fields: {} };
const ack = { type: "Ack", label: "✓ Ack", look: "yes", fields: {} };
const step = (time, node, kind, more) => ({ time, node, kind, ...more });
const index = indexTrace({
  nodes: ["A", "B"].map((id) => ({ id, protocol: "P", roles: [], shown: [] })),
  messages: [
    message("A", "B", 0, 1, beat),
    message("B", "A", 1, 2, ack),
    message("A", "B", 3, 4, beat),
    message("B", "A", 4, 5, ack),
    message("A", "B", 6, null, { type: "Vote", label: "yes!", fields: {} }),
  ],
  steps: [
    step(0, "A", "timer", { sent: [0] }),
    step(1, "B", "receive", { message: 0, sent: [1], changes: { last: 1 } }),
    step(2, "A", "receive", { message: 1 }),
    step(3, "A", "timer", { sent: [2] }),
    step(4, "B", "receive", { message: 2, sent: [3], notes: ["trusts A again"] }),
    step(5, "A", "receive", { message: 3, outputs: [["commit", { tuple: ["x", true] }, ""]] }),
    step(6, "A", "timer", { sent: [4] }),
  ],
});

test("what only keeps things going is quiet: heartbeats, and their answers as long as nothing comes of them", () => {
  assert.deepEqual(
    index.steps.map((_, k) => isQuiet(index, k)),
    [true, true, true, true, false, false, false],
  );
  assert.deepEqual(
    index.messages.map((one) => lookOf(index, one)),
    ["quiet", "quiet", "quiet", "yes", "plain"],
  );
});

test("a message is mentioned by its class and its label, and by one of them where that is enough", () => {
  assert.deepEqual([mention(index.messages[0]), mention(index.messages[1])], ["Alive “heartbeat”", "✓ Ack"]);
  assert.equal(labelOf({ type: "Vote" }), "Vote");
});

test("a row of the history says what came and from whom, an output what it holds", () => {
  assert.equal(rowText(index, index.steps[4]), "Alive “heartbeat” from A");
  assert.deepEqual(outputs(index.steps[5]), ["commit (x, yes)"]);
});
