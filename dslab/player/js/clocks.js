// @ts-check
// What the nodes' own clocks show. A trace says so where a clock differs from true time, at each of the node's steps.
/** @import { Index } from "./types.js" */
import { valueAt } from "./data.js";

/** What the clock of node i shows at a moment after step k, and how far that is from true time, ms.
 * @param {Index} index
 * @param {number} i
 * @param {number} k
 * @param {number} time true time, ms */
export function clockAt(index, i, k, time) {
  const wrong = valueAt(index.wrong[i], k) ?? 0;
  return { shown: time + wrong, wrong };
}

/** "165.0 (+50)": the reading, and what it is ahead of true time.
 * @param {{shown: number, wrong: number}} clock */
export function clockText({ shown, wrong }) {
  const ahead = Math.round(wrong * 10) / 10;
  return `${shown.toFixed(1)} (${ahead < 0 ? "−" : "+"}${Math.abs(ahead).toLocaleString("en")})`;
}
