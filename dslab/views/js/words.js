// @ts-check
// Sentences that the player says about what is shown. Each is whole here, so that it can be said in another language.

export const SENTENCES = {
  shown: (/** @type {number} */ count, /** @type {number} */ all) =>
    `${count.toLocaleString("en")} of ${all.toLocaleString("en")} steps shown`,
  finds: (/** @type {number} */ at, /** @type {number} */ count) =>
    !count
      ? "not found"
      : at
        ? `${at} of ${count.toLocaleString("en")}`
        : `${count.toLocaleString("en")} found`,
  knower: (/** @type {string} */ node) =>
    `The run as ${node} could tell it: what it has not heard of is hidden, and of the others it knows only their past.`,
  ignorant: "nothing heard of it",
  asOf: (/** @type {number} */ k) => `as of step ${k}`,
  marked: (/** @type {number} */ k) =>
    `Step ${k} is marked. Go to another step: which of them came first, and how can we tell?`,
  ofNetwork: (/** @type {number} */ k) =>
    `Step ${k} happened to the network and not on a node, so the order of causes does not reach it.`,
  sameNode: (/** @type {number} */ a, /** @type {number} */ b, /** @type {string} */ node) =>
    `Step ${a} happened before step ${b}: both are steps of ${node}, one after the other.`,
  before: (/** @type {number} */ a, /** @type {number} */ b, /** @type {string} */ way) =>
    `Step ${a} happened before step ${b}: the news could travel with ${way}.`,
  concurrent: (/** @type {number} */ a, /** @type {number} */ b) =>
    `Steps ${a} and ${b} are concurrent: no chain of messages leads from one to the other, so neither could know of the other.`,
  then: ", then ",
  more: (/** @type {number} */ count) => `${count} more`,
  light: new Map([
    ["kept", "kept so far"],
    ["broken", "broken"],
    ["seen", "seen"],
    ["unseen", "not seen yet"],
    ["undecided", "not decided yet"],
  ]),
  clockRow: "what the node's own clock shows, ms, and how far that is ahead of true time",
  noCode: "The code of this step is not at hand: no handler ran, or its source is not known here.",
  operationsLeftOut: (/** @type {number} */ count, /** @type {number} */ all) =>
    `${count.toLocaleString("en")} of ${all.toLocaleString("en")} operations shown`,
  entriesLeftOut: (/** @type {number} */ first) => `entries before ${first} are left out`,
  crowded: (/** @type {number} */ count) =>
    `${count} nodes: their attributes are written beside the current and the selected one only`,
  nodesLeftOut: (/** @type {number} */ count) => `${count} nodes are left out by the filter`,
  waiting: "simulating again …",
  silent: "No answer from the kernel: is it busy, or has the cell not been run?",
};

/** A sentence with its {placeholders} filled in.
 * @param {string} sentence
 * @param {Object<string, any>} values */
export function say(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}
