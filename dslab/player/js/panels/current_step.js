// @ts-check
// The current step: its sentence in large type, the reasons that the protocol gave, and the code of its handler.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Panel, Payload, Source } from "../types.js" */
import { announcement, headline, outputs } from "../data/describe.js";
import { shorten } from "../data/values.js";
import { button, FOCUSABLE, h } from "../dom.js";
import { t } from "../words.js";

/** The sentence of the current step, large, with the reasons that the protocol gave, and the way to its code.
 * @param {Index} index
 * @param {Payload} payload
 * @param {Actions} actions
 * @returns {Panel} */
export function createSentence(index, payload, actions) {
  const onclick = () => actions.panel("code");
  const code = button({ label: t("The code that ran"), word: t("Code"), key: "h", onclick });
  code.hidden = !Object.keys(payload.sources ?? {}).length;
  const what = h("p", { class: "dslab-what" });
  const why = h("p", { class: "dslab-why" });
  const status = h("div", { class: "dslab-hidden", role: "status", "aria-live": "polite" });
  let drawn = -1;
  return {
    element: h("div", { class: "dslab-sentence" }, code, what, why, status),
    draw(view) {
      if (!view.playing && status.textContent !== announcement(index, view.step))
        status.textContent = announcement(index, view.step);
      if (drawn === view.step) return;
      drawn = view.step;
      const step = index.steps[view.step];
      what.textContent = step ? shorten(headline(step), 1200) : announcement(index, 0);
      why.replaceChildren(
        ...(step
          ? [
              ...outputs(step).map((output) => h("span", { class: "dslab-output" }, shorten(output, 90))),
              shorten((step.notes ?? []).join(" · "), 1200),
              view.step === index.last ? endOfRun(index) : "",
            ]
          : []),
      );
    },
  };
}

/** Why the run ended: it is said at its last step.
 * @param {Index} index */
function endOfRun({ trace }) {
  const said = t("The run ends here: {end}.", { end: shorten(trace.end ?? "", 160) });
  return trace.end ? h("span", { class: "dslab-end" }, said) : "";
}

/** @param {Index} index
 *  @param {Payload} payload
 *  @returns {Panel} */
export function createHandler(index, payload) {
  const caption = h("strong", {});
  const about = { class: "dslab-code", tabindex: "0", "aria-label": t("The code of the handler"), ...FOCUSABLE };
  const code = h("pre", about);
  let drawn = -1;
  return {
    element: h("div", { role: "region", "aria-label": t("Code of the handler") }, caption, code),
    draw(view) {
      if (drawn === view.step) return;
      drawn = view.step;
      const source = sourceOf(index, payload.sources ?? {}, view.step);
      code.hidden = !source;
      const none = t("There is no code to show for this step: no handler ran, or its source is not available here.");
      caption.textContent = source ? shorten(source.caption, 200) : none;
      code.replaceChildren(...(source ? numbered(source.code, source.first) : []));
    },
  };
}

/** The source of the handler that ran in step k, if it came with the trace.
 * @param {Index} index
 * @param {Record<string, Source>} sources
 * @param {number} k */
export function sourceOf(index, sources, k) {
  const step = index.steps[k];
  const info = index.nodes[index.column.get(step?.node) ?? -1];
  if (!info) return null;
  const key = `${info.protocol} ${step.kind} ${step.name ?? ""}`;
  return Object.hasOwn(sources, key) ? sources[key] : null;
}

/** @param {string} code
 *  @param {number} first the number of its first line */
function numbered(code, first) {
  const lines = code.replace(/\n$/, "").split("\n");
  return lines.flatMap((line, n) => [
    h("span", { class: "dslab-line-number", "aria-hidden": "true" }, String(first + n).padStart(4)),
    `  ${line}${n < lines.length - 1 ? "\n" : ""}`,
  ]);
}
