// @ts-check
// The card with the question, over the picture of the cluster; after the answer, whether it was so, and why.
/** @import { Asking } from "../predictions/judge.js" */
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Panel } from "../types.js" */
import { headline } from "../data/describe.js";
import { shorten } from "../data/values.js";
import { FOCUSABLE, h, setText, withKey } from "../dom.js";
import { createGuessForm } from "../predictions/guess_form.js";
import { verdictOf } from "../predictions/verdict.js";
import { t } from "../words.js";

/** @param {Index} index
 *  @param {Asking|null} asking
 *  @param {Actions} actions
 *  @returns {Panel} */
export function createQuestion(index, asking, actions) {
  const card = createPhase(index, asking, actions);
  const size = new ResizeObserver(() => makeRoom(card.element));
  size.observe(card.element);
  return { ...card, stop: () => size.disconnect() };
}

/** The picture leaves room for the card: the style sheet needs its height where it stands above the picture.
 * @param {Element} card */
function makeRoom(card) {
  const height = card instanceof HTMLElement ? card.offsetHeight : 0;
  card.parentElement?.style.setProperty("--dslab-question", `${height}px`);
}

/** @param {Index} index
 *  @param {Asking|null} asking
 *  @param {Actions} actions
 *  @returns {Panel} */
function createPhase(index, asking, actions) {
  if (!asking) return { element: h("div", { hidden: true }), draw() {} };
  if (asking.phase === "open") return createOpenQuestion(asking, actions);
  if (asking.phase === "closed") return still(createCard(asking, press(t("The question"), "quiet", "y", actions.ask)));
  return asking.phase === "playing" ? createPlaying(asking, actions) : createSeen(index, asking, actions);
}

/** @param {Asking} asking
 *  @param {Actions} actions
 *  @returns {Panel} */
function createOpenQuestion(asking, actions) {
  const form = createGuessForm(asking.asked, submit);
  const missing = h("p", { class: "dslab-missing", role: "status" });
  const element = createCard(
    asking,
    asks(asking),
    form.element,
    missing,
    h(
      "div",
      { class: "dslab-question-buttons" },
      press(t("Play and see"), "first", "", submit),
      press(t("I give up"), "quiet", "Y", actions.giveUp),
    ),
    h("p", { class: "dslab-soft" }, t("What comes next is hidden until you answer.")),
  );

  function submit() {
    const value = form.value();
    setText(missing, value === null ? form.missing() : "");
    if (value !== null) actions.answer(value);
  }

  return {
    element,
    draw() {},
    open: (name) => name === "question" && form.focus(),
    pick: (node) => form.pick(node) && setText(missing, ""),
  };
}

/** @param {Asking} asking
 *  @param {Actions} actions */
function createPlaying(asking, actions) {
  const said = asking.guess?.said;
  const guess = h("p", { class: "dslab-soft", dir: "auto" }, said ? t("You said {said}.", { said }) : "");
  const skip = press(t("To the answer"), "quiet", "y", actions.ask);
  return still(createCard(asking, asks(asking), guess, h("div", { class: "dslab-question-buttons" }, skip)));
}

/** @param {Index} index
 *  @param {Asking} asking
 *  @param {Actions} actions */
function createSeen(index, asking, actions) {
  const { asked, guess, isLast } = asking;
  const step = index.steps[asked.until];
  const why = [headline(step), ...(step.notes ?? [])].map((line) => h("p", { dir: "auto" }, shorten(line, 300)));
  const element = createCard(
    asking,
    asks(asking),
    h("p", { class: "dslab-result", role: "status", dir: "auto" }, guess ? verdictOf(asked, guess) : ""),
    h("div", { class: "dslab-question-why" }, h("p", {}, t("Step {step}:", { step: asked.until })), ...why),
    h(
      "div",
      { class: "dslab-question-buttons" },
      isLast
        ? press(t("Close"), "first", "y", actions.closeQuestion)
        : press(t("Next question"), "first", "y", actions.nextQuestion),
      press(t("Ask again"), "quiet", "", actions.askAgain),
    ),
  );
  element.dataset.right = guess?.said ? String(guess.right) : "";
  return still(element);
}

/** @param {HTMLElement} element
 *  @returns {Panel} */
const still = (element) => ({
  element,
  draw() {},
  open: (name) => name === "question" && element.querySelector("button")?.focus({ preventScroll: true }),
});

/** @param {Asking} asking
 *  @param {...Node} parts */
function createCard({ phase }, ...parts) {
  const about = { class: "dslab-question", "data-phase": phase, "aria-label": t("The question") };
  return h("section", about, ...parts);
}

/** @param {Asking} asking */
const asks = ({ asked }) => h("p", { class: "dslab-asks", dir: "auto" }, asked.text);

/** @param {string} word
 *  @param {"first"|"quiet"} rank
 *  @param {string} key that does the same, or ""
 *  @param {() => void} onclick */
function press(word, rank, key, onclick) {
  const title = withKey(word, key);
  return h("button", { type: "button", class: `dslab-press-${rank}`, title, onclick, ...FOCUSABLE }, word);
}
