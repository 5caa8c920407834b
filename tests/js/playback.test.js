import assert from "node:assert/strict";
import { test } from "node:test";
import { along } from "../../dslab/player/js/cluster/links.js";
import { flightsAt } from "../../dslab/player/js/data/in_flight.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { changeSpeed, itinerary, momentAt, naturalPace, schedule, stepAt, timeAt } from "../../dslab/player/js/playback.js";
import { ALL, TRACE } from "./trace.js";

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

// ---- what playing passes over

/** A leader and a follower: one heartbeat a second, and a single word amid them.
 * @param {string|undefined} look of the heartbeats */
function beating(look) {
  const beat = (n) => ({ name: `A->B#${n}`, src: "A", dst: "B", fields: {}, departs: 1000 * n, arrives: 1000 * n + 10 });
  const messages = Array.from({ length: 40 }, (_, n) => ({
    ...beat(n), type: n === 20 ? "Word" : "Beat", look: n === 20 ? "plain" : look,
    sent: 2 * n, fate: "received", ended: 2 * n + 1, why: "",
  }));
  const steps = messages.flatMap((message, n) => [
    { kind: "timer", node: "A", name: "beat", time: 1000 * n, sent: [n], ...(n === 20 ? { notes: ["a word"] } : {}) },
    {
      kind: "receive", node: "B", name: message.type, time: message.arrives, message: n, cause: 2 * n,
      ...(n === 20 ? { changes: { word: 1 } } : {}),
    },
  ]);
  return indexTrace({ ...TRACE, messages, steps });
}

test("playing passes over heartbeats, from the first one if they are meant to be quiet", () => {
  assert.deepEqual(itinerary(beating("quiet"), ALL).steps, [0, 40, 41, 79]); // the first and the last step are kept
  assert.deepEqual(itinerary(beating(undefined), ALL).steps, [0, 1, 40, 41, 79]);
  assert.equal(itinerary(beating("quiet"), { ...ALL, everything: true }).steps.length, 80);
});

test("the reader's own step is on the way, and so is what the filter leaves", () => {
  assert.deepEqual(itinerary(beating("quiet"), { ...ALL, step: 11 }).steps, [11, 40, 41, 79]);
  const filter = { ...ALL.filter, kinds: new Set(["timer"]) };
  assert.deepEqual(itinerary(beating(undefined), { ...ALL, filter, everything: true }).steps.slice(0, 3), [0, 1, 3]);
});

test("a long run is played faster, but no step is lost from sight", () => {
  const times = Array.from({ length: 200 }, (_, n) => 1000 * n);
  const steps = times.map((time, n) => ({ kind: "timer", node: "A", name: "t", time, changes: { n } }));
  const { moments } = itinerary(indexTrace({ ...TRACE, messages: [], steps }), ALL);
  assert.equal(Math.round(moments[1]), 400);
  assert.ok(moments.every((moment, n) => n === 0 || moment > moments[n - 1]));
});

test("time goes on to the next stop, and not only to the next step", () => {
  assert.equal(timeAt(index, 0, 0.5, 4), index.times[4] / 2);
});
