// @ts-check
// The run as code, to be copied with one click: a Python script, JSON, or a test that asserts what happened in it.
/** @import { Panel, Payload } from "../types.js" */
import { button, FOCUSABLE, h, setAttr, setText } from "../dom.js";
import { english, t } from "../words.js";

/** What can be copied: its name in the payload, the word on the button, the label, and what is announced afterwards.
 * @type {Array<{name: "script"|"json"|"test", word: string, label: string, copied: string}>} */
export const FORMS = [
  {
    name: "script",
    word: english("Copy Python"),
    label: english("Copy as a Python script"),
    copied: english("Copied: a Python script."),
  },
  {
    name: "json",
    word: english("Copy JSON"),
    label: english("Copy as JSON"),
    copied: english("Copied: the run as JSON."),
  },
  {
    name: "test",
    word: english("Copy test"),
    label: english("Copy as a test file"),
    copied: english("Copied: a cell with a test."),
  },
];

/** The texts that this payload has.
 * @param {Payload} payload */
export function formsOf(payload) {
  return FORMS.filter(({ name }) => payload[name]);
}

/** Buttons, and a field with the text, to be selected by hand where the clipboard is closed.
 * @param {Payload} payload
 * @param {{shown: boolean}} options is the text shown before anything is copied? */
export function createCopyBar(payload, { shown }) {
  const forms = formsOf(payload);
  const field = h(
    "pre",
    { class: "dslab-code", tabindex: "0", "aria-label": t("The run as text"), ...FOCUSABLE },
    forms.length
      ? payload[forms[0].name]
      : t("This trace has no run: it was imported, so there is no code that can reproduce it."),
  );
  const said = h("span", { class: "dslab-said", role: "status" });
  const selected = t("This browser does not let a page copy. The text is selected: press Ctrl+C.");
  const buttons = forms.map(({ name, word, label, copied }) =>
    button({
      label: t(label),
      word: t(word),
      onclick: async () => {
        const done = t(copied); // another player may have set its language until it is copied
        setText(field, payload[name]);
        for (const [n, one] of buttons.entries()) setAttr(one, "aria-pressed", forms[n].name === name);
        const isCopied = await copyText(field);
        setText(said, isCopied ? done : selected);
        field.hidden = !shown && isCopied;
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

/** The view with the run as text.
 * @param {Payload} payload
 * @returns {Panel} */
export function createCodeExport(payload) {
  const { buttons, field } = createCopyBar(payload, { shown: true });
  return { element: h("div", { class: "dslab-export" }, buttons, field), draw() {} };
}
