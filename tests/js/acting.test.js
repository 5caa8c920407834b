import assert from "node:assert/strict";
import { test } from "node:test";
import { amountOf, examplesFor, partitionOf } from "../../dslab/player/js/acting/argument_forms.js";
import { bindingOf } from "../../dslab/player/js/acting/keys.js";
import { createDrafts, createInterventions, reasonOf } from "../../dslab/player/js/acting/selection.js";
import { interventionOf, interventionsAt } from "../../dslab/player/js/acting/verbs.js";
import {
  asPartition,
  crossed,
  cutsOf,
  inPicture,
  linkBetween,
  nearest,
  nextLink,
} from "../../dslab/player/js/cluster/link_cutting.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { TRACE } from "./trace.js";

const index = indexTrace(TRACE);
const node = (id) => ({ kind: "node", id });
const message = (id) => ({ kind: "message", id });
const ACTS = {
  requests: [
    { type: "Put", fields: ["key"], nodes: ["A", "B"], example: "Put('x')" },
    { type: "Get", fields: [], nodes: ["B"], example: "Get()" },
  ],
};
/** What can be done now to this, by name. */
const possible = (selection, k) =>
  interventionsAt(index, selection, k, ACTS)
    .interventions.filter((intervention) => !intervention.why)
    .map((intervention) => intervention.name);
const whyNot = (selection, k, name) => interventionsAt(index, selection, k, ACTS).interventions.find((intervention) => intervention.name === name).why;

// ---- what can be done

test("what can be done to a node depends on whether it is up", () => {
  assert.deepEqual(possible(node("B"), 2), ["crash", "pause", "isolate", "request", "clock", "partition"]);
  assert.deepEqual(possible(node("B"), 3), ["recover", "isolate", "request", "clock", "partition"]);
  assert.equal(whyNot(node("B"), 3, "crash"), "B is down.");
  assert.equal(whyNot(node("B"), 2, "recover"), "B is not down.");
  assert.equal(whyNot(node("C"), 2, "request"), "C handles no client requests. Ask A, B.");
});

test("a paused node can be resumed, and not paused again", () => {
  const paused = indexTrace({ ...TRACE, steps: [...TRACE.steps, { time: 70, node: "A", kind: "pause" }] });
  const { interventions, about } = interventionsAt(paused, node("A"), 9, ACTS);
  assert.equal(about, "A is paused.");
  assert.deepEqual(
    interventions.filter((intervention) => intervention.shown && !intervention.more).map((intervention) => intervention.name),
    ["crash", "resume", "isolate", "fire"],
  );
  assert.equal(interventionOf(interventions, "r").name, "resume");
  assert.equal(interventionOf(interventions, "z").why, "A is paused already.");
});

test("a timer that runs can go off now, the next one by a key", () => {
  assert.deepEqual(interventionOf(interventionsAt(index, node("A"), 2).interventions, "t").changes, [{ verb: "fire", args: ["A", "again"] }]);
  assert.equal(whyNot(node("A"), 7, "fire"), "A has no timer set.");
  const [first, ...steps] = TRACE.steps;
  const two = indexTrace({ ...TRACE, steps: [{ ...first, timers: { late: 80, soon: 20 } }, ...steps] });
  const fires = interventionsAt(two, node("A"), 0).interventions.filter((intervention) => intervention.name === "fire");
  assert.deepEqual(
    fires.map((intervention) => [intervention.word, intervention.key, intervention.more]),
    [
      ["Fire soon", "t", false],
      ["Fire late", "", true],
    ],
  );
});

test("only a message in flight can be changed", () => {
  assert.deepEqual(possible(message("A->B#1"), 1), ["deliver", "drop", "duplicate", "delay", "partition"]);
  assert.deepEqual(possible(message("A->B#1"), 2), ["partition"]);
  assert.match(interventionsAt(index, message("A->B#1"), 2).about, /: arrived\.$/);
  assert.match(interventionsAt(index, message("A->C#1"), 2).about, /: lost on its way\.$/);
  assert.match(interventionsAt(index, message("A->B#2"), 8).about, /: lost\.$/);
  assert.match(interventionsAt(index, message("A->B#2"), 6).about, /: not sent yet\.$/);
  assert.equal(interventionsAt(index, message("no such"), 2).about, "This message does not exist in this run.");
});

test("a message that has reached a paused node cannot be changed any more", () => {
  const steps = TRACE.steps.map((step, k) => (k === 6 ? { time: 35, node: "B", kind: "pause" } : step));
  const open = { ended: null, fate: "in flight" };
  const messages = TRACE.messages.map((one) => (one.name === "A->B#2" ? { ...one, ...open } : one));
  const paused = indexTrace({ ...TRACE, steps, messages });
  assert.match(interventionsAt(paused, message("A->B#2"), 7).about, /: in flight\.$/);
  assert.match(interventionsAt(paused, message("A->B#2"), 8).about, /: arrived, waiting for a paused node\.$/);
});

