// @ts-check
// All panels of one trace, and where they stand.
/** @import { Actions, Index, Panel, Payload } from "./types.js" */
import { createBranches, createBranchesButton, createScenarios } from "./acting/branches.js";
import { createBreakMode } from "./acting/break_mode.js";
import { createSelection } from "./acting/selection.js";
import { createTopology } from "./cluster/topology.js";
import { shorten } from "./data/values.js";
import { button, FOCUSABLE, h } from "./dom.js";
import { createComparison } from "./history/comparison.js";
import { createControls, createOptions } from "./panels/controls.js";
import { createHandler, createSentence } from "./panels/current_step.js";
import { createDialogs, createNotices } from "./panels/dialogs.js";
import { createFilters, createObserverLine, createSearch } from "./panels/filters.js";
import { createRelation } from "./panels/happened_before.js";
import { createCue, createLectureBar } from "./panels/lecture.js";
import { createLegend } from "./panels/legend.js";
import { createLights } from "./panels/lights.js";
import { createState } from "./panels/state.js";
import { setTranslations, t } from "./words.js";

/** Fill the player with panels of one trace. The first of them is the topology, which is also drawn alone.
 * @param {HTMLElement} root
 * @param {Index} index
 * @param {Payload} payload
 * @param {string} error
 * @param {Actions} actions
 * @returns {Panel[]} */
export function createPanels(root, index, payload, error, actions) {
  setTranslations(payload.words);
  const panels = {
    topology: createTopology(index, payload.positions, actions),
    controls: createControls(index, actions),
    lights: createLights(index, payload.lights ?? [], actions),
    sentence: createSentence(index, payload, actions),
    handler: createHandler(index, payload, actions),
    relation: createRelation(index, actions),
    observer: createObserverLine(actions),
    selection: createSelection(index, payload, actions),
    state: createState(index, actions),
    options: createOptions(actions),
    search: createSearch(index, actions),
    filters: createFilters(index, actions),
    history: createComparison(index, payload, actions),
    dialogs: createDialogs(payload, actions),
    branches: createBranches(payload, actions),
    branching: createBranchesButton(payload, actions),
    scenarios: createScenarios(actions),
    breaking: createBreakMode(index, payload, error, actions),
    legend: createLegend(index),
    lecture: createLectureBar(root, actions),
    cue: createCue(index),
  };
  const stage = { class: "dslab-stage", tabindex: "0", role: "group", "aria-label": t("Cluster"), ...FOCUSABLE };
  const left = [h("div", stage, panels.topology.element), panels.selection.element, panels.state.element];
  const right = [panels.options.element, panels.search.element, panels.filters.element, panels.history.element];
  root.classList.toggle("dslab-comparing", Boolean(payload.comparison));
  root.classList.toggle("dslab-editable", payload.editable);
  root.setAttribute("aria-label", t("Player: {title}", { title: shorten(payload.title, 120) }));
  root.setAttribute("lang", payload.lang ?? "en");
  root.style.setProperty("--dslab-height", `${payload.height}px`);
  root.replaceChildren(
    createTitle(payload, actions, panels.branching.element, panels.lecture.element),
    panels.controls.element,
    panels.scenarios.element,
    panels.lights.element,
    createNotices(payload, error),
    panels.breaking.element,
    panels.branches.element,
    panels.dialogs.element,
    panels.sentence.element,
    panels.cue.element,
    panels.handler.element,
    panels.observer.element,
    panels.relation.element,
    h(
      "div",
      { class: "dslab-views" },
      h("div", { class: "dslab-left" }, ...left),
      h("div", { class: "dslab-right" }, ...right),
    ),
    panels.legend.element,
  );
  return Object.values(panels);
}

/** @param {Payload} payload
 *  @param {Actions} actions
 *  @param {Element} branches the button
 *  @param {Element} lecture its buttons */
function createTitle(payload, actions, branches, lecture) {
  const { title, trace } = payload;
  return h(
    "div",
    { class: "dslab-title" },
    h("bdi", { title: shorten(title, 1000) }, shorten(title, 80)),
    h("span", { class: "dslab-end" }, shorten(trace.end ?? "", 120)),
    h("span", { class: "dslab-spring" }),
    branches,
    button({
      label: t("Show the script of this run"),
      word: t("Script"),
      key: "s",
      onclick: () => actions.panel("script"),
    }),
    button({ label: t("List the keys"), word: t("Keys"), key: "?", onclick: () => actions.panel("keys") }),
    lecture,
  );
}
