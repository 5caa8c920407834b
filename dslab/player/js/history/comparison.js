// @ts-check
// Two branches side by side: their diagrams and logs, in step until they part and at the same time from there on. The
// line at which they part is drawn across both.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Moment, Panel, Payload, View } from "../types.js" */
import { headline } from "../data/describe.js";
import { rowsOf } from "../data/filter.js";
import { indexTrace, lastAtMost, stepsOf } from "../data/trace.js";
import { shorten } from "../data/values.js";
import { button, FOCUSABLE, h, setText } from "../dom.js";
import { createLights } from "../panels/lights.js";
import { english, t } from "../words.js";
import { createHistory } from "./history.js";
import { ROWS } from "./zoom.js";

const COMPARE_WORDS = {
  alike: english("These two branches do not differ in any step."),
  parted: english(
    "Alike up to step {before}; from step {first} on beside each other by time.",
  ),
  atOnce: english("They differ from the first step on. They are shown at the same time."),
};

/** The moment of one trace that is beside a moment of another: the same step until they part, then the same time.
 * @param {Index} other
 * @param {number|null} first the step at which they part, null if they never do
 * @param {Moment} view
 * @returns {{step: number, part: number}} */
export function momentBeside(other, first, view) {
  const last = Math.max(0, other.last);
  if (first === null || view.step < first - 1) return { step: Math.min(last, view.step), part: view.part };
  const least = Math.max(0, Math.min(view.step, first)); // step `first` is beside step `first`, whenever each happens
  if (view.step <= first && !view.part) return { step: Math.min(last, least), part: 0 };
  const step = Math.min(last, Math.max(least, lastAtMost(other.times, view.time)));
  const gap = other.times[step + 1] - other.times[step];
  const part = view.part && gap > 0 ? (view.time - other.times[step]) / gap : 0;
  return { step, part: Math.max(0, Math.min(1, part)) };
}

/** The lights of the other branch that came to something else than here.
 * @param {Payload} payload */
export function differingLights({ lights, comparison }) {
  const here = new Map((lights ?? []).map((light) => [light.name, light.status]));
  return (comparison?.lights ?? []).filter((light) => here.get(light.name) !== light.status);
}

/** The history of a trace, or, if there is a comparison, two of them.
 * @param {Index} index
 * @param {Payload} payload
 * @param {Actions} actions
 * @returns {Panel} */
export function createComparison(index, payload, actions) {
  const { comparison } = payload;
  if (!comparison) return createHistory(index, actions);
  const first = comparison.first;
  const other = indexTrace(comparison.trace);
  let pinned = { step: -1, other: -1 }; // the chosen step of the other, while the cursor stays where it was then
  const go = (/** @type {number} */ k) => {
    const wanted = Math.max(0, Math.min(other.last, k));
    const { step } = momentBeside(index, first, { step: wanted, part: 0, time: other.times[wanted] });
    pinned = { step, other: wanted };
    actions.go(step);
  };
  const sides = [
    { index, history: createHistory(index, actions, first) },
    { index: other, history: createHistory(other, { ...actions, go, mark() {} }, first) },
  ];
  const names = sides.map(() => h("strong", { class: "dslab-branch-name" }));
  const lights = createLights(other, differingLights(payload), { go });
  const about = t("Promises with another verdict in {name}", { name: shorten(comparison.branch, 60) });
  lights.element.setAttribute("aria-label", about);
  const boxes = sides.map((side, n) => {
    const parts = [names[n], divergenceOf(side.index, first), n ? lights.element : null];
    const head = h("div", { class: "dslab-side-head", tabindex: "0", ...FOCUSABLE }, ...parts);
    return h("div", { class: "dslab-side", role: "group" }, head, side.history.element);
  });
  const element = h(
    "div",
    { class: "dslab-comparison" },
    createComparisonBar(first, index, actions),
    h("div", { class: "dslab-sides" }, ...boxes),
  );
  let drawn = /** @type {View|null} */ (null);
  scrollTogether(boxes, (n, list) => (drawn && !drawn.playing ? placeBeside(sides, n, list, first, drawn) : null));
  return {
    element,
    draw(view) {
      const here = actions.acts()?.branch ?? payload.title;
      [t("{name} (shown)", { name: shorten(here, 60) }), shorten(comparison.branch, 60)].forEach((name, n) => {
        setText(names[n], name);
        boxes[n].setAttribute("aria-label", name);
      });
      if (pinned.step !== view.step || view.part) pinned = { step: -1, other: -1 };
      const beside = pinned.other < 0 ? momentBeside(other, first, view) : { step: pinned.other, part: 0 };
      drawn = view;
      sides[0].history.draw(view);
      const theirs = { ...view, ...beside, ...onlyAlike(view, first), observer: observerIn(other, view.observer) };
      sides[1].history.draw(theirs);
      lights.draw(theirs);
    },
    stop: () => sides.forEach((side) => side.history.stop?.()),
  };
}

