// @ts-check
// What a protocol has drawn of its nodes' state (`dslab.marks`): votes, suspicions, choices, locks, positions in logs.
// All of it is what the cursor points at: nothing here looks ahead.
/** @import { Index, NodeInfo, Value } from "./trace_types.js" */
/** @import { View } from "../types.js" */
import { t } from "../words.js";
import { lastKnownStep } from "./filter.js";
import { valueAt } from "./trace.js";
import { contentsOf, pairsOf, words } from "./values.js";

/** @typedef {object} Marking what is drawn of an attribute, as `dslab.marks` describes it; each kind has its own words
 * @property {"cursor"|"quorum"|"suspects"|"chosen"|"lock"} kind
 * @property {string} attribute
 * @property {string} role the only one in which it is drawn, or ""
 * @property {string} [words]
 * @property {string} [log] of a cursor
 * @property {"majority"|"peers"|"all"} [needed] of a quorum
 * @property {string} [of] what is said at a node that is suspected
 * @property {string} [sign]
 * @property {string} [held] the state of a lock
 * @property {string} [waiting] */

/** @typedef {{words: string, got: number, refused: number, needed: number, of: number, who: string[]}} Tally */

/** @typedef {object} NodeMarks what is drawn at a node
 * @property {string[]} lines in plain words
 * @property {Tally[]} tallies
 * @property {string[]} signs what others think of it
 * @property {""|"held"|"waiting"} lock
 * @property {string} key differs if anything of it does */

/** @typedef {object} Cursor a position in the log of a node
 * @property {string} node whose log it is
 * @property {string} log
 * @property {string} owner the node that keeps the position
 * @property {string} name of the attribute
 * @property {number} number which of its owner's cursors it is
 * @property {number} place 1 for the first entry */

/** The marks of all nodes, in their order, as they are seen after a step.
 * @param {Index} index
 * @param {View} view
 * @param {number} [step] instead of the view's
 * @returns {NodeMarks[]} */
export function marksAt(index, view, step = view.step) {
  const drawn = index.nodes.map(() => ({
    lines: /** @type {NodeMarks["lines"]} */ ([]),
    tallies: /** @type {Tally[]} */ ([]),
    signs: /** @type {string[]} */ ([]),
    lock: /** @type {NodeMarks["lock"]} */ (""),
    key: "",
  }));
  /** @type {Map<string, {of: number, mark: Marking, by: string[]}>} */
  const thought = new Map();
  each(index, view, step, (i, mark, value) => {
    const { lines, tallies } = drawn[i];
    if (mark.kind === "quorum") tallies.push(tallyOf(index.nodes[i], mark, value));
    if (mark.kind === "chosen" && value && value !== index.nodes[i].id) lines.push(`${mark.words} ${words(value)}`);
    if (mark.kind === "lock") addLock(drawn[i], mark, value);
    const suspected = mark.kind === "suspects" ? namesIn(value) : [];
    if (suspected.length) lines.push(`${mark.words} ${suspected.join(", ")}`);
    for (const name of suspected) {
      const of = index.column.get(name) ?? -1;
      const key = `${of} ${mark.of}`;
      thought.set(key, { of, mark, by: [...(thought.get(key)?.by ?? []), index.nodes[i].id] });
    }
  });
  for (const { of, mark, by } of thought.values()) {
    drawn[of]?.signs.push(mark.sign ?? "?");
    drawn[of]?.lines.push(`${mark.of} ${by.join(", ")}`);
  }
  for (const one of drawn) one.key = JSON.stringify(one);
  return drawn;
}

/** The positions in logs that nodes keep, as they are seen after a step.
 * @param {Index} index
 * @param {View} view
 * @returns {Cursor[]} */
export function cursorsAt(index, view) {
  const found = /** @type {Cursor[]} */ ([]);
  each(index, view, view.step, (i, mark, value) => {
    if (mark.kind !== "cursor") return;
    const owner = index.nodes[i].id;
    const log = mark.log ?? "log";
    const number = cursorMarks(index.nodes[i]).indexOf(mark);
    const pairs = typeof value === "number" ? [[owner, value]] : pairsOf(contentsOf(value, "dict") ?? []);
    for (const [node, place] of pairs)
      if (typeof place === "number")
        found.push({ node: String(node), log, owner, name: mark.attribute, number, place });
  });
  return found;
}

