// @ts-check
// The state of the nodes: a table for each protocol, a column a node, so that replicas can be compared at a glance.
// What the current step changed is marked, with the value before.
/** @typedef {import("./data.js").Index} Index */
import { stateAt, timersAt, valueAt } from "./data.js";
import { FOCUSABLE, h, mark, write } from "./dom.js";
import { show, shorten } from "./values.js";

/** @param {Index} index
 *  @param {any} actions */
export function createState(index, actions) {
  const protocols = new Map();
  index.nodes.forEach((node, i) =>
    protocols.set(node.protocol, [...(protocols.get(node.protocol) ?? []), i]),
  );
  const tables = [...protocols].map(([protocol, members]) => createTable(index, protocol, members, actions));
  const element = h(
    "div",
    { class: "dslab-states", tabindex: "0", role: "group", "aria-label": "State of the nodes", ...FOCUSABLE },
    ...tables.map((table) => table.element),
  );
  let shown = null;
  return {
    element,
    draw(view) {
      for (const table of tables) table.draw(view);
      const head = element.querySelector("thead .dslab-current");
      if (head && head !== shown) reveal(element, head);
      shown = head ?? shown;
    },
  };
}

/** Scroll the panel and its tables, and nothing else in the page, so that the column is in sight.
 * @param {HTMLElement} panel
 * @param {Element} head */
function reveal(panel, head) {
  const table = head.closest(".dslab-state-scroll");
  if (!table) return;
  const names = 110; // the names of the attributes stay on the left
  const box = table.getBoundingClientRect();
  const column = head.getBoundingClientRect();
  if (column.left < box.left + names) table.scrollLeft -= box.left + names - column.left;
  else if (column.right > box.right) table.scrollLeft += column.right - box.right;
  const room = panel.getBoundingClientRect();
  if (box.top < room.top || box.top > room.bottom - 60) panel.scrollTop += box.top - room.top;
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
 *  @param {any} actions */
function createTable(index, protocol, members, actions) {
  const columns = members.map((i) => createColumn(index, i, actions));
  const names = rowNames(index, members);
  const about = `State of ${shorten(protocol, 60)}`;
  const rows = names.map(({ name, timer }) =>
    h(
      "tr",
      { class: timer ? "dslab-timer-row" : null },
      h(
        "th",
        { scope: "row", title: timer ? `timer ${name}: when it goes off, ms` : name },
        shorten(timer ? `${name} timer` : name, 24),
      ),
      ...columns.map((column) => column.cell(name, timer)),
    ),
  );
  const head = h(
    "tr",
    {},
    h("th", { scope: "col", class: "dslab-protocol", title: protocol }, shorten(protocol, 22)),
    ...columns.map((column) => column.head),
  );
  return {
    element: h(
      "div",
      { class: "dslab-state-scroll", tabindex: "0", role: "group", "aria-label": about, ...FOCUSABLE },
      h(
        "table",
        { class: "dslab-state", "aria-label": about },
        h("thead", {}, head),
        h("tbody", {}, ...rows),
      ),
    ),
    draw(view) {
      for (const column of columns) column.draw(view);
    },
  };
}

/** One node: the head of its column and its cells.
 * @param {Index} index
 * @param {number} i
 * @param {any} actions */
function createColumn(index, i, actions) {
  const info = index.nodes[i];
  const status = h("span", { class: "dslab-status" });
  const head = h(
    "th",
    { scope: "col", title: info.id, onclick: () => actions.select({ kind: "node", id: info.id }) },
    h("bdi", {}, shorten(info.id, 12)),
    status,
  );
  const cells = new Map();
  const timers = new Map();
  let drawn = -1;
  return {
    head,
    cell(name, timer) {
      const cell = h("td");
      (timer ? timers : cells).set(name, cell);
      return cell;
    },
    draw(view) {
      mark(head, "dslab-selected", view.selection?.kind === "node" && view.selection.id === info.id);
      if (drawn === view.step) return;
      drawn = view.step;
      const is = valueAt(index.status[i], view.step);
      const current = index.steps[view.step]?.node === info.id;
      write(status, is === "up" ? "" : ` ${is}`);
      const state = new Map(stateAt(index, i, view.step).map((row) => [row.name, row]));
      const running = new Map(
        timersAt(index, i, view.step).map((timer) => [timer.name, timer.due.toFixed(1)]),
      );
      for (const cell of [head, ...cells.values(), ...timers.values()]) {
        mark(cell, "dslab-current", current);
        mark(cell, "dslab-is-down", is === "down");
      }
      for (const [name, cell] of cells) fillCell(cell, state.get(name));
      for (const [name, cell] of timers) write(cell, is === "down" ? "" : (running.get(name) ?? "–"));
    },
  };
}

/** @param {HTMLElement} cell
 *  @param {{value: any, changed: boolean, before: any}|undefined} row */
function fillCell(cell, row) {
  const text = row ? show(row.value) : "";
  const old = row?.changed && row.before !== undefined ? show(row.before) : "";
  const key = `${text}\n${old}`;
  if (cell.getAttribute("title") !== shorten(text, 3000)) cell.setAttribute("title", shorten(text, 3000));
  mark(cell, "dslab-changed", Boolean(row?.changed));
  if (written.get(cell) === key) return;
  written.set(cell, key);
  cell.replaceChildren(
    h(
      "div",
      { class: old && text.length + old.length > 13 ? "dslab-long" : null },
      old ? h("s", { class: "dslab-before" }, shorten(old, 30)) : null,
      h("bdi", {}, shorten(text, 120)),
    ),
  );
}

/** What each cell shows, so that only what differs is written. @type {WeakMap<HTMLElement, string>} */
const written = new WeakMap();
