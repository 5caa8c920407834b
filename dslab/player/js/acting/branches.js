// @ts-check
// Branches: what the run became by each change. They are listed as a tree; each can be shown, compared, renamed and
// deleted. Nothing is lost: an undo goes back to the parent. A scenario is a branch with a button.
/** @import { Actions, Acts, Branch, Comparison, Panel, Payload, Player, View } from "../types.js" */
import { shorten } from "../data/values.js";
import { button, FOCUSABLE, focusedKey, h, restoreFocus, setAttr, setText } from "../dom.js";
import { english, kernelStatus, t } from "../words.js";
import { choiceAt, nextPage } from "./break_mode.js";

const DEEPEST = 8; // levels that are indented

/** The branches in preorder: each is followed by its children.
 * @param {Branch[]} branches parents first
 * @returns {Array<Branch & {depth: number}>} */
export function treeOf(branches) {
  /** @type {(parent: string|null, depth: number) => Array<Branch & {depth: number}>} */
  const grown = (parent, depth) =>
    branches
      .filter((branch) => branch.parent === parent)
      .flatMap((branch) => [{ ...branch, depth }, ...grown(branch.name, depth + 1)]);
  return grown(null, 0);
}

/** What a key does to the comparison: end it, or begin one with the branch that this one grew from.
 * @param {Acts|null} acts
 * @param {Comparison|null} comparison of the payload
 * @returns {string|null} the branch to compare with, "" for none, null if there is nothing to do */
export function comparedNext(acts, comparison) {
  if (comparison) return "";
  return acts?.branches.find((one) => one.name === acts.branch)?.parent ?? null;
}

/** What the keys do with branches and choices.
 * @param {View} view
 * @param {Pick<Player, "payload"|"acts"|"send"|"go"|"draw">} player */
export function createBranchActions(view, { payload, acts, send, go, draw }) {
  /** @satisfies {Partial<Actions>} */
  const actions = {
    undo() {
      if (payload().edits) send({ type: "undo" });
    },
    compare() {
      const name = comparedNext(acts(), payload().comparison);
      if (name !== null) send({ type: "compare", name });
    },
    divergence() {
      const first = payload().comparison?.first ?? null;
      if (first !== null) go(first);
    },
    choose(number) {
      const { scenarios = [], mode = "" } = acts() ?? {};
      const name = mode === "break" ? undefined : scenarios[number - 1];
      if (name !== undefined) return send({ type: "scenario", name });
      const next = acts()?.choices?.next ?? [];
      const choice = number ? choiceAt(next, view.page, number) : null;
      if (choice) send({ type: "choose", decision: choice.decision });
      if (number) return;
      view.page = nextPage(next, view.page);
      draw();
    },
  };
  return actions;
}

/** Are there branches to be listed?
 * @param {Acts|null} acts
 * @param {Payload} payload */
export function hasBranches(acts, payload) {
  return Boolean(acts && acts.mode !== "break" && (payload.editable || acts.branches.length > 1));
}

/** The list.
 * @param {Payload} payload
 * @param {Actions} actions
 * @returns {Panel} */
export function createBranches(payload, actions) {
  const list = h("ul", { class: "dslab-branches" });
  const standing = h("span", { class: "dslab-reason", role: "status" });
  const undo = button({
    label: t("Undo: back to the branch that this one was made from"),
    word: t("Undo"),
    icon: "undo",
    key: "u",
    onclick: () => actions.undo(),
  });
  const original = button({
    label: t("Back to the original, the first branch"),
    word: t("Original"),
    onclick: () => actions.send({ type: "original" }),
  });
  const spring = h("span", { class: "dslab-spring" });
  const head = h("div", { class: "dslab-panel-head" }, h("strong", {}, t("Branches of this run")), standing, spring);
  head.append(undo, original);
  const element = h(
    "section",
    { "aria-label": t("Branches"), tabindex: "-1", ...FOCUSABLE },
    head,
    list,
  );
  let listed = /** @type {Acts|null} */ (null);
  return {
    element,
    draw(view) {
      const acts = actions.acts();
      element.hidden = !acts || !hasBranches(acts, payload);
      if (!acts || element.hidden) return;
      for (const one of element.querySelectorAll("button")) setAttr(one, "aria-disabled", view.waiting);
      undo.hidden = original.hidden = !payload.edits;
      setText(standing, standingOf(view, acts));
      if (listed === acts) return;
      listed = acts;
      const focused = focusedKey(element);
      const compared = payload.comparison?.branch ?? null;
      list.replaceChildren(...treeOf(acts.branches).map((one) => createBranch(one, acts, compared, actions)));
      restoreFocus(element, focused);
    },
  };
}

