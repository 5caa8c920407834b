// @ts-check
// The space-time diagram: a life line a node, time downwards, a row a step, so that it reads as one with the log beside
// it. Rows are spaced by order, not by the clock: order is what causality is about, and the log tells the times.
/** @typedef {import("./data.js").Index} Index */
/** @typedef {{first: number, last: number, row: number, column: number}} Frame rows [first, last) and the spacing in px */
import { arrowsIn, drawArrow } from "./arrows.js";
import { RELATION } from "./causality.js";
import { lastAtMost } from "./data.js";
import { s } from "./dom.js";
import { stepOutline } from "./shapes.js";

export const MARGIN = 8;

/** The window's contents, back to front.
 * @param {Index} index
 * @param {Frame} frame
 * @param {any} view
 * @param {Uint8Array|null} related causal relations to the current step, null if they are not to be shown */
export function drawSpaceTime(index, frame, view, related) {
  const until = view.future ? frame.last : Math.min(frame.last, view.step + 1);
  const shown = { ...frame, last: Math.max(frame.first, until) };
  const x = (/** @type {number} */ i) => MARGIN + frame.column * (i + 0.5);
  const y = (/** @type {number} */ k) => (k - frame.first + 0.5) * frame.row;
  const named = new Set(); // the types of the current step's messages that have their label
  return [
    ...index.nodes.flatMap((_, i) => lifeLine(index, i, shown, x(i), y, view)),
    ...arrowsIn(index, shown.first, shown.last).map((arrow) => drawArrow(arrow, x, y, view, related, named)),
    ...steps(shown).flatMap((k) => drawStep(index, k, x, y(k), view, related)),
  ];
}

/** @param {Frame} frame */
function steps(frame) {
  return Array.from({ length: Math.max(0, frame.last - frame.first) }, (_, n) => frame.first + n);
}

/** The life line, in pieces: broken while the node is down, thin while it is paused.
 * @param {Index} index
 * @param {number} i
 * @param {Frame} frame
 * @param {number} x
 * @param {(k: number) => number} y
 * @param {any} view */
function lifeLine(index, i, frame, x, y, view) {
  const { steps: since, values } = index.status[i];
  const lines = [];
  const chosen =
    view.selection?.kind === "node" && view.selection.id === index.nodes[i].id ? " dslab-selected" : "";
  for (
    let at = Math.max(0, lastAtMost(since, frame.first));
    at < since.length && since[at] < frame.last;
    at++
  ) {
    const top = Math.max(y(frame.first - 0.5), y(since[at]));
    const bottom = Math.min(y(frame.last - 0.5), y(since[at + 1] ?? Infinity));
    lines.push(
      s("line", { class: `dslab-life dslab-life-${values[at]}${chosen}`, x1: x, x2: x, y1: top, y2: bottom }),
    );
  }
  return lines;
}

/** A step: its mark on the life line and its stamp, or a line across for what happens to the network.
 * @param {Index} index
 * @param {number} k
 * @param {(i: number) => number} x
 * @param {number} y
 * @param {any} view
 * @param {Uint8Array|null} related */
function drawStep(index, k, x, y, view, related) {
  const step = index.steps[k];
  const i = index.column.get(step.node);
  if (i === undefined) {
    if (step.message !== undefined) return [];
    return [s("line", { class: "dslab-across", x1: MARGIN, x2: x(index.nodes.length - 0.5), y1: y, y2: y })];
  }
  const { d, stroked } = stepOutline(step.kind);
  const relation = related ? ` dslab-${RELATION[related[k]]}` : "";
  const now = k === view.step ? " dslab-here" : "";
  const parts = [
    s("path", {
      class: `dslab-mark dslab-kind-${stroked ? "stroked" : "filled"}${step.kind === "crash" ? " dslab-fault" : ""}${relation}${now}`,
      d,
      transform: `translate(${x(i)} ${y})`,
    }),
  ];
  const stamp = stampOf(step, view.stamps);
  if (!stamp || !fitsBeside(index, view.stamps, x(1) - x(0))) return parts;
  const left = i > (index.nodes.length - 1) / 2;
  parts.push(
    s(
      "text",
      {
        class: `dslab-stamp${relation}`,
        x: x(i) + (left ? -9 : 9),
        y,
        dy: "0.35em",
        "text-anchor": left ? "end" : "start",
      },
      stamp,
    ),
  );
  return parts;
}

/** Is there room for stamps beside the life lines? Long vectors stand in the log instead.
 * @param {Index} index
 * @param {string} stamps
 * @param {number} column */
export function fitsBeside(index, stamps, column) {
  return stamps !== "vector" || index.nodes.length * 15 < 2 * column;
}

/** @param {import("./data.js").Step} step
 *  @param {string} stamps "none", "lamport" or "vector" */
export function stampOf(step, stamps) {
  if (stamps === "lamport" && step.lamport !== undefined && step.lamport !== null)
    return String(step.lamport);
  if (stamps === "vector" && step.vector) return `[${step.vector.join(" ")}]`;
  return "";
}
