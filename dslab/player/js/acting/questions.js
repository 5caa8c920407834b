// @ts-check
// The questions that a player asks about its run. One is open at a time, and while it is, nothing after its step is
// known here. An answer plays the run on, to the step that shows what is so.
/** @import { Asking, GuessValue } from "../predictions/judge.js" */
/** @import { Actions, Model, Payload, Traits, View } from "../types.js" */
import { upTo } from "../data/horizon.js";
import { givenUp, judge } from "../predictions/judge.js";

/** @param {Model<Traits>} model
 *  @param {View} view
 *  @param {{load: (step: number) => void, play: () => void, focus: () => void}} player `load`: show what is known now,
 *     with the cursor at a step; `play`: to the last step that is known */
export function createQuestions(model, view, { load, play, focus }) {
  let cut = /** @type {{whole: Payload, horizon: number, payload: Payload}|null} */ (null);
  let shown = /** @type {{id: string, playing: boolean}|null} */ (null); // the question whose answer is shown
  let future = true; // what the reader had chosen to see of it before an answer was played

  const all = () => model.get("payload").questions ?? [];
  const guesses = () => model.get("guesses") ?? {};
  const firstOpen = () => all().find(({ id }) => !guesses()[id]);

  /** The question that is on the screen.
   * @returns {Asking|null} */
  function current() {
    const seen = all().find(({ id }) => id === shown?.id && guesses()[id]);
    const asked = seen ?? firstOpen() ?? all().at(-1);
    if (!asked) return null;
    const phase = seen ? (shown?.playing ? "playing" : "seen") : firstOpen() ? "open" : "closed";
    return { asked, phase, guess: guesses()[asked.id] ?? null, isLast: !firstOpen() };
  }

  /** The last step that may be shown. */
  function horizon() {
    const asking = current();
    return asking?.phase === "playing" ? asking.asked.until : (firstOpen()?.at ?? Infinity);
  }

  /** What is known of the payload now: the same object as long as that is the same. */
  function payload() {
    const whole = model.get("payload");
    const limit = horizon();
    if (cut?.whole !== whole || cut.horizon !== limit) cut = { whole, horizon: limit, payload: upTo(whole, limit) };
    return cut.payload;
  }

  /** Play the run to the end of the question; what comes after the cursor is hidden on the way.
   * @param {GuessValue} value null: the reader gives up */
  function answer(value) {
    const asking = current();
    if (asking?.phase !== "open") return;
    const { asked } = asking;
    shown = { id: asked.id, playing: true };
    model.set("guesses", { ...guesses(), [asked.id]: value === null ? givenUp() : judge(asked, value) });
    model.save_changes();
    future = view.future;
    view.future = false;
    load(asked.at);
    play();
  }

  /** The end of the question is on the screen: all that no other question hides is known again.
   * @returns {boolean} has that happened just now? */
  function arrive() {
    const asking = current();
    if (!shown || asking?.phase !== "playing" || view.step < asking.asked.until) return false;
    shown.playing = false;
    view.future = future;
    load(asking.asked.until);
    return true;
  }

  /** @satisfies {Partial<Actions>} */
  const actions = {
    answer,
    giveUp: () => answer(null),
    /** Go to the question; while its answer is played, to its end; after that, to the next one. */
    ask() {
      const asking = current();
      if (!asking) return;
      if (asking.phase === "closed") shown = { id: asking.asked.id, playing: false };
      if (asking.phase === "seen") return asking.isLast ? actions.closeQuestion() : actions.nextQuestion();
      load(asking.phase === "open" ? asking.asked.at : asking.phase === "playing" ? asking.asked.until : view.step);
      focus();
    },
    nextQuestion() {
      shown = null;
      load(view.step);
      if (view.step < horizon()) play();
      focus();
    },
    closeQuestion() {
      shown = null;
      load(view.step);
    },
    askAgain() {
      const others = Object.entries(guesses()).filter(([id]) => !all().some((asked) => asked.id === id));
      shown = null;
      model.set("guesses", Object.fromEntries(others));
      model.save_changes();
      load(all()[0].at);
      focus();
    },
  };
  return { actions, arrive, current, payload };
}
