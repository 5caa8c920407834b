import assert from "node:assert/strict";
import { test } from "node:test";
import { createNavigation } from "../../dslab/player/js/acting/navigation.js";
import {
  chainBetween,
  chainOf,
  learntAt,
  PAST,
  PRESENT,
  relationOfNode,
  relations,
} from "../../dslab/player/js/data/causality.js";
import {
  createFilter,
  lastKnownStep,
  neighbourInView,
  repetitions,
  rowsOf,
  showsAll,
  stepInView,
} from "../../dslab/player/js/data/filter.js";
import { inFlightDuring } from "../../dslab/player/js/data/in_flight.js";
import { matchesOf, nextMatch } from "../../dslab/player/js/data/search.js";
import { indexTrace, neighbourEdge } from "../../dslab/player/js/data/trace.js";
import { lightAt, nextChange } from "../../dslab/player/js/data/verdicts.js";
import { arrowsIn } from "../../dslab/player/js/history/arrows.js";
import { changeZoom, keepInPlace, ROWS } from "../../dslab/player/js/history/zoom.js";
import { sourceOf } from "../../dslab/player/js/panels/current_step.js";
import { relationSentence } from "../../dslab/player/js/panels/happened_before.js";
import { lanesOf } from "../../dslab/player/js/panels/operations.js";
import { entriesOf, readEntry } from "../../dslab/player/js/panels/replicated_logs.js";
import { partsOf } from "../../dslab/player/js/panels/value_tree.js";
import { ALL, TRACE } from "./trace.js";

const index = indexTrace(TRACE);
const shownBy = (index, view) => {
  const rows = rowsOf(index, view);
  return Array.from({ length: rows.count }, (_, row) => rows.stepOf(row));
};
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

// ---- causality

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
  assert.match(said(6, 2), /^Step 6 happened to the network/);
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

// ---- promises, operations

const LIGHTS = [
  { name: "safe", kind: "always", status: "broken", step: 5, sentence: "" },
  { name: "kept", kind: "always", status: "holds", step: null, sentence: "" },
  { name: "able", kind: "sometimes", status: "holds", step: 3, sentence: "" },
  { name: "never", kind: "sometimes", status: "not decided", step: null, sentence: "" },
  { name: "live", kind: "in the end", status: "holds", step: null, sentence: "" },
  { name: "dead", kind: "in the end", status: "broken", step: 8, sentence: "" },
  { name: "open", kind: "in the end", status: "not decided", step: null, sentence: "" },
];

test("a light is what is known of its promise at the cursor", () => {
  const at = (k) => LIGHTS.map((light) => lightAt(light, k, 8));
  assert.deepEqual(at(0), ["kept", "kept", "unseen", "unseen", "undecided", "undecided", "undecided"]);
  assert.deepEqual(at(5), ["broken", "kept", "seen", "unseen", "undecided", "undecided", "undecided"]);
  assert.deepEqual(at(8), ["broken", "kept", "seen", "unseen", "kept", "broken", "undecided"]);
});

test("the next change of a light is found, round the end", () => {
  assert.deepEqual(
    [0, 3, 5, 8].map((k) => nextChange(LIGHTS, k, 8)),
    [3, 5, 8, 3],
  );
  assert.equal(nextChange([LIGHTS[1]], 0, 8), null);
});

test("operations that overlap have lanes of their own, a client's stand together", () => {
  const operation = (client, invoked, returned, node = "A") => ({
    client,
    node,
    invoked,
    returned,
    call: "x",
    result: null,
  });
  const lanes = lanesOf(
    [operation("a", 1, 4), operation("b", 2, 9), operation("a", 5, 7), operation("b", 3, null)],
    9,
  );
  assert.deepEqual(
    lanes.map((lane) => [lane.client, lane.operations.length]),
    [
      ["a", 2],
      ["b", 1],
      ["b", 1],
    ],
  );
  assert.deepEqual(
    lanesOf([operation("user 1", 1, 2), operation("user 2", 3, 4)], 9).map((lane) => lane.client),
    ["A"],
  );
  const edges = [operation("a", 1, 4), operation("b", 2, null)];
  assert.deepEqual(
    [neighbourEdge(edges, 2, 1), neighbourEdge(edges, 2, -1), neighbourEdge(edges, 4, 1)],
    [4, 1, null],
  );
});

