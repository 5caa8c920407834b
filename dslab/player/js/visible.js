// @ts-check
// Which steps are shown: what the filter leaves, and, seen with a node's eyes, what that node knows. The diagram and the
// log have a row for each of them.
/** @import { Filter, Index, Message, Rows, Step, View } from "./types.js" */
import { learntAt } from "./causality.js";
import { lastAtMost } from "./data.js";
import { repetitions } from "./repetition.js";
import { matchesOf } from "./search.js";

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

/** The rows of the diagram and the log. Worked out when the filter changes, and at each step of the node whose knowledge
 *  is shown.
 * @param {Index} index
 * @param {View} view
 * @returns {Rows} */
export function rowsOf(index, view) {
  const key = [
    view.filter,
    view.filter.misses ? view.query : "",
    view.knower,
    view.knower === null ? 0 : view.step,
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
  if (showsAll(view.filter) && view.knower === null) return { count, stepOf: (row) => row, rowOf: (k) => k };
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
  const learnt = view.knower === null ? null : learntAt(index, view.knower);
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
  if (step.node !== undefined && step.node !== null) return !filter.nodes.has(step.node);
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
  if (view.knower === null) return knowsAll;
  const learnt = learntAt(index, view.knower);
  return (k) => learnt[k] <= view.step;
}

/** The step up to which node i is seen: the cursor's, or the last that the node whose knowledge is shown knows of; -1 if
 *  it knows of none.
 * @param {Index} index
 * @param {View} view
 * @param {number} i
 * @param {number} [cursor] instead of the view's */
export function horizon(index, view, i, cursor = view.step) {
  if (view.knower === null) return cursor;
  const learnt = learntAt(index, view.knower);
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
