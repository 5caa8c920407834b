// @ts-check
// What moves the cursor of a comparison: buttons, a slider, and the choice to see what the node cannot see.
/** @import { SideBySide, WalkPlace } from "./walk.js" */
/** @import { createWalk } from "./walk.js" */
import { button, FOCUSABLE, h, relabel, s, setAttr, setText } from "../dom.js";
import { t } from "../words.js";
import { numberOf } from "./pairs.js";

/** @param {SideBySide} payload
 *  @param {ReturnType<typeof createWalk>} walk */
export function createWalkControls(payload, walk) {
  const { view, pairs, first } = payload;
  const play = button({ label: t("Play"), word: t("Play"), icon: "play", key: "Space", onclick: walk.toggle });
  play.classList.add("dslab-play");
  const range = h("input", {
    type: "range",
    class: "dslab-range",
    min: 0,
    max: walk.last,
    step: 1,
    value: 0,
    "aria-label": t("Step"),
    oninput: () => walk.go(Number(range.value)),
    ...FOCUSABLE,
  });
  const readout = h("output", { class: "dslab-readout" });
  const all = h("input", { type: "checkbox", onchange: walk.everything, ...FOCUSABLE });
  const about = view === null ? null : t("Show what {node} cannot see", { node: view });
  const differs = button({
    label: t("Go to the first difference"),
    word: t("First difference"),
    key: "v",
    onclick: walk.toFirstDifference,
  });
  return {
    element: h(
      "div",
      { class: "dslab-controls" },
      button({ label: t("First step"), icon: "start", key: "Home", onclick: () => walk.go(0) }),
      button({ label: t("Step back"), icon: "back", key: "Left", onclick: () => walk.step(-1) }),
      play,
      button({ label: t("Step forward"), icon: "step", key: "Right", onclick: () => walk.step(1) }),
      h("div", { class: "dslab-track" }, createMarks(pairs), range),
      readout,
      first === null ? null : differs,
      about && h("label", { class: "dslab-check", title: "e" }, all, about),
    ),
    /** @param {WalkPlace} place */
    draw({ pair, playing, everything }) {
      relabel(play, playing ? "pause" : "play", playing ? t("Pause") : t("Play"));
      range.value = String(pair);
      all.checked = everything;
      if (!playing) setAttr(range, "aria-valuetext", said(payload, pair));
      const [step, last] = [pair, walk.last].map((n) => numberOf(view, n));
      setText(readout, t("step {step} of {last} · {time}", { step, last, time: pairs[pair]?.moment ?? "" }));
    },
  };
}

/** A pair as a screen reader announces it.
 * @param {SideBySide} payload
 * @param {number} n */
function said({ names, view, pairs }, n) {
  const pair = pairs[n];
  if (!pair) return t("Nothing happened in either run.");
  const values = { step: numberOf(view, n), time: pair.moment, one: pair.cells[0] || "–", other: pair.cells[1] || "–" };
  if (pair.same) return t("Step {step}, {time}, the same in both: {one}", values);
  return t("Step {step}, {time}, different. {name}: {one} {beside}: {other}", {
    ...values,
    name: names[0],
    beside: names[1],
  });
}

/** Ticks along the slider where the two differ.
 * @param {SideBySide["pairs"]} pairs */
function createMarks(pairs) {
  const ticks = pairs.flatMap(({ same }, n) => {
    const x = (1000 * n) / Math.max(1, pairs.length - 1);
    return same ? [] : [s("line", { class: "dslab-tick dslab-tick-differs", x1: x, x2: x, y1: 0, y2: 6 })];
  });
  const look = { class: "dslab-ticks", viewBox: "0 0 1000 6", preserveAspectRatio: "none", "aria-hidden": "true" };
  return s("svg", look, ...ticks);
}
