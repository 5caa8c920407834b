// @ts-check
// The tabs in the head of the player, the views that they open, and the sections of "More".
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Light, Panel, Section, Tab, View } from "../types.js" */
import { shownViews, TABS } from "../acting/tabs.js";
import { FOCUSABLE, h, setAttr } from "../dom.js";
import { english, t } from "../words.js";
import { createDots } from "./lights.js";

/** A region that is shown while its tab is pressed; its parts are drawn only then.
 * @param {Tab} name
 * @param {Panel[]} parts
 * @returns {Panel} */
export function createTabPanel(name, parts) {
  const about = { class: `dslab-view dslab-view-${name}`, "aria-label": t(TABS.get(name) ?? name), hidden: true };
  const element = h("section", about, ...parts.map((part) => part.element));
  return { ...together(parts), element, draw: drawWhile(element, parts, (view) => shownViews(view).includes(name)) };
}

/** @param {HTMLElement} element
 *  @param {Panel[]} parts
 *  @param {(view: View) => boolean} isOpen
 *  @returns {Panel["draw"]} */
function drawWhile(element, parts, isOpen) {
  return (view) => {
    element.hidden = !isOpen(view);
    if (!element.hidden) for (const part of parts) part.draw(view);
  };
}

/** The views beside each other; the style sheet arranges them by their number.
 * @param {Panel[]} views
 * @returns {Panel} */
export function createArrangement(views) {
  const element = h("div", { class: "dslab-views" }, ...views.map((view) => view.element));
  return {
    ...together(views),
    element,
    draw(view) {
      const shown = shownViews(view);
      setAttr(element, "data-count", shown.length);
      setAttr(element, "data-shown", shown.join(" "));
      for (const one of views) one.draw(view);
    },
  };
}

/** What is passed on to all parts.
 * @param {Panel[]} parts */
function together(parts) {
  return {
    stop: () => parts.forEach((part) => part.stop?.()),
    focus: () => parts.forEach((part) => part.focus?.()),
    open: (/** @type {string} */ name) => parts.forEach((part) => part.open?.(name)),
  };
}

/** The buttons: a pressed one is a view that is shown.
 * @param {Index} index
 * @param {Light[]} lights
 * @param {ReadonlySet<Tab>} present the tabs of this player
 * @param {Actions} actions
 * @returns {Panel} */
export function createTabs(index, lights, present, actions) {
  const dots = createDots(index, lights);
  const buttons = [...TABS]
    .filter(([name]) => present.has(name))
    .map(([name, word]) => ({ name, press: createTab(t(word), `tab ${name}`, () => actions.tab(name)) }));
  buttons.find(({ name }) => name === "promises")?.press.append(dots.element);
  // In a narrow player the row scrolls: the tab that has the focus is to be seen whole.
  const onfocusin = (/** @type {FocusEvent} */ { target }) =>
    target instanceof Element && target.scrollIntoView({ block: "nearest", inline: "nearest" });
  const about = { class: "dslab-tabs", role: "toolbar", "aria-label": t("Views"), onfocusin };
  return {
    element: h("div", about, ...buttons.map(({ press }) => press)),
    draw(view) {
      const shown = shownViews(view);
      for (const { name, press } of buttons) setAttr(press, "aria-pressed", shown.includes(name));
      dots.draw(view);
    },
  };
}

/** @param {string} word
 *  @param {string} key by which the focus finds it again
 *  @param {() => void} onclick */
function createTab(word, key, onclick) {
  return h("button", { type: "button", class: "dslab-tab", "data-key": key, onclick, ...FOCUSABLE }, word);
}

/** @type {ReadonlyMap<Section, string>} */
const SECTIONS = new Map([
  ["look", english("Options")],
  ["filter", english("Filter")],
  ["branches", english("Branches")],
  ["code", english("Code")],
  ["legend", english("Legend")],
  ["keys", english("Keys")],
]);

/** "More": a row of names, and below it the section that is open.
 * @param {ReadonlyMap<Section, Panel[]>} sections
 * @param {Actions} actions
 * @returns {Panel} */
export function createMore(sections, actions) {
  const buttons = [...sections.keys()].map((name) => {
    const press = createTab(t(SECTIONS.get(name) ?? name), `section ${name}`, () => actions.option({ section: name }));
    return { name, press };
  });
  const drawn = [...sections].map(([name, parts]) => {
    const about = { class: `dslab-section dslab-section-${name}`, tabindex: "0", role: "group", ...FOCUSABLE };
    const label = t(SECTIONS.get(name) ?? name);
    const element = h("div", { ...about, "aria-label": label }, ...parts.map((part) => part.element));
    return { element, draw: drawWhile(element, parts, (view) => view.section === name) };
  });
  const names = { class: "dslab-sections", role: "toolbar", "aria-label": t("More") };
  return {
    ...together([...sections.values()].flat()),
    element: h(
      "div",
      { class: "dslab-more" },
      h("div", names, ...buttons.map(({ press }) => press)),
      ...drawn.map(({ element }) => element),
    ),
    draw(view) {
      for (const { name, press } of buttons) setAttr(press, "aria-pressed", view.section === name);
      for (const { draw } of drawn) draw(view);
    },
  };
}
