import assert from "node:assert/strict";
import { test } from "node:test";
import { numberOf } from "../../dslab/player/js/compare/pairs.js";
import { momentOf } from "../../dslab/player/js/compare/side.js";
import { timesOf } from "../../dslab/player/js/compare/walk.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { TRACE } from "./trace.js";

const index = indexTrace(TRACE);
const timesOfPairs = (...times) => timesOf(times.map((time) => ({ time })));

test("a picture stands at the last step up to a pair, at the time of the pair", () => {
  const steps = [0, 2, 2, 4]; // the third pair has no step of this run
  const times = timesOfPairs(0, 10, 12, 20, 60);
  assert.deepEqual(momentOf(index, steps, times, 1, 0), { step: 2, time: 10, part: 0 });
  assert.deepEqual(momentOf(index, steps, times, 2, 0), { step: 2, time: 12, part: 0 });
  assert.deepEqual(momentOf(index, steps, null, 2, 0), { step: 2, time: 10, part: 0 });
});

test("on the way to the next pair the steps in between happen, and the next pair does not", () => {
  const moment = (part) => momentOf(index, [2, 5, index.last], null, 0, part);
  assert.deepEqual(moment(0.5), { step: 4, time: 20, part: 0 });
  assert.equal(moment(0.999).step, 4);
});

test("at the last pair all of the run has happened, whatever happens after the last step of the node", () => {
  assert.equal(momentOf(index, [0, 2, 4], null, 2, 0).step, index.last);
});

test("before a run has begun its picture is that of the first step", () => {
  assert.deepEqual(momentOf(index, [-1, 0, 2], timesOfPairs(0, 0, 10), 0, 0), { step: 0, time: 0, part: 0 });
});

test("a clock that was set back does not turn the walk round", () => {
  assert.deepEqual([...timesOfPairs(1, 5, 3, 6)], [1, 5, 5, 6]);
});

test("a node counts its steps from one, a run from nought", () => {
  assert.deepEqual([numberOf("B", 0), numberOf(null, 0)], [1, 0]);
});
