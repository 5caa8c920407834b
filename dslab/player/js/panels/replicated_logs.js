// @ts-check
// Logs as rows of small boxes, for any protocol that declares which of its attributes is a log: index, term and, where
// there is room, the command; committed entries filled, the others outlined. Cursors, such as a leader's next_index,
// are marks under the row that they are about. All is drawn from the cursor's step: no row knows how long it will be.
/** @import { Cursor } from "../data/marks.js" */
/** @import { Index, Value } from "../data/trace_types.js" */
/** @import { Panel, View } from "../types.js" */
import { lastKnownStep } from "../data/filter.js";
import { cursorMarks, cursorsAt } from "../data/marks.js";
import { lastAtMost, valueAt } from "../data/trace.js";
import { contentsOf, fieldsOf, shorten, words } from "../data/values.js";
import { FOCUSABLE, h, s, setAttr } from "../dom.js";
import { t } from "../words.js";

const MOST_BOXES = 12; // entries of a row: more do not fit beside each other
const LEAST_COLUMNS = 4; // so that the first entries do not fill the row
const COLOURS = 6;
const SIGNS = ["M0 -4.5L4.5 4H-4.5Z", "M-4 0A4 4 0 1 1 4 0A4 4 0 1 1 -4 0Z", "M-3.5 -3.5H3.5V3.5H-3.5Z"];

/** What a box shows of an entry: its term, if it has one, and the rest.
 * @param {Value} entry a message, or a tuple that begins with the term
 * @returns {{term: Value, command: string}} */
export function readEntry(entry) {
  const [name, inner] = contentsOf(entry, "message") ?? [];
  const fields = fieldsOf(inner);
  if (Object.hasOwn(fields, "term")) {
    const { term, ...rest } = fields;
    return { term, command: words(Object.hasOwn(rest, "command") ? rest.command : Object.values(rest).at(-1)) };
  }
  const items = name === undefined ? entriesOf(entry) : [];
  if (items.length > 1 && Number.isInteger(items[0]))
    return { term: items[0], command: items.slice(1).map((item) => words(item)).join(", ") };
  return { term: null, command: words(entry) };
}

/** The items of a list or a tuple; none of any other value.
 * @param {Value|undefined} value */
export function entriesOf(value) {
  return Array.isArray(value) ? value : (contentsOf(value, "tuple") ?? []);
}

/** A picture for each log of each protocol.
 * @param {Index} index
 * @returns {Panel[]} */
export function createLogs(index) {
  /** @type {Map<string, Log>} */
  const groups = new Map();
  index.nodes.forEach((node, i) => {
    for (const [name, committed] of node.logs ?? []) {
      if (!index.attributes[i].has(name)) continue;
      const group = groups.get(name) ?? { name, members: [] };
      groups.set(name, group);
      group.members.push({ i, committed });
    }
  });
  return [...groups.values()].map((group) => createLog(index, group));
}

/** @typedef {{name: string, members: Array<{i: number, committed: string}>}} Log nodes, each with the attribute that
 *    counts its committed entries, or "" */
/** @typedef {{entries: Value[], certain: number, changed: boolean, cursors: Cursor[]}} Row what a node's log is now */
/** @typedef {{first: number, count: number}} Sight the entries in sight: `count` of them, after the first `first` */

/** @param {Index} index
 *  @param {Log} log
 *  @returns {Panel} */
function createLog(index, { name, members }) {
  const rows = members.map(({ i, committed }) => createLogRow(index, i, name, committed));
  const key = h("div", { class: "dslab-log-key" });
  const about = name === "log" ? t("Logs") : t("Logs: {log}", { log: shorten(name, 30) });
  const element = h(
    "div",
    { class: "dslab-logs", tabindex: "0", role: "group", "aria-label": about, ...FOCUSABLE },
    h("div", { class: "dslab-log-rows" }, ...rows.map((row) => row.element)),
    key,
  );
  const cursors = index.nodes.some((node) => cursorMarks(node).some((mark) => (mark.log ?? "log") === name));
  element.classList.toggle("dslab-has-cursors", cursors);
  const told = members.some(({ committed }) => committed);
  return {
    element,
    draw(view) {
      const positions = cursorsAt(index, view).filter((cursor) => cursor.log === name);
      const now = rows.map((row) => row.look(view, positions));
      const sight = sightOf(now);
      setAttr(element, "style", `--columns: ${Math.max(LEAST_COLUMNS, sight.count + 1)}`);
      rows.forEach((row, n) => row.draw(now[n], sight));
      key.replaceChildren(...keyOf(about, now, told, positions));
    },
  };
}

