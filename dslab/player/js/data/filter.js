// @ts-check
// Which steps are shown: what the filter leaves, and, in the local view of a node, what that node knows. The diagram
// and the log have a row for each of them.
/** @import { Index, Message, Step } from "./trace_types.js" */
/** @import { Filter, Rows, View } from "../types.js" */
import { isQuiet } from "./appearance.js";
import { learntAt } from "./causality.js";
import { matchesOf } from "./search.js";
import { lastAtMost, neighbourStep, stepsOf } from "./trace.js";

/** A filter that leaves nothing out.
 * @returns {Filter} */
export function createFilter() {
  return { nodes: new Set(), types: new Set(), kinds: new Set(), repeats: false, misses: false };
}

/** Does the filter leave nothing out?
 * @param {Filter} filter */
export function showsAll(filter) {
  return !(filter.nodes.size || filter.types.size || filter.kinds.size || filter.repeats || filter.misses);
}

/** @type {WeakMap<Index, {key: unknown[], rows: Rows}>} */
const latestRows = new WeakMap();

/** The rows of the diagram and the log. They are computed when the filter changes, and at each step of the observer.
 * @param {Index} index
 * @param {View} view
 * @returns {Rows} */
export function rowsOf(index, view) {
  const key = [
    view.filter,
    view.filter.misses ? view.query : "",
    view.observer,
    view.observer === null ? 0 : view.step,
  ];
  const old = latestRows.get(index);
  if (old && old.key.every((one, n) => one === key[n])) return old.rows;
  const rows = makeRows(index, view);
  latestRows.set(index, { key, rows });
  return rows;
}

/** @param {Index} index
 *  @param {View} view
 *  @returns {Rows} */
function makeRows(index, view) {
  const count = index.steps.length;
  if (showsAll(view.filter) && view.observer === null) return { count, stepOf: (row) => row, rowOf: (k) => k };
  const kept = keeps(index, view);
  const shown = new Int32Array(count);
  let length = 0;
  for (let k = 0; k < count; k++) if (kept(k)) shown[length++] = k;
  const steps = shown.subarray(0, length);
  return {
    count: length,
    stepOf: (row) => steps[Math.max(0, Math.min(length - 1, row))] ?? 0,
    rowOf(k) {
      const row = lastAtMost(steps, k);
      return steps[row] === k ? row : row + 0.5;
    },
  };
}

/** @param {Index} index
 *  @param {View} view
 *  @returns {(k: number) => boolean} */
function keeps(index, view) {
  const { filter } = view;
  const learnt = view.observer === null ? null : learntAt(index, view.observer);
  const repeats = filter.repeats ? repetitions(index) : null;
  const found = filter.misses ? new Set(matchesOf(index, view.query)) : null;
  return (k) => {
    if (learnt && learnt[k] > view.step) return false;
    if (repeats?.[k] || (found && !found.has(k))) return false;
    const step = index.steps[k];
    const message = step.message === undefined ? null : index.messages[step.message];
    if (filter.kinds.has(step.kind) || (message && filter.types.has(message.type))) return false;
    return !filter.nodes.size || concernsShown(filter, step, message);
  };
}

/** Is it a step of a node that is shown, or of the network about one?
 * @param {Filter} filter
 * @param {Step} step
 * @param {Message|null} message */
function concernsShown(filter, step, message) {
  const node = step.node ?? step.request?.[1];
  if (node !== undefined) return !filter.nodes.has(node);
  return !message || !filter.nodes.has(message.src) || !filter.nodes.has(message.dst);
}

/** May a message be drawn? Its type and both its ends must be shown, and the node whose knowledge is shown must know
 *  that it was sent.
 * @param {Index} index
 * @param {View} view
 * @returns {(message: Message) => boolean} */
export function messageFilter(index, view) {
  const { types, nodes } = view.filter;
  const knows = knowledge(index, view);
  return (message) =>
    !types.has(message.type) && !nodes.has(message.src) && !nodes.has(message.dst) && knows(message.sent);
}

export const knowsAll = () => true;

/** Could the node whose knowledge is shown know of this step, at the cursor? Everything is known if no node is chosen.
 * @param {Index} index
 * @param {View} view
 * @returns {(k: number) => boolean} */
export function knowledge(index, view) {
  if (view.observer === null) return knowsAll;
  const learnt = learntAt(index, view.observer);
  return (k) => learnt[k] <= view.step;
}

