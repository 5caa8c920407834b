// @ts-check
// One of the two runs: the picture of its cluster, with what the node saw, or with everything.
/** @import { ClusterActions } from "../cluster/topology.js" */
/** @import { Index } from "../data/trace_types.js" */
/** @import { SideBySide, WalkPlace } from "./walk.js" */
import { createTopology } from "../cluster/topology.js";
import { indexTrace, lastAtMost } from "../data/trace.js";
import { shorten } from "../data/values.js";
import { h, setAttr } from "../dom.js";
import { createView } from "../view.js";
import { t } from "../words.js";
import { timesOf } from "./walk.js";

/** @param {SideBySide} payload
 *  @param {number} n 0 for the left one, 1 for the right one */
export function createSide({ names, view: node, pairs, sides }, n) {
  const { trace, local, own, positions } = sides[n];
  const steps = pairs.map(lastSteps(n));
  const times = timesOf(pairs); // by the clock that is compared: of the whole run only if the whole is
  const at = steps.map((k) => (own && k >= 0 ? own[k] : k));
  const whole = createFollower(indexTrace(trace), positions, at, node === null ? times : null);
  const seen = local && createFollower(indexTrace(local), positions, steps, times);
  const name = shorten(names[n], 120);
  const stage = h("div", { class: "dslab-stage", role: "img" });
  const inside = h("div", { class: "dslab-inside", inert: true });
  stage.append(inside);
  return {
    element: h("div", { class: "dslab-one" }, h("p", { class: "dslab-one-name" }, name), stage),
    /** @param {WalkPlace} place */
    draw(place) {
      const picture = (!place.everything && seen) || whole;
      if (inside.firstChild !== picture.element) inside.replaceChildren(picture.element);
      const about = place.everything ? t("all that happens") : t("what {node} sees", { node: node ?? "" });
      setAttr(stage, "aria-label", t("{name}: {what}", { name, what: about }));
      picture.draw(place);
    },
    stop: () => [whole, seen].forEach((picture) => picture?.stop?.()),
  };
}

/** The last step of side n up to each pair; -1: none has happened yet. At one moment steps may change places here.
 * @param {number} n */
function lastSteps(n) {
  let last = -1;
  return (/** @type {SideBySide["pairs"][number]} */ { at }) => (last = Math.max(last, at[n] ?? last));
}

/** The picture of one trace, which goes along with the pairs.
 * @param {Index} index
 * @param {Array<[number, number]>} positions
 * @param {number[]} steps the last step up to each pair
 * @param {Float64Array|null} times of the pairs, if they are those of the trace */
function createFollower(index, positions, steps, times) {
  const view = createView();
  const topology = createTopology(index, positions, still());
  return {
    element: topology.element,
    stop: topology.stop,
    /** @param {WalkPlace} place */
    draw({ pair, part, behind }) {
      const at = behind ? pair - 1 : pair;
      Object.assign(view, momentOf(index, steps, times, at, part));
      view.scene = { step: view.step, time: view.time, message: index.endedBy.get(view.step) ?? null };
      view.message = view.scene.message;
      topology.draw(view);
    },
  };
}

/** The step and the time at a part of the way from one pair to the next. At the last pair all has happened.
 * @param {Index} index
 * @param {number[]} steps
 * @param {Float64Array|null} times
 * @param {number} pair
 * @param {number} part */
export function momentOf(index, steps, times, pair, part) {
  const timeOf = (/** @type {number} */ n) => Math.max(times?.[n] ?? 0, index.times[Math.max(0, steps[n])] ?? 0);
  const last = pair + 1 >= steps.length;
  const from = Math.max(0, last ? index.last : steps[pair]);
  if (last || !part) return { step: from, time: last ? index.times[from] : timeOf(pair), part: 0 };
  const time = timeOf(pair) + part * (timeOf(pair + 1) - timeOf(pair));
  const most = Math.max(from, steps[pair + 1] - 1); // the next step of the pairs has not happened yet
  return { step: Math.min(most, Math.max(from, lastAtMost(index.times, time))), time, part: 0 };
}

/** A picture in which nothing can be chosen.
 * @returns {ClusterActions} */
const still = () => ({ select() {}, change() {} });