test("a link is cut and healed in each direction by itself", () => {
  const { interventions, about } = interventionsAt(index, linkBetween("A", "B"), 6);
  assert.equal(about, "The link between A and B is cut in one direction: what A sends to B is lost.");
  assert.deepEqual(interventionOf(interventions, "c").changes, [{ verb: "cut", args: ["B", "A"] }]);
  assert.deepEqual(interventionOf(interventions, "C").changes, [{ verb: "cut", args: ["B", "A"] }]);
  assert.deepEqual(interventionOf(interventions, "H").changes, [{ verb: "heal", args: ["A", "B"] }]);
  const before = interventionsAt(index, linkBetween("A", "B"), 5);
  assert.equal(before.about, "The link between A and B is open.");
  assert.deepEqual(
    interventionOf(before.interventions, "c").changes.map((change) => change.args),
    [
      ["A", "B"],
      ["B", "A"],
    ],
  );
  assert.equal(interventionOf(before.interventions, "H").why, "No link is cut.");
});

test("a node without an open link cannot be isolated", () => {
  const all = [["A", "B"], ["B", "A"], ["A", "C"], ["C", "A"]];
  const why = (trace, cuts) => {
    const steps = trace.steps.map((step, k) => (k === 6 ? { ...step, cuts } : step));
    return interventionOf(interventionsAt(indexTrace({ ...trace, steps }), node("A"), 6).interventions, "i").why;
  };
  assert.equal(why(TRACE, all), "All links of A are cut already.");
  assert.equal(why(TRACE, all.slice(1)), "");
  assert.equal(why({ ...TRACE, links: [["B", "C"]] }, []), "A has no links.");
});

test("the network can be healed where a link is cut", () => {
  assert.equal(whyNot(null, 5, "heal"), "No link is cut.");
  assert.deepEqual(interventionOf(interventionsAt(index, null, 6).interventions, "H").changes, [{ verb: "heal", args: [] }]);
});

// ---- what an intervention asks for

test("an amount is a number of milliseconds, and a message is not held back by less than none", () => {
  assert.deepEqual(amountOf("clock", "A", "-100"), { verb: "clock", args: ["A"], options: { step: -100 } });
  assert.deepEqual(amountOf("delay", "A->B#1", "2.5"), { verb: "delay", args: ["A->B#1"], options: { by: 2.5 } });
  assert.match(amountOf("delay", "A->B#1", "-1"), /0 or more/);
  for (const text of ["", " ", "soon", "1e999"]) assert.match(amountOf("clock", "A", text), /^Type a number/);
});

test("a partition has two sides", () => {
  assert.deepEqual(partitionOf(["A", "B", "C"], new Set(["C", "A", "gone"])), [
    { verb: "partition", args: [["A", "C"], ["B"]] },
  ]);
  assert.deepEqual(partitionOf(["A", "B"], new Set()), []);
  assert.deepEqual(partitionOf(["A", "B"], new Set(["A", "B"])), []);
});

test("examples are what the node answers to", () => {
  assert.deepEqual(examplesFor(ACTS, "A"), ["Put('x')"]);
  assert.deepEqual(examplesFor(ACTS, "B"), ["Put('x')", "Get()"]);
  assert.deepEqual(examplesFor(undefined, "B"), []);
});

// ---- links

const LINES = [
  { a: "A", b: "B", from: { x: 0, y: 0 }, to: { x: 100, y: 0 } },
  { a: "B", b: "C", from: { x: 100, y: 0 }, to: { x: 100, y: 100 } },
];

test("a stroke cuts the links that it crosses, from its left to its right if one way is wanted", () => {
  const downwards = crossed(LINES, { x: 50, y: -20 }, { x: 50, y: 20 });
  assert.deepEqual(
    downwards.map(({ src, dst, at }) => [src, dst, at.x, at.y]),
    [["B", "A", 50, 0]],
  );
  const upwards = crossed(LINES, { x: 50, y: 20 }, { x: 50, y: -20 });
  assert.deepEqual([upwards[0].src, upwards[0].angle], ["A", 0]);
  assert.equal(crossed(LINES, { x: 70, y: -10 }, { x: 130, y: 50 }).length, 2);
  assert.deepEqual(crossed(LINES, { x: 10, y: 10 }, { x: 90, y: 90 }), []);
});

test("what is cut already is not cut again", () => {
  const links = [{ src: "A", dst: "B" }];
  assert.deepEqual(cutsOf(index, links, 6, false), [{ verb: "cut", args: ["B", "A"] }]);
  assert.deepEqual(cutsOf(index, links, 6, true), []);
  assert.equal(cutsOf(index, links, 0, false).length, 2);
});

