// @ts-check
// What messages say, in a few characters, and which of them only keep things going: heartbeats and their answers.
/** @import { Index, Message, Step } from "./trace_types.js" */

/** @typedef {{steps: Uint8Array, messages: Set<Message>}} Quiet what only repeats that all is well */

/** @param {Message} message */
export const labelOf = (message) => message.label ?? message.type;

/** A message within a sentence: AppendEntries “x = 1”, or its label alone where that has the name.
 * @param {Message} message */
export function mention(message) {
  const label = labelOf(message);
  return label.toLowerCase().includes(message.type.toLowerCase()) ? label : `${message.type} “${label}”`;
}

/** @param {Index} index
 *  @param {Message} message */
export const lookOf = (index, message) => (quietOf(index).messages.has(message) ? "quiet" : (message.look ?? "plain"));

/** Does step k only send or deliver quiet messages? Playing may pass over it.
 * @param {Index} index
 * @param {number} k */
export const isQuiet = (index, k) => quietOf(index).steps[k] === 1;

/** @type {WeakMap<Index, Quiet>} */
const quietIn = new WeakMap();

/** @param {Index} index */
function quietOf(index) {
  let found = quietIn.get(index);
  if (!found) quietIn.set(index, (found = findQuiet(index)));
  return found;
}

/** A message is quiet if its look says so, or if it only answers a quiet one.
 * @param {Index} index
 * @returns {Quiet} */
function findQuiet({ steps, messages }) {
  const quiet = new Set(messages.filter((message) => message.look === "quiet"));
  const found = new Uint8Array(steps.length);
  if (!quiet.size) return { steps: found, messages: quiet };
  steps.forEach((step, k) => {
    const sent = (step.sent ?? []).map((number) => messages[number]);
    const received = step.kind === "receive" ? messages[step.message ?? -1] : undefined;
    if (!isUneventful(step)) return;
    if (received && quiet.has(received) && sent.every((one) => one.dst === received.src)) {
      for (const one of sent) quiet.add(one);
      found[k] = 1;
    }
    if (step.kind === "timer" && sent.length && sent.every((one) => quiet.has(one))) found[k] = 1;
  });
  return { steps: found, messages: quiet };
}

/** Nothing is told to the world, to a client or to those who watch.
 * @param {Step} step */
function isUneventful({ outputs, replies, notes }) {
  return !outputs?.length && !replies?.length && !notes?.length;
}
