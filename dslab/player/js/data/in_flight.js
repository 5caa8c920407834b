// @ts-check
// Messages on their way: which, at a step or between two, and how far each has come. A look-up, however long the run.
/** @import { Index, Message } from "./trace_types.js" */
import { lastAtMost } from "./trace.js";

/** @typedef {object} Flight a message on its way
 * @property {Message} message
 * @property {number} part how far it has come, 0 to 1
 * @property {"flying"|"lost"|"received"} state */

const BUCKET = 64; // steps

/** @type {WeakMap<Index, {order: number[], sent: Int32Array, open: number[][]}>} */
const tables = new WeakMap();

/** The numbers of the messages that were sent before step `last` and had not ended before step `first`, in the order in
 *  which they were sent. A few that end just before `first` may be among them.
 * @param {Index} index
 * @param {number} first
 * @param {number} last
 * @returns {number[]} */
export function inFlightDuring(index, first, last) {
  const { order, sent, open } = tableOf(index);
  const bucket = Math.max(0, Math.min(open.length - 1, Math.floor(first / BUCKET)));
  const begin = lastAtMost(sent, bucket * BUCKET - 1) + 1;
  const end = lastAtMost(sent, last - 1) + 1;
  return [...(open[bucket] ?? []), ...order.slice(begin, end)];
}

/** The messages in the order of their sending (copies that the script made come late in the trace), and for every
 *  64th step those that were sent before it and end at it or later.
 * @param {Index} index */
function tableOf(index) {
  const found = tables.get(index);
  if (found) return found;
  const { messages } = index;
  const order = messages
    .map((_, number) => number)
    .sort((a, b) => messages[a].sent - messages[b].sent || a - b);
  const open = Array.from(
    { length: Math.floor(Math.max(0, index.last) / BUCKET) + 1 },
    () => /** @type {number[]} */ ([]),
  );
  for (const number of order) {
    const until = Math.floor(endOf(index, messages[number]) / BUCKET);
    for (
      let bucket = Math.floor(messages[number].sent / BUCKET) + 1;
      bucket <= until && bucket < open.length;
      bucket++
    )
      open[bucket].push(number);
  }
  const table = { order, sent: Int32Array.from(order, (number) => messages[number].sent), open };
  tables.set(index, table);
  return table;
}

/** The last step at which a message may be seen: one that was lost at its sending is seen to fly half of its way.
 * @param {Index} index
 * @param {Message} message */
function endOf(index, message) {
  if (message.ended !== null) return message.ended;
  return message.fate === "lost" ? lastAtMost(index.times, message.arrives) : index.last;
}

// ---- those that are drawn

const HALF = 0.5; // a message that the network lost is seen to die half-way

/** The messages to be drawn after step k at a moment of simulated time: those in the network, and the one that
 *  step k received or lost.
 * @param {Index} index
 * @param {number} k
 * @param {number} time
 * @returns {Flight[]} */
export function flightsAt(index, k, time) {
  return candidates(index, k).flatMap((number) => flight(index.messages[number], k, time) ?? []);
}

/** @type {WeakMap<Index, {k: number, numbers: number[]}>} */
const latest = new WeakMap();

/** Numbers of the messages that may be seen between step k and the next; remembered, since many frames ask.
 * @param {Index} index
 * @param {number} k */
function candidates(index, k) {
  const known = latest.get(index);
  if (known?.k === k) return known.numbers;
  const now = index.times[k];
  const numbers = inFlightDuring(index, k, k + 1).filter((number) => {
    const { ended, fate, arrives, departs, sent } = index.messages[number];
    if (departs > now && sent < k) return false; // a copy that the script makes later
    return ended === null ? fate === "in flight" || arrives > now : ended >= k;
  });
  latest.set(index, { k, numbers });
  return numbers;
}

/** @param {Message} message
 *  @param {number} k
 *  @param {number} time
 *  @returns {Flight|null} */
function flight(message, k, time) {
  const part = progress(message, time);
  if (message.ended !== null && message.ended <= k) {
    if (message.ended < k) return null;
    return message.fate === "received"
      ? { message, part: 1, state: "received" }
      : { message, part: Math.min(part, 0.9), state: "lost" };
  }
  if (message.fate === "lost" && message.ended === null) {
    if (time >= message.arrives) return null;
    return part >= HALF ? { message, part: HALF, state: "lost" } : { message, part, state: "flying" };
  }
  return { message, part, state: "flying" };
}

/** How far a message has come, 0 to 1.
 * @param {Message} message
 * @param {number} time */
export function progress(message, time) {
  const whole = message.arrives - message.departs;
  return whole > 0 ? Math.min(1, Math.max(0, (time - message.departs) / whole)) : 1;
}
