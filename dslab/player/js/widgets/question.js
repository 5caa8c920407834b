// @ts-check
// A question that stands alone in a notebook: it is answered here, and what comes after the answer is shown.
/** @import { Asked, Guess } from "../predictions/judge.js" */
/** @import { Model } from "../types.js" */
import { FOCUSABLE, h, setText } from "../dom.js";
import { createGuessForm } from "../predictions/guess_form.js";
import { givenUp, judge } from "../predictions/judge.js";
import { verdictOf } from "../predictions/verdict.js";

/** @typedef {{asked: Asked, then: string, guess: Partial<Guess>}} QuestionTraits `guess` {}: not answered */

/** @param {{model: Model<QuestionTraits>, el: HTMLElement}} widget */
function render({ model, el }) {
  const asked = model.get("asked");
  const fields = createGuessForm(asked, answer);
  const missing = h("p", { class: "dslab-missing", role: "status" });
  const result = h("p", { class: "dslab-result", role: "status", dir: "auto" });
  const then = h("div", { class: "dslab-then" });
  /** @param {string} word
   *  @param {string} name
   *  @param {() => void} onclick */
  const press = (word, name, onclick) => h("button", { type: "button", class: name, onclick, ...FOCUSABLE }, word);
  const answering = press("Answer", "dslab-press-first", answer);
  const givingUp = press("I give up", "dslab-press-quiet", () => guess(givenUp()));
  const again = press("Ask again", "dslab-press-quiet", () => guess({}));
  const card = h(
    "section",
    { class: "dslab-question", "aria-label": asked.text },
    h("p", { class: "dslab-asks", dir: "auto" }, asked.text),
    fields.element, missing, result,
    h("div", { class: "dslab-question-buttons" }, answering, givingUp, again),
    then,
  );

  /** @param {Partial<Guess>} made {} asks again */
  function guess(made) {
    model.set("guess", made);
    model.save_changes();
    draw();
    if (isMade(made)) again.focus({ preventScroll: true });
    else fields.focus();
  }

  function answer() {
    const value = fields.value();
    setText(missing, value === null ? fields.missing() : "");
    if (value !== null) guess(judge(asked, value));
  }

  function draw() {
    const made = model.get("guess");
    const answered = isMade(made);
    fields.show(answered ? made.value : null);
    fields.enable(!answered);
    answering.hidden = givingUp.hidden = answered;
    again.hidden = !answered;
    card.dataset.right = answered && made.said ? String(made.right) : "";
    setText(result, answered ? verdictOf(asked, made) : "");
    then.replaceChildren(...(answered ? parsed(model.get("then")) : []));
  }

  draw();
  el.append(card);
  model.on("change:guess", draw);
  return () => {
    model.off("change:guess", draw);
    card.remove();
  };
}

/** What comes after the answer. It is made by the kernel, as the output of any cell; scripts in it do not run.
 * @param {string} html */
const parsed = (html) => new DOMParser().parseFromString(`<body>${html}`, "text/html").body.childNodes;

/** @param {Partial<Guess>} guess
 *  @returns {guess is Guess} */
const isMade = (guess) => guess.right !== undefined;

export default { render };