/** @param {NodeInfo} info */
export const cursorMarks = (info) => (info.marks ?? []).filter((mark) => mark.kind === "cursor");

/** Call `visit` for each mark that is to be seen: of nodes that are known and up, in the role that it is for.
 * @param {Index} index
 * @param {View} view
 * @param {number} step
 * @param {(i: number, mark: Marking, value: Value|undefined) => void} visit */
function each(index, view, step, visit) {
  index.nodes.forEach((info, i) => {
    if (!info.marks?.length) return;
    const k = lastKnownStep(index, view, i, step);
    if ((k < 0 && view.observer !== null) || valueAt(index.status[i], k) === "down") return;
    const now = (/** @type {string} */ name) => valueAt(index.attributes[i].get(name), k);
    for (const mark of info.marks)
      if (!mark.role || now("role") === mark.role) visit(i, mark, now(mark.attribute));
  });
}

/** The nodes that a value names: the items of a set or a list, the keys of a dictionary, or the text that it is.
 * @param {Value|undefined} value
 * @returns {string[]} */
export function namesIn(value) {
  if (typeof value === "string") return value ? [value] : [];
  return itemsIn(value).map(([name]) => words(name));
}

/** @param {Value|undefined} value
 *  @returns {Array<[Value, Value]>} each item, with what a dictionary says of it */
function itemsIn(value) {
  const pairs = contentsOf(value, "dict");
  if (pairs) return pairsOf(pairs).map(([key, said]) => [key, said]);
  const tagged = ["set", "frozenset", "tuple"].flatMap((tag) => contentsOf(value, tag) ?? []);
  const items = Array.isArray(value) ? value : tagged;
  return items.map((item) => [item, true]);
}

/** @param {NodeInfo} info
 *  @param {Marking} mark
 *  @param {Value|undefined} value
 *  @returns {Tally} */
export function tallyOf({ peers = 0 }, mark, value) {
  const items = itemsIn(value);
  const { needed } = mark;
  const of = needed === "peers" ? peers : peers + 1;
  const yes = items.filter(([, said]) => said !== false && said !== null).map(([name]) => words(name));
  return {
    words: mark.words ?? "",
    got: yes.length,
    refused: items.length - yes.length,
    needed: needed === "majority" ? Math.floor(of / 2) + 1 : of,
    of,
    who: yes,
  };
}

/** @param {{lines: string[], lock: NodeMarks["lock"]}} drawn
 *  @param {Marking} mark
 *  @param {Value|undefined} value a state, or a dictionary from locks to their states */
function addLock(drawn, { held, waiting }, value) {
  const states = contentsOf(value, "dict") ? itemsIn(value) : [[t("the lock"), value ?? null]];
  const among = (/** @type {string|undefined} */ state) =>
    states.filter(([, is]) => state && is === state).map(([lock]) => words(lock));
  const [has, wants] = [among(held), among(waiting)];
  if (has.length) drawn.lines.push(t("holds {locks}", { locks: has.join(", ") }));
  if (wants.length) drawn.lines.push(t("waits for {locks}", { locks: wants.join(", ") }));
  drawn.lock = has.length ? "held" : wants.length ? "waiting" : "";
}

/** A count of answers, in words, with what is counted.
 * @param {Tally} tally */
export const tallyInWords = (tally) => `${tally.words}: ${countedInWords(tally)}`;

/** @param {Tally} tally */
function countedInWords({ got, refused, needed, who }) {
  const none = t("none of {needed} needed", { needed });
  const said = got ? t("{got} of {needed} needed: {who}", { got, needed, who: who.join(", ") }) : none;
  return refused ? t("{said}; refused: {refused}", { said, refused }) : said;
}

/** What a marked attribute holds, in plain words; "" if it has no mark.
 * @param {NodeInfo} info
 * @param {string} name of the attribute
 * @param {Value|undefined} value */
export function markInWords(info, name, value) {
  const mark = (info.marks ?? []).find((one) => one.attribute === name);
  if (!mark || value === undefined) return "";
  if (mark.kind === "quorum") return countedInWords(tallyOf(info, mark, value));
  if (mark.kind === "suspects") return namesIn(value).join(", ") || t("none");
  return value === null ? t("none") : words(value);
}
