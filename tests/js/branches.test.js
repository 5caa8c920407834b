import assert from "node:assert/strict";
import { test } from "node:test";
import { comparedNext, createBranchActions, hasBranches, treeOf } from "../../dslab/player/js/acting/branches.js";
import { choiceAt, choiceInWords, nextPage, outcomeOf } from "../../dslab/player/js/acting/break_mode.js";
import { formsOf } from "../../dslab/player/js/acting/code_export.js";
import { bindingOf } from "../../dslab/player/js/acting/keys.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { differingLights, momentBeside } from "../../dslab/player/js/history/comparison.js";
import { t } from "../../dslab/player/js/words.js";
import { TRACE } from "./trace.js";

const index = indexTrace(TRACE);
const at = (step, part = 0) => ({ step, part, time: index.times[step] });

// ---- branches

const BRANCHES = [
  { name: "original", parent: null, events: [] },
  { name: "a", parent: "original", events: ["at(1, crash('A'))"] },
  { name: "b", parent: "original", events: ["at(2, crash('B'))"] },
  { name: "a2", parent: "a", events: ["at(3, heal())"] },
];

test("each branch is listed below the one that it grew from", () => {
  assert.deepEqual(
    treeOf(BRANCHES).map(({ name, depth }) => [name, depth]),
    [
      ["original", 0],
      ["a", 1],
      ["a2", 2],
      ["b", 1],
    ],
  );
});

test("there is a list where there is a kernel and a run that can be changed, or more than one branch", () => {
  const acts = { branches: BRANCHES.slice(0, 1), mode: "" };
  assert.ok(hasBranches(acts, { editable: true }));
  assert.ok(!hasBranches(acts, { editable: false }));
  assert.ok(hasBranches({ ...acts, branches: BRANCHES }, { editable: false }));
  assert.ok(!hasBranches({ ...acts, mode: "break" }, { editable: true }));
  assert.ok(!hasBranches(undefined, { editable: false }));
});

test("a key compares with the parent, and ends the comparison", () => {
  assert.equal(comparedNext({ branch: "a2", branches: BRANCHES }, null), "a");
  assert.equal(comparedNext({ branch: "a2", branches: BRANCHES }, { branch: "b" }), "");
  assert.equal(comparedNext({ branch: "original", branches: BRANCHES }, null), null);
  assert.equal(comparedNext(undefined, null), null);
});

/** What the keys 1, 2, ... send, with these things to choose from.
 * @param {object} state of the player
 * @param {string} keys */
function sentBy({ payload = {}, acts = undefined }, keys) {
  const sent = [];
  const branching = createBranchActions(
    { page: 0 },
    {
      payload: () => payload,
      acts: () => acts,
      send: (content) => sent.push(content),
      go: (step) => sent.push(step),
      draw() {},
    },
  );
  for (const key of keys) bindingOf({ key }).act(branching, key);
  return sent;
}

test("the keys ask the kernel, and do nothing where there is nothing to do", () => {
  const acts = { branch: "a", branches: BRANCHES };
  assert.deepEqual(sentBy({ payload: { edits: 1 }, acts }, "uv"), [
    { type: "undo" },
    { type: "compare", name: "original" },
  ]);
  assert.deepEqual(sentBy({ payload: { edits: 1, comparison: { first: 57 } }, acts }, "vV"), [
    { type: "compare", name: "" },
    57,
  ]);
  assert.deepEqual(sentBy({ payload: { edits: 0 } }, "uvV190"), []);
});

// ---- choices

const CHOICES = Array.from({ length: 20 }, (_, n) => ({ decision: `fire A t${n + 1}`, verb: "fire" }));

