// @ts-check
// Words in the reader's language. The English sentence is the key of its translation, and what is said if there is none.

/** @type {Record<string, string>} the translations of the language that is set: none for English */
let translations = {};

/** Speak a language. All texts are made at once and none later, so a player says which language it speaks whenever it
 *  begins to make some: players of several languages can stand on one page.
 * @param {Record<string, string>} [catalogue] */
export function setTranslations(catalogue) {
  translations = catalogue ?? {};
}

/** A sentence in the language that is set, with its {placeholders} filled in.
 * @param {string} sentence in English
 * @param {Record<string, unknown>} [values] */
export function t(sentence, values = {}) {
  const said = Object.hasOwn(translations, sentence) ? translations[sentence] : sentence;
  return said.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

/** Marks a sentence in a table: it will be translated when it is said.
 * @template {string} Sentence
 * @param {Sentence} sentence
 * @returns {Sentence} the same */
export const english = (sentence) => sentence;

/** Why there is no answer to be seen yet, if the kernel was asked for something.
 * @param {{waiting: boolean, unanswered: boolean}} view */
export function kernelStatus(view) {
  if (view.waiting) return t("simulating again …");
  return view.unanswered ? t("No answer from the kernel: is it busy, or has the cell not been run?") : "";
}

/** A number of things, with a mark between thousands.
 * @param {number} number */
export const counted = (number) => number.toLocaleString("en");
