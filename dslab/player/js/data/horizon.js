// @ts-check
// What is known up to a step. A player that asks is given this and not the whole run, so that no view of it can show
// what comes later, however it looks for it.
/** @import { Message, Operation, Trace } from "./trace_types.js" */
/** @import { Comparison, Light, Payload, View } from "../types.js" */
import { english } from "../words.js";
import { lastAtMost } from "./trace.js";

const ASKED = english("Answer the question first, or give up: then the run can be changed.");

/** The last step that a view may show of what it has: the reader can hide what comes after the cursor.
 * @param {Pick<View, "future"|"step">} view */
export const horizonOf = ({ future, step }) => (future ? Infinity : step);

/** @param {Payload} payload
 *  @param {number} step the last one that is known; all of them: the payload as it is
 *  @returns {Payload} */
export function upTo(payload, step) {
  const { trace, lights = [], sources = {}, comparison } = payload;
  if (step >= trace.steps.length - 1) return payload;
  const known = traceUpTo(trace, step);
  const time = trace.steps[step].time;
  return {
    ...payload,
    trace: known,
    lights: lights.map((light) => lightUpTo(light, step)),
    sources: Object.fromEntries(Object.entries(sources).filter(([key]) => ranIn(known, key))),
    ...{ script: "", json: "", test: "", editable: false, reason: ASKED, edits: 0 },
    comparison: comparison && comparisonUpTo(comparison, step, time),
  };
}

/** @param {Trace} trace
 *  @param {number} step
 *  @returns {Trace} */
export function traceUpTo(trace, step) {
  if (step >= trace.steps.length - 1) return trace;
  return {
    ...trace,
    steps: trace.steps.slice(0, step + 1),
    messages: trace.messages.slice(0, countSent(trace, step)).map((message) => messageUpTo(message, step)),
    operations: (trace.operations ?? [])
      .filter(({ invoked }) => invoked <= step)
      .map((operation) => operationUpTo(operation, step)),
    ...{ unapplied: [], end: "", hidden: true },
  };
}

/** How many messages there are after a step. A copy that the script makes later stands among those of its own time.
 * @param {Trace} trace
 * @param {number} step */
function countSent({ steps, messages }, step) {
  const { time } = steps[step];
  const later = messages.findIndex(({ sent, departs }) => sent > step || departs > time);
  const named = steps.slice(0, step + 1).reduce((most, { sent = [] }) => Math.max(most, ...sent), -1);
  return Math.max(later < 0 ? messages.length : later, named + 1);
}

/** @param {Message} message
 *  @param {number} step
 *  @returns {Message} */
function messageUpTo(message, step) {
  const isOver = message.ended !== null && message.ended <= step;
  return isOver ? message : { ...message, fate: "in flight", ended: null, why: "" };
}

/** @param {Operation} operation
 *  @param {number} step
 *  @returns {Operation} */
function operationUpTo(operation, step) {
  const isAnswered = operation.returned !== null && operation.returned <= step;
  return isAnswered ? operation : { ...operation, returned: null, result: null };
}

/** @param {Light} light
 *  @param {number} step
 *  @returns {Light} */
function lightUpTo(light, step) {
  const isDecided = light.step !== null && light.step <= step;
  return isDecided ? light : { ...light, status: "not decided", step: null, sentence: "" };
}

/** Did the handler with this key run?
 * @param {Trace} trace
 * @param {string} key protocol, kind and name of a step */
function ranIn({ nodes, steps }, key) {
  const protocols = new Map(nodes.map((node) => [node.id, node.protocol]));
  return steps.some((step) => `${protocols.get(step.node ?? "")} ${step.kind} ${step.name ?? ""}` === key);
}

/** The trace beside it is known up to the same step while both are alike, and from there on up to the same time.
 * @param {Comparison} comparison
 * @param {number} step
 * @param {number} time ms
 * @returns {Comparison} */
function comparisonUpTo(comparison, step, time) {
  const { first, trace, lights = [] } = comparison;
  const parted = first !== null && first <= step;
  const known = parted ? Math.max(first, lastAtMost(trace.steps.map((one) => one.time), time)) : step;
  return {
    ...comparison,
    first: parted ? first : null,
    trace: traceUpTo(trace, known),
    lights: lights.map((light) => lightUpTo(light, known)),
  };
}
