import assert from "node:assert/strict";
import { test } from "node:test";
import { stopAt, stopsOf } from "../../dslab/player/js/panels/tour.js";

const index = { last: 3 };

/** The stops that a reader sees who does these things one after the other. */
function walk(stops, moments) {
  let tour = 0;
  return moments.map(([step, edits, playing]) => {
    tour = stopAt(stops, tour, { view: { step, playing: Boolean(playing) }, index, edits });
    return tour;
  });
}

test("each stop waits for its action: play, back, crash, play, undo", () => {
  const stops = stopsOf(true);
  const moments = [[0, 0], [2, 0, true], [3, 0], [2, 0], [1, 0], [1, 1], [3, 1], [1, 0]];
  assert.deepEqual(walk(stops, moments), [0, 0, 1, 1, 2, 3, 4, stops.length]);
});

test("an undo before the end of the changed run does not strand the reader", () => {
  const stops = stopsOf(true);
  assert.deepEqual(walk(stops, [[3, 0], [1, 0], [1, 1], [1, 0], [1, 0]]), [1, 2, 3, 4, 5]);
});

test("where nothing can be changed the tour only looks", () => {
  assert.equal(stopsOf(false).length, 2);
  assert.deepEqual(walk(stopsOf(false), [[3, 0], [0, 0], [0, 0]]), [1, 2, 2]);
});
