// @ts-check
// The event log: a row for each step that is in the page. After a step most rows look as before: those stay.
/** @import { Chain } from "../data/causality.js" */
/** @import { Index } from "../data/trace_types.js" */
import { RELATION } from "../data/causality.js";
import { outputs, rowText, sentence, stampOf } from "../data/describe.js";
import { shorten } from "../data/values.js";
import { h } from "../dom.js";

/** @typedef {{current: number, related: Uint8Array|null, stamps: string, query: string, marked: number|null,
 *    chain: Chain["members"]}} Look of the rows; `stamps`: those that the diagram has no room for */

/** @param {Index} index */
export function createRows(index) {
  const element = h("div", { class: "dslab-rows" });
  /** @type {Map<number, {look: string, row: HTMLElement}>} */
  let shown = new Map();
  return {
    element,
    /** @param {number[]} steps those to be in the page, in order
     *  @param {Look} how */
    draw(steps, how) {
      const next = new Map();
      for (const k of steps) {
        const look = [
          k === how.current,
          how.related?.[k],
          how.stamps,
          how.query,
          k === how.marked,
          how.chain.has(k),
        ].join();
        const old = shown.get(k);
        next.set(k, old?.look === look ? old : { look, row: createRow(index, k, how) });
      }
      for (const [k, { row }] of shown) if (next.get(k)?.row !== row) row.remove();
      let place = element.firstChild;
      for (const { row } of next.values()) {
        if (row === place) place = row.nextSibling;
        else element.insertBefore(row, place);
      }
      shown = next;
    },
  };
}

/** @param {Index} index
 *  @param {number} k
 *  @param {Look} how */
function createRow(index, k, { current, related, stamps, query, marked: other, chain }) {
  const step = index.steps[k];
  const classes = [
    "dslab-row",
    k === current ? "dslab-current" : related ? `dslab-${RELATION[related[k]]}` : "",
    k === other ? "dslab-marked" : "",
    chain.has(k) ? "dslab-chain" : "",
  ];
  const said = query ? sentence(step) : rowText(index, step); // what was looked for may stand in any part of it
  const notes = (step.notes ?? []).map((note) => ` · ${note}`).join("");
  const stamp = stampOf(step, stamps);
  return h(
    "div",
    { class: classes.filter(Boolean).join(" "), "data-step": k, "aria-current": k === current ? "step" : null },
    h("span", { class: "dslab-row-k" }, String(k)),
    h("span", { class: "dslab-row-time" }, step.time.toFixed(1)),
    h("span", { class: "dslab-row-node" }, shorten(step.node ?? "–", 12)),
    h(
      "span",
      { class: "dslab-row-text", title: shorten(sentence(step), 2000) },
      stamp ? h("span", { class: "dslab-row-stamp" }, stamp) : null,
      ...marked(shorten(said, 220), query),
      ...outputs(step).map((output) => h("span", { class: "dslab-output" }, ...marked(shorten(output, 18), query))),
      query ? null : h("span", { class: "dslab-row-note" }, shorten(notes, 70)),
    ),
  );
}

/** A text in pieces, what was looked for marked.
 * @param {string} text
 * @param {string} query
 * @returns {Array<Node|string>} */
function marked(text, query) {
  const wanted = query.trim().toLowerCase();
  const lower = text.toLowerCase();
  if (!wanted || lower.length !== text.length) return [text]; // a few letters change their length
  const pieces = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    if (at > from) pieces.push(text.slice(from, at));
    pieces.push(h("mark", { class: "dslab-found" }, text.slice(at, at + wanted.length)));
    from = at + wanted.length;
  }
  return from < text.length ? [...pieces, text.slice(from)] : pieces;
}
