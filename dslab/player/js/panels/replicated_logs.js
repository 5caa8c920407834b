// @ts-check
// Logs as rows of boxes, for any protocol that declares which of its attributes is a log: index, term and command, the
// committed entries solid and the others dashed. The rows of the nodes stand below each other, to be compared.
/** @import { Index, Panel, Value, View } from "../types.js" */
import { lastKnownStep } from "../data/filter.js";
import { lastAtMost, valueAt } from "../data/trace.js";
import { contentsOf, fieldsOf, shorten, show } from "../data/values.js";
import { FOCUSABLE, h, setText } from "../dom.js";
import { t } from "../words.js";

const MOST_ENTRIES = 40; // entries in the page: the last
const COLOURS = 6;

/** What a box shows of an entry: its term, if it has one, and the rest.
 * @param {Value} entry a message, or a tuple that begins with the term
 * @returns {{term: Value, command: string}} */
export function readEntry(entry) {
  const fields = fieldsOf(contentsOf(entry, "message")?.[1]);
  if (Object.hasOwn(fields, "term")) {
    const { term, ...rest } = fields;
    return { term, command: show(Object.hasOwn(rest, "command") ? rest.command : Object.values(rest).at(-1)) };
  }
  const items = entriesOf(entry);
  if (items.length > 1 && Number.isInteger(items[0]))
    return { term: items[0], command: items.slice(1).map(show).join(", ") };
  return { term: null, command: show(entry) };
}

/** The items of a list or a tuple; none of any other value.
 * @param {Value|undefined} value */
export function entriesOf(value) {
  return Array.isArray(value) ? value : (contentsOf(value, "tuple") ?? []);
}

/** A picture for each log of each protocol.
 * @param {Index} index */
export function createLogs(index) {
  /** @type {Map<string, Parameters<typeof createLog>[1]>} */
  const groups = new Map();
  index.nodes.forEach((node, i) => {
    for (const [name, committed] of node.logs ?? []) {
      if (!index.attributes[i].get(name)?.values.some((value) => entriesOf(value).length)) continue; // it stays empty
      const key = JSON.stringify([node.protocol, name, committed]);
      const group = groups.get(key) ?? { protocol: node.protocol, name, committed, members: [] };
      groups.set(key, group);
      group.members.push(i);
    }
  });
  const logs = [...groups.values()].map((group) => createLog(index, group));
  return {
    elements: logs.map((log) => log.element),
    draw(/** @type {View} */ view) {
      for (const log of logs) log.draw(view);
    },
  };
}

/** @param {Index} index
 *  @param {{protocol: string, name: string, committed: string, members: number[]}} log
 *  @returns {Panel} */
function createLog(index, { protocol, name, committed, members }) {
  const rows = members.map((i) => createLogRow(index, i, name, committed));
  const less = h("div", { class: "dslab-log-less" });
  const about = t("{log} of {protocol}", { log: shorten(name, 30), protocol: shorten(protocol, 40) });
  const element = h(
    "div",
    { class: "dslab-logs", tabindex: "0", role: "group", "aria-label": about, ...FOCUSABLE },
    h("div", { class: "dslab-log-title" }, about),
    ...rows.map((row) => row.element),
    less,
  );
  return {
    element,
    draw(view) {
      const values = rows.map((row) => row.look(view));
      const longest = values.reduce((most, entries) => Math.max(most, entries.length), 0);
      const first = Math.max(0, longest - MOST_ENTRIES);
      for (const row of rows) row.draw(first, longest);
      setText(less, first ? t("entries before {first} are left out", { first: first + 1 }) : "");
    },
  };
}

/** @param {Index} index
 *  @param {number} i
 *  @param {string} name
 *  @param {string} committed */
function createLogRow(index, i, name, committed) {
  const boxes = h("span", { class: "dslab-boxes" });
  const id = index.nodes[i].id;
  const element = h(
    "div",
    { class: "dslab-log" },
    h("bdi", { class: "dslab-log-node", title: id }, shorten(id, 8)),
    boxes,
  );
  let value = /** @type {Value|undefined} */ (undefined);
  let certain = 0;
  let changed = false;
  let drawn = "";
  let shown = /** @type {Value|undefined} */ (undefined);
  return {
    element,
    /** The entries at the view's moment. */
    look(/** @type {View} */ view) {
      const k = lastKnownStep(index, view, i);
      const past = index.attributes[i].get(name);
      element.hidden = view.filter.nodes.has(id);
      value = k < 0 ? undefined : valueAt(past, k);
      certain = committed && k >= 0 ? Number(valueAt(index.attributes[i].get(committed), k) ?? 0) : 0;
      changed = past !== undefined && past.steps[lastAtMost(past.steps, k)] === view.step;
      return element.hidden ? [] : entriesOf(value);
    },
    draw(/** @type {number} */ first, /** @type {number} */ last) {
      const key = [certain, first, last, changed].join();
      if (drawn === key && shown === value) return;
      drawn = key;
      shown = value;
      const entries = entriesOf(value);
      const made = Array.from({ length: last - first }, (_, n) => {
        const place = first + n;
        return place < entries.length
          ? createBox(entries[place], place + 1, place < certain, committed !== "")
          : h("span", { class: "dslab-box dslab-no-entry" });
      });
      boxes.replaceChildren(...made);
      boxes.classList.toggle("dslab-changed", changed);
    },
  };
}

/** @param {Value} entry
 *  @param {number} place counted from 1
 *  @param {boolean} certain
 *  @param {boolean} told is it known what is committed? */
function createBox(entry, place, certain, told) {
  const { term, command } = readEntry(entry);
  const colour = typeof term === "number" && Number.isInteger(term) ? term % COLOURS : "none";
  const about = [t("entry {place}", { place }), term === null ? "" : t("term {term}", { term: show(term) })];
  if (told) about.push(certain ? t("committed") : t("not committed"));
  const label = `${about.filter(Boolean).join(", ")}: ${shorten(show(entry), 400)}`;
  return h(
    "span",
    {
      class: `dslab-box dslab-role-${colour}${told && !certain ? " dslab-loose" : ""}`,
      role: "img",
      title: label,
      "aria-label": label,
    },
    h("span", { class: "dslab-box-place" }, String(place)),
    term === null ? null : h("b", {}, shorten(show(term), 5)),
    h("span", { class: "dslab-box-command" }, shorten(command, 15)),
  );
}
