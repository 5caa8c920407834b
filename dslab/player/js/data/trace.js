// @ts-check
// The trace, indexed once, so that the state after any step is a look-up and not a replay.
// A `History` is the list of values that one thing has had: each with the step since which it has it.
/** @import { History, Index, Link, Operation, Step, Trace, Value } from "./trace_types.js" */
/** @import { Selection } from "../types.js" */
import { VERBS } from "./verb_table.js";

/** @param {Trace} trace
 *  @returns {Index} */
export function indexTrace(trace) {
  const { steps, messages, nodes } = trace;
  /** @type {Index} */
  const index = {
    trace,
    steps,
    messages,
    nodes,
    column: new Map(nodes.map((node, i) => [node.id, i])),
    times: Float64Array.from(steps, (step) => step.time),
    last: steps.length - 1,
    eventsOf: nodes.map(() => []),
    attributes: nodes.map(() => new Map()),
    timers: nodes.map(() => new Map()),
    status: nodes.map(() => history("up")),
    offset: nodes.map(() => history(0)),
    clocksDiffer: steps.some((step) => step.local !== undefined),
    endedBy: new Map(messages.map((message) => [message.ended, message])),
    cuts: history(/** @type {Link[]} */ ([])),
  };
  nodes.forEach((node, i) => recordInitial(index.attributes[i], trace.initial ?? {}, node.id));
  steps.forEach((step, k) => record(index, step, k));
  return index;
}

/** @template T
 * @param {T} value what it is before the first step
 * @returns {History<T>} */
function history(value) {
  return { steps: [-1], values: [value] };
}

/** @param {Map<string, History<Value>>} attributes
 *  @param {NonNullable<Trace["initial"]>} initial
 *  @param {string} id */
function recordInitial(attributes, initial, id) {
  const state = Object.hasOwn(initial, id) ? initial[id] : {};
  for (const [name, value] of Object.entries(state)) attributes.set(name, history(value));
}

/** @param {Index} index
 *  @param {Step} step
 *  @param {number} k */
function record(index, step, k) {
  if (step.cuts) push(index.cuts, k, step.cuts);
  const i = index.column.get(step.node);
  if (i === undefined) return;
  index.eventsOf[i].push(k);
  for (const [name, value] of Object.entries(step.changes ?? {})) append(index.attributes[i], name, k, value);
  if (step.kind === "timer" && step.name) append(index.timers[i], step.name, k, null);
  for (const [name, due] of Object.entries(step.timers ?? {})) append(index.timers[i], name, k, due);
  const offset = (step.local ?? step.time) - step.time;
  if (offset !== index.offset[i].values.at(-1)) push(index.offset[i], k, offset);
  const status = VERBS.get(step.kind)?.status;
  if (status) push(index.status[i], k, status);
  if (status === "down") for (const timer of index.timers[i].values()) push(timer, k, null);
}

/** @template T
 * @param {Map<string, History<T>>} histories
 * @param {string} name
 * @param {number} k
 * @param {T} value */
function append(histories, name, k, value) {
  const history = histories.get(name) ?? { steps: [], values: [] };
  histories.set(name, history);
  push(history, k, value);
}

/** @template T
 * @param {History<T>} history
 * @param {number} k
 * @param {T} value */
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
 * @template T
 * @param {History<T>|undefined} history
 * @param {number} k
 * @returns {T|undefined} */
export function valueAt(history, k) {
  return history?.values[lastAtMost(history.steps, k)];
}

/** The state of node i after step k: each attribute with its value, and, if step k changed it, the value before.
 * @param {Index} index
 * @param {number} i
 * @param {number} k
 * @returns {Array<{name: string, value: Value, changed: boolean, before: Value|undefined}>} */
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
    const due = past.values[at] ?? null;
    if (due !== null) running.push({ name, set: index.times[past.steps[at]], due });
  }
  return running;
}

/** Is what was selected in one trace to be found in another?
 * @param {Index} index
 * @param {Selection|null} selection */
export function exists(index, selection) {
  if (selection?.kind === "message") return index.messages.some((message) => message.name === selection.id);
  const names = selection?.kind === "link" ? selection.ends : [selection?.id];
  return names.every((id) => index.column.has(id));
}

/** Pairs of nodes that are linked: all, if the run has no topology.
 * @param {Index} index
 * @returns {Link[]} */
export function linksOf({ trace, nodes }) {
  const all = () => nodes.flatMap((a, i) => nodes.slice(i + 1).map((b) => /** @type {Link} */ ([a.id, b.id])));
  return trace.links ?? all();
}

/** The directed links that are cut after step k.
 * @param {Index} index
 * @param {number} k
 * @returns {Link[]} */
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

/** For a request that its node could not handle in step k: which it was, and whether it is lost, since the node was
 *  down; at a node that was paused it waits. Null for any other step.
 * @param {Index} index
 * @param {number} k */
export function unheardAt(index, k) {
  const { kind, node, request } = index.steps[k];
  if (kind !== "request" || index.column.has(node) || !request) return null;
  const status = index.status[index.column.get(request[1]) ?? -1];
  return { node: request[1], lost: valueAt(status, k) === "down" };
}

/** The steps of a node, ascending: none if there is no such node.
 * @param {Index} index
 * @param {string|null} node */
export function stepsOf(index, node) {
  return index.eventsOf[index.column.get(node) ?? -1] ?? [];
}

/** The next (way 1) or previous (way -1) step of a node, or k itself if there is none.
 * @param {Index} index
 * @param {string|null} node
 * @param {number} k
 * @param {number} way */
export function neighbourStep(index, node, k, way) {
  const events = stepsOf(index, node);
  const at = way > 0 ? lastAtMost(events, k) + 1 : lastAtMost(events, k - 1);
  return events[at] ?? k;
}

// ---- clocks: where a node's own clock differs from true time, its steps have the local time, too

/** What the clock of node i shows at a moment after step k, and how far that is from true time, ms.
 * @param {Index} index
 * @param {number} i
 * @param {number} k
 * @param {number} time true time, ms */
export function clockAt(index, i, k, time) {
  const offset = valueAt(index.offset[i], k) ?? 0;
  return { shown: time + offset, offset };
}

/** "165.0 (+50)": the reading, and what it is ahead of true time.
 * @param {{shown: number, offset: number}} clock */
export function clockText({ shown, offset }) {
  const ahead = Math.round(offset * 10) / 10;
  return `${shown.toFixed(1)} (${ahead < 0 ? "−" : "+"}${Math.abs(ahead).toLocaleString("en")})`;
}

// ---- messages and operations

/** The types of a trace's messages, in the order of their first appearance.
 * @param {Index} index
 * @returns {Map<string, number>} */
export function typesOf(index) {
  const types = new Map();
  for (const message of index.messages) if (!types.has(message.type)) types.set(message.type, types.size);
  return types;
}

/** The next (way 1) or previous (way -1) step at which an operation begins or ends; null if there is none.
 * @param {Operation[]} operations
 * @param {number} k
 * @param {number} way */
export function neighbourEdge(operations, k, way) {
  const edges = operations.flatMap(({ invoked, returned }) =>
    returned === null ? [invoked] : [invoked, returned],
  );
  const there = edges.filter((edge) => (way > 0 ? edge > k : edge < k));
  return there.length ? (way > 0 ? Math.min : Math.max)(...there) : null;
}
