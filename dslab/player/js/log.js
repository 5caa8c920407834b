// @ts-check
// A row of the event log, and the sentences about a step.
/** @import { Actions, Chain, Index, Panel, Payload } from "./types.js" */
import { RELATION } from "./data/causality.js";
import { headline, outputs, sentence, spoken, stampOf } from "./data/describe.js";
import { shorten } from "./data/values.js";
import { button, h } from "./dom.js";
import { t } from "./words.js";

/** @param {Index} index
 *  @param {number} k
 *  @param {{current: number, related: Uint8Array|null, stamps: string, query: string, marked: number|null,
 *    chain: Chain["members"]}} how `stamps`: those that the diagram has no room for */
export function createRow(index, k, { current, related, stamps, query, marked: other, chain }) {
  const step = index.steps[k];
  const classes = [
    "dslab-row",
    k === current ? "dslab-current" : related ? `dslab-${RELATION[related[k]]}` : "",
    k === other ? "dslab-marked" : "",
    chain.has(k) ? "dslab-chain" : "",
  ];
  const said = sentence(step);
  const stamp = stampOf(step, stamps);
  return h(
    "div",
    { class: classes.filter(Boolean).join(" "), "data-step": k, "aria-current": k === current ? "step" : null },
    h("span", { class: "dslab-row-k" }, String(k)),
    h("span", { class: "dslab-row-time" }, step.time.toFixed(1)),
    h("span", { class: "dslab-row-node" }, shorten(step.node ?? "–", 12)),
    h(
      "span",
      { class: "dslab-row-text", title: shorten(said, 2000) },
      stamp ? h("span", { class: "dslab-row-stamp" }, stamp) : null,
      ...outputs(step).map((output) => h("span", { class: "dslab-output" }, ...marked(shorten(output, 26), query))),
      ...marked(shorten(said, 220), query),
    ),
  );
}

/** The sentence of the current step, large, with the reasons that the protocol gave, and the way to its code.
 * @param {Index} index
 * @param {Payload} payload
 * @param {Actions} actions
 * @returns {Panel} */
export function createSentence(index, payload, actions) {
  const code = button({ label: t("The code that ran"), word: t("Code"), key: "h", onclick: () => actions.panel("code") });
  code.hidden = !Object.keys(payload.sources ?? {}).length;
  const what = h("p", { class: "dslab-what" });
  const why = h("p", { class: "dslab-why" });
  const status = h("div", { class: "dslab-hidden", role: "status", "aria-live": "polite" });
  let drawn = -1;
  return {
    element: h("div", { class: "dslab-sentence" }, code, what, why, status),
    draw(view) {
      if (!view.playing && status.textContent !== spoken(index, view.step))
        status.textContent = spoken(index, view.step);
      if (drawn === view.step) return;
      drawn = view.step;
      const step = index.steps[view.step];
      what.textContent = step ? shorten(headline(step), 1200) : spoken(index, 0);
      why.replaceChildren(
        ...(step
          ? [
              ...outputs(step).map((output) => h("span", { class: "dslab-output" }, shorten(output, 90))),
              shorten((step.notes ?? []).join(" · "), 1200),
            ]
          : []),
      );
    },
  };
}

/** A text in pieces, what was looked for marked.
 * @param {string} text
 * @param {string} query
 * @returns {Array<Node|string>} */
export function marked(text, query) {
  const wanted = query.trim().toLowerCase();
  const lower = text.toLowerCase();
  if (!wanted || lower.length !== text.length) return [text]; // a few letters change their length: then nothing is marked
  const pieces = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    if (at > from) pieces.push(text.slice(from, at));
    pieces.push(h("mark", { class: "dslab-found" }, text.slice(at, at + wanted.length)));
    from = at + wanted.length;
  }
  return from < text.length ? [...pieces, text.slice(from)] : pieces;
}
