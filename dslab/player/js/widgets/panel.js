// @ts-check
// The panel about an attempt: the outcome, a sentence, rows, what is folded away, and buttons that ask the kernel.
/** @import { Model } from "../types.js" */
import { FOCUSABLE, h, s, setAttr, setText } from "../dom.js";

/** A shape for an outcome: colour alone would not be seen by everybody.
 * @param {string} outline */
export function drawSign(outline) {
  return s("svg", { class: "dslab-shape", viewBox: "0 0 20 20", "aria-hidden": "true" }, s("path", { d: outline }));
}

/** @typedef {{state: string, sign: string, title: string, outcome: string, sentence: string,
 *    rows: Array<[name: string, text: string]>, folded: Array<[name: string, text: string]>}} Told */
/** @typedef {{told: Told, notes: string[], buttons: Array<{label: string, used: boolean}>}} PanelTraits */

/** @param {Told} told */
function drawTold(told) {
  const rows = told.rows.flatMap(([name, text]) => [h("dt", {}, name), h("dd", { dir: "auto" }, text)]);
  const outcome = told.outcome ? h("span", { class: "dslab-outcome" }, told.outcome) : null;
  const title = h("bdi", {}, told.title, outcome && ": ", outcome);
  return [
    h("p", { class: "dslab-head" }, told.sign ? drawSign(told.sign) : null, title),
    told.sentence ? h("p", { class: "dslab-said", dir: "auto" }, told.sentence) : null,
    rows.length ? h("dl", { class: "dslab-rows" }, ...rows) : null,
    ...told.folded.map(([name, text]) =>
      h("details", {}, h("summary", { ...FOCUSABLE }, name), h("pre", { tabindex: 0, ...FOCUSABLE }, text)),
    ),
  ].filter((part) => part !== null);
}

/** @param {{model: Model<PanelTraits>, el: HTMLElement}} widget */
function render({ model, el }) {
  const told = model.get("told");
  const notes = h("div", { class: "dslab-notes", "aria-live": "polite" });
  const presses = h("div", { class: "dslab-presses" });
  const card = h(
    "section",
    { class: "dslab-told", "data-state": told.state, "aria-label": `${told.title} ${told.outcome}`.trim() },
    ...drawTold(told), notes, presses,
  );

  /** Add what is new, so that a reader hears only that. */
  function drawNotes() {
    for (const note of model.get("notes").slice(notes.childElementCount)) notes.append(h("p", { dir: "auto" }, note));
  }

  /** A button that has done its work stays, so that the focus is not lost. */
  function drawPresses() {
    model.get("buttons").forEach(({ label, used }, place) => {
      const press = () => model.get("buttons")[place].used || model.send({ type: "press", place });
      if (!presses.children[place])
        presses.append(h("button", { type: "button", class: "dslab-press", onclick: press, ...FOCUSABLE }));
      setText(presses.children[place], used ? `${label}: below` : label);
      setAttr(presses.children[place], "aria-disabled", used);
    });
  }

  drawNotes();
  drawPresses();
  el.append(card);
  model.on("change:notes", drawNotes);
  model.on("change:buttons", drawPresses);
  return () => {
    model.off("change:notes", drawNotes);
    model.off("change:buttons", drawPresses);
    card.remove();
  };
}

export default { render };
