// @ts-check
// What is looked for and what is left out: the search, a bar with a chip for each node, type of message and kind of
// step, and the line that names the node whose local view is shown. It is always visible that something is left out.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Filter, FilterField, Panel } from "../types.js" */
import { stepOutline, TYPE_COUNT, typeOutline } from "../cluster/shapes.js";
import { repetitions, rowsOf, showsAll } from "../data/filter.js";
import { matchesOf } from "../data/search.js";
import { lastAtMost, typesOf } from "../data/trace.js";
import { shorten } from "../data/values.js";
import { button, FOCUSABLE, h, s, setAttr, setText, withKey } from "../dom.js";
import { counted, t } from "../words.js";
import { KIND_WORDS, NETWORK_WORDS } from "./legend.js";

/** The row above the list: search, zoom.
 * @param {Index} index
 * @param {Actions} actions
 * @returns {Panel} */
export function createSearch(index, actions) {
  const input = h("input", {
    type: "search",
    class: "dslab-search",
    placeholder: withKey(t("Search"), "/"),
    "aria-label": t("Search the log"),
    "data-key": "search",
    oninput: () => actions.search(input.value),
    onkeydown: (/** @type {KeyboardEvent} */ event) =>
      event.key === "Enter" && actions.find(event.shiftKey ? -1 : 1),
    ...FOCUSABLE,
  });
  const finds = h("span", { class: "dslab-finds", role: "status" });
  const previous = button({ label: t("Previous match"), word: "↑", key: "N", onclick: () => actions.find(-1) });
  const next = button({ label: t("Next match"), word: "↓", key: "n", onclick: () => actions.find(1) });
  const filter = button({ label: t("Filter"), word: t("Filter"), key: "f", onclick: () => actions.panel("filter") });
  const zoom = [
    button({ label: t("Show more time"), word: "⊖", key: "[", onclick: () => actions.zoom(-1) }),
    button({ label: t("Show less time"), word: "⊕", key: "]", onclick: () => actions.zoom(1) }),
  ];
  const found = h("span", { class: "dslab-group" }, finds, previous, next);
  return {
    element: h(
      "div",
      { class: "dslab-options" },
      h("span", { class: "dslab-group" }, input, found),
      h("span", { class: "dslab-group" }, filter, ...zoom),
    ),
    focus: () => input.focus(),
    draw(view) {
      if (input.value !== view.query) input.value = view.query;
      const matches = matchesOf(index, view.query);
      const at = lastAtMost(matches, view.step);
      found.hidden = !view.query.trim();
      if (!view.playing)
        setText(finds, findsInWords(matches[at] === view.step ? at + 1 : 0, matches.length));
    },
  };
}

/** How much is shown, while something is left out.
 * @param {Index} index
 * @param {Actions} actions
 * @returns {Panel} */
export function createLeftOut(index, actions) {
  const shown = h("span", { class: "dslab-shown", role: "status" });
  const all = button({ label: t("Show all steps"), word: t("Show all"), onclick: () => actions.filter(null) });
  const element = h("div", { class: "dslab-group", hidden: true }, shown, all);
  return {
    element,
    draw(view) {
      const { count } = rowsOf(index, view);
      const counts = { count: counted(count), all: counted(index.steps.length) };
      setText(shown, count < index.steps.length ? t("{count} of {all} steps shown", counts) : "");
      all.hidden = showsAll(view.filter);
      element.hidden = all.hidden && count === index.steps.length;
    },
  };
}

/** @param {number} at which of them the cursor is at, from 1; 0: none
 *  @param {number} count */
function findsInWords(at, count) {
  if (!count) return t("not found");
  return at ? t("{at} of {count}", { at, count: counted(count) }) : t("{count} found", { count: counted(count) });
}

/** The chips. A pressed chip is shown; Shift and a click leave only that one.
 * @param {Index} index
 * @param {Actions} actions
 * @returns {Panel} */
export function createFilters(index, actions) {
  const groups = [
    createGroup("types", t("messages"), typeChips(index), actions),
    createGroup("kinds", t("steps"), kindChips(index), actions),
    createGroup("nodes", t("nodes"), nodeChips(index), actions),
  ];
  const repeats = createToggle(
    t("hide repetition"),
    t(
      "Hide steps that repeat and change nothing, such as heartbeats: no state, no output, no note, and no effect of their messages",
    ),
    "x",
    (on) => actions.filter({ repeats: on }),
  );
  const misses = createToggle(t("only matches"), t("Show only the steps that match the search"), "", (on) =>
    actions.filter({ misses: on }),
  );
  repeats.input.disabled = !repetitions(index).includes(1);
  const element = h(
    "div",
    { class: "dslab-filters", role: "group", "aria-label": t("Filter") },
    h("div", { class: "dslab-chips" }, repeats.element, misses.element),
    ...groups.map((group) => group.element),
  );
  return {
    element,
    draw(view) {
      for (const group of groups) group.draw(view.filter);
      repeats.input.checked = view.filter.repeats;
      misses.input.checked = view.filter.misses;
      misses.input.disabled = !view.query.trim() && !view.filter.misses;
    },
  };
}

