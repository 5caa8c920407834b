// @ts-check
// The fields in which a reader guesses: radio buttons, check boxes, an order, a number or a few words.
/** @import { Asked, GuessValue } from "./judge.js" */
import { FOCUSABLE, h, onEnter, setAttr } from "../dom.js";
import { t } from "../words.js";
import { readNumber } from "./judge.js";
import { createOrder } from "./order.js";

/** @typedef {object} GuessForm the fields in which a reader guesses
 * @property {HTMLElement} element
 * @property {() => GuessValue} value
 * @property {() => string} missing what to do where nothing was guessed yet
 * @property {(value: GuessValue) => void} show
 * @property {(on: boolean) => void} enable
 * @property {(choice: string) => boolean} pick choose what was clicked elsewhere; is it a choice?
 * @property {() => void} focus */

let groups = 0; // radio buttons of two cards need two names

/** @param {Asked} asked
 *  @param {() => void} submit what Enter does in a field
 *  @returns {GuessForm} */
export function createGuessForm(asked, submit) {
  if (asked.form === "order") return createOrder(asked);
  return asked.choices.length ? createChoices(asked, submit) : createField(asked, submit);
}

/** @param {Asked} asked
 *  @param {() => void} submit
 *  @returns {GuessForm} */
function createChoices({ form, text, choices }, submit) {
  const one = form === "one";
  const name = `dslab-guess-${groups++}`;
  const inputs = choices.map(() => h("input", { type: one ? "radio" : "checkbox", name, ...FOCUSABLE }));
  const labels = choices.map((choice, n) => h("label", {}, inputs[n], h("bdi", {}, choice)));
  inputs.forEach((input) => input.addEventListener("keydown", onEnter(submit)));
  const chosen = () => inputs.flatMap((input, n) => (input.checked ? [n] : []));
  return {
    element: h("div", { class: "dslab-guesses", role: one ? "radiogroup" : "group", "aria-label": text }, ...labels),
    value: () => (one ? chosen()[0] ?? null : chosen()),
    missing: () => t("Choose one."),
    /** @param {GuessValue} value */
    show(value) {
      inputs.forEach((input, n) => (input.checked = Array.isArray(value) ? value.includes(n) : value === n));
    },
    enable: (on) => inputs.forEach((input) => (input.disabled = !on)),
    pick(choice) {
      const input = inputs[choices.indexOf(choice)];
      if (!input || input.disabled) return false;
      input.checked = one || !input.checked;
      return true;
    },
    focus: () => inputs[0].focus({ preventScroll: true }),
  };
}

/** @param {Asked} asked
 *  @param {() => void} submit
 *  @returns {GuessForm} */
function createField({ form, text }, submit) {
  const number = form === "number";
  const input = h("input", {
    type: "text", inputmode: number ? "decimal" : "text", "aria-label": text, autocomplete: "off", spellcheck: "false",
    placeholder: number ? t("a number") : "", ...FOCUSABLE,
  });
  input.addEventListener("keydown", onEnter(submit));
  return {
    element: h("div", { class: "dslab-guesses" }, input),
    value: () => (!input.value.trim() || (number && Number.isNaN(readNumber(input.value))) ? null : input.value.trim()),
    missing: () => (number ? t("Type a number.") : t("Type an answer.")),
    show: (value) => (input.value = value === null ? "" : String(value)),
    enable: (on) => setAttr(input, "aria-readonly", (input.readOnly = !on)),
    pick: () => false,
    focus: () => input.focus({ preventScroll: true }),
  };
}
