// @ts-check
// Break mode: all that can happen next is a button with a number. Whoever chooses is the network, the clocks and the
// faults, until a promise (property) is broken.
/** @import { Index, Message } from "../data/trace_types.js" */
/** @import { Actions, Choice, Choices, Panel, Payload, View } from "../types.js" */
import { mention } from "../data/appearance.js";
import { shorten } from "../data/values.js";
import { button, h, setAttr, setText } from "../dom.js";
import { english, kernelStatus, t } from "../words.js";
import { createCopyBar } from "./code_export.js";

/** The outcome, where nothing can be chosen any more. */
const END_WORDS = {
  still: english("Nothing more can happen, and no promise was broken. Take back a choice and try another way."),
  failed: english("The protocol raised an error; the sentence above says where. Take back a choice to continue."),
};

/** What each kind of choice is called. */
const CHOICE_WORDS = new Map([
  ["deliver", english("Deliver {message}")],
  ["fire", english("{target}: the {text} timer goes off")],
  ["request", english("A client asks {target}: {text}")],
  ["crash", english("{target} crashes")],
  ["recover", english("{target} recovers")],
  ["drop", english("Lose {message}")],
  ["duplicate", english("Duplicate {message}")],
]);

/** How often each fault may still strike. */
const LEFT_WORDS = new Map([
  ["crash", english("crashes left: {count}")],
  ["recover", english("recoveries left: {count}")],
  ["drop", english("losses left: {count}")],
  ["duplicate", english("duplications left: {count}")],
]);

const NUMBERS = 9; // choices that have a key at a time

/** A choice in words.
 * @param {Choice} choice
 * @param {Map<string, Message>} messages by name */
export function choiceInWords({ verb, target, text }, messages) {
  const found = messages.get(target);
  const call = found && shorten(mention(found), 70);
  const ends = found && { src: shorten(found.src, 20), dst: shorten(found.dst, 20) };
  const message = found ? t("{call} from {src} to {dst}", { call, ...ends }) : text;
  return t(CHOICE_WORDS.get(verb) ?? "{message}", {
    target: shorten(target, 20),
    text: shorten(text, 70),
    message,
  });
}

/** The choice that a number stands for.
 * @param {Choice[]} choices
 * @param {number} page how often the numbers went on
 * @param {number} number from 1 */
export function choiceAt(choices, page, number) {
  return choices[page * NUMBERS + number - 1] ?? null;
}

/** The page that the key 0 leads to.
 * @param {Choice[]} choices
 * @param {number} page */
export function nextPage(choices, page) {
  return (page + 1) * NUMBERS < choices.length ? page + 1 : 0;
}

/** The outcome so far: "broken", "failed" (the protocol has a mistake), "still" (nothing left to do), or "".
 * @param {Choices} choices
 * @param {Array<{status: string}>} lights
 * @param {string} error */
export function outcomeOf(choices, lights, error) {
  if (lights.some((light) => light.status === "broken")) return "broken";
  if (choices.next.length) return "";
  return error ? "failed" : "still";
}

/** @param {Index} index
 *  @param {Payload} payload
 *  @param {string} error
 *  @param {Actions} actions
 *  @returns {Panel} */
