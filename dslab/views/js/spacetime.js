// @ts-check
// The space-time diagram: a life line a node, time downwards, a row a step, so that it reads as one with the log beside
// it. Rows are spaced by order, not by the clock: order is what causality is about, and the log tells the times.
/** @typedef {import("./data.js").Index} Index */
/** @typedef {{first: number, last: number, row: number, column: number}} Frame rows [first, last) and the spacing in px */
import { CONCURRENT, FUTURE, PAST, PRESENT } from "./causality.js";
import { lastAtMost } from "./data.js";
import { s } from "./dom.js";
import { crossOutline, stepOutline } from "./shapes.js";
import { shorten } from "./values.js";

export const MARGIN = 8;
const RELATION = ["concurrent", "past", "future", "present"];

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

/** The messages whose arrows cross the rows [first, last): from which row, to which row, and how they end there.
 * @param {Index} index
 * @param {number} first
 * @param {number} last */
export function arrowsIn(index, first, last) {
  const arrows = [];
  for (const message of index.messages) {
    if (message.sent >= last) break;
    const from = index.column.get(message.src);
    const to = index.column.get(message.dst);
    if (from === undefined || to === undefined) continue;
    const arrow = arrowOf(message, from, to, index.last);
    if (arrow.bottom >= first) arrows.push(arrow);
  }
  return arrows;
}

/** `end` is where the arrow stops, as a part of the way across: a lost message ends half a column before its receiver.
 * @param {import("./data.js").Message} message
 * @param {number} from
 * @param {number} to
 * @param {number} last the last step: messages in flight end below it */
function arrowOf(message, from, to, last) {
  const short = 1 - 0.5 / Math.max(1, Math.abs(to - from));
  if (message.ended !== null)
    return {
      message,
      from,
      to,
      top: message.sent,
      bottom: message.ended,
      end: message.fate === "lost" ? short : 1,
    };
  if (message.fate === "lost")
    return { message, from, to, top: message.sent, bottom: message.sent + 0.9, end: short };
  return { message, from, to, top: message.sent, bottom: last + 1, end: 0.7 };
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

/** @param {ReturnType<typeof arrowOf>} arrow
 *  @param {(i: number) => number} x
 *  @param {(k: number) => number} y
 *  @param {any} view
 *  @param {Uint8Array|null} related
 *  @param {Set<string>} named */
function drawArrow(arrow, x, y, view, related, named) {
  const { message } = arrow;
  const x1 = x(arrow.from);
  const y1 = y(arrow.top);
  const bend = arrow.from === arrow.to ? 16 : 0;
  const x2 = x1 + (x(arrow.to) - x1) * arrow.end;
  const y2 = y1 + (y(arrow.bottom) - y1) * arrow.end;
  const classes = ["dslab-arrow", `dslab-fate-${message.fate.replace(" ", "-")}`];
  if (related) classes.push(`dslab-${RELATION[relationOf(message, related)]}`);
  if (view.selection?.kind === "message" && view.selection.id === message.name)
    classes.push("dslab-selected");
  const isNow = message.sent === view.step || message === view.message;
  if (isNow) classes.push("dslab-now-arrow");
  const label = isNow && !named.has(message.type);
  if (label) named.add(message.type);
  const middle = { x: (x1 + x2) / 2 + bend / 2, y: (y1 + y2) / 2 };
  const tip =
    message.fate === "lost"
      ? s("path", { class: "dslab-loss", d: crossOutline(4), transform: `translate(${x2} ${y2})` })
      : s("path", {
          class: "dslab-head",
          d: "M-5 0L-12 -4L-12 4Z",
          transform: `translate(${x2} ${y2}) rotate(${angle(x1 + bend, y1, x2, y2)})`,
        });
  return s(
    "g",
    { class: classes.join(" ") },
    s("path", { class: "dslab-shaft", d: `M${x1} ${y1}Q${middle.x + bend} ${middle.y} ${x2} ${y2}` }),
    tip,
    label
      ? s(
          "text",
          { class: "dslab-arrow-label", x: Math.max(46, middle.x), y: middle.y - 5 },
          shorten(message.type, 16),
        )
      : null,
  );
}

/** @param {import("./data.js").Message} message
 *  @param {Uint8Array} related */
function relationOf(message, related) {
  const start = related[message.sent];
  const end = message.ended === null ? start : related[message.ended];
  if (start === PAST && (end === PAST || end === PRESENT)) return PAST;
  return start >= FUTURE ? FUTURE : CONCURRENT;
}

/** @param {number} x1
 *  @param {number} y1
 *  @param {number} x2
 *  @param {number} y2 */
function angle(x1, y1, x2, y2) {
  return ((Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI).toFixed(1);
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
