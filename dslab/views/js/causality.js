// @ts-check
// Who could have known what. A step follows from the one before it on its node and from the one that caused it.
/** @typedef {import("./data.js").Index} Index */

export const CONCURRENT = 0;
export const PAST = 1;
export const FUTURE = 2;
export const PRESENT = 3;
export const RELATION = ["concurrent", "past", "future", "present"];

/** For each step: is it in the causal past of step k, in its future, or neither?
 * @param {Index} index
 * @param {number} k
 * @returns {Uint8Array} */
export function relations(index, k) {
  const related = new Uint8Array(index.steps.length);
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
    const before = [];
    const here = index.column.has(step.node);
    if (here && last.has(step.node)) before.push(last.get(step.node));
    const cause = step.cause ?? k;
    if (cause < k && !before.includes(cause)) before.push(cause);
    if (here) last.set(step.node, k);
    return before;
  });
  for (const { fate, sent, ended } of index.messages) {
    // An event of a log may have taken in several messages, of which only one can be its cause.
    if (fate === "received" && ended !== null && sent < ended && !made[ended].includes(sent)) made[ended].push(sent);
  }
  known.set(index, made);
  return made;
}
