// @ts-check
// Messages on their way: which, and where.
/** @import { Index, Message } from "./types.js" */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{message: Message, part: number, state: "flying"|"lost"|"received"}} Flight */
import { underway } from "./underway.js";

const HALF = 0.5; // a message that the network lost is seen to die half-way

/** The messages to be drawn after step k at a moment of simulated time: those in the network, and the one that
 *  step k received or lost.
 * @param {Index} index
 * @param {number} k
 * @param {number} time
 * @returns {Flight[]} */
export function flightsAt(index, k, time) {
  return candidates(index, k).flatMap((number) => flight(index.messages[number], k, time) ?? []);
}

/** @type {WeakMap<Index, {k: number, numbers: number[]}>} */
const latest = new WeakMap();

/** Numbers of the messages that may be seen between step k and the next; remembered, since many frames ask.
 * @param {Index} index
 * @param {number} k */
function candidates(index, k) {
  const known = latest.get(index);
  if (known?.k === k) return known.numbers;
  const now = index.times[k];
  const numbers = underway(index, k, k + 1).filter((number) => {
    const { ended, fate, arrives, departs, sent } = index.messages[number];
    if (departs > now && sent < k) return false; // a copy that the script makes later
    return ended === null ? fate === "in flight" || arrives > now : ended >= k;
  });
  latest.set(index, { k, numbers });
  return numbers;
}

/** @param {Message} message
 *  @param {number} k
 *  @param {number} time
 *  @returns {Flight|null} */
function flight(message, k, time) {
  const part = progress(message, time);
  if (message.ended !== null && message.ended <= k) {
    if (message.ended < k) return null;
    return message.fate === "received"
      ? { message, part: 1, state: "received" }
      : { message, part: Math.min(part, 0.9), state: "lost" };
  }
  if (message.fate === "lost" && message.ended === null) {
    if (time >= message.arrives) return null;
    return part >= HALF ? { message, part: HALF, state: "lost" } : { message, part, state: "flying" };
  }
  return { message, part, state: "flying" };
}

/** How far a message has come, 0 to 1.
 * @param {Message} message
 * @param {number} time */
export function progress(message, time) {
  const whole = message.arrives - message.departs;
  return whole > 0 ? Math.min(1, Math.max(0, (time - message.departs) / whole)) : 1;
}

/** The point at `part` of the way between the borders of two nodes, beside the line so that both directions are seen.
 * @param {Point} from
 * @param {Point} to
 * @param {number} border distance of the way's ends from the nodes' centres
 * @param {number} part
 * @returns {Point} */
export function along(from, to, border, part) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length < 1) return loop(from, border, part);
  const ux = (to.x - from.x) / length;
  const uy = (to.y - from.y) / length;
  const far = border + part * Math.max(0, length - 2 * border);
  const aside = 6;
  return { x: from.x + ux * far - uy * aside, y: from.y + uy * far + ux * aside };
}

/** A message to oneself goes round beside the node.
 * @param {Point} at
 * @param {number} border
 * @param {number} part
 * @returns {Point} */
function loop(at, border, part) {
  const angle = -Math.PI / 2 + (part - 0.5) * Math.PI;
  return { x: at.x + Math.cos(angle) * (border + 8), y: at.y + Math.sin(angle) * (border + 8) };
}
