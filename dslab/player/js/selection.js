// @ts-check
// What is selected, what can be done to it, and the way back from what was done.
/** @import { Actions, Index, Panel, Payload } from "./types.js" */
import { createActing, reasonOf } from "./acting.js";
import { button, h, put, write } from "./dom.js";
import { choices } from "./verbs.js";
import { t } from "./words.js";

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
