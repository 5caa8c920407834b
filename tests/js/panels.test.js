import assert from "node:assert/strict";
import { test } from "node:test";
import { indexTrace, neighbourEdge } from "../../dslab/player/js/data/trace.js";
import { lightAt, nextChange } from "../../dslab/player/js/data/verdicts.js";
import { sourceOf } from "../../dslab/player/js/panels/current_step.js";
import { lanesOf } from "../../dslab/player/js/panels/operations.js";
import { entriesOf, readEntry, saidByBoxes } from "../../dslab/player/js/panels/replicated_logs.js";
import { partsOf } from "../../dslab/player/js/panels/value_tree.js";
import { LIGHTS, TRACE } from "./trace.js";

const index = indexTrace(TRACE);

// ---- promises, operations

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
  assert.deepEqual(partsOf({ dict: [["a", 1]] }), [["a", 1]]);
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
    command: "Put x",
  });
  assert.deepEqual(readEntry({ message: ["Entry", { term: 2, value: 7 }] }), { term: 2, command: "7" });
  assert.deepEqual(readEntry({ tuple: [3, "x"] }), { term: 3, command: "x" });
  assert.deepEqual(readEntry("x"), { term: null, command: "x" });
  assert.deepEqual(readEntry(null), { term: null, command: "none" });
  assert.deepEqual(
    [entriesOf({ tuple: [1] }), entriesOf(null), entriesOf(7), entriesOf("abc")],
    [[1], [], [], []],
  );
});

test("the boxes of a log have terms where its entries have some", () => {
  const entry = { message: ["Entry", { term: 2, value: 7 }] };
  assert.equal(saidByBoxes([{ entries: [] }, { entries: [entry] }]), "box: index and term");
  assert.equal(saidByBoxes([{ entries: [] }, { entries: ["x"] }]), "box: index");
});

test("the code of a step is that of its node's handler, and never an inherited property", () => {
  const sources = { "Asker receive Ask": { caption: "", first: 1, code: "" } };
  assert.equal(sourceOf(index, sources, 2), sources["Asker receive Ask"]);
  assert.equal(sourceOf(index, sources, 3), null);
  assert.equal(sourceOf(index, sources, 6), null);
  assert.equal(sourceOf(index, { __proto__: { "Asker receive Ask": 1 } }, 2), null);
});