/** @typedef {{id: string, word: string, count: number, shape: SVGElement|null}} Chip */

/** @param {FilterField} field
 *  @param {string} title
 *  @param {Chip[]} chips
 *  @param {Actions} actions */
function createGroup(field, title, chips, actions) {
  const ids = chips.map((chip) => chip.id);
  const buttons = chips.map(({ id, word, count, shape }) => {
    const press = (/** @type {MouseEvent} */ event) => actions.toggleFiltered(field, id, event.shiftKey ? ids : null);
    const names = {
      title: t("{name} (Shift: only this one)", { name: shorten(word, 200) }),
      "data-key": `${field} ${id}`,
    };
    return h(
      "button",
      { type: "button", class: "dslab-chip", ...names, onclick: press, ...FOCUSABLE },
      shape,
      h("bdi", {}, shorten(word, 18)),
      " ",
      h("span", { class: "dslab-count" }, counted(count)),
    );
  });
  const all = { title: t("All or none"), onclick: () => actions.toggleAllFiltered(field, ids) };
  const every = h("button", { type: "button", class: "dslab-chip-title", ...all, ...FOCUSABLE }, title);
  const group = { class: "dslab-chips", hidden: chips.length < 2, role: "group", "aria-label": title };
  return {
    element: h("div", group, every, ...buttons),
    draw(/** @type {Filter} */ filter) {
      buttons.forEach((one, n) => setAttr(one, "aria-pressed", !filter[field].has(ids[n])));
    },
  };
}

/** @param {Index} index
 *  @returns {Chip[]} */
function nodeChips(index) {
  return index.nodes.map((node, i) => ({
    id: node.id,
    word: node.id,
    count: index.eventsOf[i].length,
    shape: null,
  }));
}

/** @param {Index} index
 *  @returns {Chip[]} */
function typeChips(index) {
  const counts = tally(index.messages.map((message) => message.type));
  return [...typesOf(index)].map(([type, place]) => ({
    id: type,
    word: type,
    count: counts.get(type) ?? 0,
    shape: small(
      s("path", { class: `dslab-body dslab-type-${place % TYPE_COUNT}`, d: typeOutline(place, 7) }),
    ),
  }));
}

/** @param {Index} index
 *  @returns {Chip[]} */
function kindChips(index) {
  return [...tally(index.steps.map((step) => step.kind))].map(([kind, count]) => {
    const { d, stroked } = stepOutline(kind);
    const shape = small(s("path", { class: `dslab-mark dslab-kind-${stroked ? "stroked" : "filled"}`, d }));
    return { id: kind, word: t(KIND_WORDS.get(kind) ?? NETWORK_WORDS.get(kind) ?? kind), count, shape };
  });
}

/** @param {string[]} words
 *  @returns {Map<string, number>} */
function tally(words) {
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** @param {Node} drawing */
function small(drawing) {
  return s("svg", { viewBox: "-11 -11 22 22", "aria-hidden": "true" }, drawing);
}

/** @param {string} word
 *  @param {string} title
 *  @param {string} key
 *  @param {(on: boolean) => void} changed */
export function createToggle(word, title, key, changed) {
  const input = h("input", { type: "checkbox", onchange: () => changed(input.checked), ...FOCUSABLE });
  return { input, element: h("label", { class: "dslab-check", title: withKey(title, key) }, input, word) };
}

/** @param {Actions} actions
 *  @returns {Panel} */
export function createObserverLine(actions) {
  const words = h("span", { role: "status" });
  const end = button({
    label: t("See all again"),
    word: t("See all"),
    key: "w",
    onclick: () => actions.observe(null),
  });
  const element = h("div", { class: "dslab-relation dslab-observer" }, words, end);
  return {
    element,
    draw(view) {
      element.hidden = view.observer === null;
      const node = shorten(view.observer ?? "", 40);
      const about = t(
        "The run as {node} saw it: what it cannot know is hidden; of the other nodes it knows only their past.",
        { node },
      );
      setText(words, view.observer === null ? "" : about);
    },
  };
}