test("nine choices have a number, and 0 gives the numbers to the next nine", () => {
  assert.equal(choiceAt(CHOICES, 0, 9).decision, "fire A t9");
  assert.equal(choiceAt(CHOICES, 2, 2).decision, "fire A t20");
  assert.equal(choiceAt(CHOICES, 2, 3), null);
  assert.deepEqual([0, 1, 2].map((page) => nextPage(CHOICES, page)), [1, 2, 0]);
  assert.equal(nextPage(CHOICES.slice(0, 9), 0), 0);
  const acts = { choices: { next: CHOICES } };
  const decisions = sentBy({ acts }, "30300031").map(({ decision }) => decision.slice(8));
  assert.deepEqual(decisions, ["3", "12", "12", "10"]);
});

test("a choice is told in words, a message with what it says and where it goes", () => {
  const messages = new Map(TRACE.messages.map((message) => [message.name, message]));
  const told = (verb, target, text = "") => choiceInWords({ decision: "", verb, target, text }, messages);
  assert.equal(told("deliver", "B->A#1"), "Deliver Answer 5 from B to A");
  assert.equal(told("deliver", "B->A#9", "Answer 6 from B to A"), "Deliver Answer 6 from B to A");
  assert.equal(told("fire", "A", "again"), "A: the again timer goes off");
  assert.equal(told("crash", "A"), "A crashes");
});

test("it is over when a promise is broken, when the protocol fails, or when nothing is left to happen", () => {
  const kept = [{ status: "holds" }, { status: "not decided" }];
  assert.equal(outcomeOf({ next: CHOICES }, kept, ""), "");
  assert.equal(outcomeOf({ next: CHOICES }, [...kept, { status: "broken" }], ""), "broken");
  assert.equal(outcomeOf({ next: [] }, kept, ""), "still");
  assert.equal(outcomeOf({ next: [] }, kept, "on_ask failed"), "failed");
});

// ---- two traces side by side

test("two traces are in step until they part, and at the same time from there on", () => {
  const later = structuredClone(TRACE);
  for (const step of later.steps.slice(4)) step.time += 20; // they part at step 4: 0 0 10 15 | 40 50 55 70 80
  const other = indexTrace(later);
  const steps = index.steps.map((_, k) => momentBeside(other, 4, at(k)).step);
  assert.deepEqual(steps, [0, 1, 2, 3, 4, 4, 4, 5, 6]);
  assert.deepEqual(momentBeside(other, 4, at(1, 0.5)), { step: 1, part: 0.5 });
  assert.deepEqual(momentBeside(other, 4, { step: 7, part: 0.5, time: 60 }), { step: 6, part: 5 / 15 });
});

test("a trace that ends is at its last step from there on, and alike traces stay in step", () => {
  const short = indexTrace({ ...TRACE, steps: TRACE.steps.slice(0, 4) });
  assert.deepEqual([2, 4, 8].map((k) => momentBeside(short, 4, at(k)).step), [2, 3, 3]);
  assert.equal(momentBeside(index, null, at(8)).step, 8);
  assert.equal(momentBeside(indexTrace({ ...TRACE, steps: [] }), 0, at(3)).step, 0);
});

test("of the other branch's promises, those are shown that came to something else", () => {
  const lights = [
    { name: "p", status: "holds" },
    { name: "q", status: "holds" },
  ];
  const there = [lights[0], { name: "q", status: "broken" }];
  assert.deepEqual(differingLights({ lights, comparison: { lights: there } }), [there[1]]);
});

// ---- copies and words

test("only texts that there are can be copied", () => {
  const names = (payload) => formsOf(payload).map(({ name }) => name);
  assert.deepEqual(names({ script: "run = 1", json: "{}", test: "assert 1" }), ["script", "json", "test"]);
  assert.deepEqual(names({ script: "run = 1", json: "", test: "assert 1" }), ["script", "test"]);
  assert.deepEqual(names({ script: "", json: "", test: "" }), []);
});

test("names are put into sentences as they are, whatever they look like", () => {
  assert.equal(t("{a} and {b}", { a: "{b}", b: "$&" }), "{b} and $&");
  assert.equal(t("{toString} {a}", { a: 0 }), "{toString} 0");
});
