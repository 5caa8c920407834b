// @ts-check
// Which views are open: the tabs above the picture. A wide player shows the cluster and two more, a narrow one the view
// that was opened last. What the reader opens in one player is open in all of its notebook.
/** @import { Actions, Payload, Tab, View } from "../types.js" */
import { english } from "../words.js";

/** The tabs, in their order.
 * @type {ReadonlyMap<Tab, string>} */
export const TABS = new Map([
  ["cluster", english("Cluster")],
  ["choices", english("Choices")],
  ["history", english("History")],
  ["state", english("State")],
  ["messages", english("Messages")],
  ["promises", english("Promises")],
  ["script", english("Script")],
  ["more", english("More")],
]);
const WIDE = 900; // px of a player that two columns need

/** How many views a player of this width shows at once.
 * @param {number} width px */
export const roomFor = (width) => (width >= WIDE ? 3 : 1);

/** The views that are shown of those that are open.
 * @param {Pick<View, "views"|"room">} view
 * @returns {Tab[]} */
export function shownViews({ views, room }) {
  if (room === 1) return views.slice(-1);
  const others = views.filter((name) => name !== "cluster").slice(1 - room);
  return views.includes("cluster") ? ["cluster", ...others] : others;
}

/** The open views after this one is opened: the oldest gives way where there is no more room.
 * @param {Pick<View, "views"|"room">} view
 * @param {Tab} name
 * @returns {Tab[]} */
export function opened({ views, room }, name) {
  if (shownViews({ views, room }).includes(name)) return views;
  const now = [...views.filter((one) => one !== name), name];
  return room === 1 ? now : shownViews({ views: now, room });
}

/** The open views without this one: at least the cluster stays.
 * @param {Pick<View, "views"|"room">} view
 * @param {Tab} name
 * @returns {Tab[]} */
export function closed({ views, room }, name) {
  const left = views.filter((one) => one !== name);
  return room === 1 || !left.length ? ["cluster"] : left;
}

/** The views that a player opens with: what its cell asks for, or what the reader had open in this notebook.
 * @param {Payload} payload
 * @param {string} mode of the player
 * @param {Tab[]|null} remembered
 * @returns {Tab[]} */
export function firstViews(payload, mode, remembered) {
  if (payload.show?.length) return payload.show.includes("cluster") ? payload.show : ["cluster", ...payload.show];
  if (mode === "break") return ["cluster", "choices"];
  return remembered ?? ["cluster"];
}

/** What the tabs and the keys do.
 * @param {View} view
 * @param {{draw: () => void, remember: () => void}} player */
export function createTabActions(view, { draw, remember }) {
  /** @param {Tab[]} views */
  function set(views) {
    view.views = views;
    draw();
    remember();
  }

  /** @satisfies {Partial<Actions>} */
  const actions = {
    tab: (name) => set(shownViews(view).includes(name) ? closed(view, name) : opened(view, name)),
    reveal: (name) => shownViews(view).includes(name) || set(opened(view, name)),
    /** A section of "More", which closes when its key is pressed again. */
    panel(name) {
      const isOpen = shownViews(view).includes("more") && view.section === name;
      view.section = name;
      set(isOpen ? closed(view, "more") : opened(view, "more"));
    },
  };
  return actions;
}

// ---- what the reader has open in this notebook

const EVENT = "dslab-views";

/** @param {unknown} value
 *  @returns {Tab[]|null} null if these are no views */
export function readViews(value) {
  const known = Array.isArray(value) && value.length > 0 && value.every((name) => TABS.has(name));
  return known ? value.filter((name) => name !== "choices") : null;
}

/** The memory of a notebook. In an exported page, whose frame keeps nothing, the page around it passes the views on.
 * @param {HTMLElement} el within the notebook
 * @param {(views: Tab[]) => void} changed called when another of its players has opened or closed a view */
export function createViewMemory(el, changed) {
  const notebook = () => el.closest(".jp-NotebookPanel") ?? document.body;
  const key = () => `${EVENT} ${location.pathname}`;
  const hear = (/** @type {unknown} */ said) => {
    const views = readViews(said);
    if (views) changed(views);
  };
  const onEvent = (/** @type {Event} */ event) => {
    const { from, views } = /** @type {CustomEvent} */ (event).detail;
    if (from !== el && notebook().contains(from)) hear(views);
  };
  const onMessage = (/** @type {MessageEvent} */ event) => event.source === parent && hear(event.data?.views);
  document.addEventListener(EVENT, onEvent);
  if (parent !== window) window.addEventListener("message", onMessage);
  return {
    recall() {
      try {
        return readViews(JSON.parse(localStorage.getItem(key()) ?? "null"));
      } catch {
        return null; // a frame without storage
      }
    },
    /** @param {Tab[]} views */
    remember(views) {
      try {
        localStorage.setItem(key(), JSON.stringify(views));
      } catch {
        // a frame without storage: the page around it remembers
      }
      document.dispatchEvent(new CustomEvent(EVENT, { detail: { from: el, views } }));
      if (parent !== window) parent.postMessage({ views }, "*");
    },
    stop() {
      document.removeEventListener(EVENT, onEvent);
      window.removeEventListener("message", onMessage);
    },
  };
}
