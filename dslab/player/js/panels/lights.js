// @ts-check
// A light for each promise (property): what became of it up to the cursor, by colour, by shape and by words.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Light, Panel } from "../types.js" */
import { shorten } from "../data/values.js";
import { changeOf, lightAt } from "../data/verdicts.js";
import { FOCUSABLE, h, s, setAttr, setText } from "../dom.js";
import { english, t } from "../words.js";

const SHAPES = new Map([
  ["kept", "M-6 0A6 6 0 1 1 6 0A6 6 0 1 1 -6 0Z"],
  ["seen", "M-6 0A6 6 0 1 1 6 0A6 6 0 1 1 -6 0ZM-3 0L-1 2.500L3.500 -2.500"],
  ["broken", "M0 -7L7 6H-7ZM0 -3V2M0 3.500V4.500"],
  ["unseen", "M-6 0A6 6 0 1 1 6 0A6 6 0 1 1 -6 0Z"],
  ["undecided", "M-6 0A6 6 0 1 1 6 0A6 6 0 1 1 -6 0Z"],
]);

const LIGHT_WORDS = new Map([
  ["kept", english("kept so far")],
  ["broken", english("broken")],
  ["seen", english("seen")],
  ["unseen", english("not seen yet")],
  ["undecided", english("not decided yet")],
]);

/** When a promise is to be kept, by its kind. */
const WHEN_WORDS = new Map([
  ["always", english("always")],
  ["in the end", english("in the end")],
  ["sometimes", english("sometimes")],
]);

/** @param {Index} index
 *  @param {Light[]} lights
 *  @param {Pick<Actions, "go">} actions
 *  @returns {Panel & {element: HTMLElement}} */
export function createLights(index, lights, actions) {
  const lamps = lights.map((light) => createLamp(light, index.last, actions));
  const element = h(
    "div",
    { class: "dslab-lights", role: "group", "aria-label": t("Promises"), hidden: !lamps.length },
    ...lamps.map((lamp) => lamp.element),
  );
  return {
    element,
    draw(view) {
      element.hidden = !lamps.length || view.observer !== null; // no node knows what became of a promise
      for (const lamp of lamps) lamp.draw(view.step, view.future);
    },
  };
}

/** The lights at a glance, on their tab: a dot each.
 * @param {Index} index
 * @param {Light[]} lights
 * @returns {Panel} */
export function createDots(index, lights) {
  const dots = lights.map((light) => {
    const shape = s("path");
    return { light, shape, element: s("svg", { viewBox: "-8 -8 16 16", "aria-hidden": "true" }, shape) };
  });
  const broken = h("span", { class: "dslab-hidden" });
  const element = h("span", { class: "dslab-dots" }, ...dots.map((dot) => dot.element), broken);
  return {
    element,
    draw({ step, observer }) {
      element.hidden = observer !== null; // no node knows what became of a promise
      let count = 0;
      for (const { light, shape, element } of dots) {
        const state = lightAt(light, step, index.last);
        count += state === "broken" ? 1 : 0;
        setAttr(element, "class", `dslab-light-${state}`);
        setAttr(shape, "d", SHAPES.get(state) ?? "");
      }
      setText(broken, count ? t(", broken: {count}", { count }) : "");
    },
  };
}

/** @param {Light} light
 *  @param {number} last
 *  @param {Pick<Actions, "go">} actions */
function createLamp(light, last, actions) {
  const shape = s("path");
  const said = h("span", { class: "dslab-light-words" });
  const step = changeOf(light, last);
  const element = h(
    "button",
    {
      type: "button",
      onclick: () => step !== null && actions.go(step),
      "data-key": `light ${light.name}`,
      ...FOCUSABLE,
    },
    s("svg", { viewBox: "-9 -9 18 18", "aria-hidden": "true" }, shape),
    h("bdi", {}, shorten(light.name, 70)),
    said,
  );
  return {
    element,
    draw(/** @type {number} */ k, /** @type {boolean} */ future) {
      const state = lightAt(light, k, last);
      const words = t(LIGHT_WORDS.get(state) ?? state);
      setAttr(element, "class", `dslab-light dslab-light-${state}`);
      setAttr(shape, "d", SHAPES.get(state) ?? "");
      const why = light.sentence && (future || state === "broken") ? `: ${shorten(light.sentence, 300)}` : "";
      const where = step !== null && (future || step <= k) ? `, ${t("step {step}", { step })}` : "";
      setText(said, `${t(WHEN_WORDS.get(light.kind) ?? light.kind)}, ${words}${where}${why}`);
    },
  };
}
