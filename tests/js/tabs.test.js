import assert from "node:assert/strict";
import { test } from "node:test";
import { closed, firstViews, opened, readViews, roomFor, shownViews, TABS } from "../../dslab/player/js/acting/tabs.js";

const wide = (...views) => ({ views, room: 3 });
const narrow = (...views) => ({ views, room: 1 });

test("a wide player shows the cluster and two more, a narrow one what was opened last", () => {
  assert.deepEqual([roomFor(900), roomFor(899), roomFor(360)], [3, 1, 1]);
  assert.deepEqual(shownViews(wide("history", "cluster", "state")), ["cluster", "history", "state"]);
  assert.deepEqual(shownViews(wide("cluster", "history", "state", "more")), ["cluster", "state", "more"]);
  assert.deepEqual(shownViews(wide("history", "state")), ["history", "state"]);
  assert.deepEqual(shownViews(narrow("cluster", "history")), ["history"]);
});

test("the view that was opened first gives way to a third", () => {
  assert.deepEqual(opened(wide("cluster", "history", "state"), "more"), ["cluster", "state", "more"]);
  assert.deepEqual(opened(wide("cluster", "history"), "history"), ["cluster", "history"]);
  assert.deepEqual(shownViews(narrow(...opened(narrow("cluster", "state"), "cluster"))), ["cluster"]);
});

test("the player is never empty", () => {
  assert.deepEqual(closed(wide("cluster", "state"), "cluster"), ["state"]);
  assert.deepEqual(closed(wide("state"), "state"), ["cluster"]);
  assert.deepEqual(closed(narrow("history", "state"), "state"), ["cluster"]);
});

test("a cell's choice comes before the reader's, and the reader's before the usual", () => {
  assert.deepEqual(firstViews({ show: ["history"] }, "", ["state"]), ["cluster", "history"]);
  assert.deepEqual(firstViews({ show: ["state", "cluster"] }, "", null), ["state", "cluster"]);
  assert.deepEqual(firstViews({ show: [] }, "", ["cluster", "state"]), ["cluster", "state"]);
  assert.deepEqual(firstViews({}, "break", ["cluster", "state"]), ["cluster", "choices"]);
  assert.deepEqual(firstViews({}, "", null), ["cluster"]);
});

test("what was stored, or sent by another frame, is believed only if it names views", () => {
  assert.deepEqual(readViews(["cluster", "history"]), ["cluster", "history"]);
  for (const other of [null, [], "cluster", ["cluster", "toString"], [3], { 0: "cluster" }])
    assert.equal(readViews(other), null);
  assert.deepEqual(readViews([...TABS.keys()]).includes("choices"), false);
});
