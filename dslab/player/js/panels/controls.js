// @ts-check
// The control bar: step, play, speed, and the scrubber with the faults marked along it.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Panel, View } from "../types.js" */
import { announcement, lastOf } from "../data/describe.js";
import { horizonOf } from "../data/horizon.js";
import { showTime } from "../data/values.js";
import { button, FOCUSABLE, h, relabel, s, setAttr, setText, toggleClass } from "../dom.js";
import { t } from "../words.js";
import { createToggle } from "./filters.js";

/** @param {Index} index
 *  @param {Actions} actions
 *  @returns {Panel} */
export function createControls(index, actions) {
  const play = button({ label: t("Play"), word: t("Play"), icon: "play", key: "Space", onclick: actions.toggle });
  play.classList.add("dslab-play");
  const speed = h("span", { class: "dslab-speed" });
  const scrubber = createScrubber(index, actions);
  const moves = group(
    button({ label: t("First step"), icon: "start", key: "Home", onclick: () => actions.go(0) }),
    button({ label: t("Step back"), icon: "back", key: "Left", onclick: () => actions.step(-1) }),
    play,
    button({ label: t("Step forward"), icon: "step", key: "Right", onclick: () => actions.step(1) }),
  );
  const pace = group(
    button({ label: t("Slower"), word: "−", key: "-", onclick: () => actions.faster(-1) }),
    speed,
    button({ label: t("Faster"), word: "+", key: "+", onclick: () => actions.faster(1) }),
  );
  const about = { class: "dslab-controls", role: "toolbar", "aria-label": t("Playback") };
  return {
    element: h("div", about, moves, scrubber.element, pace),
    draw(view) {
      relabel(play, view.playing ? "pause" : "play", view.playing ? t("Pause") : t("Play"));
      setText(speed, `${view.speed}×`);
      const ms = (1000 * view.pace * view.speed).toPrecision(2);
      speed.title = t("1 s shows about {ms} ms; longer waits are shortened", { ms });
      scrubber.draw(view);
    },
  };
}

/** @param {...Node} children */
function group(...children) {
  return h("div", { class: "dslab-group" }, ...children);
}

/** @param {Index} index
 *  @param {Actions} actions
 *  @returns {Panel} */
function createScrubber(index, actions) {
  const last = Math.max(0, index.last);
  const range = h("input", {
    type: "range",
    class: "dslab-range",
    min: 0,
    max: last,
    step: 1,
    value: 0,
    "aria-label": t("Step"),
    oninput: () => actions.go(Number(range.value)),
    ...FOCUSABLE,
  });
  const readout = h("output", { class: "dslab-readout" });
  const marks = faultMarks(index);
  const track = h("div", { class: "dslab-track" }, marks.element, range);
  return {
    element: h("div", { class: "dslab-scrubber" }, track, readout),
    draw(view) {
      if (Number(range.value) !== view.step) range.value = String(view.step);
      if (!view.playing) setAttr(range, "aria-valuetext", announcement(index, view.step));
      const horizon = horizonOf(view);
      marks.draw(horizon);
      const values = { step: view.step, last: horizon < index.last ? "?" : lastOf(index), time: showTime(view.time) };
      setText(readout, t("step {step} of {last} · {time}", values));
    },
  };
}

/** Ticks along the scrubber where something went wrong or was mended.
 * @param {Index} index */
function faultMarks(index) {
  const ordinary = new Set(["start", "receive", "timer", "request", "loss", "event"]);
  const mending = new Set(["recover", "heal", "resume"]);
  const steps = index.steps.map((_, k) => k).filter((k) => !ordinary.has(index.steps[k].kind));
  const ticks = steps.map((k) =>
    s("line", {
      class: `dslab-tick dslab-tick-${mending.has(index.steps[k].kind) ? "mend" : "fault"}`,
      x1: (1000 * k) / Math.max(1, index.last),
      x2: (1000 * k) / Math.max(1, index.last),
      y1: 0,
      y2: 6,
    }),
  );
  const about = { class: "dslab-ticks", viewBox: "0 0 1000 6", preserveAspectRatio: "none", "aria-hidden": "true" };
  return {
    element: s("svg", about, ...ticks),
    draw(/** @type {number} */ horizon) {
      ticks.forEach((tick, n) => toggleClass(tick, "dslab-absent", steps[n] > horizon));
    },
  };
}

/** What the history shows: stamps, causality, the future.
 * @param {Actions} actions
 * @returns {Panel} */
export function createOptions(actions) {
  const stamps = h(
    "select",
    {
      class: "dslab-select",
      "aria-label": t("Timestamps in the diagram"),
      onchange: () => actions.option({ stamps: /** @type {View["stamps"]} */ (stamps.value) }),
      ...FOCUSABLE,
    },
    ...[
      ["none", t("no stamps")],
      ["lamport", t("Lamport stamps")],
      ["vector", t("vector stamps")],
    ].map(([value, text]) => h("option", { value }, text)),
  );
  const causality = createToggle(t("causality"), t("Colour the causal past and future of this step"), "", (on) =>
    actions.option({ causality: on }),
  );
  const about = t("For predictions: hide the steps after this one");
  const hidden = createToggle(t("hide what comes next"), about, "", (on) => actions.option({ future: !on }));
  const repeats = createToggle(
    t("play heartbeats, too"),
    t("Playing skips what only repeats; this makes it show every step"),
    "",
    (on) => actions.option({ everything: on }),
  );
  return {
    element: h("div", { class: "dslab-options" }, stamps, causality.element, hidden.element, repeats.element),
    draw(view) {
      if (stamps.value !== view.stamps) stamps.value = view.stamps;
      causality.input.checked = view.causality;
      hidden.input.checked = !view.future;
      repeats.input.checked = view.everything;
    },
  };
}
