// @ts-check
// The trace, indexed once, so that the world after any step is a look-up and not a replay.
// A `History` is the list of values that one thing has had: each with the step since which it has it.

import { english } from "./words.js";

/** @typedef {{steps: number[], values: any[]}} History */
/** @typedef {{time: number, node?: string, kind: string, name?: string, cause?: number, message?: number, text?: string,
 *    sent?: number[], timers?: Object<string, number|null>, outputs?: any[], replies?: any[], notes?: string[],
 *    changes?: object, lamport?: number, vector?: number[], local?: number}} Step */
/** @typedef {{name: string, src: string, dst: string, type: string, fields: object, sent: number, departs: number,
 *    arrives: number, fate: string, ended: number|null, why: string}} Message */
/** @typedef {ReturnType<typeof indexTrace>} Index */

/** @param {any} trace the trace as JSON
 *  @param {Array<[number, Array<[string, string]>]>} cuts for each step that cut or healed links: the directed links cut after it */
export function indexTrace(trace, cuts = []) {
  /** @type {Step[]} */
  const steps = trace.steps;
  /** @type {Message[]} */
  const messages = trace.messages;
  const nodes = trace.nodes;
  const column = new Map(nodes.map((/** @type {any} */ node, /** @type {number} */ i) => [node.id, i]));
  const index = {
    trace,
    steps,
    messages,
    nodes,
    column,
    times: Float64Array.from(steps, (step) => step.time),
    last: steps.length - 1,
    eventsOf: nodes.map(() => /** @type {number[]} */ ([])),
    attributes: nodes.map(() => /** @type {Map<string, History>} */ (new Map())),
    timers: nodes.map(() => /** @type {Map<string, History>} */ (new Map())),
    status: nodes.map(() => history("up")),
    wrong: nodes.map(() => history(0)), // how far the node's clock is ahead of true time, ms
    clocksDiffer: steps.some((step) => step.local !== undefined),
    endedBy: new Map(messages.map((message) => [message.ended, message])),
    cuts: { steps: cuts.map((entry) => entry[0]), values: cuts.map((entry) => entry[1]) },
  };
  nodes.forEach((/** @type {any} */ node, /** @type {number} */ i) =>
    recordInitial(index.attributes[i], trace.initial, node.id),
  );
  steps.forEach((step, k) => record(index, step, k));
  return index;
}

/** @param {any} value what it is before the first step
 *  @returns {History} */
function history(value) {
  return { steps: [-1], values: [value] };
}

/** @param {Map<string, History>} attributes
 *  @param {any} initial states before the first step, by node
 *  @param {string} id */
function recordInitial(attributes, initial, id) {
  const state = initial && Object.hasOwn(initial, id) ? initial[id] : {};
  for (const [name, value] of Object.entries(state)) attributes.set(name, history(value));
}

/** @param {Index} index
 *  @param {Step} step
 *  @param {number} k */
function record(index, step, k) {
  const i = index.column.get(step.node);
  if (i === undefined) return;
  index.eventsOf[i].push(k);
  for (const [name, value] of Object.entries(step.changes ?? {})) append(index.attributes[i], name, k, value);
  if (step.kind === "timer" && step.name) append(index.timers[i], step.name, k, null);
  for (const [name, due] of Object.entries(step.timers ?? {})) append(index.timers[i], name, k, due);
  const wrong = (step.local ?? step.time) - step.time;
  if (wrong !== index.wrong[i].values.at(-1)) push(index.wrong[i], k, wrong);
  const status = AFTER.get(step.kind);
  if (status) push(index.status[i], k, status);
  if (status === "down") for (const timer of index.timers[i].values()) push(timer, k, null);
}

const AFTER = new Map([
  ["crash", english("down")],
  ["recover", "up"],
  ["pause", english("paused")],
  ["resume", english("up")],
]);

/** @param {Map<string, History>} histories
 *  @param {string} name
 *  @param {number} k
 *  @param {any} value */
function append(histories, name, k, value) {
  if (!histories.has(name)) histories.set(name, { steps: [], values: [] });
  push(/** @type {History} */ (histories.get(name)), k, value);
}

/** @param {History} history
 *  @param {number} k
 *  @param {any} value */
function push(history, k, value) {
  history.steps.push(k);
  history.values.push(value);
}

/** The position of the last entry that is at most `limit`, -1 if there is none. `sorted` ascends.
 * @param {ArrayLike<number>} sorted
 * @param {number} limit */
export function lastAtMost(sorted, limit) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What the history's value is after step k; undefined before its first.
 * @param {History|undefined} history
 * @param {number} k */
export function valueAt(history, k) {
  return history?.values[lastAtMost(history.steps, k)];
}

/** The state of node i after step k: each attribute with its value, and, if step k changed it, the value before.
 * @param {Index} index
 * @param {number} i
 * @param {number} k
 * @returns {Array<{name: string, value: any, changed: boolean, before: any}>} */
export function stateAt(index, i, k) {
  const rows = [];
  for (const [name, past] of index.attributes[i]) {
    const at = lastAtMost(past.steps, k);
    if (at < 0) continue;
    const changed = past.steps[at] === k;
    rows.push({ name, value: past.values[at], changed, before: changed ? past.values[at - 1] : undefined });
  }
  return rows;
}

/** The timers of node i that run after step k: when they were set and when they will go off.
 * @param {Index} index
 * @param {number} i
 * @param {number} k */
export function timersAt(index, i, k) {
  const running = [];
  for (const [name, past] of index.timers[i]) {
    const at = lastAtMost(past.steps, k);
    if (at >= 0 && past.values[at] !== null)
      running.push({ name, set: index.times[past.steps[at]], due: past.values[at] });
  }
  return running;
}

/** Is what was selected in one trace to be found in another?
 * @param {Index} index
 * @param {any} selection */
export function exists(index, selection) {
  const names = selection?.kind === "node" ? [selection.id] : selection?.ends;
  return names
    ? names.every((/** @type {string} */ id) => index.column.has(id))
    : index.messages.some((message) => message.name === selection?.id);
}

/** Pairs of nodes that are linked: all, if the run has no topology.
 * @param {Index} index
 * @returns {Array<[string, string]>} */
export function linksOf(index) {
  return index.trace.links ?? index.nodes.flatMap((a, i) => index.nodes.slice(i + 1).map((b) => [a.id, b.id]));
}

/** The directed links that are cut after step k.
 * @param {Index} index
 * @param {number} k
 * @returns {Array<[string, string]>} */
export function cutsAt(index, k) {
  return valueAt(index.cuts, k) ?? [];
}

/** Is what src sends to dst lost after step k?
 * @param {Index} index
 * @param {string} src
 * @param {string} dst
 * @param {number} k */
export function isCut(index, src, dst, k) {
  return cutsAt(index, k).some(([a, b]) => a === src && b === dst);
}

/** The next (way 1) or previous (way -1) step of node i, or k itself if there is none.
 * @param {Index} index
 * @param {number} i
 * @param {number} k
 * @param {number} way */
export function neighbourEvent(index, i, k, way) {
  const events = index.eventsOf[i];
  const at = way > 0 ? lastAtMost(events, k) + 1 : lastAtMost(events, k - 1);
  return events[at] ?? k;
}
