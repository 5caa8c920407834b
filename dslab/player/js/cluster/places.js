// @ts-check
// Where the nodes stand in a picture of this size, and where what is written about each stands: beside it, away from
// the other nodes, from the other texts, and within the picture. All lengths are px.
/** @import { Point } from "../types.js" */

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */
/** @typedef {{x: number, top: number, bottom: number, anchor: "start"|"middle"|"end", align: "top"|"middle"|"bottom",
 *    lines: number}} Label a text's place, from its node's centre: between `top` and `bottom`, so many lines at most */
/** @typedef {{width: number, lines: number}} Text how wide and how high what is written about a node can become */

export const LINE = 15.5; // the height of a line
const GAP = 15; // between a node's outline, with its rings, and its text
const EDGE = 4; // between a text and the border of the picture
const FLATTEST = 1.7; // the width of the nodes' field for its height
const FARTHEST = 320; // between neighbours in a row

/** @param {number} count of the nodes
 *  @param {Size} size */
export function radiusFor(count, { width, height }) {
  const crowd = 190 / Math.hypot(3, count / 1.4);
  return Math.max(8, Math.min(36, crowd, 0.085 * height, 0.075 * width));
}

/** The centres of the nodes.
 * @param {Array<[x: number, y: number]>} positions in the unit square
 * @param {Text[]} texts
 * @param {number} radius
 * @param {Size} size
 * @returns {Point[]} */
export function pointsFor(positions, texts, radius, { width, height }) {
  const widest = texts.reduce((most, text) => Math.max(most, text.width), 0);
  const row = inRow(positions);
  const beside = row ? Math.max(radius + GAP, widest / 2) : radius + GAP + widest;
  const side = Math.min(beside + EDGE, 0.36 * width);
  const head = radius + GAP + EDGE;
  const below = row ? LINE * texts.reduce((most, text) => Math.max(most, text.lines), 0) : 0;
  const tall = Math.max(1, height - 2 * head - below);
  const most = row ? FARTHEST * Math.max(1, positions.length - 1) : FLATTEST * tall;
  const wide = Math.min(width - 2 * side, most);
  const [across, down] = [0, 1].map((axis) => stretched(positions.map((position) => position[axis])));
  return positions.map((_, i) => ({ x: width / 2 + (across[i] - 0.5) * wide, y: head + down[i] * tall }));
}

/** Numbers from 0 to 1, the least 0 and the greatest 1; all the same: in the middle.
 * @param {number[]} numbers */
function stretched(numbers) {
  const least = Math.min(...numbers);
  const span = Math.max(...numbers) - least;
  return numbers.map((number) => (span > 0.001 ? (number - least) / span : 0.5));
}

/** @param {Array<[x: number, y: number]>} positions */
const inRow = (positions) => positions.every(([, y]) => y === 0.5);

/** Where the text of each node stands. Texts have the room that they will need at most, so that they never jump.
 * @param {Point[]} points
 * @param {Text[]} texts
 * @param {number} radius
 * @param {Size} size
 * @returns {Label[]} */
export function labelsFor(points, texts, radius, size) {
  const reach = radius + 5;
  const nodes = points.map(({ x, y }) => boxAround({ x, y }, reach, reach));
  const labels = /** @type {Label[]} */ ([]);
  const taken = /** @type {Box[]} */ ([]);
  const far = points.map(({ x }, i) => ({ i, far: Math.abs(x - size.width / 2) })).sort((a, b) => b.far - a.far);
  for (const { i } of far) {
    const others = nodes.filter((_, n) => n !== i);
    const { label, box } = bestLabel(points[i], texts[i], radius, size, [...others, ...taken]);
    labels[i] = label;
    taken.push(box);
  }
  return labels;
}

/** The place that overlaps least; if none is free, one for fewer lines, or no text at all.
 * @param {Point} point
 * @param {Text} text
 * @param {number} radius
 * @param {Size} size
 * @param {Box[]} obstacles */
function bestLabel(point, text, radius, size, obstacles) {
  let best = { cost: Infinity, label: /** @type {Label|null} */ (null), box: boxAround(point, 0, 0) };
  for (let lines = Math.max(1, text.lines); lines > 0; lines--) {
    for (const [order, label] of placesRound(point, { ...text, lines }, radius, size).entries()) {
      const box = boxOf(point, label, text.width);
      const hidden = 40 * (text.lines - lines) * (text.lines - lines);
      const cost = order + hidden + obstacles.reduce((sum, one) => sum + overlap(one, box), 0) + outsideOf(size, box);
      if (cost < best.cost) best = { cost, label, box };
    }
    if (best.cost < 40) return { label: /** @type {Label} */ (best.label), box: best.box };
  }
  const label = /** @type {Label} */ (best.label);
  const fits = best.cost - 40 * (text.lines - label.lines) ** 2 < 120;
  if (fits) return { label, box: best.box };
  return { label: { ...label, top: 0, bottom: 0, lines: 0 }, box: boxAround(point, 0, 0) };
}

/** The places round a node, the best first: away from the middle of the picture.
 * @param {Point} point
 * @param {Text} text
 * @param {number} radius
 * @param {Size} size
 * @returns {Label[]} */
function placesRound({ x, y }, { lines }, radius, { width, height }) {
  const high = LINE * lines;
  const far = radius + GAP;
  const beside = (/** @type {number} */ way, /** @type {number} */ top, /** @type {Label["align"]} */ align) =>
    /** @type {Label} */ ({ x: way * far, top, bottom: top + high, anchor: way < 0 ? "end" : "start", align, lines });
  const centred = (/** @type {number} */ top, /** @type {Label["align"]} */ align) =>
    /** @type {Label} */ ({ x: 0, top, bottom: top + high, anchor: "middle", align, lines });
  const out = Math.abs(x - width / 2) < 30 || x > width / 2 ? 1 : -1;
  const middle = [beside(out, -high / 2, "middle"), beside(-out, -high / 2, "middle")];
  const lower = [beside(out, 4, "top"), beside(-out, 4, "top")];
  const upper = [beside(out, -high - 4, "bottom"), beside(-out, -high - 4, "bottom")];
  const under = centred(far, "top");
  const over = centred(-far - high, "bottom");
  const isHigh = y < height / 2;
  const ends = isHigh ? [over, ...upper, ...middle, ...lower, under] : [under, ...lower, ...middle, ...upper, over];
  if (Math.abs(x - width / 2) < 30) return ends;
  return [middle[0], isHigh ? upper[0] : lower[0], isHigh ? lower[0] : upper[0], ...ends];
}

/** @param {Point} point
 *  @param {number} wide
 *  @param {number} high
 *  @returns {Box} */
export function boxAround({ x, y }, wide, high) {
  return { left: x - wide, top: y - high, right: x + wide, bottom: y + high };
}

/** @param {Point} point of the node
 *  @param {Label} label
 *  @param {number} width
 *  @returns {Box} */
export function boxOf({ x, y }, label, width) {
  const left = x + label.x - (label.anchor === "end" ? width : label.anchor === "middle" ? width / 2 : 0);
  return { left, top: y + label.top, right: left + width, bottom: y + label.bottom };
}

/** The area that two boxes share.
 * @param {Box} a
 * @param {Box} b */
export function overlap(a, b) {
  const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return wide > 0 && high > 0 ? wide * high : 0;
}

/** The area of a box that is outside of the picture.
 * @param {Size} size
 * @param {Box} box */
export function outsideOf({ width, height }, box) {
  const inside = overlap({ left: 0, top: 0, right: width, bottom: height }, box);
  return 1.5 * ((box.right - box.left) * (box.bottom - box.top) - inside);
}
