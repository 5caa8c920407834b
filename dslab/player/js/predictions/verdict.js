// @ts-check
// What is said of a guess.
/** @import { Asked, Guess } from "./judge.js" */
import { t } from "../words.js";

/** @param {Asked} asked
 *  @param {Guess} guess */
export function verdictOf({ shown }, { said, right }) {
  if (right) return t("Right: {answer}.", { answer: shown });
  if (said) return t("You said {said}. It is {answer}.", { said, answer: shown });
  return t("It is {answer}.", { answer: shown });
}
