// @ts-check
// What is selected and what can be done to it; and the way back from what was done.
/** @typedef {import("./data.js").Index} Index */
import { valueAt } from "./data.js";
import { button, h, put, write } from "./dom.js";
import { shorten, showCall } from "./values.js";

/** What may be done to the selection after step k, and why something may not.
 * @param {Index} index
 * @param {{kind: string, id: string}|null} selection
 * @param {number} k
 * @returns {{verbs: string[], about: string}} */
export function choices(index, selection, k) {
  if (!selection) return { verbs: [], about: "Select a node or a message: click it, or Tab and Enter." };
  if (selection.kind === "node") {
    const status = valueAt(index.status[index.column.get(selection.id)], k);
    return {
      verbs: status === "down" ? ["recover"] : ["crash"],
      about: `${shorten(selection.id, 30)} is ${status}.`,
    };
  }
  const message = index.messages.find((one) => one.name === selection.id);
  if (!message) return { verbs: [], about: "This message does not exist in this run." };
  const about = `${shorten(showCall(message.type, message.fields), 90)} from ${shorten(message.src, 20)} to ${shorten(message.dst, 20)}`;
  const flying =
    message.sent <= k && (message.ended === null ? message.fate === "in flight" : message.ended > k);
  const fate =
    message.fate === "lost" && message.ended === null
      ? ": lost on its way"
      : message.fate === "received"
        ? ": arrived"
        : ": lost";
  return flying
    ? { verbs: ["drop"], about: `${about}: in flight.` }
    : { verbs: [], about: `${about}${message.sent > k ? ": not sent yet" : fate}.` };
}

const WORDS = new Map([
  ["crash", ["Crash", "c"]],
  ["recover", ["Recover", "r"]],
  ["drop", ["Drop", "d"]],
]);

/** @param {Index} index
 *  @param {any} payload
 *  @param {any} actions */
export function createSelection(index, payload, actions) {
  const about = h("span", { class: "dslab-about" });
  const verbs = new Map(
    [...WORDS].map(([verb, [word, key]]) => [
      verb,
      button({ label: `${word} it now`, word, key, onclick: () => actions.edit(verb) }),
    ]),
  );
  const reason = h("span", { class: "dslab-reason" });
  const eyes = button({
    label: "What it knows: the run as this node could tell it",
    word: "What it knows",
    key: "w",
    onclick: () => actions.eyes(),
  });
  const undo = button({
    label: "Undo the last change",
    word: "Undo",
    icon: "undo",
    onclick: () => actions.send({ type: "undo" }),
  });
  const original = button({
    label: "Back to the original run",
    word: "Original run",
    onclick: () => actions.send({ type: "original" }),
  });
  const element = h(
    "div",
    { class: "dslab-selection" },
    about,
    ...verbs.values(),
    eyes,
    reason,
    h("span", { class: "dslab-spring" }),
    undo,
    original,
  );
  undo.hidden = original.hidden = !payload.edits || actions.acts()?.mode === "break"; // those who choose have their own
  return {
    element,
    draw(view) {
      const now = choices(index, view.selection, view.step);
      write(about, now.about);
      for (const [verb, element] of verbs) {
        element.hidden = !now.verbs.includes(verb);
        element.disabled = !payload.editable || view.waiting;
      }
      eyes.hidden = view.selection?.kind !== "node";
      put(eyes, "aria-pressed", view.knower !== null && view.knower === view.selection?.id);
      undo.disabled = original.disabled = view.waiting;
      write(reason, reasonFor(view, payload, now.verbs.length > 0));
    },
  };
}

/** Why nothing can be done now, if that is so.
 * @param {any} view
 * @param {any} payload
 * @param {boolean} possible is there something that could be done? */
function reasonFor(view, payload, possible) {
  if (view.waiting) return "simulating again …";
  if (view.silent) return "No answer from the kernel: is it busy, or has the cell not been run?";
  return possible && !payload.editable ? payload.reason : "";
}
