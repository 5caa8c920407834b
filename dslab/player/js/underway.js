// @ts-check
// Which messages are on their way while certain steps happen: a look-up, however long the run.
/** @import { Index, Message } from "./types.js" */
import { lastAtMost } from "./data.js";

const BUCKET = 64; // steps

/** @type {WeakMap<Index, {order: number[], sent: Int32Array, open: number[][]}>} */
const tables = new WeakMap();

/** The numbers of the messages that were sent before step `last` and had not ended before step `first`, in the order in
 *  which they were sent. A few that end just before `first` may be among them.
 * @param {Index} index
 * @param {number} first
 * @param {number} last
 * @returns {number[]} */
export function underway(index, first, last) {
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
