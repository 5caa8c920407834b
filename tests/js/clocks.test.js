import assert from "node:assert/strict";
import { test } from "node:test";
import { clockAt, clockText, indexTrace } from "../../dslab/player/js/data/trace.js";

const trace = {
  nodes: ["A", "B"].map((id) => ({ id, protocol: "P", roles: [], shown: [] })),
  messages: [],
  steps: [
    { time: 0, node: "A", kind: "start" },
    { time: 10, node: "B", kind: "clock", local: 60 },
    { time: 20, node: "B", kind: "timer", local: 70 },
    { time: 30, node: "B", kind: "clock" },
    { time: 40, node: "A", kind: "timer", local: 38.5 },
  ],
};
const index = indexTrace(trace);
const reads = (i, k, time) => clockText(clockAt(index, i, k, time));

test("a clock goes on between the node's steps, as wrong as it was at the last of them", () => {
  assert.equal(reads(1, 0, 5), "5.0 (+0)");
  assert.equal(reads(1, 1, 15), "65.0 (+50)");
  assert.equal(reads(1, 2, 29), "79.0 (+50)");
});

test("a step without a reading is one at which the clock is right", () => {
  assert.equal(reads(1, 3, 35), "35.0 (+0)");
});

test("a clock that is behind has a minus", () => {
  assert.equal(reads(0, 4, 40), "38.5 (−1.5)");
  assert.ok(index.clocksDiffer);
});

test("where no clock differs none is shown", () => {
  const right = { ...trace, steps: [{ time: 0, node: "A", kind: "start" }] };
  assert.equal(indexTrace(right).clocksDiffer, false);
});
