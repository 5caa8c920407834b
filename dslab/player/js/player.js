// @ts-check
// The player: one cursor, and panels that draw what it points at. The kernel is asked only when the run is to change.
/** @import { Actions, Index, Panel, Payload, Place, Player, View } from "./types.js" */
import { createBranchActions } from "./acting/branches.js";
import { listen } from "./acting/keys.js";
import { createNavigation } from "./acting/navigation.js";
import { createDrafts, createInterventions } from "./acting/selection.js";
import { createFilter, neighbourInView, stepInView } from "./data/filter.js";
import { exists, indexTrace, neighbourStep, stepsOf } from "./data/trace.js";
import { beforeEvents, FOCUSABLE, focusedKey, h, restoreFocus } from "./dom.js";
import { USUAL } from "./history/zoom.js";
import { createPanels } from "./layout.js";
import { createNotices } from "./panels/dialogs.js";
import { createLectureActions, createStage } from "./panels/lecture.js";
import { changeSpeed, createClock, createGlide, momentAt, naturalPace, schedule, timeAt } from "./playback.js";
import { whenThere } from "./waiting.js";
import { setTranslations } from "./words.js";

/** The view before anything is chosen.
 * @returns {View} */
function createView() {
  return {
    step: 0,
    part: 0,
    time: 0,
    playing: false,
    speed: 1,
    pace: 0.01,
    selection: null,
    stamps: "none",
    scene: { step: 0, time: 0, message: null },
    causality: false,
    future: true,
    panel: "",
    waiting: false,
    unanswered: false,
    message: null,
    filter: createFilter(),
    filterBar: false,
    query: "",
    zoom: USUAL,
    marked: null,
    observer: null,
    lecture: createStage(),
    drafts: createDrafts(),
    page: 0,
  };
}

const PATIENCE = 6000; // ms until the reader is told that the kernel does not answer

/** Show the model's trace in `el`.
 * @param {Place} place
 * @returns {() => void} what undoes it */
