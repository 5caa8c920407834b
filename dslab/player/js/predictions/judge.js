// @ts-check
// What a guess is worth. It is judged here and not in the kernel, so that a page without one can do it, too.
import { t } from "../words.js";

/** @typedef {object} Asked a question, as `dslab.predictions.forms` makes it
 * @property {string} id by which the guess is remembered
 * @property {string} text
 * @property {string} section
 * @property {"one"|"some"|"order"|"number"|"words"} form
 * @property {string[]} choices in the order in which they are shown; none: something is typed
 * @property {number|number[]|string} answer the place of a choice, the places of some, a number or a text, by the form
 * @property {string} shown the answer in words */

/** @typedef {number|number[]|string|null} GuessValue as an answer; null: nothing was guessed */
/** @typedef {{value: GuessValue, said: string, right: boolean}} Guess `said` in words; "": the reader gave up */

/** @typedef {Asked & {at: number, until: number}} Question `at`: the step at which it is asked, `until`: the one that
 *    shows what is so */
/** @typedef {{asked: Question, phase: "open"|"playing"|"seen"|"closed", guess: Guess|null, isLast: boolean}} Asking */

const TOLERANCE = 0.01; // a number that is not whole is right if it is so near, as a part of the answer

/** @param {Asked} asked
 *  @param {GuessValue} value
 *  @returns {Guess} */
export function judge(asked, value) {
  return { value, said: inWords(asked, value), right: isRight(asked, value) };
}

/** What is remembered of a reader who gives up.
 * @returns {Guess} */
export const givenUp = () => ({ value: null, said: "", right: false });

/** @param {Asked} asked
 *  @param {GuessValue} value */
export function inWords({ choices }, value) {
  if (Array.isArray(value)) return value.map((place) => choices[place]).join(", ") || t("none of them");
  return typeof value === "number" && choices.length ? choices[value] : String(value);
}

/** @param {Asked} asked
 *  @param {GuessValue} value */
function isRight({ form, answer }, value) {
  if (form === "number") return isNear(readNumber(String(value)), Number(answer));
  if (form === "words") return [bare, itemized].some((read) => read(String(value)) === read(String(answer)));
  return JSON.stringify(value) === JSON.stringify(answer);
}

/** @param {number} guess
 *  @param {number} answer */
function isNear(guess, answer) {
  return Number.isInteger(answer) ? guess === answer : Math.abs(guess - answer) <= TOLERANCE * Math.abs(answer);
}

/** The number that was typed: "1,500", "12 ms", "30%", "3,5"; NaN if there is none, or more than one: "1/2".
 * @param {string} text */
export function readNumber(text) {
  const plain = text
    .normalize("NFKC") // full-width digits
    .trim()
    .replace(/^[−–]/, "-")
    .replace(/^[-+]?[1-9]\d{0,2}(?:[,_'’\s]\d{3})+(?!\d)/, (grouped) => grouped.replace(/[,_'’\s]/g, ""))
    .replace(/^([-+]?\d+),(?=\d)/, "$1.");
  return Number(/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?=\D*$)/i.exec(plain)?.[0] ?? NaN);
}

/** A text without what makes no difference: blanks, brackets, quotes, capitals.
 * @param {string} text */
const bare = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s'"‘’“”()[\]{}<>]|\.(?!\d)/g, "");

/** The words of a list: it does not matter whether commas or blanks are between them.
 * @param {string} text */
const itemized = (text) => text.split(/[\s,;，、]+/).map(bare).filter(Boolean).join();
