// @ts-check
// The steps of two runs in two columns: those that correspond are in one row, and rows that differ are marked.
/** @import { SideBySide, WalkPlace } from "./walk.js" */
import { shorten } from "../data/values.js";
import { FOCUSABLE, h, toggleClass } from "../dom.js";
import { t } from "../words.js";

/** @param {SideBySide} payload
 *  @param {(pair: number) => void} go */
export function createPairs({ names, view, pairs }, go) {
  const rows = pairs.map((pair, n) => createRow(pair, n, numberOf(view, n), go));
  const clock = view === null ? t("time") : t("{node}'s clock", { node: view });
  const heads = [t("step"), clock, shorten(names[0], 60), t("same?"), shorten(names[1], 60)];
  const table = h(
    "table",
    { class: "dslab-pairs" },
    h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, ...rows),
  );
  const look = { class: "dslab-pairs-box", role: "region", "aria-label": t("The steps of both runs") };
  const element = h("div", { ...look, tabindex: "0", ...FOCUSABLE }, table);
  let current = -1;
  return {
    element,
    /** @param {WalkPlace} place */
    draw({ pair }) {
      if (pair === current) return;
      for (const [n, on] of /** @type {Array<[number, boolean]>} */ ([[current, false], [pair, true]])) {
        const row = rows[n];
        if (!row) continue;
        toggleClass(row, "dslab-current", on);
        if (on) row.setAttribute("aria-current", "step");
        else row.removeAttribute("aria-current");
      }
      current = pair;
      if (rows[pair]) scrollToRow(element, rows[pair]);
    },
  };
}

/** A node counts its own steps from 1; steps of a run are numbered from 0.
 * @param {string|null} view
 * @param {number} n */
export const numberOf = (view, n) => (view === null ? n : n + 1);

/** @param {SideBySide["pairs"][number]} pair
 *  @param {number} n
 *  @param {number} number
 *  @param {(pair: number) => void} go */
function createRow({ cells, moment, same }, n, number, go) {
  const step = h(
    "button",
    {
      type: "button",
      class: "dslab-pair-number",
      "aria-label": t("Go to step {step}", { step: number }),
      ...FOCUSABLE,
    },
    String(number),
  );
  const [one, other] = cells.map((cell) => h("td", { dir: "auto" }, cell ? shorten(cell, 400) : "–"));
  const sign = same ? t("the same") : t("different");
  return h(
    "tr",
    { class: same ? null : "dslab-differs", onclick: () => go(n) },
    h("th", { scope: "row" }, step),
    h("td", { class: "dslab-pair-time" }, moment),
    one,
    h("td", { class: "dslab-pair-sign" }, h("span", { role: "img", "aria-label": sign }, same ? "=" : "≠")),
    other,
  );
}

/** Scroll the box, and nothing else of the page, until a row is in sight.
 * @param {HTMLElement} box
 * @param {HTMLElement} row */
function scrollToRow(box, row) {
  const head = box.querySelector("thead")?.getBoundingClientRect().height ?? 0;
  const [inside, around] = [row.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inside.top < around.top + head) box.scrollTop -= around.top + head - inside.top;
  else if (inside.bottom > around.bottom) box.scrollTop += inside.bottom - around.bottom;
}
