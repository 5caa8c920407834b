// @ts-check
// The arrows of the space-time diagram: messages, from the row that sent them to the row that received or lost them.
/** @import { Chain } from "../data/causality.js" */
/** @import { Index, Message } from "../data/trace_types.js" */
/** @import { Rows, View } from "../types.js" */
import { crossOutline } from "../cluster/shapes.js";
import { labelOf } from "../data/appearance.js";
import { RELATION, relationOf } from "../data/causality.js";
import { knowledge, knowsAll, messageFilter } from "../data/filter.js";
import { horizonOf } from "../data/horizon.js";
import { inFlightDuring } from "../data/in_flight.js";
import { shorten } from "../data/values.js";
import { s } from "../dom.js";

const LETTER_ABOVE = 7.4; // px of a letter of a label

/** The messages whose arrows cross the rows [first, last): from which row, to which row, and how they end there.
 * @param {Index} index
 * @param {Rows} rows
 * @param {number} first
 * @param {number} last
 * @param {View} view */
export function arrowsIn(index, rows, first, last, view) {
  if (first >= last) return [];
  const mayShow = messageFilter(index, view);
  const knows = knowledge(index, view);
  const begin = first === 0 ? 0 : rows.stepOf(first); // what lies before the first row is shown is left out
  const end = last === rows.count ? index.steps.length : rows.stepOf(last - 1) + 1;
  const arrows = [];
  for (const number of inFlightDuring(index, begin, end)) {
    const message = index.messages[number];
    const arrow = mayShow(message) ? arrowOf(index, message, rows, knows) : null;
    if (arrow && arrow.bottom >= first && arrow.top < last) arrows.push(arrow);
  }
  return arrows;
}

/** `end` is where the arrow stops, as a part of the way across: a lost message ends half a column before its receiver.
 * Null if the steps at both ends are left out, or there is no such node.
 * @param {Index} index
 * @param {Message} message
 * @param {Rows} rows
 * @param {(k: number) => boolean} knows */
function arrowOf(index, message, rows, knows) {
  const [from, to] = [index.column.get(message.src), index.column.get(message.dst)];
  if (from === undefined || to === undefined) return null;
  const top = rows.rowOf(message.sent);
  const end = message.ended !== null && knows(message.ended) ? rows.rowOf(message.ended) : null;
  const ends = end !== null;
  const bottom = end ?? top + 0.9;
  if (!Number.isInteger(top) && !(ends && Number.isInteger(bottom))) return null;
  const arrow = { message, from, to, top, bottom, fate: message.fate, end: 1 };
  const unheard = !ends && knows !== knowsAll; // nobody told the node whose knowledge is shown what became of it
  if (unheard) return { ...arrow, fate: "in flight", bottom: top + 1.5, end: 0.4 };
  if (message.fate === "lost") return { ...arrow, end: 1 - 0.5 / Math.max(1, Math.abs(to - from)) };
  return ends ? arrow : { ...arrow, bottom: rows.count, end: 0.7 };
}

/** @param {NonNullable<ReturnType<typeof arrowOf>>} arrow
 *  @param {(i: number) => number} x
 *  @param {(row: number) => number} y
 *  @param {View} view
 *  @param {{related: Uint8Array|null, chain: Chain["members"], heads: boolean, named: Set<string>, width: number}} how
 *    `named`: labels that are drawn already; `width`: of the diagram, px */
export function drawArrow(arrow, x, y, view, { related, chain, heads, named, width }) {
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
    { class: `${classesOf(arrow, isNow, view, related)}${chain.has(message) ? " dslab-chain" : ""}` },
    s("path", { class: "dslab-shaft", d: `M${from.x} ${from.y}Q${middle.x} ${middle.y} ${to.x} ${to.y}` }),
    heads ? drawEnd(arrow.fate, middle, to) : null,
    heads && isNow && !named.has(labelOf(message)) ? createLabel(message, middle, named, width) : null,
  );
}

/** @param {string} fate
 *  @param {{x: number, y: number}} middle
 *  @param {{x: number, y: number}} to */
function drawEnd(fate, middle, to) {
  return fate === "lost"
    ? s("path", { class: "dslab-loss", d: crossOutline(4), transform: `translate(${to.x} ${to.y})` })
    : s("path", { class: "dslab-head", d: "M-5 0L-12 -4L-12 4Z", transform: pointing(middle, to) });
}

/** @param {{message: Message, fate: string}} arrow
 *  @param {boolean} isNow
 *  @param {View} view
 *  @param {Uint8Array|null} related */
function classesOf({ message, fate }, isNow, view, related) {
  const known = (message.ended ?? message.sent) <= horizonOf(view);
  const chosen = view.selection?.kind === "message" && view.selection.id === message.name;
  const classes = ["dslab-arrow", known ? `dslab-fate-${fate.replace(" ", "-")}` : ""];
  if (related) classes.push(`dslab-${RELATION[relationOf(message, related)]}`);
  if (chosen) classes.push("dslab-selected");
  if (isNow) classes.push("dslab-now-arrow");
  return classes.join(" ");
}

/** @param {Message} message
 *  @param {{x: number, y: number}} middle
 *  @param {Set<string>} named
 *  @param {number} width of the diagram, px */
function createLabel(message, middle, named, width) {
  named.add(labelOf(message));
  const text = shorten(labelOf(message), Math.max(2, Math.min(16, Math.floor(width / LETTER_ABOVE))));
  const half = (text.length * LETTER_ABOVE) / 2;
  const place = { x: Math.max(half, Math.min(width - half, middle.x)), y: middle.y - 5 };
  return s("text", { class: "dslab-arrow-label", ...place }, text);
}

/** The place and direction of an arrow's head.
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to */
function pointing(from, to) {
  const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
  return `translate(${to.x} ${to.y}) rotate(${angle.toFixed(1)})`;
}
