import assert from "node:assert/strict";
import { test } from "node:test";
import {
  axisOf, laneOf, movedBar, pointOf, pointsOf, refusalOf, spokenBar, tidy, withClient, withOperation, withoutBar,
  withoutClient,
} from "../../dslab/player/js/widgets/bars.js";
import { orderShown, verdictName, verdictSentence } from "../../dslab/player/js/widgets/judging.js";

const bar = (id, client, call, result, invoked, returned) => ({ id, client, call, result, invoked, returned });
const SHEET = {
  clients: ["A", "B"],
  bars: [
    bar("o0", "A", "write 1", "", 1, 4), bar("o1", "A", "read", "1", 6, 7), bar("o2", "B", "read", "none", 2, 5),
    bar("o3", "B", "write 2", "", 8, null),
  ],
};
const AXIS = axisOf(SHEET);
const find = (sheet, id) => sheet.bars.find((one) => one.id === id);
const times = (sheet, id) => [find(sheet, id).invoked, find(sheet, id).returned];

test("the axis has round ticks, holds all bars and begins at 0 if they do", () => {
  assert.deepEqual(AXIS, { low: 0, high: 9, step: 0.1, tick: 1 });
  assert.deepEqual(axisOf({ clients: [], bars: [] }), { low: 0, high: 11, step: 0.1, tick: 1 });
  const late = axisOf({ clients: ["A"], bars: [bar("o0", "A", "read", "", 1200, 1900)] });
  assert.equal(late.tick, 100);
  assert.ok(late.low < 1200 && late.high > 1900);
});

test("a bar moves as a whole, up to its neighbours in the lane", () => {
  assert.deepEqual(times(movedBar(SHEET, "o0", "bar", 1, AXIS), "o0"), [2, 5]);
  assert.deepEqual(times(movedBar(SHEET, "o0", "bar", 9, AXIS), "o0"), [3, 6]);
  assert.deepEqual(times(movedBar(SHEET, "o1", "bar", -9, AXIS), "o1"), [4, 5]);
  assert.deepEqual(times(movedBar(SHEET, "o1", "bar", 100, AXIS), "o1"), [106, 107]);
});

test("its ends move apart and together, and never past each other", () => {
  assert.deepEqual(times(movedBar(SHEET, "o0", "end", 1.5, AXIS), "o0"), [1, 5.5]);
  assert.deepEqual(times(movedBar(SHEET, "o0", "end", 99, AXIS), "o0"), [1, 6]);
  assert.deepEqual(times(movedBar(SHEET, "o0", "end", -99, AXIS), "o0"), [1, 1.1]);
  assert.deepEqual(times(movedBar(SHEET, "o0", "beginning", 99, AXIS), "o0"), [3.9, 4]);
});

test("one that never returned has no end to move, and stays in the picture", () => {
  assert.equal(movedBar(SHEET, "o3", "end", 1, AXIS), SHEET);
  assert.deepEqual(times(movedBar(SHEET, "o3", "bar", 99, AXIS), "o3"), [8.9, null]);
  assert.deepEqual(times(movedBar(SHEET, "o3", "bar", -99, AXIS), "o3"), [5, null]);
});

test("a point is in the middle until it is placed, stays inside of its bar and goes along with it", () => {
  assert.equal(pointOf(SHEET, find(SHEET, "o0"), 9), 2.5);
  const placed = movedBar(SHEET, "o0", "point", 1, AXIS);
  assert.deepEqual(pointsOf(placed, 9), { o0: 3.5, o1: 6.5, o2: 3.5, o3: 8.5 });
  assert.equal(pointsOf(movedBar(placed, "o0", "point", 99, AXIS), 9).o0, 4);
  assert.equal(pointsOf(movedBar(placed, "o0", "bar", 1, AXIS), 9).o0, 4.5);
  assert.equal(pointsOf(movedBar(placed, "o0", "end", -2, AXIS), 9).o0, 2);
});

test("a client has one operation open at a time, whatever is typed", () => {
  assert.equal(refusalOf(SHEET, { ...find(SHEET, "o0"), returned: 5 }), "");
  assert.match(refusalOf(SHEET, { ...find(SHEET, "o0"), returned: 6.5 }), /A has read → 1 open then/);
  assert.match(refusalOf(SHEET, { ...find(SHEET, "o0"), returned: null }), /one operation open at a time/);
  assert.match(refusalOf(SHEET, { ...find(SHEET, "o0"), returned: 0.5 }), /returns after it was called/);
  assert.match(refusalOf(SHEET, { ...find(SHEET, "o0"), invoked: NaN }), /A time is a number/);
});

test("an operation is added behind those of its client, if the last of these returned", () => {
  const { sheet, id } = withOperation(SHEET, "A", AXIS);
  assert.deepEqual(find(sheet, id), bar("o4", "A", "read", "", 7.5, 9));
  assert.equal(refusalOf(sheet, find(sheet, id)), "");
  assert.equal(withOperation(SHEET, "B", AXIS), null);
  assert.equal(withOperation({ clients: ["A"], bars: [] }, "A", AXIS).id, "o0");
});

test("operations and clients come and go", () => {
  assert.deepEqual(withClient(SHEET).clients, ["A", "B", "C"]);
  assert.deepEqual(laneOf(withoutBar(SHEET, "o0"), "A").map(({ id }) => id), ["o1"]);
  const rest = withoutClient(SHEET, "A");
  assert.deepEqual([rest.clients, rest.bars.map(({ id }) => id)], [["B"], ["o2", "o3"]]);
});

test("a bar is told in words, and times have no tails of binary fractions", () => {
  assert.equal(spokenBar(find(SHEET, "o2")), "B: read → none, from 2 to 5");
  assert.equal(spokenBar(find(SHEET, "o3")), "B: write 2, from 8 on, never returned");
  assert.equal(tidy(0.1 + 0.2), 0.3);
});

const verdict = (status, more) => ({ model: "linearizable", status, sentence: "why", orders: [], conflict: [], ...more });

test("a verdict is told with its evidence", () => {
  assert.equal(verdictSentence(verdict("yes"), ""), "Linearizable: why.");
  assert.equal(verdictSentence(verdict("unknown"), ""), "Linearizable: unknown, why.");
  assert.equal(verdictSentence(verdict("no", { conflict: ["o0"] }), ""), "Not linearizable: why.");
  const marked = verdictSentence(verdict("no", { conflict: ["o0", "o1"] }), "");
  assert.equal(marked, "Not linearizable: why. The 2 marked operations contradict each other.");
  const minimal = verdictSentence(verdict("no", { conflict: ["o0", "o1"], minimal: true }), "");
  assert.match(minimal, /contradict each other, and each of them is needed for that\.$/);
  assert.deepEqual(["yes", "no", "unknown", "does not apply"].map((status) => verdictName(verdict(status))), [
    "✓ linearizable", "✗ not linearizable", "? linearizable", "– linearizable",
  ]);
});

test("of an order for each client, that of the chosen one is numbered, or else of the first who read something", () => {
  const each = verdict("yes", { orders: [["A", ["o0"]], ["B", ["o0", "o2"]]] });
  assert.deepEqual(orderShown(each, "A"), { client: "A", ids: ["o0"] });
  assert.deepEqual(orderShown(each, ""), { client: "B", ids: ["o0", "o2"] });
  assert.match(verdictSentence(each, "B"), /Numbered: the order of B\.$/);
  assert.deepEqual(orderShown(verdict("no"), "A"), { client: "", ids: [] });
});