export function createBreakMode(index, payload, error, actions) {
  const lights = payload.lights ?? [];
  const taken = h("span", { class: "dslab-soft", role: "status" });
  const left = h("span", { class: "dslab-soft" });
  const undo = button({
    label: t("Take back the last choice"),
    word: t("Undo"),
    icon: "undo",
    key: "u",
    onclick: () => actions.undo(),
  });
  const again = button({
    label: t("Take back all choices and begin again"),
    word: t("Begin again"),
    onclick: () => actions.send({ type: "original" }),
  });
  const said = h("p", { class: "dslab-reason", role: "status" });
  const end = button({
    label: t("Go to the last step"),
    word: t("Last step"),
    key: "End",
    onclick: () => actions.go(Infinity),
  });
  const list = h("ol", { class: "dslab-choices" });
  const outcome = h("div", { class: "dslab-outcome", role: "alert", hidden: true });
  const head = h("div", { class: "dslab-panel-head" }, h("strong", {}, t("Break it: what happens next?")), taken, left);
  head.append(h("span", { class: "dslab-spring" }), undo, again);
  const element = h(
    "section",
    { class: "dslab-breaking", "aria-label": t("Break it"), hidden: true },
    head,
    outcome,
    h("div", { class: "dslab-saying" }, said, end),
    list,
  );
  const messages = new Map(index.messages.map((message) => [message.name, message]));
  let listed = /** @type {Choices|null} */ (null);
  let buttons = /** @type {HTMLElement[]} */ ([]);
  return {
    element,
    draw(view) {
      const choices = actions.acts()?.choices;
      element.hidden = !choices;
      if (!choices) return;
      if (listed !== choices) {
        listed = choices;
        buttons = choices.next.map((choice) => createChoice(choice, messages, actions));
        list.replaceChildren(...buttons.map((one) => h("li", {}, one)));
        setText(taken, t("choices taken: {count}", { count: choices.decisions.length }));
        setText(left, leftInWords(choices.budget));
        undo.hidden = again.hidden = !choices.decisions.length;
        fillOutcome(outcome, outcomeOf(choices, lights, error), choices.decisions.length, payload);
      }
      buttons.forEach((one, n) => number(one, n - NUMBERS * view.page));
      for (const one of [...buttons, undo, again]) setAttr(one, "aria-disabled", view.waiting);
      end.hidden = view.step >= index.last;
      setText(said, standingWords(index, view, choices.next.length, outcome.hidden === true));
    },
  };
}

/** @param {Index} index
 *  @param {View} view
 *  @param {number} count of the choices
 *  @param {boolean} open is nothing broken yet? */
function standingWords(index, view, count, open) {
  if (view.waiting || view.unanswered || !count) return kernelStatus(view);
  const { step } = view;
  const { last } = index;
  if (step < last)
    return t("The cursor is at step {step}. What you choose happens after the last step, {last}.", { step, last });
  const how = t("Press a number, or click. What you choose happens after the last step. Can you break a promise?");
  return [open ? how : "", count > NUMBERS ? t("Press 0 to number the next choices.") : ""].join(" ").trim();
}

/** @param {Choices["budget"]} budget */
function leftInWords(budget) {
  return Object.entries(budget)
    .filter(([fault, count]) => count > 0 && LEFT_WORDS.has(fault))
    .map(([fault, count]) => t(LEFT_WORDS.get(fault) ?? "", { count }))
    .join(" · ");
}

/** @param {Choice} choice
 *  @param {Map<string, Message>} messages
 *  @param {Actions} actions */
function createChoice(choice, messages, actions) {
  const words = choiceInWords(choice, messages);
  const made = button({
    label: words,
    word: words,
    onclick: () => actions.send({ type: "choose", decision: choice.decision }),
  });
  made.prepend(h("kbd", { class: "dslab-number", "aria-hidden": "true" }));
  made.classList.add("dslab-choice", `dslab-choice-${choice.verb}`);
  made.dataset.key = `choice ${choice.decision}`;
  made.title = choice.decision;
  return made;
}

/** Write the key on a choice: its place among those that have one now.
 * @param {HTMLElement} choice
 * @param {number} place */
function number(choice, place) {
  const key = place >= 0 && place < NUMBERS ? String(place + 1) : "";
  setText(choice.firstChild, key);
  if (key) setAttr(choice, "aria-keyshortcuts", key);
  else choice.removeAttribute("aria-keyshortcuts");
}

/** @param {HTMLElement} element
 *  @param {string} outcome
 *  @param {number} count of the choices taken
 *  @param {Payload} payload */
function fillOutcome(element, outcome, count, payload) {
  element.hidden = !outcome;
  element.classList.toggle("dslab-is-broken", outcome === "broken");
  if (outcome === "still" || outcome === "failed") element.replaceChildren(h("p", {}, t(END_WORDS[outcome])));
  if (outcome !== "broken") return;
  const broken = (payload.lights ?? []).filter((light) => light.status === "broken");
  const name = broken.map((light) => shorten(light.name, 80)).join(", ");
  const several = t("You broke {count} promises: {name}.", { name, count: broken.length });
  const howto = t(
    "Choices you made: {count}. Copy them as a script or as a test; or take some back and find a shorter way.",
    { count },
  );
  const { buttons, field } = createCopyBar(payload, { shown: false });
  element.replaceChildren(
    h("p", { class: "dslab-error" }, broken.length > 1 ? several : t("You broke a promise: {name}.", { name })),
    ...broken.map((light) => h("p", {}, shorten(light.sentence, 600))),
    h("p", { class: "dslab-soft" }, howto),
    buttons,
    field,
  );
}