/** The step up to which node i is seen: the cursor's, or the last that the observer knows of; -1 if it knows of none.
 * @param {Index} index
 * @param {View} view
 * @param {number} i
 * @param {number} [cursor] instead of the view's */
export function lastKnownStep(index, view, i, cursor = view.step) {
  if (view.observer === null) return cursor;
  const learnt = learntAt(index, view.observer);
  const events = index.eventsOf[i];
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (learnt[events[middle]] <= cursor) low = middle + 1;
    else high = middle;
  }
  return low ? events[low - 1] : -1;
}

// ---- repetition: heartbeats and the like, for any protocol

const MAY_REPEAT = new Set(["receive", "timer", "loss"]);

/** @type {WeakMap<Index, Uint8Array>} */
const found = new WeakMap();

/** For each step: does it only repeat? A message that is received, or a timer that goes off, repeats if it changes no
 *  attribute, makes no output, no note and no reply to a client, if the same is true for all that its messages do,
 *  and if the same node has had one like it before. A lost message repeats if its sending does.
 * @param {Index} index
 * @returns {Uint8Array} */
export function repetitions(index) {
  const known = found.get(index);
  if (known) return known;
  const idle = idleSteps(index);
  const seen = new Set();
  const repeats = Uint8Array.from(index.steps, (step, k) => {
    if (!idle[k]) return 0;
    const message = step.message === undefined ? null : index.messages[step.message];
    const look = JSON.stringify([step.kind, step.name, message?.src, message?.dst ?? step.node]);
    if (seen.has(look)) return 1;
    seen.add(look);
    return 0;
  });
  found.set(index, repeats);
  return repeats;
}

/** The steps that change nothing and bring nothing about. In a trace without states there are none.
 * @param {Index} index */
function idleSteps(index) {
  const idle = new Uint8Array(index.steps.length);
  if (!index.steps.some((step) => step.changes)) return idle;
  for (let k = index.last; k >= 0; k--) {
    const step = index.steps[k];
    idle[k] = MAY_REPEAT.has(step.kind) && changesNothing(step) && sentAllIdle(index, step, k, idle) ? 1 : 0;
  }
  for (const [k, step] of index.steps.entries())
    if (step.kind === "loss") idle[k] = step.cause === undefined ? 0 : idle[step.cause];
  return idle;
}

/** @param {Step} step */
function changesNothing(step) {
  return !step.changes && !step.outputs?.length && !step.replies?.length && !step.notes?.length;
}

/** @param {Index} index
 *  @param {Step} step
 *  @param {number} k
 *  @param {Uint8Array} idle those after step k */
function sentAllIdle(index, step, k, idle) {
  return (step.sent ?? []).every((number) => {
    const { fate, ended } = index.messages[number];
    return fate !== "received" || ended === null || ended <= k || idle[ended];
  });
}

/** @type {WeakMap<Index, Uint8Array>} */
const passedOver = new WeakMap();

/** For each step: is it of no interest to those who watch the run play? It repeats, or it sends or delivers quiet
 *  messages and changes nothing.
 * @param {Index} index
 * @returns {Uint8Array} */
export function uneventful(index) {
  const known = passedOver.get(index);
  if (known) return known;
  const marks = repetitions(index).map((repeats, k) =>
    repeats || (isQuiet(index, k) && changesNothing(index.steps[k])) ? 1 : 0,
  );
  passedOver.set(index, marks);
  return marks;
}

// ---- where the cursor can stand

/** The step before or after this one among those that are shown; in the local view of a node, among its own.
 * @param {Index} index
 * @param {View} view
 * @param {number} way */
export function neighbourInView(index, view, way) {
  if (view.observer !== null) return neighbourStep(index, view.observer, view.step, way);
  if (showsAll(view.filter)) return view.step + way;
  const rows = rowsOf(index, view);
  const here = rows.rowOf(view.step);
  const row = way > 0 ? Math.floor(here) + 1 : Math.ceil(here) - 1;
  return row >= 0 && row < rows.count ? rows.stepOf(row) : view.step;
}

/** The step at which the cursor stands if it is put at step k: in the local view of a node, one of its own.
 * @param {Index} index
 * @param {View} view
 * @param {number} k */
export function stepInView(index, view, k) {
  if (view.observer === null) return k;
  const events = stepsOf(index, view.observer);
  return events[Math.max(0, lastAtMost(events, k))];
}
