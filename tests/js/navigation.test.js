import assert from "node:assert/strict";
import { test } from "node:test";
import { createNavigation } from "../../dslab/player/js/acting/navigation.js";
import { createFilter, showsAll } from "../../dslab/player/js/data/filter.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { changeZoom, keepInPlace, ROWS } from "../../dslab/player/js/history/zoom.js";
import { ALL, LIGHTS, TRACE } from "./trace.js";

const index = indexTrace(TRACE);

test("zoom has ends, and what is under the pointer stays there", () => {
  assert.deepEqual(
    [changeZoom(0, -1), changeZoom(3, 1), changeZoom(ROWS.length - 1, 1)],
    [0, 4, ROWS.length - 1],
  );
  assert.equal(keepInPlace(1000, 200, 25, 12.5), 400);
  assert.equal(keepInPlace(0, 200, 25, 12.5), 0);
});

test("chips leave out one, or all but one; a mark goes and comes; the cursor goes where it is sent", () => {
  const view = { ...ALL, filter: createFilter(), step: 2, zoom: 3 };
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
