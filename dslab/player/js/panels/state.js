// @ts-check
// The state of the nodes: a table for each protocol, a column a node, so that replicas can be compared at a glance.
// What the current step changed is marked, with the value before.
/** @import { Index, Value } from "../data/trace_types.js" */
/** @import { Actions, Panel, View } from "../types.js" */
import { relationOfNode } from "../data/causality.js";
import { lastKnownStep } from "../data/filter.js";
import { markInWords } from "../data/marks.js";
import { clockAt, clockText, lastAtMost, stateAt, timersAt, valueAt } from "../data/trace.js";
import { shorten, show, words } from "../data/values.js";
import { FOCUSABLE, h, setText, toggleClass } from "../dom.js";
import { t } from "../words.js";
import { createValue } from "./value_tree.js";

/** @param {Index} index
 *  @param {Actions} actions
 *  @returns {Panel} */
export function createState(index, actions) {
  const protocols = new Map();
  index.nodes.forEach((node, i) =>
    protocols.set(node.protocol, [...(protocols.get(node.protocol) ?? []), i]),
  );
  const tables = [...protocols].map(([protocol, members]) => createTable(index, protocol, members, actions));
  const less = h("div", { class: "dslab-state-less" });
  const element = h(
    "div",
    { class: "dslab-states", tabindex: "0", role: "group", "aria-label": t("State of the nodes"), ...FOCUSABLE },
    ...tables.map((table) => table.element),
    less,
  );
  let shown = /** @type {Element|null} */ (null);
  return {
    element,
    draw(view) {
      for (const table of tables) table.draw(view);
      const count = view.filter.nodes.size;
      setText(less, count ? t("{count} nodes are hidden by the filter", { count }) : "");
      const head = /** @type {HTMLElement|null} */ (element.querySelector("thead .dslab-current"));
      // With the next frame: to measure now would have the browser lay out the page twice.
      if (head && head !== shown) requestAnimationFrame(() => reveal(element, head));
      shown = head ?? shown;
    },
  };
}

/** Scroll the panel and its tables, and nothing else in the page, so that the column is in sight.
 * @param {HTMLElement} panel
 * @param {HTMLElement} head */
function reveal(panel, head) {
  const table = head.closest(".dslab-state-scroll");
  if (!table) return;
  const [names, ...columns] = /** @type {HTMLElement[]} */ ([...(head.parentElement?.children ?? [])]);
  const begin = (/** @type {HTMLElement} */ column) => column.offsetLeft - names.offsetWidth;
  const room = table.clientWidth - names.offsetWidth; // the names of the attributes stay on the left
  const end = begin(head) + head.offsetWidth;
  const first = begin(head) < table.scrollLeft ? head : columns.find((column) => end - begin(column) <= room);
  if (first && (first === head || end > table.scrollLeft + room)) table.scrollLeft = begin(first);
  const [box, whole] = [table.getBoundingClientRect(), panel.getBoundingClientRect()];
  if (box.top < whole.top || box.top > whole.bottom - 60) panel.scrollTop += box.top - whole.top;
}

/** The names of the rows: attributes in the order of their first assignment, then timers.
 * @param {Index} index
 * @param {number[]} members */
function rowNames(index, members) {
  const attributes = new Set(members.flatMap((i) => [...index.attributes[i].keys()]));
  const timers = new Set(members.flatMap((i) => [...index.timers[i].keys()]));
  return [
    ...[...attributes].map((name) => ({ name, timer: false })),
    ...[...timers].map((name) => ({ name, timer: true })),
  ];
}

/** @param {Index} index
 *  @param {string} protocol
 *  @param {number[]} members
 *  @param {Actions} actions */
function createTable(index, protocol, members, actions) {
  const columns = members.map((i) => createColumn(index, i, actions));
  const names = rowNames(index, members);
  const clock = t("what the node's own clock shows, ms, and how far that is ahead of true time");
  const about = t("State of {protocol}", { protocol: shorten(protocol, 60) });
  const rows = names.map(({ name, timer }) =>
    h(
      "tr",
      { class: timer ? "dslab-timer-row" : null },
      h(
        "th",
        { scope: "row", title: timer ? t("timer {name}: when it goes off, ms", { name }) : name },
        shorten(timer ? t("{name} timer", { name }) : name, 24),
      ),
      ...columns.map((column) => column.cell(name, timer)),
    ),
  );
  if (index.clocksDiffer)
    rows.unshift(
      h(
        "tr",
        { class: "dslab-clock-row" },
        h("th", { scope: "row", title: clock }, t("clock")),
        ...columns.map((column) => column.clock),
      ),
    );
  const head = h(
    "tr",
    {},
    h("th", { scope: "col", class: "dslab-protocol", title: protocol }, shorten(protocol, 22)),
    ...columns.map((column) => column.head),
  );
  const table = h(
    "table",
    { class: "dslab-state", "aria-label": about },
    h("thead", {}, head),
    h("tbody", {}, ...rows),
  );
  const scroll = {
    class: "dslab-state-scroll",
    tabindex: "0",
    role: "group",
    "aria-label": about,
    ...FOCUSABLE,
  };
  const element = h("div", scroll, table);
  // Columns snap to where the names end, which stay on the left.
  const corner = /** @type {HTMLElement} */ (head.children[0]);
  new ResizeObserver(() => {
    element.style.scrollPaddingLeft = `${corner.offsetWidth}px`;
  }).observe(corner);
  return {
    element,
    draw(/** @type {View} */ view) {
      for (const column of columns) column.draw(view);
      element.hidden = members.every((i) => view.filter.nodes.has(index.nodes[i].id));
    },
  };
}

