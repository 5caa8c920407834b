// @ts-check
// The rows of the event log that are in the page. After a step most look as before: those stay.
/** @import { Chain, Index } from "./types.js" */
import { h } from "./dom.js";
import { createRow } from "./log.js";

/** @param {Index} index */
export function createRows(index) {
  const element = h("div", { class: "dslab-rows" });
  /** @type {Map<number, {look: string, row: HTMLElement}>} */
  let shown = new Map();
  return {
    element,
    /** @param {number[]} steps those to be in the page, in order
     *  @param {{current: number, related: Uint8Array|null, stamps: string, query: string, marked: number|null,
     *    chain: Chain["members"]}} how they look */
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
