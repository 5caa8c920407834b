// @ts-check
// The run to take away, with one click: as a Python script, as JSON, or as a test that says what happened in it.
import { button, FOCUSABLE, h, put, write } from "./dom.js";
import { say } from "./words.js";

const COPY_WORDS = {
  title: "This run as text",
  field: "The run as text",
  close: "Close",
  copied: "Copied: {what}.",
  selected: "This browser does not let a page copy. The text is selected: press Ctrl+C.",
  none: "This trace has no run: it was imported, so there is no code that makes it again.",
};

/** What can be copied: its name in the payload, the word on the button, the label, and what was copied. */
export const FORMS = [
  { name: "script", word: "Copy Python", label: "Copy as a Python script", what: "a Python script" },
  { name: "json", word: "Copy JSON", label: "Copy as JSON", what: "the run as JSON" },
  { name: "test", word: "Copy test", label: "Copy as a test cell", what: "a cell with a test" },
];

/** The texts that this payload has.
 * @param {any} payload */
export function formsOf(payload) {
  return FORMS.filter(({ name }) => payload[name]);
}

/** Buttons, and a field with the text, to be selected by hand where the clipboard is closed.
 * @param {any} payload
 * @param {{shown: boolean}} options is the text shown before anything is copied? */
export function createCopyBar(payload, { shown }) {
  const forms = formsOf(payload);
  const field = h(
    "pre",
    { class: "dslab-code", tabindex: "0", "aria-label": COPY_WORDS.field, ...FOCUSABLE },
    forms.length ? payload[forms[0].name] : COPY_WORDS.none,
  );
  const said = h("span", { class: "dslab-said", role: "status" });
  const buttons = forms.map(({ name, word, label, what }) =>
    button({
      label,
      word,
      onclick: async () => {
        write(field, payload[name]);
        for (const [n, one] of buttons.entries()) put(one, "aria-pressed", forms[n].name === name);
        write(said, (await copyText(field)) ? say(COPY_WORDS.copied, { what }) : COPY_WORDS.selected);
        field.hidden = !shown && said.textContent !== COPY_WORDS.selected;
      },
    }),
  );
  field.hidden = !shown;
  return { buttons: h("span", { class: "dslab-group" }, ...buttons, said), field };
}

/** Copy by the clipboard, which pages on plain http lack, or at least select the text.
 * @param {HTMLElement} field
 * @returns {Promise<boolean>} was it copied? */
async function copyText(field) {
  try {
    await navigator.clipboard.writeText(field.textContent ?? "");
    return true;
  } catch {
    field.hidden = false;
    getSelection()?.selectAllChildren(field);
    return false;
  }
}

/** The panel with the run as text.
 * @param {any} payload
 * @param {any} actions */
export function createCopies(payload, actions) {
  const { buttons, field } = createCopyBar(payload, { shown: true });
  return h(
    "section",
    { class: "dslab-panel", "aria-label": "Script", hidden: true },
    h(
      "div",
      { class: "dslab-panel-head" },
      h("strong", {}, COPY_WORDS.title),
      buttons,
      h("span", { class: "dslab-spring" }),
      button({
        label: COPY_WORDS.close,
        word: COPY_WORDS.close,
        key: "Escape",
        onclick: () => actions.panel(""),
      }),
    ),
    field,
  );
}
