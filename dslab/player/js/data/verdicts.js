// @ts-check
// What is known of a promise (property) at a step: a light is green from where it holds, red from where it is broken.
/** @import { Light } from "../types.js" */

/** What a light shows after step k: kept, broken, seen, unseen or undecided.
 * @param {Light} light
 * @param {number} k
 * @param {number} last the last step, at which what holds in the end is decided */
export function lightAt(light, k, last) {
  if (light.status === "broken" && k >= (light.step ?? 0)) return "broken";
  if (light.kind === "always") return "kept";
  if (light.kind === "sometimes")
    return light.status === "holds" && k >= (light.step ?? 0) ? "seen" : "unseen";
  return light.status === "holds" && k >= (light.step ?? last) ? "kept" : "undecided";
}

/** The next step after k, round the end, at which a light changes; null if none ever does.
 * @param {Light[]} lights
 * @param {number} k
 * @param {number} last */
export function nextChange(lights, k, last) {
  const changes = lights
    .flatMap((light) => changeOf(light, last) ?? [])
    .filter((step) => step > 0)
    .sort((a, b) => a - b);
  return changes.find((step) => step > k) ?? changes[0] ?? null;
}

/** The step at which a light changes.
 * @param {Light} light
 * @param {number} last */
export function changeOf(light, last) {
  if (light.status === "broken" || (light.kind === "sometimes" && light.status === "holds"))
    return light.step;
  return light.kind === "in the end" && light.status === "holds" ? (light.step ?? last) : null;
}
