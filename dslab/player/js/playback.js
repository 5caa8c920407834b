// @ts-check
// Time on the screen. The cursor is a moment: a step and how far (0 to 1) it is on the way to the next. Playing runs
// along a schedule: when, in ms on the screen, each step happens. Steps that only repeat are passed over.
/** @import { Index } from "./data/trace_types.js" */
/** @import { View } from "./types.js" */
import { rowsOf, showsAll, uneventful } from "./data/filter.js";
import { lastAtMost } from "./data/trace.js";

const FLIGHT = 1100; // a typical message is seen flying for about this long
const LONGEST = 1000; // nothing happens for at most this long: longer gaps are shortened
const SHORTEST = 140; // steps at (nearly) the same moment are still seen one after the other
const WHOLE = 26_000; // a run plays for about this long at most, if that leaves
const LEAST = 0.4; // this part of the usual time for each step

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];

/** When each step happens on the screen at speed 1. Time is true to scale, but no gap between two steps is longer
 *  than a second (election timeouts would bore) or too short to see.
 * @param {ArrayLike<number>} times of the steps, ms of simulated time
 * @param {number} pace simulated ms that pass in a ms on the screen
 * @returns {Float64Array} */
export function schedule(times, pace) {
  const moments = new Float64Array(times.length);
  for (let k = 1; k < times.length; k++) {
    const gap = (times[k] - times[k - 1]) / pace;
    moments[k] = moments[k - 1] + Math.min(LONGEST, Math.max(SHORTEST, gap));
  }
  return moments;
}

/** @typedef {{steps: number[], moments: Float64Array, pace: number}} Itinerary the steps at which playing stops, when
 *    each happens on the screen at speed 1, and the simulated ms that pass in a ms there */

/** The way that playing takes: over all that is shown, but for what repeats, unless the reader wants that, too.
 * @param {Index} index
 * @param {View} view
 * @returns {Itinerary} */
export function itinerary(index, view) {
  const idle = view.everything || view.observer !== null ? null : uneventful(index);
  const rows = view.observer === null && !showsAll(view.filter) ? rowsOf(index, view) : null;
  const stops = (/** @type {number} */ k) => !idle?.[k] && (!rows || Number.isInteger(rows.rowOf(k)));
  const steps = index.steps.map((_, k) => k).filter((k) => k === view.step || k === index.last || stops(k));
  const pace = naturalPace(index.messages);
  const moments = schedule(steps.map((k) => index.times[k]), pace);
  const part = Math.max(LEAST, Math.min(1, WHOLE / (moments.at(-1) || 1)));
  return { steps, moments: moments.map((moment) => part * moment), pace: pace / part };
}

/** The pace at which a message of median latency flies for about a second.
 * @param {Array<{departs: number, arrives: number}>} messages */
export function naturalPace(messages) {
  const flights = messages
    .map((message) => message.arrives - message.departs)
    .filter((ms) => ms > 0)
    .sort((a, b) => a - b);
  return flights.length ? flights[flights.length >> 1] / FLIGHT : 0.01;
}

/** The stop (its number) and the fraction of the way to the next, at a moment of the schedule.
 * @param {Float64Array} moments
 * @param {number} now
 * @returns {{step: number, part: number}} */
export function momentAt(moments, now) {
  const step = Math.max(0, lastAtMost(moments, now));
  const gap = moments[step + 1] - moments[step];
  return { step, part: gap > 0 ? Math.min(1, Math.max(0, (now - moments[step]) / gap)) : 0 };
}

/** Simulated time at a step and a fraction of the way to the next.
 * @param {Index} index
 * @param {number} step
 * @param {number} part
 * @param {number} [next] another step than the one that follows */
export function timeAt(index, step, part, next = step + 1) {
  const from = index.times[step] ?? 0;
  return part ? from + part * ((index.times[next] ?? from) - from) : from;
}

/** The last step that has happened at a moment of simulated time.
 * @param {Index} index
 * @param {number} time */
export function stepAt(index, time) {
  return Math.max(0, lastAtMost(index.times, time));
}

/** A clock that calls `tick(elapsed ms)` once a frame while it runs.
 * @param {(elapsed: number) => void} tick */
export function createClock(tick) {
  let request = 0;
  let before = 0;
  const frame = (/** @type {number} */ now) => {
    request = requestAnimationFrame(frame);
    const elapsed = Math.min(100, now - before); // a hidden tab does not make the play jump
    before = now;
    tick(elapsed);
  };
  return {
    start() {
      if (request) return;
      before = performance.now();
      request = requestAnimationFrame(frame);
    },
    stop() {
      cancelAnimationFrame(request);
      request = 0;
    },
  };
}

const GLIDE = 220;

/** After a step forward the picture catches up: its messages move for a moment, so that the eye can follow them, while
 *  all text is already at the new step.
 * @param {(part: number) => void} paint called with 0 to 1, of the way to the step */
export function createGlide(paint) {
  let gone = 0;
  const clock = createClock((elapsed) => {
    gone += elapsed;
    if (gone >= GLIDE) clock.stop();
    paint(Math.min(1, gone / GLIDE));
  });
  return {
    start() {
      gone = 0;
      clock.start();
      paint(0);
    },
    stop: clock.stop,
  };
}

/** The next speed in this direction.
 * @param {number} speed
 * @param {number} way */
export function changeSpeed(speed, way) {
  const at = SPEEDS.indexOf(speed);
  return SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + way))];
}
