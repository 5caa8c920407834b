// @ts-check
// Happened-before. A step follows from the one before it on its node and from the one that caused it; what could be
// known where, and by which chain of messages, follows from that.
/** @import { Index, Message } from "./trace_types.js" */
/** @import { View } from "../types.js" */
import { stepsOf } from "./trace.js";

/** @typedef {object} Chain the way by which one step could know of another
 * @property {number[]|null} way its steps; null: there is no way
 * @property {Message[]} messages
 * @property {Set<number|Message>} members its steps and its messages */

export const CONCURRENT = 0;
export const PAST = 1;
export const FUTURE = 2;
export const PRESENT = 3;
export const RELATION = ["concurrent", "past", "future", "present"];

/** @type {WeakMap<Index, {k: number, related: Uint8Array}>} */
const latestRelations = new WeakMap();

/** For each step: is it in the causal past of step k, in its future, or neither? Remembered: all views ask for it.
 * @param {Index} index
 * @param {number} k
 * @returns {Uint8Array} */
export function relations(index, k) {
  const found = latestRelations.get(index);
  if (found?.k === k) return found.related;
  const related = new Uint8Array(index.steps.length);
  latestRelations.set(index, { k, related });
  if (!index.steps[k]) return related;
  const before = predecessors(index);
  related[k] = PRESENT;
  for (let j = k; j >= 0; j--) {
    if (related[j]) for (const cause of before[j]) related[cause] ||= PAST;
  }
  for (let j = k + 1; j < related.length; j++) {
    if (before[j].some((cause) => related[cause] >= FUTURE)) related[j] = FUTURE;
  }
  return related;
}

/** The relation of a message to the step that `related` is about: it is in the past if it was on the way to that step,
 *  and in the future if it was sent at that step or later.
 * @param {{sent: number, ended: number|null}} message
 * @param {Uint8Array} related */
export function relationOf(message, related) {
  const start = related[message.sent];
  const end = message.ended === null ? start : related[message.ended];
  if (start === PAST && (end === PAST || end === PRESENT)) return PAST;
  return start >= FUTURE ? FUTURE : CONCURRENT;
}

/** Has node i a step in the causal past of the current step, or in its future? Looking at its first and last is enough.
 * @param {Index} index
 * @param {number} i
 * @param {View} view */
export function relationOfNode(index, i, view) {
  if (!view.causality) return { past: false, future: false };
  const related = relations(index, view.step);
  const events = index.eventsOf[i];
  const [first, last] = [related[events[0]], related[events[events.length - 1]]];
  return {
    past: first === PAST || first === PRESENT,
    future: view.future && (last === FUTURE || last === PRESENT),
  };
}

/** @type {WeakMap<Index, Map<string, Int32Array>>} */
const learnt = new WeakMap();

/** For each step: the first step of the node that could know of it; beyond the last step if there is none.
 * @param {Index} index
 * @param {string} node
 * @returns {Int32Array} */
export function learntAt(index, node) {
  const ofNodes = learnt.get(index) ?? new Map();
  learnt.set(index, ofNodes);
  const found = ofNodes.get(node);
  if (found) return found;
  const first = new Int32Array(index.steps.length).fill(index.steps.length);
  const before = predecessors(index);
  for (const k of stepsOf(index, node)) first[k] = k;
  for (let j = first.length - 1; j >= 0; j--)
    for (const cause of before[j]) first[cause] = Math.min(first[cause], first[j]);
  ofNodes.set(node, first);
  return first;
}

/** The way by which step b could know of the earlier step a, over as few messages as possible: the steps that it
 *  passes, a and b included. Null if there is none.
 * @param {Index} index
 * @param {number} a
 * @param {number} b
 * @returns {number[]|null} */
export function chainBetween(index, a, b) {
  const before = predecessors(index);
  const messages = new Map([[a, 0]]); // for each step that follows from a: over how many messages
  const from = new Map();
  for (let k = a + 1; k <= b; k++) {
    for (const cause of before[k]) {
      const hops = messages.get(cause);
      if (hops === undefined) continue;
      const cost = hops + (index.steps[cause].node === index.steps[k].node ? 0 : 1);
      if (cost >= (messages.get(k) ?? Infinity)) continue;
      messages.set(k, cost);
      from.set(k, cause);
    }
  }
  if (!messages.has(b)) return null;
  const way = [b];
  while (way[0] !== a) way.unshift(from.get(way[0]));
  return way;
}

/** @type {WeakMap<Index, number[][]>} */
const known = new WeakMap();

/** For each step those that it follows from directly, all earlier.
 * @param {Index} index
 * @returns {number[][]} */
function predecessors(index) {
  const found = known.get(index);
  if (found) return found;
  const last = new Map();
  const made = index.steps.map((step, k) => {
    const before = /** @type {number[]} */ ([]);
    const here = index.column.has(step.node);
    if (here && last.has(step.node)) before.push(last.get(step.node));
    const cause = step.cause ?? k;
    if (cause < k && !before.includes(cause)) before.push(cause);
    if (here) last.set(step.node, k);
    return before;
  });
  for (const { fate, sent, ended } of index.messages) {
    // An event of a log may have taken in several messages, of which only one can be its cause.
    if (fate === "received" && ended !== null && sent < ended && !made[ended].includes(sent))
      made[ended].push(sent);
  }
  known.set(index, made);
  return made;
}

/** @type {Chain} */
const NONE = { way: null, messages: [], members: new Set() };

/** @type {WeakMap<Index, {key: string, chain: Chain}>} */
const latestChain = new WeakMap();

/** The chain between the marked step and the cursor, for all views to show.
 * @param {Index} index
 * @param {View} view
 * @returns {Chain} */
export function chainOf(index, view) {
  if (view.marked === null || view.marked === view.step) return NONE;
  const key = `${view.marked} ${view.step}`;
  const old = latestChain.get(index);
  if (old?.key === key) return old.chain;
  const way = chainBetween(index, Math.min(view.marked, view.step), Math.max(view.marked, view.step));
  const messages = (way ?? []).flatMap((k, n) => messageBetween(index, way?.[n - 1], k) ?? []);
  const chain = { way, messages, members: new Set([...(way ?? []), ...messages]) };
  latestChain.set(index, { key, chain });
  return chain;
}

/** The message that leads from step a to step b, if one does.
 * @param {Index} index
 * @param {number|undefined} a
 * @param {number} b */
function messageBetween(index, a, b) {
  if (a === undefined || index.steps[a].node === index.steps[b].node) return null;
  const own = index.messages[index.steps[b].message ?? -1];
  if (own?.sent === a) return own;
  return (
    (index.steps[a].sent ?? []).map((number) => index.messages[number]).find((one) => one.ended === b) ?? null
  );
}
