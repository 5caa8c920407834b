// @ts-check
// What is selected, and what can be done to it and to the network: as buttons, by keys, or why it cannot be done.
/** @import { Actions, Change, Deed, Drafts, Index, Panel, Payload, Player, View } from "../types.js" */
import { nextLink } from "../cluster/link_cutting.js";
import { button, focusedKey, h, put, restoreFocus, write } from "../dom.js";
import { awaiting, t } from "../words.js";
import { createForms } from "./argument_forms.js";
import { choices, deedOf } from "./verbs.js";

/** @param {Index} index
 *  @param {Payload} payload
 *  @param {Actions} actions
 *  @returns {Panel} */
export function createSelection(index, payload, actions) {
  const about = h("span", { class: "dslab-about", role: "status" });
  const acting = createActing(index, payload, actions);
  const reason = h("span", { class: "dslab-reason", role: "status" });
  const localView = button({
    label: t("What it knows: the run as this node could tell it"),
    word: t("What it knows"),
    key: "w",
    onclick: () => actions.localView(),
  });
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
  const element = h("div", { class: "dslab-selection" }, about, acting.row, localView, acting.more, reason, spring);
  element.append(undo, original, acting.forms);
  undo.hidden = original.hidden = !payload.edits || actions.acts()?.mode === "break"; // those who choose have their own
  return {
    element,
    open: acting.open,
    draw(view) {
      const now = choices(index, view.selection, view.step, actions.acts());
      write(about, now.about);
      acting.draw(view, now.deeds);
      localView.hidden = view.selection?.kind !== "node";
      put(localView, "aria-pressed", view.observer !== null && view.observer === view.selection?.id);
      undo.disabled = original.disabled = view.waiting;
      write(reason, reasonOf(view, payload, view.selection !== null));
    },
  };
}

/** The row of buttons, and what "More" opens.
 * @param {Index} index
 * @param {Payload} payload
 * @param {Actions} actions */
export function createActing(index, payload, actions) {
  const row = h("span", { class: "dslab-deeds" });
  const more = button({
    label: t("More that can be done: with a number or a text, and to the network"),
    word: t("More"),
    key: "e",
    onclick: () => actions.more(),
  });
  const forms = createForms(index, actions);
  let drawn = "";
  return {
    row,
    more,
    forms: forms.element,
    /** @param {View} view
     *  @param {Deed[]} deeds */
    draw(view, deeds) {
      const opened = payload.editable && view.drafts.more;
      const shown = deeds.filter((deed) => deed.shown && (opened || !deed.more));
      const key = JSON.stringify(shown.map(({ name, word, changes, why }) => [name, word, changes, why]));
      if (drawn !== key) fillRow(row, shown, payload, actions);
      drawn = key;
      for (const one of row.children)
        put(one, "aria-disabled", view.waiting || !payload.editable || one.hasAttribute("data-why"));
      more.hidden = !payload.editable;
      put(more, "aria-expanded", opened);
      write(more.firstChild, opened ? t("Less") : t("More"));
      forms.element.hidden = !opened;
      if (opened) forms.draw(view, deeds);
    },
    open: (/** @type {string} */ name) => forms.open(name),
  };
}

/** @param {HTMLElement} row
 *  @param {Deed[]} deeds
 *  @param {Payload} payload
 *  @param {Actions} actions */
function fillRow(row, deeds, payload, actions) {
  const focused = focusedKey(row);
  const buttons = deeds.map((deed) => {
    const made = button({ label: deed.label, word: deed.word, key: deed.key, onclick: () => actions.perform(deed) });
    made.dataset.key = `deed ${deed.name} ${deed.key} ${deed.changes[0]?.args.join(" ") ?? ""}`;
    const why = payload.editable ? deed.why : t(payload.reason);
    if (why) made.title = `${made.title}\n${why}`;
    if (why) made.setAttribute("aria-description", why);
    if (deed.why) made.dataset.why = deed.why;
    return made;
  });
  row.replaceChildren(...buttons);
  restoreFocus(row, focused);
}

/** What the line below the selection says: what goes on, or why something is not done.
 * @param {View} view
 * @param {Payload} payload
 * @param {boolean} possible is there something that could be done? */
export function reasonOf(view, payload, possible) {
  if (view.waiting || view.silent) return awaiting(view);
  const { refused } = view.drafts;
  if (refused && refused.step === view.step && refused.selection === view.selection) return refused.why;
  return possible && !payload.editable ? t(payload.reason) : "";
}

/** What the keys and the buttons do.
 * @param {View} view
 * @param {Pick<Player, "index"|"payload"|"acts"|"send"|"draw"|"open">} player */
export function createActs(view, { index, payload, acts, send, draw, open }) {
  const now = () => choices(index(), view.selection, view.step, acts()).deeds;
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

  /** @param {Deed} deed */
  function perform(deed) {
    if (!payload().editable) return refuse(reason());
    if (deed.why) return refuse(deed.why);
    if (!deed.asks) return change(deed.changes);
    view.drafts.more = true;
    draw();
    open(deed.name);
  }

  return {
    change,
    perform,
    refuse,
    press(/** @type {string} */ key) {
      const deed = deedOf(now(), key);
      if (deed) perform(deed);
      else refuse(payload().editable ? t("Select first what that is to be done to: a node, a message or a link.") : reason());
    },
    more() {
      if (!payload().editable) return refuse(reason());
      view.drafts.more = !view.drafts.more;
      draw();
    },
    link(/** @type {number} */ way) {
      const link = nextLink(index(), view.selection, way);
      if (!link) return refuse(t("There is no link to select."));
      view.selection = link;
      draw();
    },
  };
}

/** @returns {Drafts} */
export function createDrafts() {
  return { more: false, refused: null, request: "", clock: "100", delay: "50", side: new Set() };
}
