import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chainBetween,
  chainOf,
  learntAt,
  PAST,
  PRESENT,
  relationOfNode,
  relations,
} from "../../dslab/player/js/data/causality.js";
import { lastKnownStep, neighbourInView, rowsOf, stepInView } from "../../dslab/player/js/data/filter.js";
import { inFlightDuring } from "../../dslab/player/js/data/in_flight.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { arrowsIn } from "../../dslab/player/js/history/arrows.js";
import { relationSentence } from "../../dslab/player/js/panels/happened_before.js";
import { ALL, shownBy, TRACE } from "./trace.js";

const index = indexTrace(TRACE);

test("the chain from one step to another passes as few messages as possible", () => {
  assert.deepEqual(chainBetween(index, 0, 4), [0, 4]); // both are steps of A: no message is needed
  assert.deepEqual(chainBetween(index, 0, 5), [0, 2, 3, 5]);
  assert.equal(chainBetween(index, 1, 4), null);
  assert.equal(chainBetween(index, 3, 4), null);
});

test("a chain exists exactly where the causal past says so, and every link of it is a step before", () => {
  for (let b = 0; b <= index.last; b++)
    for (let a = 0; a < b; a++) {
      const way = chainBetween(index, a, b);
      assert.equal(way !== null, relations(index, b)[a] === PAST, `${a} ${b}`);
      for (const [n, k] of (way ?? []).entries())
        assert.ok(n === 0 || relations(index, k)[way[n - 1]] === PAST);
    }
});

test("two steps are before, after or concurrent, and the sentence says why", () => {
  const said = (marked, step) => relationSentence(index, { ...ALL, marked, step });
  assert.equal(said(0, 2), "Step 0 happened before step 2: the news could travel with Ask A->B#1.");
  assert.equal(said(4, 0), "Step 0 happened before step 4: both are steps of A, one after the other.");
  assert.match(said(3, 4), /concurrent: no chain of messages/);
  assert.match(said(6, 2), /^Step 6 happened in the network/);
  assert.match(said(2, 2), /is marked/);
  assert.deepEqual(chainOf(index, { ...ALL, marked: 0, step: 2 }).messages, [TRACE.messages[0]]);
});

test("in the local view of a node, exactly the causal past of its latest step is shown", () => {
  for (const [i, { id }] of TRACE.nodes.entries())
    for (const step of index.eventsOf[i]) {
      const related = relations(index, step);
      const past = TRACE.steps.flatMap((_, k) => (related[k] === PAST || related[k] === PRESENT ? [k] : []));
      assert.deepEqual(shownBy(index, { ...ALL, observer: id, step }), past, `${id} at ${step}`);
    }
  assert.deepEqual([...learntAt(index, "A")], [0, 9, 4, 9, 4, 9, 9, 7, 9]);
});

test("of the others a node knows their past only, and time passes at its own steps", () => {
  const view = { ...ALL, observer: "A", step: 7 };
  assert.deepEqual(
    [0, 1, 2].map((i) => lastKnownStep(index, view, i)),
    [7, 2, -1],
  ); // not B's crash, and nothing of C
  assert.equal(lastKnownStep(index, { ...ALL, step: 7 }, 1), 7);
  assert.deepEqual([stepInView(index, view, 6), stepInView(index, view, 8), stepInView(index, ALL, 6)], [4, 7, 6]);
  assert.deepEqual([neighbourInView(index, { ...view, step: 4 }, 1), neighbourInView(index, view, 1)], [7, 7]);
});

test("nobody who was not told knows what became of a message", () => {
  const view = { ...ALL, observer: "A", step: 7 };
  const rows = rowsOf(index, view);
  const fates = arrowsIn(index, rows, 0, rows.count, view).map(({ message, fate }) => [message.name, fate]);
  assert.deepEqual(fates, [
    ["A->B#1", "received"],
    ["A->C#1", "in flight"],
    ["B->A#1", "received"],
    ["A->B#2", "in flight"],
  ]);
});

test("a node is in the past or the future of a step if one of its steps is", () => {
  const at = (i, step) => relationOfNode(index, i, { ...ALL, causality: true, step });
  assert.deepEqual(at(0, 2), { past: true, future: true });
  assert.deepEqual(at(2, 2), { past: false, future: false });
  assert.deepEqual(relationOfNode(index, 0, { ...ALL, step: 2 }), { past: false, future: false });
});

test("the messages under way at a step are found without going through all", () => {
  const long = { nodes: TRACE.nodes, steps: [], messages: [], initial: {} };
  for (let k = 0; k < 1000; k++) {
    long.steps.push({ time: k, node: "A", kind: "timer", name: "t" });
    const ended = k % 7 ? Math.min(999, k + (k % 150)) : null;
    const fate = ended === null ? (k % 2 ? "lost" : "in flight") : "received";
    long.messages.push({
      name: `${k}`,
      src: "A",
      dst: "B",
      type: "M",
      fields: {},
      sent: k,
      departs: k,
      arrives: k + 20,
      fate,
      ended,
      why: "",
    });
  }
  const many = indexTrace(long);
  const endOf = ({ ended, fate, arrives }) => ended ?? (fate === "lost" ? Math.min(999, arrives) : 999);
  for (const [first, last] of [
    [0, 1],
    [64, 65],
    [500, 530],
    [999, 1000],
  ]) {
    const wanted = long.messages.flatMap((one, n) => (one.sent < last && endOf(one) >= first ? [n] : []));
    const found = inFlightDuring(many, first, last);
    assert.deepEqual(
      found.filter((n) => endOf(long.messages[n]) >= first),
      wanted,
    );
    assert.ok(found.length < wanted.length + 70);
  }
});
