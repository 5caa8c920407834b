// @ts-check
// A row of the event log, and the sentences about a step.
/** @import { Actions, Chain, Index, Panel, Payload, Step } from "./types.js" */
import { RELATION } from "./causality.js";
import { button, h } from "./dom.js";
import { marked } from "./search.js";
import { stampOf } from "./spacetime.js";
import { shorten, show, showTime } from "./values.js";
import { t } from "./words.js";

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

/** What the step told the world: `leader 3`.
 * @param {Step} step */
export function outputs(step) {
  return (step.outputs ?? []).map(([name, ...values]) => [name, ...values.map(show)].join(" "));
}

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

/** What a screen reader says about a step.
 * @param {Index} index
 * @param {number} k */
export function spoken(index, k) {
  const step = index.steps[k];
  if (!step) return t("Nothing happened in this run.");
  const { lamport } = step;
  const values = { step: k, last: index.last, time: showTime(step.time), sentence: shorten(sentence(step), 600), lamport };
  return lamport === undefined || lamport === null
    ? t("Step {step} of {last}, {time}: {sentence}", values)
    : t("Step {step} of {last}, {time}: {sentence} Lamport {lamport}.", values);
}

/** The sentence of the current step, large, with the reasons that the protocol gave, and the way to its code.
 * @param {Index} index
 * @param {Payload} payload
 * @param {Actions} actions
 *  @returns {Panel} */
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