/** What is marked and selected in one trace is in the other only if it is before they part.
 * @param {View} view
 * @param {number|null} first */
function onlyAlike(view, first) {
  const alike = first === null || (view.marked ?? 0) < first;
  return { marked: alike ? view.marked : null };
}

/** @param {Index} other
 *  @param {string|null} observer */
function observerIn(other, observer) {
  return stepsOf(other, observer).length ? observer : null;
}

/** What happens in a trace at the step at which it parts from the other.
 * @param {Index} index
 * @param {number|null} first */
function divergenceOf(index, first) {
  if (first === null) return null;
  const step = index.steps[first];
  const words = step
    ? t("Step {first}: {what}", { first, what: shorten(headline(step), 160) })
    : t("It ends here: {end}.", { end: shorten(index.trace.end ?? "", 160) });
  return h("span", { class: "dslab-parting-step" }, words);
}

/** @param {number|null} first
 *  @param {Index} index
 *  @param {Actions} actions */
function createComparisonBar(first, index, actions) {
  const words = first === null ? COMPARE_WORDS.alike : first === 0 ? COMPARE_WORDS.atOnce : COMPARE_WORDS.parted;
  const go = button({
    label: t("Go to the step where they diverge"),
    word: t("Go there"),
    key: "V",
    onclick: () => actions.go(Math.min(index.last, first ?? 0)),
  });
  go.hidden = first === null;
  return h(
    "div",
    { class: "dslab-relation" },
    h("span", { role: "status" }, t(words, { first, before: (first ?? 0) - 1 })),
    go,
    button({
      label: t("End the comparison"),
      word: t("End"),
      key: "v",
      onclick: () => actions.send({ type: "compare", name: "" }),
    }),
  );
}

// ---- scrolling ----

/** Where to scroll one list when the other is scrolled to `top`: the line at which they part is level while it is in
 *  sight; else what is in the middle there is in the middle here.
 * @param {Array<{index: Index}>} sides
 * @param {number} n which of them was scrolled
 * @param {{top: number, height: number}} list
 * @param {number|null} first
 * @param {View} view */
function placeBeside(sides, n, { top, height }, first, view) {
  const [from, to] = [sides[n].index, sides[1 - n].index];
  const row = ROWS[view.zoom];
  const rows = rowsOf(from, view);
  const parting = rows.rowOf(Math.min(first ?? from.last, from.last));
  const inSight = parting * row > top && parting * row < top + height;
  const level = inSight ? parting : (top + height / 2) / row;
  const k = rows.stepOf(Math.max(0, Math.min(rows.count - 1, Math.floor(level))));
  const { step } = momentBeside(to, first, { step: k, part: 0, time: from.times[k] ?? 0 });
  return Math.max(0, top + (rowsOf(to, view).rowOf(step) - Math.floor(level)) * row);
}

/** Scroll both lists when the reader scrolls one. While a run plays, each follows its own cursor.
 * @param {HTMLElement[]} boxes
 * @param {(n: number, list: {top: number, height: number}) => number|null} place where the other is to go, if at all */
function scrollTogether(boxes, place) {
  const lists = boxes.map((box) => /** @type {HTMLElement} */ (box.querySelector(".dslab-scroll")));
  const expected = [-1, -1]; // where a list was scrolled to by the other one: that scroll is not to come back
  lists.forEach((list, n) => {
    list.addEventListener("scroll", () => {
      const other = lists[1 - n];
      if (Math.abs(list.scrollTop - expected[n]) < 2) return;
      expected[n] = list.scrollTop;
      const wanted = place(n, { top: list.scrollTop, height: list.clientHeight });
      if (wanted === null || Math.abs(other.scrollTop - wanted) < 2) return;
      other.scrollTop = wanted;
      expected[1 - n] = other.scrollTop;
    });
  });
}
