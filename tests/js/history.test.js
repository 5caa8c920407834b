import assert from "node:assert/strict";
import { test } from "node:test";
import { headline, stampOf } from "../../dslab/player/js/data/describe.js";
import { rowsOf } from "../../dslab/player/js/data/filter.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { arrowsIn } from "../../dslab/player/js/history/arrows.js";
import { follow, windowOf } from "../../dslab/player/js/history/history.js";
import { ROWS } from "../../dslab/player/js/history/zoom.js";
import { ALL, TRACE } from "./trace.js";

const index = indexTrace(TRACE);

test("only the rows in sight are in the page", () => {
  for (const row of ROWS) {
    const { first, last } = windowOf(4000 * row, 500, 5000, row);
    assert.ok(first < 4000 && last > 4000 + 500 / row && last - first < 1.35 * (500 / row) + 30);
  }
  assert.deepEqual(windowOf(0, 500, 3, 25), { first: 0, last: 3 });
});

test("the cursor is kept in sight, and the list is left alone while it is", () => {
  assert.equal(follow(1000, 500, 1200, false), 1000);
  assert.ok(follow(1000, 500, 3000, false) < 3000 && follow(1000, 500, 3000, false) + 500 > 3000);
  assert.equal(follow(1000, 500, 1400, true), 1100);
});

test("arrows that cross the window are drawn, others not", () => {
  assert.deepEqual(
    arrowsIn(index, rowsOf(index, ALL), 3, 5, ALL).map((arrow) => arrow.message.name),
    ["B->A#1"],
  );
  const arrows = arrowsIn(index, rowsOf(index, ALL), 0, 9, ALL);
  assert.deepEqual([arrows.length, arrows[1].end], [4, 0.75]);
});

test("stamps are shown on demand", () => {
  assert.deepEqual(
    ["none", "lamport", "vector"].map((stamps) => stampOf(TRACE.steps[2], stamps)),
    ["", "2", "[1 1 0]"],
  );
  assert.equal(stampOf(TRACE.steps[6], "vector"), "");
});

test("the large sentence leaves the notes to the line below it", () => {
  assert.equal(headline({ text: "A starts. (one) (two)", notes: ["one", "two"] }), "A starts.");
});
