// @ts-check
// The part of the legend about what a protocol declares: the looks of its messages, the marks at its nodes, its logs.
// Each sign is drawn by the function that draws it in the picture, and only if the run has it.
/** @import { Marking } from "../data/marks.js" */
/** @import { Index, Look, NodeInfo, Value } from "../data/trace_types.js" */
import { drawDot, drawPadlock, drawThought, MOST_DOTS } from "../cluster/nodes.js";
import { pillOutline } from "../cluster/shapes.js";
import { lookOf } from "../data/appearance.js";
import { cursorMarks, namesIn, tallyOf } from "../data/marks.js";
import { contentsOf, pairsOf, shorten } from "../data/values.js";
import { h, s } from "../dom.js";
import { english, t } from "../words.js";
import { createBox, drawSign, entriesOf, readEntry } from "./replicated_logs.js";

/** A sign and what it means.
 * @param {string} word
 * @param {...Node} drawing within 10 px of the origin */
export function item(word, ...drawing) {
  return explained(word, s("svg", { viewBox: "-11 -11 22 22", "aria-hidden": "true" }, ...drawing));
}

/** @param {string} word
 *  @param {Element} sign */
function explained(word, sign) {
  return h("span", { class: "dslab-legend-item", title: word }, sign, h("bdi", {}, shorten(word, 60)));
}

/** @type {ReadonlyMap<Look, string>} */
const LOOK_WORDS = new Map([
  ["yes", english("says yes")],
  ["no", english("says no")],
  ["ask", english("asks")],
  ["quiet", english("only repeats that all is well")],
  ["plain", english("any other message")],
]);

/** The outlines of messages with a label, if they are not all the same.
 * @param {Index} index */
export function lookItems(index) {
  const seen = new Set(index.messages.map((message) => lookOf(index, message)));
  if (seen.size < 2) return [];
  return [...LOOK_WORDS].filter(([look]) => seen.has(look)).map(([look, word]) => {
    const body = s("path", { class: `dslab-body dslab-look-${look}`, d: pillOutline(look, 34, 22) });
    return item(t(word), s("g", { class: "dslab-pill", transform: "scale(0.6)" }, body));
  });
}

/** Votes, suspicions and locks.
 * @param {Index} index */
export function markItems(index) {
  const used = index.nodes.flatMap((info, i) => (info.marks ?? []).map((mark) => usesOf(index, info, i, mark)));
  const dots = new Set(used.flatMap((use) => use.dots));
  const locks = new Set(used.flatMap((use) => use.locks));
  const thoughts = new Map(used.flatMap((use) => use.thoughts));
  return [
    ...[...DOT_WORDS].filter(([kind]) => dots.has(kind)).map(([kind, word]) => item(t(word), drawDot(kind, 0, 0))),
    ...[...thoughts].map(([sign, word]) => item(word, ...drawThought(sign, 0, 0))),
    ...[...LOCK_WORDS].filter(([lock]) => locks.has(lock)).map(([lock, word]) => item(t(word), drawPadlock(lock))),
  ];
}

/** @type {ReadonlyMap<"got"|"needed"|"spare", string>} */
const DOT_WORDS = new Map([
  ["got", english("an answer that came")],
  ["needed", english("one that is still needed")],
  ["spare", english("one that is not needed")],
]);

/** @type {ReadonlyMap<"held"|"waiting", string>} */
const LOCK_WORDS = new Map([
  ["held", english("holds a lock")],
  ["waiting", english("waits for a lock")],
]);

/** @typedef {object} Uses the signs that a mark has at one node, in the whole run
 * @property {Array<"got"|"needed"|"spare">} dots
 * @property {Array<"held"|"waiting">} locks
 * @property {Array<[sign: string, word: string]>} thoughts */

/** @param {Index} index
 *  @param {NodeInfo} info
 *  @param {number} i
 *  @param {Marking} mark
 *  @returns {Uses} */
function usesOf(index, info, i, mark) {
  const values = valuesOf(index, i, mark);
  return {
    dots: mark.kind === "quorum" ? dotsOf(info, mark, values) : [],
    locks: mark.kind === "lock" ? locksOf(mark, values) : [],
    thoughts:
      mark.kind === "suspects" && values.some((value) => namesIn(value).length)
        ? [[mark.sign ?? "?", `${mark.of} …`]]
        : [],
  };
}

/** The values that a marked attribute has had, if its node ever had the role in which it is drawn.
 * @param {Index} index
 * @param {number} i
 * @param {Marking} mark */
function valuesOf({ attributes }, i, { role, attribute }) {
  const isDrawn = !role || attributes[i].get("role")?.values.includes(role);
  return (isDrawn && attributes[i].get(attribute)?.values) || [];
}

/** @param {NodeInfo} info
 *  @param {Marking} mark
 *  @param {Value[]} values
 *  @returns {Uses["dots"]} */
function dotsOf(info, mark, values) {
  const tallies = values.map((value) => tallyOf(info, mark, value)).filter(({ of }) => of <= MOST_DOTS);
  return tallies.flatMap(({ got, needed, of }) => [
    ...(got ? [/** @type {const} */ ("got")] : []),
    ...(got < needed ? [/** @type {const} */ ("needed")] : []),
    ...(Math.max(got, needed) < of ? [/** @type {const} */ ("spare")] : []),
  ]);
}

/** @param {Marking} mark
 *  @param {Value[]} values each a state, or a dictionary from locks to their states
 *  @returns {Uses["locks"]} */
function locksOf({ held, waiting }, values) {
  const states = new Set(
    values.flatMap((value) => {
      const locks = contentsOf(value, "dict");
      return locks ? pairsOf(locks).map(([, state]) => state) : [value];
    }),
  );
  return [
    ...(held && states.has(held) ? [/** @type {const} */ ("held")] : []),
    ...(waiting && states.has(waiting) ? [/** @type {const} */ ("waiting")] : []),
  ];
}

/** Boxes of entries, taken from the run itself, and the positions that nodes keep.
 * @param {Index} index */
export function logItems(index) {
  const logs = index.nodes.flatMap((info, i) =>
    (info.logs ?? []).map(([name, committed]) => ({ committed, last: index.attributes[i].get(name)?.values ?? [] })),
  );
  const told = logs.some(({ committed }) => committed);
  const entry = logs.flatMap(({ last }) => last.flatMap((value) => entriesOf(value))).at(0);
  return [...(entry === undefined ? [] : boxItems(entry, told)), ...cursorItems(index)];
}

/** @param {Value} entry
 *  @param {boolean} told is it known what is committed? */
function boxItems(entry, told) {
  const about = readEntry(entry).term === null ? t("an entry: index") : t("an entry: index, term (and colour)");
  const box = (/** @type {boolean} */ certain) => createBox(entry, 1, certain, told);
  if (!told) return [explained(about, box(true))];
  return [
    explained(`${about}; ${t("committed")}`, box(true)),
    explained(t("not committed"), box(false)),
  ];
}

/** @param {Index} index */
function cursorItems(index) {
  const cursors = new Map();
  index.nodes.forEach((info, i) =>
    cursorMarks(info).forEach((mark, number) => {
      if (valuesOf(index, i, mark).length) cursors.set(mark.attribute, number);
    }),
  );
  return [...cursors].map(([name, number]) => {
    const sign = h("span", { class: "dslab-log-key" }, drawSign({ number }));
    return explained(t("{cursor}: a position in this log", { cursor: shorten(name, 20) }), sign);
  });
}
