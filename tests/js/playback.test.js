import assert from "node:assert/strict";
import { test } from "node:test";
import { along } from "../../dslab/player/js/cluster/links.js";
import { flightsAt } from "../../dslab/player/js/data/in_flight.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { changeSpeed, momentAt, naturalPace, schedule, stepAt, timeAt } from "../../dslab/player/js/playback.js";
import { TRACE } from "./trace.js";

const index = indexTrace(TRACE);
const seen = (k, time) =>
  flightsAt(index, k, time).map(({ message, part, state }) => [message.name, part, state]);

test("waits are shortened to a second, and steps at one moment are still seen apart", () => {
  const moments = schedule([0, 0, 10, 5000], 0.01);
  assert.deepEqual([...moments], [0, 140, 1140, 2140]);
});

test("time flows between two steps", () => {
  const moments = schedule(index.times, 0.01);
  const { step, part } = momentAt(moments, (moments[1] + moments[2]) / 2);
  assert.deepEqual([step, part, timeAt(index, step, part)], [1, 0.5, 5]);
  assert.deepEqual(momentAt(moments, 1e9), { step: 8, part: 0 });
  assert.equal(stepAt(index, 12), 2);
});

test("the pace lets a median message fly for about a second", () => {
  assert.ok(Math.abs(10 / naturalPace(TRACE.messages) - 1100) < 1);
  assert.equal(naturalPace([]), 0.01);
});

test("messages move, and one that is lost dies half-way", () => {
  assert.deepEqual(seen(1, 5), [
    ["A->B#1", 0.5, "flying"],
    ["A->C#1", 5 / 12, "flying"],
  ]);
  assert.deepEqual(seen(1, 9)[1], ["A->C#1", 0.5, "lost"]);
  assert.deepEqual(seen(3, 15), [["B->A#1", 0.5, "flying"]]);
});

test("the step that receives or loses a message still shows it", () => {
  assert.deepEqual(seen(2, 10)[0], ["A->B#1", 1, "received"]);
  assert.deepEqual(seen(8, 60), [["A->B#2", 0.9, "lost"]]);
});

test("the way between two nodes begins and ends at their borders", () => {
  const from = { x: 0, y: 0 },
    to = { x: 100, y: 0 };
  assert.deepEqual(
    [along(from, to, 20, 0).x, along(from, to, 20, 0.5).x, along(from, to, 20, 1).x],
    [20, 50, 80],
  );
  assert.ok(Number.isFinite(along(from, from, 20, 0.5).x));
});

test("speeds have a least and a greatest", () => {
  assert.deepEqual([changeSpeed(1, 1), changeSpeed(16, 1), changeSpeed(0.25, -1)], [2, 16, 0.25]);
});
