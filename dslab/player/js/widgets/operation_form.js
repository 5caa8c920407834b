// @ts-check
// The fields of the operation that is selected: its call, its result and its times.
/** @import { OperationBar } from "./bars.js" */
import { FOCUSABLE, h, onEnter } from "../dom.js";
import { createButton, createCheck, createControls } from "./demonstration.js";

/** @param {{change: (typed: OperationBar) => void, remove: () => void}} actions */
export function createOperationForm({ change, remove }) {
  /** @type {OperationBar|null} */
  let shown = null;
  const field = (/** @type {string} */ label, /** @type {number} */ size) => {
    const input = h("input", {
      type: "text", size, "aria-label": label, spellcheck: "false", autocomplete: "off", onchange: tell,
      onkeydown: onEnter(tell), ...FOCUSABLE,
    });
    return { input, element: h("label", { class: "dslab-touch-range" }, h("span", {}, label), input) };
  };
  const client = h("strong", {});
  const [call, result, from, to] = [field("call", 12), field("result", 7), field("from", 5), field("to", 5)];
  const never = createCheck("never returned", tell);
  const controls = createControls(
    client, call.element, result.element, from.element, to.element, never.element,
    createButton("Remove", remove),
  );
  controls.classList.add("dslab-bar-row");
  const hint = h("p", { class: "dslab-touch-task" }, "Choose a bar to edit its call, its result and its times.");
  const element = h("div", { class: "dslab-bar-form" }, hint, controls);

  function tell() {
    if (!shown) return;
    const invoked = Number(from.input.value || NaN);
    const returned = never.input.checked ? null : Number(to.input.value || invoked + 1);
    const typed = { ...shown, call: call.input.value.trim(), result: result.input.value.trim(), invoked, returned };
    if (JSON.stringify(typed) !== JSON.stringify(shown)) change(typed);
  }

  return {
    element,
    focus: () => call.input.select(),
    /** @param {OperationBar|null} bar null: none is selected */
    draw(bar) {
      [shown, hint.hidden, controls.hidden] = [bar, Boolean(bar), !bar];
      if (!bar) return;
      client.textContent = bar.client;
      const active = element.ownerDocument.activeElement;
      for (const [{ input }, value] of /** @type {const} */ ([
        [call, bar.call], [result, bar.result], [from, String(bar.invoked)], [to, String(bar.returned ?? "")],
      ]))
        if (input !== active || input.dataset.operation !== bar.id) {
          input.value = value;
          input.dataset.operation = bar.id;
        }
      never.input.checked = bar.returned === null;
      to.input.disabled = result.input.disabled = bar.returned === null;
    },
  };
}
