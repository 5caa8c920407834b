// @ts-check
// What is selected, and what can be done to it and to the network: as buttons, by keys, or why it cannot be done.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Change, Drafts, Intervention, Panel, Payload, Player, View } from "../types.js" */
import { nextLink } from "../cluster/link_cutting.js";
import { button, focusedKey, h, restoreFocus, setAttr, setText } from "../dom.js";
import { kernelStatus, t } from "../words.js";
import { createArgumentForms } from "./argument_forms.js";
import { interventionOf, interventionsAt } from "./verbs.js";

/** @param {Index} index
 *  @param {Payload} payload
 *  @param {Actions} actions
 *  @returns {Panel} */
export function createSelection(index, payload, actions) {
  const about = h("span", { class: "dslab-about", role: "status" });
  const acting = createInterventionBar(index, payload, actions);
  const reason = h("span", { class: "dslab-reason", role: "status" });
  const localView = button({
    label: t("What it knows: the run as this node saw it"),
    word: t("What it knows"),
    key: "w",
    onclick: () => actions.localView(),
  });
  const ownSteps = [
    button({
      label: t("Previous step of the selected node"),
      icon: "previousEvent",
      key: "Shift+Left",
      onclick: () => actions.nodeStep(-1),
    }),
    button({
      label: t("Next step of the selected node"),
      icon: "nextEvent",
      key: "Shift+Right",
      onclick: () => actions.nodeStep(1),
    }),
  ];
  const undo = button({
    label: t("Undo the last change"),
    word: t("Undo"),
    icon: "undo",
    onclick: () => actions.send({ type: "undo" }),
  });
  const original = button({
    label: t("Back to the original run"),
    word: t("Original run"),
    onclick: () => actions.send({ type: "original" }),
  });
  const spring = h("span", { class: "dslab-spring" });
  const bar = h("div", { class: "dslab-selection-bar" }, about, acting.row, ...ownSteps, localView, acting.more);
  bar.append(reason, spring, undo, original, acting.forms);
  const element = h("div", { class: "dslab-selection" }, bar);
  undo.hidden = original.hidden = !payload.edits || actions.acts()?.mode === "break"; // those who choose have their own
  return {
    element,
    open: acting.open,
    draw(view) {
      const now = interventionsAt(index, view.selection, view.step, actions.acts());
      setText(about, now.about);
      acting.draw(view, now.interventions);
      for (const one of [...ownSteps, localView]) one.hidden = view.selection?.kind !== "node";
      setAttr(localView, "aria-pressed", view.observer !== null && view.observer === view.selection?.id);
      undo.disabled = original.disabled = view.waiting;
      setText(reason, reasonOf(view, payload, view.selection !== null));
    },
  };
}

/** The row of buttons, and what "More" opens.
 * @param {Index} index
 * @param {Payload} payload
 * @param {Actions} actions */
export function createInterventionBar(index, payload, actions) {
  const row = h("span", { class: "dslab-interventions" });
  const more = button({
    label: t("More actions: with a number or a text, and on the network"),
    word: t("More"),
    key: "e",
    onclick: () => actions.more(),
  });
  const forms = createArgumentForms(index, actions);
  let drawn = "";
  return {
    row,
    more,
    forms: forms.element,
    /** @param {View} view
     *  @param {Intervention[]} interventions */
    draw(view, interventions) {
      const opened = payload.editable && view.drafts.more;
      const shown = interventions.filter((intervention) => intervention.shown && (opened || !intervention.more));
      const key = JSON.stringify(shown.map(({ name, word, changes, why }) => [name, word, changes, why]));
      if (drawn !== key) fillRow(row, shown, payload, actions);
      drawn = key;
      for (const one of row.children)
        setAttr(one, "aria-disabled", view.waiting || !payload.editable || one.hasAttribute("data-why"));
      more.hidden = !payload.editable;
      setAttr(more, "aria-expanded", opened);
      setText(more.firstChild, opened ? t("Less") : t("More"));
      forms.element.hidden = !opened;
      if (opened) forms.draw(view, interventions);
    },
    open: (/** @type {string} */ name) => forms.open(name),
  };
}

/** @param {HTMLElement} row
 *  @param {Intervention[]} interventions
 *  @param {Payload} payload
 *  @param {Actions} actions */
function fillRow(row, interventions, payload, actions) {
  const focused = focusedKey(row);
  const buttons = interventions.map((intervention) => {
    const { name, label, word, key, changes } = intervention;
    const made = button({ label, word, key, onclick: () => actions.perform(intervention) });
    made.dataset.key = `${name} ${key} ${changes[0]?.args.join(" ") ?? ""}`;
    const why = payload.editable ? intervention.why : t(payload.reason);
    if (why) made.title = `${made.title}\n${why}`;
    if (why) made.setAttribute("aria-description", why);
    if (intervention.why) made.dataset.why = intervention.why;
    return made;
  });
  row.replaceChildren(...buttons);
  restoreFocus(row, focused);
}

/** The line below the selection: what the kernel is doing, or why something is not done.
 * @param {View} view
 * @param {Payload} payload
 * @param {boolean} possible is there something that could be done? */
export function reasonOf(view, payload, possible) {
  if (view.waiting || view.unanswered) return kernelStatus(view);
  const { refused } = view.drafts;
  if (refused && refused.step === view.step && refused.selection === view.selection) return refused.why;
  return possible && !payload.editable ? t(payload.reason) : "";
}

/** What the keys and the buttons do.
 * @param {View} view
 * @param {Pick<Player, "index"|"payload"|"acts"|"send"|"draw"|"open">} player */
export function createInterventions(view, { index, payload, acts, send, draw, open }) {
  const now = () => interventionsAt(index(), view.selection, view.step, acts()).interventions;
  const reason = () => t(payload().reason);

  /** Say why something is not done.
   * @param {string} why */
  function refuse(why) {
    view.drafts.refused = { why, step: view.step, selection: view.selection };
    draw();
  }

  /** Ask the kernel for changes, which happen just after the cursor.
   * @param {Change[]} changes
   * @param {string} why there may be none */
  function change(changes, why = "") {
    if (!payload().editable) return refuse(reason());
    if (!changes.length) return refuse(why);
    view.drafts.refused = null;
    send({ type: "edit", ...(changes.length > 1 ? { changes } : changes[0]), step: view.step, time: view.time });
  }

  /** @param {Intervention} intervention */
  function perform(intervention) {
    if (!payload().editable) return refuse(reason());
    if (intervention.why) return refuse(intervention.why);
    if (!intervention.asks) return change(intervention.changes);
    view.drafts.more = true;
    draw();
    open(intervention.name);
  }

  /** @satisfies {Partial<Actions>} */
  const actions = {
    change,
    perform,
    refuse,
    press(key) {
      const intervention = interventionOf(now(), key);
      if (intervention) perform(intervention);
      else refuse(payload().editable ? t("Select a node, a message or a link first.") : reason());
    },
    more() {
      if (!payload().editable) return refuse(reason());
      view.drafts.more = !view.drafts.more;
      draw();
    },
    link(way) {
      const link = nextLink(index(), view.selection, way);
      if (!link) return refuse(t("There is no link to select."));
      view.selection = link;
      draw();
    },
  };
  return actions;
}

/** @returns {Drafts} */
export function createDrafts() {
  return { more: false, refused: null, request: "", clock: "100", delay: "50", side: new Set() };
}
