// @ts-check
// The whole run at a glance, beside the list that shows a part of it: a column a node, faults, finds, past and future,
// and a frame round the part in sight. Drag it to go there.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Rows } from "../types.js" */
import { FUTURE, PAST } from "../data/causality.js";
import { VERBS } from "../data/verb_table.js";
import { h, s, setAttr } from "../dom.js";
import { t } from "../words.js";

const WIDTH = 40;
const FAULTS = new Set(["loss", ...[...VERBS.keys()].filter((name) => VERBS.get(name)?.harmful)]);

/** @param {Index} index
 *  @param {(part: number) => void} scrollTo a part of the whole, 0 to 1, to the middle of the list */
export function createOverview(index, scrollTo) {
  const paths = new Map(
    ["steps", "faults", "past", "future", "found"].map((name) => [
      name,
      s("path", { class: `dslab-overview-${name}` }),
    ]),
  );
  const drawing = s("svg", { "aria-hidden": "true", preserveAspectRatio: "none" }, ...paths.values());
  const sight = h("div", { class: "dslab-overview-sight" });
  const cursor = h("div", { class: "dslab-overview-cursor" });
  const element = h(
    "div",
    { class: "dslab-overview", title: t("The whole run: drag to go there"), "aria-hidden": "true" },
    drawing,
    sight,
    cursor,
  );
  const go = (/** @type {PointerEvent} */ event) => {
    const box = element.getBoundingClientRect();
    if (event.buttons & 1) scrollTo((event.clientY - box.top) / box.height);
  };
  element.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    element.setPointerCapture(event.pointerId);
    go(event);
  });
  element.addEventListener("pointermove", go);
  const drawn = /** @type {Map<string, unknown[]>} */ (new Map());
  const draw = (/** @type {string} */ name, /** @type {unknown[]} */ key, /** @type {() => string} */ path) => {
    if (drawn.get(name)?.every((one, n) => one === key[n])) return;
    drawn.set(name, key);
    setAttr(/** @type {Element} */ (paths.get(name)), "d", path());
  };
  return {
    element,
    /** @param {Rows} rows
     *  @param {number} height px
     *  @param {Uint8Array|null} related
     *  @param {ArrayLike<number>} found
     *  @param {number} horizon the last step that may be shown */
    draw(rows, height, related, found, horizon) {
      setAttr(drawing, "viewBox", `0 0 ${WIDTH} ${Math.max(1, height)}`);
      draw("steps", [rows, height, horizon], () => columnsOf(index, rows, height, horizon));
      draw("faults", [rows, height, horizon], () =>
        linesOf(rows, height, 0, WIDTH, (k) => k <= horizon && FAULTS.has(index.steps[k].kind)),
      );
      draw("past", [rows, height, related], () => linesOf(rows, height, 0, 4, (k) => related?.[k] === PAST));
      draw("future", [rows, height, related, horizon], () =>
        linesOf(rows, height, WIDTH - 4, WIDTH, (k) => k <= horizon && related?.[k] === FUTURE),
      );
      const all = new Set(Array.from(found));
      draw("found", [rows, height, found, horizon], () =>
        linesOf(rows, height, 0, WIDTH, (k) => k <= horizon && all.has(k)),
      );
    },
    /** All are parts of the whole, 0 to 1. */
    place(/** @type {number} */ top, /** @type {number} */ bottom, /** @type {number} */ at) {
      sight.style.top = `${100 * top}%`;
      sight.style.height = `${100 * (Math.min(1, bottom) - top)}%`;
      sight.hidden = top <= 0 && bottom >= 1;
      cursor.style.top = `${100 * at}%`;
    },
  };
}

/** A dot for each step; of several on one pixel, one.
 * @param {Index} index
 * @param {Rows} rows
 * @param {number} height
 * @param {number} horizon */
function columnsOf(index, rows, height, horizon) {
  const wide = WIDTH / Math.max(1, index.nodes.length);
  const tall = Math.max(1, height / Math.max(1, rows.count));
  const seen = new Set();
  const dots = [];
  for (let row = 0; row < rows.count; row++) {
    const k = rows.stepOf(row);
    const i = index.column.get(index.steps[k].node);
    if (i === undefined || k > horizon) continue;
    const x = Math.floor(i * wide);
    const y = Math.floor((row * height) / rows.count);
    if (seen.has(y * WIDTH + x)) continue;
    seen.add(y * WIDTH + x);
    dots.push(`M${x} ${y}h${Math.max(1, wide - 1).toFixed(1)}v${Math.min(3, tall).toFixed(1)}H${x}Z`);
  }
  return dots.join("");
}

/** Lines across where something is true of a step.
 * @param {Rows} rows
 * @param {number} height
 * @param {number} left
 * @param {number} right
 * @param {(k: number) => boolean} isSo */
function linesOf(rows, height, left, right, isSo) {
  const lines = [];
  let before = -1;
  for (let row = 0; row < rows.count; row++) {
    const y = Math.floor((row * height) / rows.count);
    if (y === before || !isSo(rows.stepOf(row))) continue;
    before = y;
    lines.push(`M${left} ${y + 0.5}H${right}`);
  }
  return lines.join("");
}