/** One node: the head of its column and its cells.
 * @param {Index} index
 * @param {number} i
 * @param {Actions} actions */
function createColumn(index, i, actions) {
  const info = index.nodes[i];
  const status = h("span", { class: "dslab-status" });
  const head = h(
    "th",
    { scope: "col", title: info.id, onclick: () => actions.select({ kind: "node", id: info.id }) },
    h("bdi", {}, shorten(info.id, 12)),
    status,
  );
  const clock = h("td");
  const cells = /** @type {Map<string, HTMLElement>} */ (new Map());
  const timers = /** @type {Map<string, HTMLElement>} */ (new Map());
  let drawn = "";
  return {
    head,
    clock,
    cell(/** @type {string} */ name, /** @type {boolean} */ timer) {
      const cell = h("td");
      (timer ? timers : cells).set(name, cell);
      return cell;
    },
    draw(/** @type {View} */ view) {
      const hidden = view.filter.nodes.has(info.id);
      const k = lastKnownStep(index, view, i);
      const current = index.steps[view.step]?.node === info.id;
      toggleClass(head, "dslab-selected", view.selection?.kind === "node" && view.selection.id === info.id);
      markRelation(index, i, head, view);
      const seen = view.observer === null || view.observer === info.id;
      setText(clock, seen ? clockText(clockAt(index, i, view.step, index.times[view.step] ?? 0)) : "");
      const key = [hidden, lastAtMost(index.eventsOf[i], k), current, view.observer === null || k < 0].join();
      if (drawn === key) return; // nothing happened to this node
      drawn = key;
      const all = [head, clock, ...cells.values(), ...timers.values()];
      for (const cell of all) cell.hidden = hidden;
      if (hidden) return;
      const is = valueAt(index.status[i], k) ?? "up";
      for (const cell of all) {
        toggleClass(cell, "dslab-current", current);
        toggleClass(cell, "dslab-is-down", is === "down");
      }
      const state = new Map(
        k < 0 && view.observer !== null ? [] : stateAt(index, i, k).map((row) => [row.name, row]),
      );
      const running = new Map(timersAt(index, i, k).map((timer) => [timer.name, timer.due.toFixed(1)]));
      for (const [name, cell] of cells)
        fillCell(cell, state.get(name), current, (value) => markInWords(info, name, value));
      for (const [name, cell] of timers) setText(cell, is === "down" ? "" : (running.get(name) ?? "–"));
      toggleClass(status, "dslab-quiet", view.observer !== null);
      setText(status, ` ${statusWords(view, info.id, k, is)}`.trimEnd());
    },
  };
}

/** Down or paused; or, in the local view of another node, since when nothing is known of it.
 * @param {View} view
 * @param {string} id
 * @param {number} k the last step that is seen of it
 * @param {string} is its status */
function statusWords(view, id, k, is) {
  if (view.observer === null || view.observer === id) return is === "up" ? "" : t(is);
  return k < 0 ? t("nothing heard of it") : t("as of step {step}", { step: k });
}

/** Could the current step know of this node, and could the node come to know of the step?
 * @param {Index} index
 * @param {number} i
 * @param {HTMLElement} head
 * @param {View} view */
function markRelation(index, i, head, view) {
  const { past, future } = relationOfNode(index, i, view);
  toggleClass(head, "dslab-past", past);
  toggleClass(head, "dslab-future", future);
}

/** @param {HTMLElement} cell
 *  @param {{value: Value, changed: boolean, before: Value|undefined}|undefined} row
 *  @param {boolean} current is the current step one of this node's? Only then is a change news
 *  @param {(value: Value|undefined) => string} inWords of a marked attribute, "" of any other */
function fillCell(cell, row, current, inWords) {
  const value = row?.value;
  const before = current && row?.changed ? row.before : undefined;
  toggleClass(cell, "dslab-changed", current && Boolean(row?.changed));
  const old = written.get(cell);
  if (old && old.value === value && old.before === before) return;
  const open = old?.open ?? new Set();
  written.set(cell, { value, before, open });
  const said = inWords(value);
  const text = row ? said || words(value, true) : "";
  const was = before === undefined ? "" : inWords(before) || words(before, true);
  cell.setAttribute("title", row ? shorten(show(value), 3000) : "");
  cell.replaceChildren(
    h(
      "div",
      { class: was && text.length + was.length > 13 ? "dslab-long" : null },
      was ? h("span", { class: "dslab-before" }, shorten(was, 30), " → ") : null,
      said ? h("bdi", {}, shorten(said, 120)) : row ? createValue(row.value, 70, open) : null,
    ),
  );
}

/** What each cell shows, so that only what differs is written, and what is open in it stays open.
 * @type {WeakMap<HTMLElement, {value: Value|undefined, before: Value|undefined, open: Set<string>}>} */
const written = new WeakMap();
