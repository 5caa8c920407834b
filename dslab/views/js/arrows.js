// @ts-check
// The arrows of the space-time diagram: messages, from the row that sent them to the row that received or lost them.
/** @typedef {import("./data.js").Index} Index */
/** @typedef {import("./data.js").Message} Message */
import { CONCURRENT, FUTURE, PAST, PRESENT, RELATION } from "./causality.js";
import { s } from "./dom.js";
import { crossOutline } from "./shapes.js";
import { shorten } from "./values.js";

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

/** @param {ReturnType<typeof arrowOf>} arrow
 *  @param {(i: number) => number} x
 *  @param {(k: number) => number} y
 *  @param {any} view
 *  @param {Uint8Array|null} related
 *  @param {Set<string>} named the types whose label is drawn already */
export function drawArrow(arrow, x, y, view, related, named) {
  const { message } = arrow;
  const bend = arrow.from === arrow.to ? 16 : 0;
  const from = { x: x(arrow.from), y: y(arrow.top) };
  const to = {
    x: from.x + (x(arrow.to) - from.x) * arrow.end,
    y: from.y + (y(arrow.bottom) - from.y) * arrow.end,
  };
  const middle = { x: (from.x + to.x) / 2 + bend, y: (from.y + to.y) / 2 };
  const isNow = message.sent === view.step || message === view.message;
  return s(
    "g",
    { class: classesOf(message, isNow, view, related) },
    s("path", { class: "dslab-shaft", d: `M${from.x} ${from.y}Q${middle.x} ${middle.y} ${to.x} ${to.y}` }),
    message.fate === "lost"
      ? s("path", { class: "dslab-loss", d: crossOutline(4), transform: `translate(${to.x} ${to.y})` })
      : s("path", { class: "dslab-head", d: "M-5 0L-12 -4L-12 4Z", transform: pointing(middle, to) }),
    isNow && !named.has(message.type) ? createLabel(message, middle, named) : null,
  );
}

/** @param {Message} message
 *  @param {boolean} isNow
 *  @param {any} view
 *  @param {Uint8Array|null} related */
function classesOf(message, isNow, view, related) {
  const known = view.future || (message.ended ?? message.sent) <= view.step;
  const chosen = view.selection?.kind === "message" && view.selection.id === message.name;
  const classes = ["dslab-arrow", known ? `dslab-fate-${message.fate.replace(" ", "-")}` : ""];
  if (related) classes.push(`dslab-${RELATION[relationOf(message, related)]}`);
  if (chosen) classes.push("dslab-selected");
  if (isNow) classes.push("dslab-now-arrow");
  return classes.join(" ");
}

/** @param {Message} message
 *  @param {Uint8Array} related */
function relationOf(message, related) {
  const start = related[message.sent];
  const end = message.ended === null ? start : related[message.ended];
  if (start === PAST && (end === PAST || end === PRESENT)) return PAST;
  return start >= FUTURE ? FUTURE : CONCURRENT;
}

/** @param {Message} message
 *  @param {{x: number, y: number}} middle
 *  @param {Set<string>} named */
function createLabel(message, middle, named) {
  named.add(message.type);
  const place = { x: Math.max(46, middle.x), y: middle.y - 5 };
  return s("text", { class: "dslab-arrow-label", ...place }, shorten(message.type, 16));
}

/** The place and direction of an arrow's head.
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to */
function pointing(from, to) {
  const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
  return `translate(${to.x} ${to.y}) rotate(${angle.toFixed(1)})`;
}
