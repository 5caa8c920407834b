// @ts-check
// A guided tour: it asks for one action after the other, notices when it is done, and so teaches the player by use.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Panel, Payload, View } from "../types.js" */
import { button, h, setText } from "../dom.js";
import { english, t } from "../words.js";

/** @typedef {{say: string, done: (at: {view: View, index: Index, edits: number}) => boolean}} Stop */

/** @type {Stop[]} */
const LOOKING = [
  {
    say: english("Press Play, or the space bar, and watch the messages to the end."),
    done: ({ view, index }) => view.step >= index.last && !view.playing,
  },
  {
    say: english("Go back: the button with the arrow to the left, or the left arrow key. Stop at step 1."),
    done: ({ view }) => view.step <= 1 && !view.playing,
  },
];

/** @type {Stop[]} */
const CHANGING = [
  {
    say: english("What if a node had crashed here? Click one of them, then Crash, or press c."),
    done: ({ edits }) => edits > 0,
  },
  {
    say: english("Everything after the crash was simulated again. Play on, and see what is different."),
    done: ({ view, index, edits }) => edits === 0 || (view.step >= index.last && !view.playing),
  },
  { say: english("Undo, or the key u, takes the change back. Press it."), done: ({ edits }) => edits === 0 },
];

const END = english("That is all you need: play, step, change, undo. The tabs above show more of the same run.");

/** The stops of a tour; where the run cannot be changed, it is a shorter one.
 * @param {boolean} editable */
export function stopsOf(editable) {
  return editable ? [...LOOKING, ...CHANGING] : LOOKING;
}

/** The stop at which the tour is now: one that is done gives way to the next.
 * @param {Stop[]} stops
 * @param {number} from where it was
 * @param {{view: View, index: Index, edits: number}} at */
export function stopAt(stops, from, at) {
  return from < stops.length && stops[from].done(at) ? from + 1 : from;
}

/** A card over the cluster, until the reader closes it.
 * @param {Index} index
 * @param {Payload} payload
 * @param {Actions} actions
 * @returns {Panel} */
export function createTour(index, payload, actions) {
  const stops = stopsOf(payload.editable);
  const count = h("p", { class: "dslab-tour-count" });
  const say = h("p", { class: "dslab-tour-say", "aria-live": "polite" });
  const close = button({
    label: t("End the tour"),
    word: t("End the tour"),
    onclick: () => actions.option({ tour: null }),
  });
  const element = h("section", { class: "dslab-tour", "aria-label": t("Guided tour") }, count, say, close);
  return {
    element,
    draw(view) {
      element.hidden = !payload.tour || view.tour === null;
      if (element.hidden || view.tour === null) return;
      const tour = stopAt(stops, view.tour, { view, index, edits: payload.edits });
      if (tour !== view.tour) return queueMicrotask(() => actions.option({ tour }));
      const last = tour >= stops.length;
      setText(count, last ? t("Done") : t("{stop} of {count}", { stop: tour + 1, count: stops.length }));
      setText(say, t(last ? END : stops[tour].say));
    },
  };
}
