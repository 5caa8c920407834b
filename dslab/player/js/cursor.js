// @ts-check
// The cursor: it is put at a step, moves along the schedule while the run plays, and after a step forward the picture
// of the cluster glides behind it.
/** @import { Actions, Index, View } from "./types.js" */
import { neighbourInView, stepInView } from "./data/filter.js";
import { createClock, createGlide, momentAt, naturalPace, schedule, timeAt } from "./playback.js";

/** @param {View} view
 *  @param {{draw: () => void, drawCluster: () => void, paused: () => void}} player `paused`: the play has stopped */
export function createCursor(view, { draw, drawCluster, paused }) {
  /** @type {Index} */
  let index;
  /** @type {Float64Array} */
  let moments;
  let now = 0; // where the playing is on the schedule

  const clock = createClock((elapsed) => {
    now += elapsed * view.speed;
    const moment = momentAt(moments, now);
    if (moment.step >= index.last) pause();
    place(moment.step, reducedMotion() && moment.part ? 0.5 : moment.part);
  });

  const glide = createGlide((part) => {
    show(part < 1 ? view.step - 1 : view.step, part < 1 ? part : 0);
    drawCluster();
  });

  /** What the picture of the cluster shows: the cursor's moment, but for the short glide after a step.
   * @param {number} step
   * @param {number} part */
  function show(step, part) {
    view.scene = { step, time: timeAt(index, step, part), message: index.endedBy.get(step) ?? null };
  }

  /** Put the cursor at a step, or on the way to the next.
   * @param {number} step
   * @param {number} part */
  function place(step, part = 0) {
    view.step = stepInView(index, view, Math.max(0, Math.min(index.last, step)));
    view.part = view.step < index.last && view.observer === null ? part : 0;
    view.time = timeAt(index, view.step, view.part);
    view.message = index.endedBy.get(view.step) ?? null;
    glide.stop();
    show(view.step, view.part);
    draw();
  }

  function play() {
    if (view.step >= index.last) place(0);
    const [here, next = here] = moments.subarray(view.step, view.step + 2);
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
      view.pace = naturalPace(index.messages);
      moments = schedule(index.times, view.pace);
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