function mount({ model, el }) {
  const view = createView();
  const root = h("div", { class: "dslab-player", tabindex: "-1", role: "group", ...FOCUSABLE });
  /** @type {Index} */
  let index;
  /** @type {Float64Array} */
  let moments;
  /** @type {Panel[]} */
  let panels = [];
  /** @type {Panel} */
  let topology;
  let now = 0; // where the playing is on the schedule
  let patience = 0; // the timer that ends the waiting for the kernel
  let loaded = /** @type {Payload|null} */ (null); // the payload that the panels show
  let loading = false; // the cursor is not to be reported while the panels are exchanged

  const clock = createClock((elapsed) => {
    now += elapsed * view.speed;
    const moment = momentAt(moments, now);
    if (moment.step >= index.last) pause();
    place(moment.step, reducedMotion() && moment.part ? 0.5 : moment.part);
  });

  const setLanguage = () => setTranslations(model.get("payload").words);

  const glide = createGlide((part) => {
    setLanguage();
    show(part < 1 ? view.step - 1 : view.step, part < 1 ? part : 0);
    topology.draw(view);
  });

  /** What the picture of the cluster shows: the cursor's moment, but for the short glide after a step.
   * @param {number} step
   * @param {number} part */
  function show(step, part) {
    view.scene = { step, time: timeAt(index, step, part), message: index.endedBy.get(step) ?? null };
  }

  /** Put the cursor at a step, or on the way to the next.
   * @param {number} step
   * @param {number} part */
  function place(step, part = 0) {
    view.step = stepInView(index, view, Math.max(0, Math.min(index.last, step)));
    view.part = view.step < index.last && view.observer === null ? part : 0;
    view.time = timeAt(index, view.step, view.part);
    view.message = index.endedBy.get(view.step) ?? null;
    glide.stop();
    show(view.step, view.part);
    draw();
  }

  function draw() {
    setLanguage();
    for (const one of panels) one.draw(view);
  }

  function pause() {
    if (!view.playing) return;
    view.playing = false;
    clock.stop();
    reportCursor();
  }

  /** Sync the cursor to Python: when the play stops and when the reader turns to something else, not at each step.
   * While a change is under way Python decides where the cursor will be. (A button that is disabled loses the focus.) */
  function reportCursor() {
    if (loading || view.waiting || model.get("step") === view.step) return;
    model.set("step", view.step);
    model.save_changes();
  }

  /** @type {Player} */
  const player = {
    index: () => index,
    payload: () => model.get("payload"),
    acts: () => model.get("acts") ?? null,
    send(content) {
      if (view.waiting) return;
      pause();
      view.waiting = true;
      view.unanswered = false;
      draw();
      model.send({ step: view.step, ...content });
      clearTimeout(patience);
      patience = window.setTimeout(giveUp, PATIENCE);
    },
    go(step) {
      pause();
      place(step);
    },
    draw,
    focusSearch: () => panels.forEach((one) => one.focus?.()),
    open: (name) => panels.forEach((one) => one.open?.(name)),
  };
  const { go, acts, send } = player;
  const lecturing = createLectureActions(root, view, draw);

  /** @type {Actions} */
  const actions = {
    ...createNavigation(view, player),
    ...lecturing.actions,
    ...createBranchActions(view, player),
    ...createInterventions(view, player),
    go,
    acts,
    send,
    step(way) {
      const before = view.step;
      go(way < 0 && view.part ? view.step : neighbourInView(index, view, way));
      if (view.step === before + 1 && view.observer === null && !reducedMotion()) glide.start();
    },
    nodeStep(way) {
      if (index.column.has(actions.followed())) go(neighbourStep(index, actions.followed(), view.step, way));
    },
    followed: () =>
      view.selection?.kind === "node" ? view.selection.id : (index.steps[view.step]?.node ?? null),
    localView: () => actions.observe(actions.followed()),
    toggle: () => (view.playing ? (pause(), draw()) : play()),
    faster: (way) => {
      view.speed = changeSpeed(view.speed, way);
      draw();
    },
    select: (selection) => {
      view.selection = selection;
      draw();
    },
    option: (change) => {
      Object.assign(view, change);
      draw();
    },
    panel: (name) => {
      view.panel = view.panel === name ? "" : name;
      draw();
    },
    escape: () => {
      if (view.lecture.on) return actions.leave();
      Object.assign(view, { selection: null, panel: "", marked: null, observer: null, query: "", filterBar: false });
      view.drafts.more = false;
      draw();
    },
  };

  function play() {
    if (view.step >= index.last) place(0);
    now =
      moments[view.step] + view.part * ((moments[view.step + 1] ?? moments[view.step]) - moments[view.step]);
    view.playing = true;
    clock.start();
    draw();
  }

  /** Build all panels for the model's trace, and keep the reader's place in it. */
  function load() {
    const payload = model.get("payload");
    const focused = focusedKey(root);
    loaded = payload;
    loading = true;
    panels.forEach((one) => one.stop?.());
    index = indexTrace(payload.trace);
    view.pace = naturalPace(index.messages);
    moments = schedule(index.times, view.pace);
    Object.assign(view, { waiting: false, unanswered: false, page: 0 });
    if (!exists(index, view.selection)) view.selection = null;
    if (!stepsOf(index, view.observer).length) view.observer = null;
    if (view.marked !== null && view.marked > index.last) view.marked = null;
    panels = createPanels(root, index, payload, model.get("notice")?.text ?? "", actions);
    topology = panels[0];
    place(payload.focus ?? 0);
    restoreFocus(root, focused);
    loading = false;
  }

  /** The kernel has not answered: it is busy, or there is none (a notebook that was opened but not run). */
  function giveUp() {
    view.unanswered = view.waiting;
    view.waiting = false;
    draw();
  }

  /** The kernel has answered. A new trace has its own way in. */
  function acceptAnswer() {
    if (model.get("payload") !== loaded) return;
    Object.assign(view, { waiting: false, unanswered: false });
    draw();
  }

  /** The kernel has answered with an error, or the error is over. */
  function showNotice() {
    view.waiting = false;
    draw();
    const old = root.querySelector(".dslab-notices");
    old?.replaceWith(createNotices(model.get("payload"), model.get("notice")?.text ?? ""));
  }

  /** The kernel has moved the cursor. */
  function moveCursor() {
    if (model.get("step") !== view.step) actions.go(model.get("step"));
  }

  beforeEvents(root, setLanguage);
  listen(root, actions);
  root.addEventListener("focusout", (event) => {
    if (!root.contains(/** @type {Node|null} */ (event.relatedTarget))) reportCursor();
  });
  el.append(root);
  load();
  const listeners = new Map([
    ["change:payload", load],
    ["change:acts", acceptAnswer],
    ["change:notice", showNotice],
    ["change:step", moveCursor],
  ]);
  listeners.forEach((listener, event) => model.on(event, listener));
  return () => {
    clock.stop();
    glide.stop();
    clearTimeout(patience);
    lecturing.stop();
    panels.forEach((one) => one.stop?.());
    listeners.forEach((listener, event) => model.off(event, listener));
    root.remove();
  };
}

function reducedMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** @param {Place} place */
function render(place) {
  return whenThere(place, mount);
}

export default { render };
