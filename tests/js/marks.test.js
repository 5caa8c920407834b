import assert from "node:assert/strict";
import { test } from "node:test";
import { cursorsAt, markInWords, marksAt, namesIn } from "../../dslab/player/js/data/marks.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { rowInWords, sightOf } from "../../dslab/player/js/panels/replicated_logs.js";

const MARKS = [
  { kind: "quorum", attribute: "votes", role: "candidate", words: "votes", needed: "majority" },
  { kind: "chosen", attribute: "voted_for", role: "", words: "voted for" },
  { kind: "suspects", attribute: "suspected", role: "", words: "suspects", of: "suspected by", sign: "?" },
  { kind: "cursor", attribute: "next_index", role: "leader", log: "log" },
  { kind: "cursor", attribute: "offset", role: "", log: "log" },
  { kind: "lock", attribute: "lock", role: "", held: "mine", waiting: "wanted" },
];
const INITIAL = {
  role: "follower",
  votes: { set: [] },
  voted_for: null,
  suspected: { set: [] },
  next_index: { dict: [] },
  offset: 0,
  lock: "",
};

/** A trace of three servers, whose states change as these steps say. */
const run = (...steps) =>
  indexTrace({
    nodes: ["A", "B", "C"].map((id) => ({ id, protocol: "P", roles: [], shown: [], marks: MARKS, peers: 2 })),
    initial: { A: INITIAL, B: INITIAL, C: INITIAL },
    messages: [],
    steps: steps.map(([node, changes, kind = "event"], n) => ({ time: n, node, kind, changes })),
  });
const at = (index, step, observer = null) => marksAt(index, { step, observer });
const entry = (term) => ({ message: ["Entry", { term, command: "x" }] });

test("a candidate's votes are counted against the majority, and only while it is one", () => {
  const index = run(["A", { role: "candidate", votes: { set: ["A"] } }], ["A", { role: "leader" }]);
  const [tally] = at(index, 0)[0].tallies;
  assert.deepEqual([tally.got, tally.needed, tally.of, tally.who], [1, 2, 3, ["A"]]);
  assert.deepEqual(at(index, 1)[0].tallies, []);
  assert.equal(markInWords(index.nodes[0], "votes", { set: ["A", "B"] }), "2 of 2 needed: A, B");
});

test("a dictionary of answers tells consent from refusal", () => {
  const info = { peers: 2, marks: [{ kind: "quorum", attribute: "acks", words: "acks", needed: "peers" }] };
  const said = { dict: [["B", true], ["C", false]] };
  assert.equal(markInWords(info, "acks", said), "1 of 2 needed: B; refused: 1");
});

test("a suspicion is drawn at both: who has it, and whom it is about", () => {
  const index = run(["A", { suspected: { set: ["B"] } }], ["C", { suspected: { set: ["B"] } }]);
  const [a, b, c] = at(index, 1);
  assert.deepEqual([a.lines, b.lines, c.lines], [["suspects B"], ["suspected by A, C"], ["suspects B"]]);
  assert.deepEqual([a.signs, b.signs], [[], ["?"]]);
  assert.notEqual(b.key, at(index, 0)[1].key);
});

test("what is to come is not drawn, and neither is what a node that is down had thought", () => {
  const index = run(["B", {}], ["A", { suspected: { set: ["B"] } }], ["A", {}, "crash"]);
  assert.deepEqual(at(index, 0)[1].lines, []);
  assert.deepEqual(at(index, 1)[1].lines, ["suspected by A"]);
  assert.deepEqual(at(index, 2)[1].lines, []);
});

test("in the local view of a node there are the marks that it knows of", () => {
  const index = run(["A", { suspected: { set: ["B"] } }], ["B", {}]);
  assert.deepEqual(at(index, 1, "B")[1].lines, []);
  assert.deepEqual(at(index, 1, "A")[1].lines, ["suspected by A"]);
});

test("a vote for another is said, one for itself is not", () => {
  const index = run(["A", { voted_for: "A" }], ["B", { voted_for: "A" }]);
  assert.deepEqual([at(index, 1)[0].lines, at(index, 1)[1].lines], [[], ["voted for A"]]);
});

test("a state table says marked attributes in plain words, and leaves the others alone", () => {
  const { nodes } = run();
  const said = (name, value) => markInWords(nodes[0], name, value);
  assert.deepEqual([said("suspected", { set: ["B"] }), said("suspected", { set: [] })], ["B", "none"]);
  assert.deepEqual([said("voted_for", "B"), said("voted_for", null)], ["B", "none"]);
  assert.equal(said("next_index", { dict: [["B", 2]] }), "B: 2");
  assert.equal(said("term", 3), "");
});

test("a lock is held, or waited for, or neither", () => {
  const index = run(["A", { lock: "mine" }], ["B", { lock: { dict: [["x", "wanted"]] } }]);
  assert.deepEqual(at(index, 1).map((node) => node.lock), ["held", "waiting", ""]);
  assert.deepEqual([at(index, 1)[0].lines, at(index, 1)[1].lines], [["holds the lock"], ["waits for x"]]);
});

test("a leader's cursors point into the logs of the others, a number into its own", () => {
  const index = run(["A", { role: "leader", next_index: { dict: [["B", 3]] }, offset: 2 }], ["A", { role: "follower" }]);
  const named = (step) =>
    cursorsAt(index, { step, observer: null })
      .filter((cursor) => cursor.owner === "A")
      .map(({ name, node, place, number }) => [name, node, place, number]);
  assert.deepEqual(named(0), [["next_index", "B", 3, 0], ["offset", "A", 2, 1]]);
  assert.deepEqual(named(1), [["offset", "A", 2, 1]]);
});

test("the names in a value are its items, its keys, or itself", () => {
  assert.deepEqual(namesIn({ set: ["A", "B"] }), ["A", "B"]);
  assert.deepEqual(namesIn({ dict: [["A", 3]] }), ["A"]);
  assert.deepEqual([namesIn("A"), namesIn(""), namesIn(null), namesIn(["A"])], [["A"], [], [], ["A"]]);
});

test("of a long log the end is in sight, or where it stops being committed", () => {
  const log = (count, certain) => ({ entries: Array(count).fill(0), certain });
  assert.deepEqual(sightOf([log(3, 1), log(12, 12)]), { first: 0, count: 12 });
  assert.deepEqual(sightOf([log(30, 25), log(2, 2)]), { first: 18, count: 12 });
  assert.deepEqual(sightOf([log(30, 5)]), { first: 3, count: 12 });
  assert.deepEqual(sightOf([]), { first: 0, count: 0 });
});

test("a row of a log is said in words, entries of one term together", () => {
  const cursors = [{ node: "B", owner: "A", name: "next_index", place: 4, number: 0 }];
  const row = { entries: [entry(1), entry(1), entry(2)], certain: 2, cursors };
  assert.equal(
    rowInWords("B", row, true),
    "Log of B: entries 1–2 of term 1, 3 of term 2; committed up to 2; next_index of A: 4",
  );
  assert.equal(rowInWords("B", { entries: [], certain: 0, cursors: [] }, false), "Log of B: no entries");
  assert.equal(rowInWords("B", { entries: ["x", "y"], certain: 0, cursors: [] }, false), "Log of B: entries 1–2");
});
