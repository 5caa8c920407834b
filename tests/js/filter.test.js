import assert from "node:assert/strict";
import { test } from "node:test";
import { createFilter, neighbourInView, repetitions, rowsOf, showsAll } from "../../dslab/player/js/data/filter.js";
import { matchesOf, nextMatch } from "../../dslab/player/js/data/search.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { arrowsIn } from "../../dslab/player/js/history/arrows.js";
import { ALL, shownBy, TRACE } from "./trace.js";

const index = indexTrace(TRACE);
const filtered = (change) => ({ ...ALL, filter: { ...createFilter(), ...change } });

// ---- filters

test("a filter by node, type or kind leaves the other steps, and a step left out is between two rows", () => {
  assert.deepEqual(shownBy(index, filtered({ nodes: new Set(["B", "C"]) })), [0, 4, 6, 7, 8]);
  assert.deepEqual(shownBy(index, filtered({ types: new Set(["Ask"]) })), [0, 1, 3, 4, 5, 6, 7]);
  assert.deepEqual(shownBy(index, filtered({ kinds: new Set(["start", "cut"]) })), [2, 3, 4, 5, 7, 8]);
  const rows = rowsOf(index, filtered({ nodes: new Set(["B", "C"]) }));
  assert.deepEqual([0, 2, 4, 5].map(rows.rowOf), [0, 0.5, 1, 1.5]);
});

test("the loss of a message is about both its ends: it goes when both go", () => {
  assert.ok(shownBy(index, filtered({ nodes: new Set(["B"]) })).includes(8));
  assert.ok(!shownBy(index, filtered({ nodes: new Set(["A", "B"]) })).includes(8));
});

test("only what is found can be shown, and nothing at all", () => {
  assert.deepEqual(shownBy(index, { ...filtered({ misses: true }), query: "crash" }), [3]);
  const none = rowsOf(index, { ...filtered({ misses: true }), query: "no such word" });
  assert.deepEqual([none.count, none.stepOf(0), none.rowOf(4)], [0, 0, -0.5]);
  assert.ok(showsAll(createFilter()) && !showsAll({ ...createFilter(), repeats: true }));
});

test("arrows go with their types and their nodes, and stay if one end is shown", () => {
  const names = (view) => {
    const rows = rowsOf(index, view);
    return arrowsIn(index, rows, 0, rows.count, view).map((arrow) => arrow.message.name);
  };
  assert.deepEqual(names(filtered({ types: new Set(["Ask"]) })), ["B->A#1"]);
  assert.deepEqual(names(filtered({ nodes: new Set(["C"]) })), ["A->B#1", "B->A#1", "A->B#2"]);
  assert.deepEqual(names(filtered({ kinds: new Set(["start", "timer", "loss"]) })), ["A->B#1", "B->A#1"]);
});

test("the cursor steps over what is left out", () => {
  const view = { ...filtered({ nodes: new Set(["B", "C"]) }), step: 0 };
  assert.equal(neighbourInView(index, view, 1), 4);
  assert.equal(neighbourInView(index, { ...view, step: 2 }, 1), 4);
  assert.equal(neighbourInView(index, { ...view, step: 2 }, -1), 0);
  assert.equal(neighbourInView(index, { ...view, step: 8 }, 1), 8);
});

// ---- repetition

/** A beats three times, B answers each time; the third beat brings B something new.
 * @param {object} news what the last receipt changes */
function beating(news) {
  const steps = [{ time: 0, node: "B", kind: "start", name: "", changes: { x: 1 } }];
  const messages = [];
  const send = (src, dst, type) => {
    messages.push({
      name: `${messages.length}`,
      src,
      dst,
      type,
      fields: {},
      sent: steps.length - 1,
      departs: 0,
      arrives: 0,
      fate: "received",
      ended: steps.length,
      why: "",
    });
    return messages.length - 1;
  };
  for (const beat of [0, 1, 2]) {
    steps.push({ time: 1, node: "A", kind: "timer", name: "beat" });
    steps[steps.length - 1].sent = [send("A", "B", "Beat")];
    steps.push({
      time: 2,
      node: "B",
      kind: "receive",
      name: "Beat",
      message: messages.length - 1,
      ...(beat === 2 ? news : {}),
    });
    steps[steps.length - 1].sent = [send("B", "A", "Answer")];
    steps.push({ time: 3, node: "A", kind: "receive", name: "Answer", message: messages.length - 1 });
  }
  return indexTrace({
    nodes: ["A", "B"].map((id) => ({ id, protocol: "P", roles: [], shown: [] })),
    steps,
    messages,
    initial: {},
  });
}

test("what repeats and changes nothing is repetition, the first time it is not", () => {
  assert.deepEqual([...repetitions(beating({}))], [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
});

test("what changes a state, speaks or gives a reason is no repetition, nor is what brought it about", () => {
  for (const news of [
    { changes: { x: 2 } },
    { outputs: [["done"]] },
    { notes: ["no vote"] },
    { replies: [["alice", 1]] },
  ])
    assert.deepEqual([...repetitions(beating(news))], [0, 0, 0, 0, 1, 1, 1, 0, 0, 1]);
});

test("a trace without states cannot tell what repeats", () => {
  const silent = beating({});
  delete silent.steps[0].changes;
  assert.ok(!repetitions(indexTrace({ ...silent.trace })).includes(1));
});

// ---- search

test("the search knows the node, the kind, the name and the outputs, and goes round", () => {
  assert.deepEqual([...matchesOf(index, " ASK ")], [2, 8]);
  assert.deepEqual([...matchesOf(index, "recover")], [5]);
  assert.deepEqual([...matchesOf(index, "")], []);
  assert.deepEqual(
    [nextMatch([2, 8], 2, 1), nextMatch([2, 8], 8, 1), nextMatch([2, 8], 2, -1), nextMatch([], 2, 1)],
    [8, 2, 8, null],
  );
});
