// @ts-check
// A step in words: in the log, in large type, and for a screen reader; and its stamp.
/** @import { Index, Step } from "./trace_types.js" */
import { t } from "../words.js";
import { mention } from "./appearance.js";
import { shorten, showTime, words } from "./values.js";

/** What happened, in a sentence.
 * @param {Step} step */
export function sentence(step) {
  return step.text || [step.node ?? t("network"), step.kind, step.name ?? ""].join(" ").trim();
}

/** The sentence without the protocol's notes, which the text carries in brackets at its end.
 * @param {Step} step */
export function headline(step) {
  return (step.notes ?? []).reduceRight(
    (text, note) => (text.endsWith(` (${note})`) ? text.slice(0, -note.length - 3) : text),
    sentence(step),
  );
}

/** A step in a row of the history, which has room for two lines: what happened to the node. What it sent is drawn
 *  beside it, what it decided is marked, and the sentence of the current step says why.
 * @param {Index} index
 * @param {Step} step */
export function rowText(index, step) {
  const { kind } = step;
  const message = index.messages[step.message ?? -1];
  const [node, name] = [shorten(step.node ?? "", 20), shorten(step.name ?? "", 40)];
  const ends = message && { message: mention(message), src: shorten(message.src, 20), dst: shorten(message.dst, 20) };
  if (kind === "receive" && ends) return t("{message} from {src}", ends);
  if (kind === "loss" && ends) return t("{message} from {src} to {dst} is lost", ends);
  if (kind === "timer") return t("{name} timer goes off", { name });
  if (kind === "start") return t("{node} starts", { node });
  const asked = kind === "request" ? index.trace.operations?.find((one) => index.steps[one.invoked] === step) : null;
  if (!asked) return headline(step);
  return t("{call}, asked by {client}", { client: shorten(asked.client, 20), call: words(asked.call) });
}

/** The outputs of a step: `leader 3`. An empty text says nothing.
 * @param {Step} step */
export function outputs(step) {
  return (step.outputs ?? []).map(([name, ...values]) => {
    const told = values.filter((value) => value !== "").map((value) => words(value, true));
    return `${name} ${told.join(told.some((text) => text.includes(" ")) ? ", " : " ")}`.trim();
  });
}

/** A step as a screen reader announces it.
 * @param {Index} index
 * @param {number} k */
export function announcement(index, k) {
  const step = index.steps[k];
  if (!step) return t("Nothing happened in this run.");
  const { lamport } = step;
  const said = shorten(sentence(step), 600);
  const values = { step: k, last: lastOf(index), time: showTime(step.time), sentence: said, lamport };
  return lamport === undefined || lamport === null
    ? t("Step {step} of {last}, {time}: {sentence}", values)
    : t("Step {step} of {last}, {time}: {sentence} Lamport {lamport}.", values);
}

/** The number of the last step, where it is known.
 * @param {Index} index */
export const lastOf = ({ trace, last }) => (trace.hidden ? "?" : last);

/** @param {Step} step
 *  @param {string} stamps "none", "lamport" or "vector" */
export function stampOf(step, stamps) {
  if (stamps === "lamport" && step.lamport !== undefined && step.lamport !== null)
    return String(step.lamport);
  if (stamps === "vector" && step.vector) return `[${step.vector.join(" ")}]`;
  return "";
}