/** The entries in sight: the last ones; but where so many are not committed, those round the last committed one.
 * @param {Array<Pick<Row, "entries"|"certain">>} rows
 * @returns {Sight} */
export function sightOf(rows) {
  const longest = Math.max(0, ...rows.map((row) => row.entries.length));
  const certain = Math.max(0, ...rows.map((row) => row.certain));
  const first = Math.max(0, longest - MOST_BOXES);
  return { first: certain < first ? Math.max(0, certain - 2) : first, count: Math.min(longest, MOST_BOXES) };
}

/** What a box says of its entry: not all logs have terms.
 * @param {Array<Pick<Row, "entries">>} rows */
export function saidByBoxes(rows) {
  const last = rows.flatMap(({ entries }) => entries.slice(-1));
  return last.some((entry) => readEntry(entry).term !== null) ? t("box: index and term") : t("box: index");
}

/** What the boxes and the marks mean.
 * @param {string} about the log
 * @param {Row[]} rows
 * @param {boolean} told is it known what is committed?
 * @param {Cursor[]} cursors that are to be seen
 * @returns {Array<Node|string>} */
function keyOf(about, rows, told, cursors) {
  const named = new Map(cursors.map((cursor) => [`${cursor.name} ${cursor.owner}`, cursor]));
  return [
    h("b", {}, about),
    " ",
    h("span", {}, saidByBoxes(rows)),
    ...(told ? [" ", h("span", {}, `· ${t("filled: committed")}`)] : []),
    ...[...named.values()].flatMap((cursor) => {
      const named = t("{cursor} of {node}", { cursor: shorten(cursor.name, 24), node: shorten(cursor.owner, 12) });
      return [" ", h("span", {}, "· ", drawSign(cursor), ` ${named}`)];
    }),
  ];
}

/** @param {Pick<Cursor, "number">} cursor */
export const drawSign = ({ number }) =>
  s("svg", { viewBox: "-5 -5 10 10", "aria-hidden": "true" }, s("path", { d: SIGNS[number % SIGNS.length] }));

/** @param {Index} index
 *  @param {number} i
 *  @param {string} name
 *  @param {string} committed */
function createLogRow(index, i, name, committed) {
  const slots = h("span", { class: "dslab-boxes", "aria-hidden": "true" });
  const { id } = index.nodes[i];
  const element = h(
    "div",
    { class: "dslab-log", role: "img" },
    h("bdi", { class: "dslab-log-node", "aria-hidden": "true" }, shorten(id, 6)),
    slots,
  );
  let drawn = "";
  let shown = /** @type {Value[]} */ ([]);
  let boxed = shown;
  let last = /** @type {Value|undefined} */ (undefined);
  return {
    element,
    /** What the log is at the view's moment.
     * @param {View} view
     * @param {Cursor[]} cursors of all rows
     * @returns {Row} */
    look(view, cursors) {
      element.hidden = view.filter.nodes.has(id);
      const k = lastKnownStep(index, view, i);
      const past = index.attributes[i].get(name);
      const value = element.hidden || k < 0 ? undefined : valueAt(past, k);
      if (value !== last) shown = entriesOf(value);
      last = value;
      return {
        entries: shown,
        certain: committed && k >= 0 ? Number(valueAt(index.attributes[i].get(committed), k) ?? 0) : 0,
        changed: past !== undefined && past.steps[lastAtMost(past.steps, k)] === view.step,
        cursors: cursors.filter((cursor) => cursor.node === id),
      };
    },
    /** @param {Row} row
     *  @param {Sight} sight */
    draw(row, sight) {
      const key = JSON.stringify([row.certain, row.changed, row.cursors, sight]);
      if (drawn === key && boxed === row.entries) return;
      drawn = key;
      boxed = row.entries;
      slots.replaceChildren(...createSlots(row, sight, committed !== ""));
      slots.classList.toggle("dslab-changed", row.changed);
      setAttr(element, "aria-label", rowInWords(id, row, committed !== ""));
    },
  };
}

