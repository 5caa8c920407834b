// @ts-check
// The cursor: it is put at a step, moves along the schedule while the run plays, and after a step forward the picture
// of the cluster glides behind it.
/** @import { Itinerary } from "./playback.js" */
/** @import { Index } from "./data/trace_types.js" */
/** @import { Actions, View } from "./types.js" */
import { neighbourInView, stepInView } from "./data/filter.js";
import { createClock, createGlide, itinerary, momentAt, timeAt } from "./playback.js";

/** @param {View} view
 *  @param {{draw: () => void, drawCluster: () => void, paused: () => void}} player `paused`: the play has stopped */
export function createCursor(view, { draw, drawCluster, paused }) {
  /** @type {Index} */
  let index;
  /** @type {Itinerary} */
  let way;
  let now = 0; // where the playing is on the schedule
  let haste = 1; // how much faster than usual it plays

  const clock = createClock((elapsed) => {
    now += elapsed * view.speed * haste;
    const { step: stop, part } = momentAt(way.moments, now);
    if (way.steps[stop] >= index.last) pause();
    place(way.steps[stop], reducedMotion() && part ? 0.5 : part, way.steps[stop + 1]);
  });

  const glide = createGlide((part) => {
    show(part < 1 ? view.step - 1 : view.step, part < 1 ? part : 0);
    drawCluster();
  });

  /** What the picture of the cluster shows: the cursor's moment, but for the short glide after a step.
   * @param {number} step
   * @param {number} part
   * @param {number} [next] */
  function show(step, part, next) {
    view.scene = { step, time: timeAt(index, step, part, next), message: index.endedBy.get(step) ?? null };
  }

  /** Put the cursor at a step, or on the way to the next at which playing stops.
   * @param {number} step
   * @param {number} [part]
   * @param {number} [next] */
  function place(step, part = 0, next = step + 1) {
    view.step = stepInView(index, view, Math.max(0, Math.min(index.last, step)));
    view.part = view.step < index.last && view.observer === null ? part : 0;
    view.next = next;
    view.time = timeAt(index, view.step, view.part, next);
    view.message = index.endedBy.get(view.step) ?? null;
    glide.stop();
    show(view.step, view.part, next);
    draw();
  }

  /** @param {number} within ms on the screen at speed 1, at most */
  function play(within = Infinity) {
    if (view.step >= index.last) place(0);
    way = itinerary(index, view);
    const at = way.steps.indexOf(view.step);
    const [here, next = here] = way.moments.subarray(at, at + 2);
    haste = Math.max(1, ((way.moments.at(-1) ?? here) - here) / within);
    now = here + view.part * (next - here);
    view.playing = true;
    clock.start();
    draw();
  }

  function pause() {
    if (!view.playing) return;
    view.playing = false;
    clock.stop();
    paused();
  }

  /** @type {Actions["go"]} */
  function go(step) {
    pause();
    place(step);
  }

  return {
    go,
    pause,
    place,
    play,
    /** @type {Actions["step"]} */
    step(way) {
      const before = view.step;
      go(way < 0 && view.part ? view.step : neighbourInView(index, view, way));
      if (view.step === before + 1 && view.observer === null && !reducedMotion()) glide.start();
    },
    toggle: () => (view.playing ? (pause(), draw()) : play()),
    /** The trace in which it moves from now on.
     * @param {Index} trace */
    load(trace) {
      index = trace;
      view.pace = itinerary(index, view).pace;
    },
    stop() {
      clock.stop();
      glide.stop();
    },
  };
}

function reducedMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
