// @ts-check
// The kernel behind the player: what it is asked for, what it answers, and that there may be none.
/** @import { Model, Payload, Place, Player, Traits, View } from "./types.js" */
import { h } from "./dom.js";
import { setTranslations, t } from "./words.js";

const PATIENCE = 6000; // ms until the reader is told that the kernel does not answer

/** @param {Model<Traits>} model
 *  @param {View} view
 *  @param {{draw: () => void, pause: () => void}} player */
export function createKernel(model, view, { draw, pause }) {
  let timer = 0; // that ends the waiting

  /** The kernel has not answered: it is busy, or there is none (a notebook that was opened but not run). */
  function giveUp() {
    view.unanswered = view.waiting;
    view.waiting = false;
    draw();
  }

  return {
    payload: () => model.get("payload"),
    acts: () => model.get("acts") ?? null,
    error: () => model.get("notice")?.text ?? "",
    /** @type {Player["send"]} */
    send(content) {
      if (view.waiting) return;
      pause();
      view.waiting = true;
      view.unanswered = false;
      draw();
      model.send({ step: view.step, ...content });
      clearTimeout(timer);
      timer = window.setTimeout(giveUp, PATIENCE);
    },
    /** Sync the cursor to Python: when the play stops and when the reader turns to something else, not at each step.
     *  While a change is under way Python decides where the cursor will be. */
    reportCursor() {
      if (view.waiting || model.get("step") === view.step) return;
      model.set("step", view.step);
      model.save_changes();
    },
    stop: () => clearTimeout(timer),
  };
}

// ---- before there is anything to show: `player = Player(); display(player)`

/** Mount a player as soon as its data are there, and show a message until then.
 * @param {Place} place
 * @param {(place: Place) => () => void} mount returns what undoes it
 * @returns {() => void} what undoes it */
export function whenThere(place, mount) {
  return payloadOf(place).trace ? mount(place) : wait(place, mount);
}

/** @param {Place} place
 *  @returns {Partial<Payload>} in the beginning there is a language only */
const payloadOf = ({ model }) => model.get("payload");

/** @param {Place} place
 *  @param {(place: Place) => () => void} mount */
function wait(place, mount) {
  const { model, el } = place;
  setTranslations(payloadOf(place).words);
  const said = h("p", { class: "dslab-player dslab-awaited", role: "status" }, t("waiting for the kernel …"));
  // An interrupted cell and a kernel that was shut down say nothing, and then nothing comes.
  const timer = setTimeout(advise, PATIENCE);
  let undo = () => {
    clearTimeout(timer);
    said.remove();
    model.off("change:payload", begin);
    model.off("comm_live_update", giveUp);
  };

  /** The kernel that made this player is gone, with the run that was to come. */
  function giveUp() {
    clearTimeout(timer);
    setTranslations(payloadOf(place).words);
    said.replaceChildren(t("The kernel was restarted: run this cell again."));
  }

  function advise() {
    setTranslations(payloadOf(place).words);
    said.append(" ", t("If it is idle or was shut down, run this cell again."));
  }

  function begin() {
    if (!payloadOf(place).trace) return;
    undo();
    undo = mount(place);
  }

  el.append(said);
  model.on("change:payload", begin);
  model.on("comm_live_update", giveUp); // of ipywidgets: the channel to the kernel was closed
  return () => undo();
}
