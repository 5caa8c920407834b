// @ts-check
// The space-time diagram: a life line a node, time downwards, a row a step, so that it reads as one with the log beside
// it. Rows are spaced by order, not by the clock: order is what causality is about, and the log has the times.
/** @import { Chain } from "../data/causality.js" */
/** @import { Index } from "../data/trace_types.js" */
/** @import { Rows, View } from "../types.js" */
import { stepOutline, unheardOutline } from "../cluster/shapes.js";
import { RELATION } from "../data/causality.js";
import { stampOf } from "../data/describe.js";
import { lastKnownStep } from "../data/filter.js";
import { lastAtMost, unheardAt } from "../data/trace.js";
import { s } from "../dom.js";
import { arrowsIn, drawArrow } from "./arrows.js";

/** @typedef {{first: number, last: number, row: number, column: number, slots: Map<number, number>}} Frame
 *    rows [first, last), the spacing in px, and the place of each node that is shown */

export const MARGIN = 8;
const ROOM_FOR_STAMPS = 12; // px of a row
const ROOM_FOR_HEADS = 8;

/** The window's contents, back to front.
 * @param {Index} index
 * @param {Rows} rows
 * @param {Frame} frame
 * @param {View} view
 * @param {{related: Uint8Array|null, chain: Chain["members"]}} marks causal relations to the current step, null if they
 *    are not to be shown; and the messages and steps of a chain to be followed */
export function drawSpaceTime(index, rows, frame, view, { related, chain }) {
  const x = (/** @type {number} */ i) => MARGIN + frame.column * ((frame.slots.get(i) ?? 0) + 0.5);
  const y = (/** @type {number} */ row) => (row - frame.first + 0.5) * frame.row;
  const width = 2 * MARGIN + frame.column * frame.slots.size;
  const how = { related, chain, heads: frame.row >= ROOM_FOR_HEADS, named: new Set(), width };
  const arrows = arrowsIn(index, rows, frame.first, frame.last, view);
  return [
    ...[...frame.slots.keys()].flatMap((i) => lifeLine(index, i, rows, frame, x(i), y, view)),
    ...arrows.map((arrow) => drawArrow(arrow, x, y, view, how)),
    ...Array.from({ length: Math.max(0, frame.last - frame.first) }, (_, n) => {
      const k = rows.stepOf(frame.first + n);
      return drawStep(index, k, frame, x, y(frame.first + n), view, related, chain.has(k));
    }).flat(),
  ];
}

/** The life line, in pieces: broken while the node is down, thin while it is paused. It ends with what is known of it.
 * @param {Index} index
 * @param {number} i
 * @param {Rows} rows
 * @param {Frame} frame
 * @param {number} x
 * @param {(row: number) => number} y
 * @param {View} view */
function lifeLine(index, i, rows, frame, x, y, view) {
  const { steps: since, values } = index.status[i];
  const lines = [];
  const isObserver = view.observer === null || view.observer === index.nodes[i].id;
  const known = isObserver ? Infinity : lastKnownStep(index, view, i);
  const chosen =
    view.selection?.kind === "node" && view.selection.id === index.nodes[i].id ? " dslab-selected" : "";
  const until = Math.min(frame.last, isObserver ? Infinity : known < 0 ? -1 : rows.rowOf(known) + 0.5);
  const firstStep = rows.stepOf(frame.first);
  for (let at = Math.max(0, lastAtMost(since, firstStep)); at < since.length && since[at] <= known; at++) {
    const begin = rows.rowOf(since[at]);
    if (begin >= until) break;
    const end = at + 1 < since.length ? rows.rowOf(since[at + 1]) : Infinity;
    const top = Math.max(y(frame.first - 0.5), y(begin));
    const bottom = Math.min(y(until - 0.5), y(end));
    if (bottom <= top) continue;
    lines.push(
      s("line", { class: `dslab-life dslab-life-${values[at]}${chosen}`, x1: x, x2: x, y1: top, y2: bottom }),
    );
  }
  return lines;
}

/** A step: its mark on the life line and its stamp, or a line across for what happens to the network.
 * @param {Index} index
 * @param {number} k
 * @param {Frame} frame
 * @param {(i: number) => number} x
 * @param {number} y
 * @param {View} view
 * @param {Uint8Array|null} related
 * @param {boolean} chained */
function drawStep(index, k, frame, x, y, view, related, chained) {
  const step = index.steps[k];
  const unheard = unheardAt(index, k);
  const i = index.column.get(unheard?.node ?? step.node);
  if (i === undefined) {
    if (step.message !== undefined) return [];
    return [
      s("line", {
        class: "dslab-across",
        x1: MARGIN,
        x2: MARGIN + frame.column * frame.slots.size,
        y1: y,
        y2: y,
      }),
    ];
  }
  const { d, stroked, fault } = unheard ? unheardOutline(unheard.lost) : stepOutline(step.kind);
  const relation = related ? ` dslab-${RELATION[related[k]]}` : "";
  const here =
    k === view.step ? " dslab-here" : k === view.marked ? " dslab-marked" : chained ? " dslab-chain" : "";
  const size = Math.max(0.3, Math.min(1, frame.row / 16));
  const parts = [
    s("path", {
      class: `dslab-mark dslab-kind-${stroked ? "stroked" : "filled"}${fault ? " dslab-fault" : ""}${relation}${here}`,
      d,
      transform: `translate(${x(i)} ${y})${size < 1 ? ` scale(${size})` : ""}`,
    }),
  ];
  const stamp = stampOf(step, view.stamps);
  if (!stamp || frame.row < ROOM_FOR_STAMPS || !fitsBeside(index, view.stamps, frame.column)) return parts;
  const left = (frame.slots.get(i) ?? 0) > (frame.slots.size - 1) / 2;
  const place = { x: x(i) + (left ? -9 : 9), y, dy: "0.35em", "text-anchor": left ? "end" : "start" };
  return [...parts, s("text", { class: `dslab-stamp${relation}`, ...place }, stamp)];
}

/** Is there room for stamps beside the life lines? Long vectors stand in the log instead.
 * @param {Index} index
 * @param {string} stamps
 * @param {number} column */
export function fitsBeside(index, stamps, column) {
  return stamps !== "vector" || index.nodes.length * 15 < 2 * column;
}
