// @ts-check
// Translation. The English sentence is the key of its translation, and the fallback where there is none.

/** @type {Record<string, string>} the translations of the language that is set: none for English */
let translations = {};

/** Set the language. All texts are made at once and none later, so a player sets its language whenever it begins to
 *  make some: players of several languages can stand on one page.
 * @param {Record<string, string>} [catalogue] */
export function setTranslations(catalogue) {
  translations = catalogue ?? {};
}

/** An action that begins later, by itself (when its element gets another size, say), in the language that is set now.
 * @template {unknown[]} Given
 * @param {(...given: Given) => void} action
 * @returns {(...given: Given) => void} */
export function inThisLanguage(action) {
  const own = translations;
  return (...given) => {
    translations = own;
    action(...given);
  };
}

/** Translate: a sentence in the language that is set, with its {placeholders} filled in.
 * @param {string} sentence in English
 * @param {Record<string, unknown>} [values] */
export function t(sentence, values = {}) {
  const said = Object.hasOwn(translations, sentence) ? translations[sentence] : sentence;
  return said.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

/** Marks a sentence in a table, which is translated when it is shown.
 * @template {string} Sentence
 * @param {Sentence} sentence
 * @returns {Sentence} the same */
export const english = (sentence) => sentence;

/** What the kernel is doing, if it was asked for something and has not answered.
 * @param {{waiting: boolean, unanswered: boolean}} view */
export function kernelStatus(view) {
  if (view.waiting) return t("simulating again …");
  return view.unanswered ? t("No answer from the kernel: is it busy, or has the cell not been run?") : "";
}

/** A number of things, with a mark between thousands.
 * @param {number} number */
export const counted = (number) => number.toLocaleString("en");
