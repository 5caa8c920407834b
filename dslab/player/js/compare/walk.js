// @ts-check
// The one cursor of two runs: it goes from pair to pair of their steps, and plays.
/** @import { Trace } from "../data/trace_types.js" */
/** @import { Model } from "../types.js" */
import { createClock, createGlide, momentAt, schedule } from "../playback.js";

/** @typedef {object} SideBySide as `dslab.widgets.compare` makes it
 * @property {string} title
 * @property {[string, string]} names of the two
 * @property {string|null} view the node as which they are seen
 * @property {string} verdict whether they look the same
 * @property {string} sentence the same, and what is different
 * @property {number|null} first the first pair that differs
 * @property {Array<{at: [number|null, number|null], cells: [string, string], time: number, moment: string,
 *    same: boolean}>} pairs of steps; null and "" where one of the two has none
 * @property {Array<{trace: Trace, positions: Array<[number, number]>, local: Trace|null, own: number[]|null}>} sides
 *    all that happened; what the node saw of it, and its steps in the whole trace
 * @property {string} [lang]
 * @property {Record<string, string>} [words] */

/** @typedef {{model: Model<{payload: SideBySide}>, el: HTMLElement}} SideBySidePlace */

/** @typedef {object} WalkPlace where the cursor of a comparison is
 * @property {number} pair
 * @property {number} part of the way to the next, 0 to 1
 * @property {boolean} behind is the picture still on the way from the pair before?
 * @property {boolean} playing
 * @property {boolean} everything is shown what the node cannot see? */

const PACE = 0.02; // simulated ms in a ms on the screen

/** @param {SideBySide} payload
 *  @param {() => void} draw */
export function createWalk({ pairs, first, view }, draw) {
  const last = Math.max(0, pairs.length - 1);
  const moments = schedule(timesOf(pairs), PACE);
  /** @type {WalkPlace} */
  const place = { pair: 0, part: 0, behind: false, playing: false, everything: view === null };
  let now = 0; // where the playing is on the schedule

  const clock = createClock((elapsed) => {
    now += elapsed;
    const { step, part } = momentAt(moments, now);
    if (step >= last) stop();
    put(step, step >= last || reducedMotion() ? 0 : part);
  });

  // After a step forward the picture catches up from the pair before, while the words are at the new one.
  const glide = createGlide((part) => {
    Object.assign(place, { behind: part < 1, part: part < 1 ? part : 0 });
    draw();
  });

  /** @param {number} pair
   *  @param {number} part */
  function put(pair, part) {
    glide.stop();
    Object.assign(place, { pair: Math.max(0, Math.min(last, pair)), part, behind: false });
    draw();
  }

  function stop() {
    clock.stop();
    glide.stop();
    place.playing = false;
  }

  /** @param {number} pair */
  function go(pair) {
    stop();
    put(pair, 0);
  }

  return {
    place,
    last,
    go,
    stop,
    /** @param {number} way */
    step(way) {
      const before = place.pair;
      go(way < 0 && place.part ? before : before + way);
      if (place.pair === before + 1 && !reducedMotion()) glide.start();
    },
    toggle() {
      if (place.playing) {
        stop();
        return draw();
      }
      if (place.pair >= last) put(0, 0);
      now = moments[place.pair] ?? 0;
      place.playing = true;
      clock.start();
      draw();
    },
    toFirstDifference: () => first !== null && go(first),
    /** Show what the node cannot see, or hide it again. */
    everything() {
      if (view === null) return;
      place.everything = !place.everything;
      draw();
    },
  };
}

/** When each pair happens, ms; of two different times the earlier one.
 * @param {SideBySide["pairs"]} pairs */
export function timesOf(pairs) {
  const times = new Float64Array(pairs.length);
  pairs.forEach(({ time }, n) => {
    times[n] = Math.max(time, n ? times[n - 1] : time); // a clock may have been set back
  });
  return times;
}

function reducedMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
