// @ts-check
// Outlines round the origin. Roles, types of messages and kinds of steps differ by shape, and by colour as well.
/** @import { Mark } from "../types.js" */
import { VERBS } from "../data/verb_table.js";

/** A regular polygon with its first corner at the top.
 * @param {number} corners
 * @param {number} r
 * @param {number} [inner] radius of the points between the corners, for a star */
function polygon(corners, r, inner) {
  const points = [];
  const count = inner ? 2 * corners : corners;
  for (let i = 0; i < count; i++) {
    const angle = -Math.PI / 2 + (2 * Math.PI * i) / count;
    const radius = inner && i % 2 ? inner : r;
    points.push(`${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`);
  }
  return `M${points.join("L")}Z`;
}

/** @param {number} r */
const circle = (r) => `M${-r} 0A${r} ${r} 0 1 1 ${r} 0A${r} ${r} 0 1 1 ${-r} 0Z`;
/** @param {number} r */
const square = (r) => `M${-r} ${-r}H${r}V${r}H${-r}Z`;
/** @param {number} r */
const triangle = (r) => `M0 ${-r}L${0.95 * r} ${0.75 * r}H${-0.95 * r}Z`;
/** @param {number} r */
const cross = (r) => `M${-r} ${-r}L${r} ${r}M${r} ${-r}L${-r} ${r}`;

/** The outlines of a node, by the place of its role among its protocol's roles. */
const ROLES = [
  circle,
  (/** @type {number} */ r) => polygon(4, 1.22 * r),
  (/** @type {number} */ r) => polygon(12, 1.16 * r, 0.98 * r),
  (/** @type {number} */ r) => square(0.88 * r),
  (/** @type {number} */ r) => polygon(5, 1.12 * r),
  (/** @type {number} */ r) => polygon(6, 1.08 * r),
];

export const ROLE_COUNT = ROLES.length;

/** @param {number} role -1 for a node without roles
 *  @param {number} r */
export function roleOutline(role, r) {
  return ROLES[role < 0 ? 0 : role % ROLES.length](r);
}

/** The outlines of messages, by the order in which their types first appear. */
const TYPES = [
  circle,
  (/** @type {number} */ r) => square(0.85 * r),
  (/** @type {number} */ r) => polygon(4, 1.25 * r),
  (/** @type {number} */ r) => triangle(1.1 * r),
  (/** @type {number} */ r) => polygon(6, 1.1 * r),
  (/** @type {number} */ r) => polygon(5, 1.3 * r, 0.6 * r),
  (/** @type {number} */ r) => `M0 ${1.1 * r}L${r} ${-0.8 * r}H${-r}Z`,
  (/** @type {number} */ r) => polygon(4, 1.3 * r, 0.5 * r),
];
export const TYPE_COUNT = TYPES.length;

/** @param {number} type
 *  @param {number} r */
export function typeOutline(type, r) {
  return TYPES[type % TYPES.length](r);
}

/** The outline of a message with a label, by its look: yes is pointed, no has its corners cut off, the rest is round.
 * @param {string} look
 * @param {number} width
 * @param {number} height */
export function pillOutline(look, width, height) {
  const [x, y] = [width / 2, height / 2];
  if (look === "plain") return rounded(x, y, 6);
  if (look !== "yes" && look !== "no") return rounded(x, y, y);
  const corner = look === "yes" ? y : 7;
  const right = `H${x - corner}L${x} ${corner - y}V${y - corner}L${x - corner} ${y}`;
  return `M${corner - x} ${-y}${right}H${corner - x}L${-x} ${y - corner}V${corner - y}Z`;
}

/** @param {number} x
 *  @param {number} y
 *  @param {number} r */
function rounded(x, y, r) {
  const corner = (/** @type {number} */ dx, /** @type {number} */ dy) => `a${r} ${r} 0 0 1 ${dx * r} ${dy * r}`;
  const right = `H${x - r}${corner(1, 1)}V${y - r}${corner(-1, 1)}`;
  return `M${r - x} ${-y}${right}H${r - x}${corner(-1, -1)}V${r - y}${corner(1, -1)}Z`;
}

/** What a step is on its life line, but for those of a script's verbs.
 * @type {ReadonlyMap<string, Mark>} */
const MARKS = new Map([
  ["receive", { d: circle(4), stroked: false, fault: false }],
  ["timer", { d: triangle(5.5), stroked: false, fault: false }],
  ["start", { d: circle(3.5), stroked: true, fault: false }],
]);
const OTHER = { d: square(3.5), stroked: true, fault: false };

/** @param {string} kind
 *  @returns {Mark} */
export function stepOutline(kind) {
  const verb = VERBS.get(kind);
  if (verb?.outline) return { d: verb.outline, stroked: !verb.filled, fault: verb.fault };
  return MARKS.get(kind) ?? OTHER;
}

/** A request that was not handled: hollow while it waits at a paused node, crossed out where nobody hears it.
 * @param {boolean} lost
 * @returns {Mark} */
export function unheardOutline(lost) {
  const { d } = stepOutline("request");
  return { d: lost ? `${d}M-5.5 -5.5L5.5 5.5M5.5 -5.5L-5.5 5.5` : d, stroked: true, fault: lost };
}

/** Lines across a circle: the hatching of a node that is down.
 * @param {number} r */
export function hatching(r) {
  const lines = [];
  const gap = Math.max(4, r / 4);
  for (let offset = -2 * gap; Math.abs(offset) < r; offset += gap) {
    const half = Math.sqrt(Math.max(0, r * r - offset * offset)) * Math.SQRT1_2;
    const centre = offset * Math.SQRT1_2;
    const [left, top, right, bottom] = [centre - half, -centre - half, centre + half, -centre + half];
    lines.push(`M${left.toFixed(1)} ${top.toFixed(1)}L${right.toFixed(1)} ${bottom.toFixed(1)}`);
  }
  return lines.join("");
}

/** @param {number} r */
export const crossOutline = cross;

/** The outlines of a lock that is held, and of one that is waited for. */
export const PADLOCK = {
  closed: "M-6 -1H6V8H-6ZM-3.5 -1V-4A3.5 3.5 0 0 1 3.5 -4V-1",
  open: "M-6 -1H6V8H-6ZM-3.5 -1V-5A3.5 3.5 0 0 1 3.5 -5V-4",
};

export const PAUSE_SIGN = "M-4 -6H-1V6H-4ZM1 -6H4V6H1Z";
