// @ts-check
// Two runs beside each other under one cursor, whole or as one node saw them. The kernel is not needed.
/** @import { SideBySide, SideBySidePlace } from "./compare/walk.js" */
import { createWalkControls } from "./compare/controls.js";
import { createPairs } from "./compare/pairs.js";
import { createSide } from "./compare/side.js";
import { createWalk } from "./compare/walk.js";
import { shorten } from "./data/values.js";
import { beforeEvents, FOCUSABLE, h } from "./dom.js";
import { setTranslations, t } from "./words.js";

/** @param {SideBySidePlace} place
 *  @returns {() => void} what undoes it */
function render({ model, el }) {
  const payload = model.get("payload");
  const setLanguage = () => setTranslations(payload.words);
  setLanguage();
  const walk = createWalk(payload, () => {
    setLanguage();
    parts.forEach((part) => part.draw(walk.place));
  });
  const sides = payload.sides.map((_, n) => createSide(payload, n));
  const pairs = createPairs(payload, walk.go);
  const controls = createWalkControls(payload, walk);
  const parts = [...sides, pairs, controls];
  const root = h(
    "div",
    {
      class: "dslab-player dslab-compare",
      role: "group",
      tabindex: "-1",
      lang: payload.lang ?? "en",
      "aria-label": t("Comparison: {title}", { title: shorten(payload.title, 120) }),
      onkeydown: (/** @type {KeyboardEvent} */ event) => pressed(event, walk),
      ...FOCUSABLE,
    },
    createVerdict(payload),
    h("div", { class: "dslab-both" }, ...sides.map((side) => side.element)),
    pairs.element,
    controls.element,
  );
  beforeEvents(root, setLanguage);
  el.append(root);
  walk.go(0);
  return () => {
    walk.stop();
    sides.forEach((side) => side.stop());
    root.remove();
  };
}

/** Whether the two look the same, and where they first differ.
 * @param {SideBySide} payload */
function createVerdict({ first, verdict }) {
  const same = first === null;
  return h(
    "p",
    { class: same ? "dslab-verdict dslab-is-same" : "dslab-verdict" },
    h("span", { class: "dslab-equals", "aria-hidden": "true" }, same ? "=" : "≠"),
    h("span", {}, verdict),
  );
}

/** @param {KeyboardEvent} event
 *  @param {ReturnType<typeof createWalk>} walk */
function pressed(event, walk) {
  const target = /** @type {Element} */ (event.target);
  const own = target.matches("input, button, summary"); // these have a use for some keys themselves
  const keys = new Map([
    ["ArrowRight", () => walk.step(1)],
    ["ArrowLeft", () => walk.step(-1)],
    ["PageDown", () => walk.step(1)],
    ["PageUp", () => walk.step(-1)],
    ["Home", () => walk.go(0)],
    ["End", () => walk.go(walk.last)],
    ["v", walk.toFirstDifference],
    ["e", walk.everything],
    [" ", walk.toggle],
  ]);
  const action = keys.get(event.key);
  if (!action || event.ctrlKey || event.metaKey || event.altKey || (own && event.key === " ")) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}

export default { render };