// ---- states, code

test("a value opens into its parts", () => {
  assert.deepEqual(partsOf({ dict: [["a", 1]] }), [["'a'", 1]]);
  assert.deepEqual(partsOf({ message: ["Vote", { term: 3 }] }), [["term", 3]]);
  assert.deepEqual(partsOf({ tuple: [1, 2] }), [
    ["0", 1],
    ["1", 2],
  ]);
  assert.deepEqual(partsOf({ set: ["a"] }), [["·", "a"]]);
  for (const plain of [null, 3, "text", true, { float: "inf" }, []]) assert.deepEqual(partsOf(plain), []);
});

test("an entry of a log has its term and its command, whatever it is made of", () => {
  const put = { message: ["Put", { key: "x" }] };
  assert.deepEqual(readEntry({ message: ["Entry", { term: 2, client: "a", command: put }] }), {
    term: 2,
    command: "Put(key='x')",
  });
  assert.deepEqual(readEntry({ message: ["Entry", { term: 2, value: 7 }] }), { term: 2, command: "7" });
  assert.deepEqual(readEntry({ tuple: [3, "x"] }), { term: 3, command: "'x'" });
  assert.deepEqual(readEntry("x"), { term: null, command: "'x'" });
  assert.deepEqual(readEntry(null), { term: null, command: "None" });
  assert.deepEqual(
    [entriesOf({ tuple: [1] }), entriesOf(null), entriesOf(7), entriesOf("abc")],
    [[1], [], [], []],
  );
});

test("the code of a step is that of its node's handler, and never an inherited property", () => {
  const sources = { "Asker receive Ask": { caption: "", first: 1, code: "" } };
  assert.equal(sourceOf(index, sources, 2), sources["Asker receive Ask"]);
  assert.equal(sourceOf(index, sources, 3), null);
  assert.equal(sourceOf(index, sources, 6), null);
  assert.equal(sourceOf(index, { __proto__: { "Asker receive Ask": 1 } }, 2), null);
});

// ---- zoom, what the reader does

test("zoom has ends, and what is under the pointer stays there", () => {
  assert.deepEqual(
    [changeZoom(0, -1), changeZoom(3, 1), changeZoom(ROWS.length - 1, 1)],
    [0, 4, ROWS.length - 1],
  );
  assert.equal(keepInPlace(1000, 200, 25, 12.5), 400);
  assert.equal(keepInPlace(0, 200, 25, 12.5), 0);
});

test("chips leave out one, or all but one; a mark goes and comes; the cursor goes where it is sent", () => {
  const view = { ...ALL, filter: createFilter(), step: 2, zoom: 3, filterBar: false };
  const went = [];
  const go = (step) => went.push((view.step = step));
  const navigation = createNavigation(view, {
    index: () => index,
    payload: () => ({ lights: LIGHTS }),
    go,
    draw() {},
    focusSearch() {},
  });
  navigation.toggleFiltered("nodes", "A", null);
  assert.deepEqual([...view.filter.nodes], ["A"]);
  navigation.toggleFiltered("nodes", "A", ["A", "B", "C"]);
  assert.deepEqual([...view.filter.nodes], ["B", "C"]);
  navigation.toggleAllFiltered("nodes", ["A", "B", "C"]);
  assert.ok(showsAll(view.filter));
  navigation.mark();
  assert.equal(view.marked, 2);
  navigation.light();
  navigation.exchange();
  assert.deepEqual([went, view.marked], [[3, 2], 3]);
  navigation.mark(3);
  assert.equal(view.marked, null);
  navigation.observe("B");
  assert.equal(view.observer, "B");
  navigation.observe("no such node");
  assert.equal(view.observer, null);
  navigation.search("ask");
  navigation.find(1);
  assert.equal(view.step, 8);
});
