import assert from "node:assert/strict";
import { test } from "node:test";
import {
  correction, offsetAt, offsetOf, spelled, turnOf, worded,
} from "../../dslab/player/js/widgets/clock_hands.js";

test("ntpd slews below 128 ms, steps from there, and panics beyond 1000 s", () => {
  const how = (offset) => correction(offset, 128).how;
  assert.deepEqual([0, 1, -127, 128, -1_000_000, 1_000_100].map(how), ["right", "slew", "slew", "step", "step", "panic"]);
});

test("a slew of 125 ms at 500 ppm takes 250 s", () => {
  assert.equal(correction(-125, 128).seconds, 250);
});

test("a slew approaches, a step jumps, a panic changes nothing", () => {
  assert.deepEqual([0, 0.5, 1].map((part) => offsetAt(-100, 128, part)), [-100, -50, -0]);
  assert.deepEqual([0, 0.5, 1].map((part) => offsetAt(500, 128, part)), [500, 0, 0]);
  assert.deepEqual([0, 1].map((part) => offsetAt(2e6, 128, part)), [2e6, 2e6]);
});

test("the slider is logarithmic, goes through 0 and beyond the panic threshold", () => {
  assert.deepEqual([0, 1, 6, 11, -11, 16].map(offsetOf), [0, 1, 10, 100, -100, 1000]);
  assert.deepEqual([31, 35, -35].map(offsetOf), [1_000_000, 2_000_000, -2_000_000]);
});

test("offsets are worded with their unit, and shown on a dial that they do not fill", () => {
  assert.deepEqual([0, 12, -1500, 2e6].map(worded), ["right", "12 ms ahead", "1.5 s behind", "33.3 min ahead"]);
  assert.equal(spelled(1_000_000), "16.7 min");
  assert.deepEqual([100, 5000, 1e6].map(turnOf), [1000, 60_000, 3_600_000]);
});
