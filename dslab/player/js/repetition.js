// @ts-check
// Heartbeats and the like, for any protocol: steps that repeat what was seen before and change nothing.
/** @import { Index, Step } from "./types.js" */

const MAY_REPEAT = new Set(["receive", "timer", "loss"]);

/** @type {WeakMap<Index, Uint8Array>} */
const found = new WeakMap();

/** For each step: does it only repeat? A message that is received, or a timer that goes off, repeats if it changes no
 *  attribute, makes no output, answers no client and says no reason, if the same is true for all that its messages do,
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

/** The steps that change nothing and bring nothing about. A trace without states cannot tell: then there are none.
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
