import assert from "node:assert/strict";
import { test } from "node:test";
import { CONCURRENT, FUTURE, PAST, PRESENT, relations } from "../../dslab/player/js/data/causality.js";
import {
  indexTrace,
  lastAtMost,
  neighbourStep,
  stateAt,
  timersAt,
  unheardAt,
  valueAt,
} from "../../dslab/player/js/data/trace.js";
import { TRACE } from "./trace.js";

const index = indexTrace(TRACE);

test("the state after any step is a look-up", () => {
  assert.deepEqual(stateAt(index, 0, 0), [{ name: "count", value: 1, changed: true, before: 0 }]);
  assert.deepEqual(stateAt(index, 1, 0), [{ name: "count", value: 0, changed: false, before: undefined }]);
  assert.deepEqual(stateAt(index, 1, 2)[0].value, 5);
  assert.deepEqual(stateAt(index, 1, 5)[0], { name: "count", value: 0, changed: true, before: 5 });
});

test("a node is down from its crash to its recovery", () => {
  assert.deepEqual(
    [2, 3, 4, 5].map((k) => valueAt(index.status[1], k)),
    ["up", "down", "down", "up"],
  );
});

test("a request waits at a node that is paused, and is lost at one that is down", () => {
  const ask = (node, request) => ({ time: 90, kind: "request", node, request: ["alice", request, null] });
  const steps = [{ time: 80, kind: "pause", node: "A" }, ask(null, "A"), { time: 90, kind: "crash", node: "C" }];
  const asked = indexTrace({ ...TRACE, messages: [], steps: [...steps, ask(null, "C"), ask("B", "B")] });
  assert.deepEqual(
    [0, 1, 3, 4].map((k) => unheardAt(asked, k)),
    [null, { node: "A", lost: false }, { node: "C", lost: true }, null],
  );
});

test("a timer runs from where it is set until it goes off", () => {
  assert.deepEqual(timersAt(index, 0, 4), [{ name: "again", set: 0, due: 50 }]);
  assert.deepEqual(timersAt(index, 0, 7), []);
});

test("cut links are those of the last change", () => {
  assert.deepEqual(valueAt(index.cuts, 5), []);
  assert.deepEqual(valueAt(index.cuts, 8), [["A", "B"]]);
});

test("causal past and future follow messages and life lines, and agree with the vector stamps", () => {
  assert.deepEqual(
    [...relations(index, 2)],
    [PAST, CONCURRENT, PRESENT, FUTURE, FUTURE, FUTURE, CONCURRENT, FUTURE, FUTURE],
  );
  const nodes = new Map([
    ["A", 0],
    ["B", 1],
    ["C", 2],
  ]);
  for (const [k, step] of TRACE.steps.entries()) {
    const related = relations(index, k);
    TRACE.steps.forEach((other, j) => {
      if (!step.vector || !other.vector || j === k) return;
      const before = other.vector[nodes.get(other.node)] <= step.vector[nodes.get(other.node)];
      assert.equal(related[j] === PAST, before, `is ${j} before ${k}?`);
    });
  }
});

test("an event of a log that took in two messages has both in its past", () => {
  const event = (/** @type {string} */ node) => ({ time: 0, node, kind: "event", name: "" });
  const to = (/** @type {string} */ src, /** @type {number} */ sent) => ({
    ...{ name: `${src}->C#1`, src, dst: "C", type: "Message", fields: {} },
    ...{ sent, departs: 0, arrives: 0, fate: "received", ended: 2, why: "" },
  });
  const joined = indexTrace({
    nodes: ["A", "B", "C"].map((id) => ({ id, protocol: "log", roles: [], shown: [] })),
    steps: [event("A"), event("B"), { ...event("C"), cause: 1, message: 1 }],
    messages: [to("A", 0), to("B", 1)],
  });
  assert.deepEqual([...relations(joined, 2)], [PAST, PAST, PRESENT]);
  assert.deepEqual([...relations(joined, 0)], [PRESENT, CONCURRENT, FUTURE]);
});

test("the next and the previous step of a node", () => {
  assert.equal(neighbourStep(index, "B", 0, 1), 2);
  assert.equal(neighbourStep(index, "B", 4, -1), 3);
  assert.equal(neighbourStep(index, "B", 5, 1), 5);
});

test("a search in sorted numbers finds the last that is not greater", () => {
  assert.deepEqual(
    [-1, 0, 2, 9].map((limit) => lastAtMost([0, 2, 2, 5], limit)),
    [-1, 0, 2, 3],
  );
});

test("a node called __proto__ and attributes of that name are ordinary", () => {
  const trace =
    JSON.parse(`{"nodes": [{"id": "__proto__", "protocol": "P", "roles": [], "shown": []}], "messages": [],
    "initial": {"__proto__": {"__proto__": 1}}, "steps": [{"time": 0, "node": "__proto__", "kind": "start", "changes": {"__proto__": 2}}]}`);
  assert.deepEqual(stateAt(indexTrace(trace), 0, 0), [
    { name: "__proto__", value: 2, changed: true, before: 1 },
  ]);
});

test("a trace with no steps and no nodes is indexed too", () => {
  const empty = indexTrace({ nodes: [], steps: [], messages: [] });
  assert.equal(empty.last, -1);
  assert.deepEqual([...relations(empty, 0)], []);
});