/** @param {View} view
 *  @param {Acts} acts */
function standingOf(view, acts) {
  if (view.waiting || view.unanswered || acts.branches.length > 1) return kernelStatus(view);
  return t("There is one branch, the original. Change something (crash a node, drop a message) to get another.");
}

/** A line of the list.
 * @param {Branch & {depth: number}} branch
 * @param {Acts} acts
 * @param {string|null} compared the branch that is shown beside the current one
 * @param {Actions} actions */
function createBranch({ name, depth, parent, events }, acts, compared, actions) {
  const current = name === acts.branch;
  const brief = shorten(name, 60);
  const act = (/** @type {string} */ word, /** @type {string} */ label, /** @type {() => void} */ onclick) => {
    const made = button({ label: t(label, { name: brief }), word, onclick });
    made.dataset.key = `${word} ${name}`;
    return made;
  };
  const show = act(brief, english("Show the branch {name}"), () => actions.send({ type: "branch", name }));
  show.classList.add("dslab-branch-name");
  setAttr(show, "aria-current", current);
  const badge = current ? t("shown") : name === compared ? t("beside it") : "";
  const code = events.join(", ");
  const line = h("span", { class: "dslab-branch-line" }, show);
  line.style.paddingLeft = `${18 * Math.min(DEEPEST, depth)}px`;
  const ask = () => line.replaceChildren(askName(name, actions, line, show));
  const rename = act(t("Rename"), english("Rename {name}"), ask);
  const begin = english("Compare with {name}, side by side");
  const label = name === compared ? english("End the comparison with {name}") : begin;
  const other = name === compared ? "" : name;
  const compare = act(t("Compare"), label, () => actions.send({ type: "compare", name: other }));
  setAttr(compare, "aria-pressed", name === compared);
  const cut = english("Delete {name}; branches made from it stay");
  return h(
    "li",
    { class: current ? "dslab-current" : null },
    line,
    h("span", { class: "dslab-badge" }, badge),
    h("code", { class: "dslab-branch-events", title: shorten(code, 1000) }, code === name ? "" : shorten(code, 90)),
    h(
      "span",
      { class: "dslab-group" },
      current ? null : compare,
      rename,
      parent === null ? null : act(t("Delete"), cut, () => actions.send({ type: "delete", name })),
    ),
  );
}

/** A field for the new name, in the place of the old one.
 * @param {string} name
 * @param {Actions} actions
 * @param {HTMLElement} line
 * @param {HTMLElement} show what is there otherwise */
function askName(name, actions, line, show) {
  const field = h("input", {
    type: "text",
    class: "dslab-search",
    "aria-label": t("New name for {name}: Enter to rename, Escape to cancel", { name: shorten(name, 60) }),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      const to = field.value.trim();
      line.replaceChildren(show);
      show.focus();
      if (event.key === "Enter" && to && to !== name) {
        show.dataset.key = `${shorten(to, 60)} ${to}`; // where the focus will be when the list is new
        actions.send({ type: "rename", name, to });
      }
    },
    ...FOCUSABLE,
  });
  field.value = name;
  queueMicrotask(() => (field.focus(), field.select()));
  return field;
}

// ---- scenarios that a notebook offers

/** @param {Actions} actions
 *  @returns {Panel} */
export function createScenarios(actions) {
  const element = h("div", { class: "dslab-scenarios", role: "group", "aria-label": t("Scenarios"), hidden: true });
  let buttons = /** @type {Map<string, HTMLElement>} */ (new Map());
  let listed = "";
  return {
    element,
    draw(view) {
      const { mode, scenarios = [], branch } = actions.acts() ?? {};
      const names = mode === "break" ? [] : scenarios;
      element.hidden = !names.length;
      if (listed !== names.join("\n")) {
        listed = names.join("\n");
        buttons = new Map(names.map((name) => [name, createScenario(name, actions)]));
        element.replaceChildren(h("span", { class: "dslab-soft" }, t("Scenarios:")), ...buttons.values());
      }
      for (const [name, one] of buttons) {
        setAttr(one, "aria-pressed", branch === name);
        setAttr(one, "aria-disabled", view.waiting);
      }
    },
  };
}

/** @param {string} name
 *  @param {Actions} actions */
function createScenario(name, actions) {
  const one = button({
    label: t("Show the scenario {name}", { name: shorten(name, 80) }),
    word: shorten(name, 40),
    onclick: () => actions.send({ type: "scenario", name }),
  });
  one.dataset.key = `scenario ${name}`;
  return one;
}
