// @ts-check
// The player: one cursor, and panels that draw what it points at. The kernel is asked only when the run is to change.
/** @import { Index } from "./data/trace_types.js" */
/** @import { Actions, Panel, Payload, Place, Player, Tab } from "./types.js" */
import { createBranchActions } from "./acting/branches.js";
import { listen } from "./acting/keys.js";
import { createNavigation } from "./acting/navigation.js";
import { createQuestions } from "./acting/questions.js";
import { createInterventions } from "./acting/selection.js";
import { createStepLinks } from "./acting/step_links.js";
import { closed, createTabActions, createViewMemory, firstViews, opened, roomFor } from "./acting/tabs.js";
import { createCursor } from "./cursor.js";
import { exists, indexTrace, stepsOf } from "./data/trace.js";
import { beforeEvents, FOCUSABLE, focusedKey, h, restoreFocus } from "./dom.js";
import { createKernel, whenThere } from "./kernel.js";
import { createPanels } from "./layout.js";
import { createNotices, missingStep } from "./panels/dialogs.js";
import { createLectureActions } from "./panels/lecture.js";
import { createView } from "./view.js";
import { setTranslations } from "./words.js";

const TO_THE_ANSWER = 8000; // ms that it takes at most to play from a question to its answer

/** Show the model's trace in `el`.
 * @param {Place} place
 * @returns {() => void} what undoes it */
function mount({ model, el }) {
  const view = createView();
  const root = h("div", { class: "dslab-player", tabindex: "-1", role: "group", ...FOCUSABLE });
  /** @type {Index} */
  let index;
  /** @type {Panel[]} */
  let panels = [];
  let loaded = /** @type {Payload|null} */ (null); // the payload that the panels show
  let loading = false; // while the panels are exchanged the focus goes out, and the cursor is not to be reported

  const setLanguage = () => setTranslations(model.get("payload").words);

  function draw() {
    if (questions.arrive()) return;
    setLanguage();
    for (const one of panels) one.draw(view);
  }

  function drawCluster() {
    setLanguage();
    panels[0].draw(view);
  }

  function reportCursor() {
    if (!loading) kernel.reportCursor();
  }

  const cursor = createCursor(view, { draw, drawCluster, paused: reportCursor });
  const kernel = createKernel(model, view, { draw, pause: cursor.pause });
  const lecturing = createLectureActions(root, view, draw);
  const memory = createViewMemory(el, followReader);
  const links = createStepLinks(root, follow);
  const width = new ResizeObserver(() => makeRoom(root.clientWidth));
  const questions = createQuestions(model, view, {
    load(step) {
      cursor.pause();
      load(step);
    },
    play: () => cursor.play(TO_THE_ANSWER),
    focus: () => player.open("question"),
  });
  const { go, step, toggle } = cursor;
  const { acts, send, error } = kernel;
  const { payload } = questions;

  /** @type {Player} */
  const player = {
    index: () => index,
    payload,
    acts,
    send,
    go,
    draw,
    focusSearch() {
      actions.reveal("history");
      panels.forEach((one) => one.focus?.());
    },
    open: (name) => panels.forEach((one) => one.open?.(name)),
  };

  /** @type {Actions} */
  const actions = {
    ...createNavigation(view, player),
    ...createBranchActions(view, player),
    ...createInterventions(view, player),
    ...lecturing.actions,
    ...createTabActions(view, { draw, remember: () => memory.remember(view.views) }),
    ...questions.actions,
    ...{ go, step, toggle, acts, send },
    select(selection) {
      view.selection = selection;
      if (selection?.kind === "node") panels.forEach((one) => one.pick?.(selection.id));
      draw();
    },
    escape() {
      if (view.lecture) return actions.leave();
      Object.assign(view, { selection: null, marked: null, observer: null, query: "" });
      for (const name of /** @type {const} */ (["script", "more"])) view.views = closed(view, name);
      view.drafts.more = false;
      draw();
    },
  };

  /** Go to the step of a link; if there is none, to the last, and say so.
   * @param {number} step */
  function follow(step) {
    setLanguage();
    go(step);
    if (step > index.last) actions.refuse(missingStep(payload(), step));
  }

  /** How many views are shown beside each other depends on the width.
   * @param {number} width px */
  function makeRoom(width) {
    const room = roomFor(width);
    if (!width || room === view.room) return;
    view.room = room;
    draw();
  }

  /** The reader has opened or closed a view in another player of this notebook.
   * @param {Tab[]} views */
  function followReader(views) {
    if (loaded?.show?.length || actions.acts()?.mode === "break") return;
    view.views = views;
    draw();
  }

  /** Build all panels for what is known of the model's trace, with the cursor at a step.
   * @param {number} step */
  function load(step = model.get("payload").focus ?? 0) {
    const focused = focusedKey(root);
    loaded = payload();
    loading = true;
    panels.forEach((one) => one.stop?.());
    index = indexTrace(loaded.trace);
    if (loaded.comparison) view.views = opened(view, "history");
    cursor.load(index);
    Object.assign(view, { waiting: false, unanswered: false, page: 0 });
    if (!exists(index, view.selection)) view.selection = null;
    if (!stepsOf(index, view.observer).length) view.observer = null;
    if (view.marked !== null && view.marked > index.last) view.marked = null;
    panels = createPanels(root, index, loaded, error(), questions.current(), actions);
    cursor.place(step);
    restoreFocus(root, focused);
    loading = false;
  }

  /** The kernel has answered. A new trace has its own way in. */
  function acceptAnswer() {
    if (payload() !== loaded) return;
    Object.assign(view, { waiting: false, unanswered: false });
    draw();
  }

  /** The kernel has answered with an error, or the error is over. */
  function showNotice() {
    view.waiting = false;
    draw();
    root.querySelector(".dslab-notices")?.replaceWith(createNotices(payload(), error()));
  }

  /** The kernel has moved the cursor. */
  function moveCursor() {
    if (model.get("step") !== view.step) go(model.get("step"));
  }

  const listeners = new Map([
    ["change:payload", () => load()],
    ["change:guesses", () => payload() === loaded || load(view.step)],
    ["change:acts", acceptAnswer],
    ["change:notice", showNotice],
    ["change:step", moveCursor],
  ]);
  beforeEvents(root, setLanguage);
  listen(root, actions);
  root.addEventListener("focusout", (event) => {
    if (!root.contains(/** @type {Node|null} */ (event.relatedTarget))) reportCursor();
  });
  el.append(root);
  view.room = roomFor(root.clientWidth || 960);
  view.views = firstViews(payload(), acts()?.mode ?? "", memory.recall());
  load();
  width.observe(root);
  listeners.forEach((listener, event) => model.on(event, listener));
  return () => {
    listeners.forEach((listener, event) => model.off(event, listener));
    for (const part of [cursor, kernel, lecturing, links, memory, ...panels]) part.stop?.();
    width.disconnect();
    root.remove();
  };
}

/** @param {Place} place */
function render(place) {
  return whenThere(place, mount);
}

export default { render };