/** The boxes in sight, with the cursors below each; at both ends an ellipsis for what is out of sight.
 * @param {Row} row
 * @param {Sight} sight
 * @param {boolean} told is it known what is committed? */
function createSlots({ entries, certain, cursors }, { first, count }, told) {
  const several = new Set(cursors.map((cursor) => cursor.owner)).size > 1;
  const below = (/** @type {(place: number) => boolean} */ isHere) => {
    const here = cursors.filter(({ place }) => isHere(place));
    return h("span", { class: "dslab-cursors" }, ...here.map((cursor) => createSign(cursor, several)));
  };
  const gap = (/** @type {boolean} */ more) => h("span", { class: "dslab-box dslab-no-entry" }, more ? "…" : "");
  const places = Array.from({ length: count + 1 }, (_, n) => first + n + 1);
  const end = first + count;
  return [
    h("span", { class: "dslab-slot" }, gap(first > 0), below((place) => place <= first)),
    ...places.map((place) =>
      h(
        "span",
        { class: "dslab-slot" },
        place > end || place > entries.length
          ? gap(place > end && entries.length > end)
          : createBox(entries[place - 1], place, place <= certain, told),
        below((position) => position === place || (place > end && position > place)),
      ),
    ),
  ];
}

/** @param {Cursor} cursor
 *  @param {boolean} several do several nodes have cursors here? Then each has its name beside it */
function createSign(cursor, several) {
  const { name, owner, place } = cursor;
  const title = t("{cursor} of {node}: {place}", { cursor: name, node: owner, place });
  return h("span", { title }, drawSign(cursor), several ? shorten(owner, 3) : "");
}

/** @param {Value} entry
 *  @param {number} place counted from 1
 *  @param {boolean} certain
 *  @param {boolean} told is it known what is committed? */
export function createBox(entry, place, certain, told) {
  const { term, command } = readEntry(entry);
  const colour = typeof term === "number" && Number.isInteger(term) ? term % COLOURS : "none";
  const about = [t("entry {place}", { place }), term === null ? "" : t("term {term}", { term: words(term) })];
  if (told) about.push(certain ? t("committed") : t("not committed"));
  return h(
    "span",
    {
      class: `dslab-box dslab-role-${colour}${told && !certain ? " dslab-loose" : ""}`,
      title: `${about.filter(Boolean).join(", ")}: ${shorten(command, 200)}`,
    },
    h(
      "span",
      { class: "dslab-box-place" },
      h("span", {}, String(place)),
      term === null ? null : h("b", {}, shorten(words(term), 5)),
    ),
    h("span", { class: "dslab-box-command" }, shorten(command, 15)),
  );
}

/** A row as a screen reader announces it.
 * @param {string} node
 * @param {Row} row
 * @param {boolean} told is it known what is committed? */
export function rowInWords(node, { entries, certain, cursors }, told) {
  const runs = /** @type {Array<{term: Value, first: number, last: number}>} */ ([]);
  entries.forEach((entry, n) => {
    const { term } = readEntry(entry);
    const run = runs.at(-1);
    if (run && run.term === term) run.last = n + 1;
    else runs.push({ term, first: n + 1, last: n + 1 });
  });
  const said = runs.map(({ term, first, last }) => {
    const places = first === last ? String(first) : `${first}–${last}`;
    return term === null ? places : t("{places} of term {term}", { places, term: words(term) });
  });
  const parts = [said.length ? t("entries {entries}", { entries: said.join(", ") }) : t("no entries")];
  if (told) parts.push(t("committed up to {place}", { place: certain }));
  for (const { name, owner, place } of cursors)
    parts.push(t("{cursor} of {node}: {place}", { cursor: name, node: owner, place }));
  return t("Log of {node}: {parts}", { node, parts: parts.join("; ") });
}