test("cuts that part the nodes into sides are one partition", () => {
  const cut = (...args) => ({ verb: "cut", args });
  const both = (...links) => links.flatMap(([src, dst]) => [cut(src, dst), cut(dst, src)]);
  const parted = [{ verb: "partition", args: [["A"], ["B", "C"]] }];
  assert.deepEqual(asPartition(index, both("AB", "AC"), 0), parted);
  assert.deepEqual(asPartition(index, both("AB", "AC").slice(1), 6), parted); // A's way to B is cut already
  for (const cuts of [both("AB"), both("AB", "AC").slice(1), [...both("AB", "AC"), ...both("BC").slice(1)]])
    assert.deepEqual(asPartition(index, cuts, 0), cuts);
  const all = both("AB", "AC", "BC");
  assert.deepEqual(asPartition(index, all, 0), [{ verb: "partition", args: [["A"], ["B"], ["C"]] }]);
  const row = indexTrace({ ...TRACE, links: [["A", "B"], ["B", "C"]] });
  assert.deepEqual(asPartition(row, both("AB", "BC"), 0), [{ verb: "partition", args: [["A"], ["B"], ["C"]] }]);
});

test("a click means the link that it is near to", () => {
  assert.equal(nearest(LINES, { x: 40, y: 6 }).b, "B");
  assert.equal(nearest(LINES, { x: 95, y: 60 }).b, "C");
  assert.equal(nearest(LINES, { x: 40, y: 40 }), null);
  assert.equal(nearest([], { x: 0, y: 0 }), null);
});

test("the picture is centred in its box", () => {
  const box = { left: 10, top: 20, width: 400, height: 100 };
  assert.deepEqual(inPicture(box, { width: 100, height: 50 }, { x: 110, y: 20 }), { x: 0, y: 0 });
  assert.deepEqual(inPicture(box, { width: 100, height: 50 }, { x: 310, y: 120 }), { x: 100, y: 50 });
});

test("the keys go round the links, or round those of the selected node", () => {
  const round = (selection, ways) =>
    ways.map((way) => (selection = nextLink(index, selection, way))).map((link) => link.ends.join(""));
  assert.deepEqual(round(null, [1, 1, 1, 1, -1]), ["AB", "AC", "BC", "AB", "BC"]);
  assert.deepEqual(round(node("C"), [1, 1, 1]), ["CA", "CB", "CA"]);
  assert.deepEqual(round(linkBetween("B", "A"), [1]), ["AC"]);
  assert.equal(nextLink(indexTrace({ ...TRACE, links: [] }), null, 1), null);
});

// ---- the keys

/** What these keys send, and what is said instead. */
function pressed(keys, selection, step, { payload = { editable: true }, acts = ACTS } = {}) {
  const sent = [];
  const view = { selection, step, time: index.times[step], drafts: createDrafts(), waiting: false, unanswered: false };
  const acting = createInterventions(view, {
    index: () => index,
    payload: () => payload,
    acts: () => acts,
    send: (content) => sent.push(content),
    draw() {},
    open: (name) => sent.push(name),
  });
  for (const key of keys) bindingOf({ key, shiftKey: false }).act(acting, key);
  return { sent, view, said: reasonOf(view, payload, true) };
}

test("a key asks for the change that it means for what is selected", () => {
  const where = { step: 1, time: 0 };
  assert.deepEqual(pressed("c", node("B"), 1).sent, [{ type: "edit", verb: "crash", args: ["B"], ...where }]);
  assert.deepEqual(pressed("g", message("A->B#1"), 1).sent[0].verb, "deliver");
  assert.deepEqual(pressed("c", linkBetween("A", "C"), 1).sent, [
    {
      type: "edit",
      changes: [
        { verb: "cut", args: ["A", "C"] },
        { verb: "cut", args: ["C", "A"] },
      ],
      ...where,
    },
  ]);
});

test("what needs a number, a text or a choice opens its field", () => {
  for (const [key, selection, name] of [
    ["a", node("A"), "request"],
    ["k", node("A"), "clock"],
    [">", message("A->B#1"), "delay"],
    ["P", null, "partition"],
  ]) {
    const { sent, view } = pressed(key, selection, 1);
    assert.deepEqual([sent, view.drafts.more], [[name], true]);
  }
});

test("a key that can do nothing says why, until the reader turns to something else", () => {
  assert.deepEqual(pressed("c", node("B"), 3).sent, []);
  assert.equal(pressed("c", node("B"), 3).said, "B is down.");
  assert.match(pressed("c", null, 3).said, /^Select a node/);
  const { view } = pressed("c", node("B"), 3);
  assert.equal(reasonOf({ ...view, step: 4 }, { editable: true }, true), "");
  assert.equal(reasonOf({ ...view, selection: node("A") }, { editable: true }, true), "");
});

test("without a kernel the keys say what is missing, and ask nobody", () => {
  const payload = { editable: false, reason: "Changes need a running kernel." };
  for (const key of "caPeH") {
    const { sent, said, view } = pressed(key, node("A"), 1, { payload, acts: undefined });
    assert.deepEqual([sent, said, view.drafts.more], [[], payload.reason, false]);
  }
});
