// @ts-check
// Events on the lines of nodes, and messages between them: what happened before what follows from the drawing alone.

/** @typedef {{id: string, node: number, time: number}} Event `time` is a column */
/** @typedef {{nodes: string[], events: Event[], messages: Array<[from: string, to: string]>}} Drawing */
/** @typedef {{lamport: number, vector: number[]}} Stamps */

export const COLUMNS = 12;
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** @param {Drawing} drawing
 *  @param {string} id */
export const eventOf = (drawing, id) => /** @type {Event} */ (drawing.events.find((event) => event.id === id));

/** @param {Drawing} drawing */
const inTime = (drawing) => [...drawing.events].sort((one, other) => one.time - other.time);

/** The events just before one: the one before it on its node, and the sending of the message that it receives.
 * @param {Drawing} drawing
 * @param {Event} event
 * @returns {Event[]} */
export function causesOf(drawing, event) {
  const earlier = inTime(drawing).filter(({ node, time }) => node === event.node && time < event.time);
  const sent = drawing.messages.filter(([, to]) => to === event.id).map(([from]) => eventOf(drawing, from));
  return [...earlier.slice(-1), ...sent];
}

/** The Lamport and the vector timestamp of each event.
 * @param {Drawing} drawing
 * @returns {Map<string, Stamps>} */
export function stampsOf(drawing) {
  /** @type {Map<string, Stamps>} */
  const stamps = new Map();
  for (const event of inTime(drawing)) {
    const causes = causesOf(drawing, event).map(({ id }) => /** @type {Stamps} */ (stamps.get(id)));
    const vector = drawing.nodes.map((_, n) => Math.max(0, ...causes.map((cause) => cause.vector[n])));
    vector[event.node] += 1;
    stamps.set(event.id, { lamport: 1 + Math.max(0, ...causes.map((cause) => cause.lamport)), vector });
  }
  return stamps;
}

/** A path of causes from one event to another; null if there is none.
 * @param {Drawing} drawing
 * @param {string} from
 * @param {string} to
 * @returns {string[]|null} */
export function pathOf(drawing, from, to) {
  for (const { id } of causesOf(drawing, eventOf(drawing, to))) {
    const path = id === from ? [from] : pathOf(drawing, from, id);
    if (path) return [...path, to];
  }
  return null;
}

/** How two events are related.
 * @param {Drawing} drawing
 * @param {string} one
 * @param {string} other
 * @returns {"itself"|"before"|"after"|"concurrent"} */
export function relationOf(drawing, one, other) {
  if (one === other) return "itself";
  if (pathOf(drawing, one, other)) return "before";
  return pathOf(drawing, other, one) ? "after" : "concurrent";
}

/** The relation of two events as a sentence, with the path that shows it.
 * @param {Drawing} drawing
 * @param {string} one
 * @param {string} other */
export function relationSentence(drawing, one, other) {
  const [first, last] = relationOf(drawing, one, other) === "after" ? [other, one] : [one, other];
  const path = pathOf(drawing, first, last);
  const way = path && path.length > 2 ? `, by ${path.join(" → ")}` : "";
  if (path) return `${first} → ${last}: ${first} happened before ${last}${way}.`;
  return `${one} ∥ ${other}: they are concurrent. No path of events and messages leads from one to the other.`;
}

/** The number of total orders that agree with the relation: the ways from nothing to all through consistent cuts.
 * @param {Drawing} drawing
 * @returns {number} */
export function totalOrders(drawing) {
  const rows = drawing.nodes.map((_, n) => inTime(drawing).filter(({ node }) => node === n));
  /** @type {Map<string, number>} */
  const known = new Map();
  /** @param {number[]} cut how many events of each node have happened
   *  @returns {number} */
  function ways(cut) {
    if (cut.every((count) => !count)) return 1;
    const key = cut.join();
    if (!known.has(key)) {
      const last = cut.map((count, n) => count && rows[n][count - 1]);
      const ends = cut.flatMap((_, n) => (last[n] && isMaximal(last[n].id, cut) ? [n] : []));
      known.set(key, ends.reduce((sum, n) => sum + ways(cut.map((count, m) => count - Number(m === n))), 0));
    }
    return /** @type {number} */ (known.get(key));
  }
  /** No event of the cut received a message from this one.
   * @param {string} id
   * @param {number[]} cut */
  function isMaximal(id, cut) {
    const inside = new Set(cut.flatMap((count, n) => rows[n].slice(0, count).map((event) => event.id)));
    return !drawing.messages.some(([from, to]) => from === id && inside.has(to));
  }
  return ways(rows.map((row) => row.length));
}

/** Why there can be no message from one event to another, as a sentence; "" if there can.
 * @param {Drawing} drawing
 * @param {string} from
 * @param {string} to */
export function refusal(drawing, from, to) {
  const [sending, receipt] = [eventOf(drawing, from), eventOf(drawing, to)];
  if (sending.node === receipt.node) return `${from} and ${to} are on one node: no message is needed between them.`;
  if (receipt.time <= sending.time) return `${to} is not later than ${from}: no message arrives before it was sent.`;
  if (drawing.messages.some(([, end]) => end === to)) return `${to} is already the receipt of a message.`;
  if (drawing.messages.some(([, end]) => end === from)) return `${from} is a receipt: let a later event send.`;
  return drawing.messages.some(([start]) => start === to) ? `${to} is a sending: let another event receive.` : "";
}

/** The drawing with an event at another time, and why it cannot be there: a sentence, or "".
 * @param {Drawing} drawing
 * @param {string} id
 * @param {number} time
 * @returns {{drawing: Drawing, why: string}} */
export function moved(drawing, id, time) {
  const event = eventOf(drawing, id);
  if (time < 0 || time >= COLUMNS) return { drawing, why: "There is no room beyond the edge." };
  if (drawing.events.some((other) => other !== event && other.node === event.node && other.time === time))
    return { drawing, why: `${drawing.nodes[event.node]} has an event at that moment already.` };
  const changed = { ...drawing, events: drawing.events.map((one) => (one === event ? { ...one, time } : one)) };
  const broken = changed.messages.find(([from, to]) => eventOf(changed, from).time >= eventOf(changed, to).time);
  if (!broken) return { drawing: changed, why: "" };
  return { drawing, why: `The message from ${broken[0]} to ${broken[1]} would arrive before it was sent.` };
}

/** The drawing with one more event, and its name: the first letter that is free; null if there is no room.
 * @param {Drawing} drawing
 * @param {number} node
 * @param {number} time
 * @returns {{drawing: Drawing, id: string}|null} */
export function added(drawing, node, time) {
  const id = [...LETTERS].find((letter) => !drawing.events.some((event) => event.id === letter));
  if (!id || time >= COLUMNS || drawing.events.some((event) => event.node === node && event.time === time)) return null;
  return { drawing: { ...drawing, events: [...drawing.events, { id, node, time }] }, id };
}

/** The drawing without an event and its messages.
 * @param {Drawing} drawing
 * @param {string} id
 * @returns {Drawing} */
export const without = (drawing, id) => ({
  ...drawing,
  events: drawing.events.filter((event) => event.id !== id),
  messages: drawing.messages.filter((ends) => !ends.includes(id)),
});
