// @ts-check
// Full-text search in the log.
/** @import { Index } from "./trace_types.js" */
import { t } from "../words.js";
import { show } from "./values.js";

/** @type {WeakMap<Index, string[]>} */
const texts = new WeakMap();
/** @type {WeakMap<Index, {query: string, steps: Int32Array}>} */
const latestMatches = new WeakMap();

/** The steps whose row has this text: the sentence, the node, the kind, or its outputs.
 * @param {Index} index
 * @param {string} query
 * @returns {Int32Array} ascending */
export function matchesOf(index, query) {
  const wanted = query.trim().toLowerCase();
  const old = latestMatches.get(index);
  if (old?.query === wanted) return old.steps;
  const steps = wanted
    ? Int32Array.from(lowerTexts(index).flatMap((text, k) => (text.includes(wanted) ? [k] : [])))
    : new Int32Array(0);
  latestMatches.set(index, { query: wanted, steps });
  return steps;
}

/** @param {Index} index */
function lowerTexts(index) {
  const found = texts.get(index);
  if (found) return found;
  const made = index.steps.map((step) => {
    const told = (step.outputs ?? []).map(([name, ...values]) => [name, ...values.map(show)].join(" "));
    return [step.node ?? t("network"), step.kind, step.name ?? "", step.text ?? "", ...told]
      .join("\n")
      .toLowerCase();
  });
  texts.set(index, made);
  return made;
}

/** The match after (way 1) or before (way -1) step k, round the ends; null if nothing matches.
 * @param {ArrayLike<number>} steps ascending
 * @param {number} k
 * @param {number} way */
export function nextMatch(steps, k, way) {
  if (!steps.length) return null;
  const all = Array.from(steps);
  const next = way > 0 ? all.find((step) => step > k) : all.findLast((step) => step < k);
  return next ?? (way > 0 ? all[0] : all[all.length - 1]);
}
