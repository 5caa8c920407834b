// @ts-check
// All panels of one trace, and where they stand: the head with the tabs, the views, what can be done to the selection,
// the sentence, and the controls. The height is fixed: whatever opens scrolls inside.
/** @import { Asking } from "./predictions/judge.js" */
/** @import { Index } from "./data/trace_types.js" */
/** @import { Actions, Panel, Payload, Section, Tab, View } from "./types.js" */
import { createBranches, createScenarios } from "./acting/branches.js";
import { createBreakMode } from "./acting/break_mode.js";
import { createCodeExport } from "./acting/code_export.js";
import { createSelection } from "./acting/selection.js";
import { createTopology } from "./cluster/topology.js";
import { shorten } from "./data/values.js";
import { FOCUSABLE, h } from "./dom.js";
import { createComparison } from "./history/comparison.js";
import { createControls, createOptions } from "./panels/controls.js";
import { createHandler, createSentence } from "./panels/current_step.js";
import { createKeys, createNotices } from "./panels/dialogs.js";
import { createFilters, createLeftOut, createObserverLine, createSearch } from "./panels/filters.js";
import { createRelation } from "./panels/happened_before.js";
import { createLectureBar, createLectureLine } from "./panels/lecture.js";
import { createLegend } from "./panels/legend.js";
import { createLights } from "./panels/lights.js";
import { createMessageList } from "./panels/message_list.js";
import { createOperations } from "./panels/operations.js";
import { createQuestion } from "./panels/question.js";
import { createLogs } from "./panels/replicated_logs.js";
import { createState } from "./panels/state.js";
import { createArrangement, createMore, createTabPanel, createTabs } from "./panels/tabs.js";
import { createTour } from "./panels/tour.js";
import { setTranslations, t } from "./words.js";

/** Fill the player with panels of one trace. The first of them is the topology, which is also drawn alone.
 * @param {HTMLElement} root
 * @param {Index} index
 * @param {Payload} payload
 * @param {string} error
 * @param {Asking|null} asking
 * @param {Actions} actions
 * @returns {Panel[]} */
export function createPanels(root, index, payload, error, asking, actions) {
  setTranslations(payload.words);
  const topology = createTopology(index, payload.positions, actions);
  const views = createViews(index, payload, topology, error, actions);
  const lights = payload.lights ?? [];
  const panels = {
    topology,
    tabs: createTabs(index, lights, new Set(views.keys()), actions),
    lecture: createLectureBar(actions),
    scenarios: createScenarios(actions),
    leftOut: createLeftOut(index, actions),
    observer: createObserverLine(actions),
    relation: createRelation(index, actions),
    selection: createSelection(index, payload, actions),
    sentence: createSentence(index, payload, actions),
    line: createLectureLine(index),
    controls: createControls(index, actions),
    tour: createTour(index, payload, actions),
    arrangement: createArrangement([...views.values()]),
    question: createQuestion(index, asking, actions),
  };
  const { scenarios, leftOut, observer, relation } = panels;
  const strip = [scenarios, leftOut, observer, relation].map((panel) => panel.element);
  root.classList.toggle("dslab-comparing", Boolean(payload.comparison));
  root.classList.toggle("dslab-editable", payload.editable);
  root.classList.toggle("dslab-unfinished", Boolean(payload.trace.hidden));
  root.setAttribute("aria-label", t("Player: {title}", { title: shorten(payload.title, 120) }));
  root.setAttribute("lang", payload.lang ?? "en");
  root.style.setProperty("--dslab-height", `${payload.height}px`);
  views.get("cluster")?.element.append(panels.tour.element);
  panels.arrangement.element.append(panels.question.element);
  root.replaceChildren(
    createTitle(payload, panels.tabs.element, panels.lecture.element),
    h("div", { class: "dslab-strip" }, createNotices(payload, error), ...strip),
    panels.arrangement.element,
    panels.selection.element,
    panels.sentence.element,
    panels.line.element,
    panels.controls.element,
  );
  return Object.values(panels);
}

/** The views, by their tabs.
 * @param {Index} index
 * @param {Payload} payload
 * @param {Panel} topology
 * @param {string} error
 * @param {Actions} actions
 * @returns {Map<Tab, Panel>} */
function createViews(index, payload, topology, error, actions) {
  const stage = { class: "dslab-stage", tabindex: "0", role: "group", "aria-label": t("Cluster"), ...FOCUSABLE };
  const logs = createLogs(index);
  const cluster = {
    element: h("div", { class: "dslab-scene" }, h("div", stage, topology.element), ...logs.map((log) => log.element)),
    draw: (/** @type {View} */ view) => logs.forEach((log) => log.draw(view)), // the topology is drawn by itself
  };
  const history = [createOperations(index, actions), createSearch(index, actions)];
  const lights = payload.lights ?? [];
  /** @type {Array<[Tab, Panel[]]>} */
  const parts = [
    ["cluster", [cluster]],
    ["choices", actions.acts()?.mode === "break" ? [createBreakMode(index, payload, error, actions)] : []],
    ["history", [...history, createComparison(index, payload, actions)]],
    ["state", [createState(index, actions)]],
    ["messages", [createMessageList(index, payload, actions)]],
    ["promises", lights.length ? [createLights(index, lights, actions)] : []],
    ["script", [createCodeExport(payload)]],
    ["more", [createMore(createSections(index, payload, actions), actions)]],
  ];
  return new Map(
    parts.filter(([, panels]) => panels.length).map(([name, panels]) => [name, createTabPanel(name, panels)]),
  );
}

/** @param {Index} index
 *  @param {Payload} payload
 *  @param {Actions} actions
 *  @returns {Map<Section, Panel[]>} */
function createSections(index, payload, actions) {
  return new Map([
    ["look", [createOptions(actions)]],
    ["filter", [createFilters(index, actions)]],
    ["branches", [createBranches(payload, actions)]],
    ["code", [createHandler(index, payload)]],
    ["legend", [createLegend(index)]],
    ["keys", [createKeys()]],
  ]);
}

/** @param {Payload} payload
 *  @param {Element} tabs
 *  @param {Element} lecture its button */
function createTitle({ title, trace }, tabs, lecture) {
  const count = trace.nodes.length;
  return h(
    "div",
    { class: "dslab-title" },
    h(
      "div",
      { class: "dslab-name" },
      h("bdi", { title: shorten(title, 1000) }, shorten(title, 80)),
      h("span", { class: "dslab-subtitle" }, count === 1 ? t("one node") : t("{count} nodes", { count })),
    ),
    h("div", { class: "dslab-navigation" }, tabs, lecture),
  );
}
