// @ts-check
// The links of the topology, and which of them are cut in which direction.
/** @typedef {import("./data.js").Index} Index */
/** @typedef {import("./flights.js").Point} Point */
import { valueAt } from "./data.js";
import { mark, s } from "./dom.js";
import { along } from "./flights.js";
import { shorten } from "./values.js";

/** @param {Index} index
 *  @param {Point[]} points
 *  @param {number} radius */
export function createLinks(index, points, radius) {
  const pairs =
    index.trace.links ?? index.nodes.flatMap((a, i) => index.nodes.slice(i + 1).map((b) => [a.id, b.id]));
  const halves = [];
  const element = s("g", { "aria-hidden": "true", class: pairs.length > 60 ? "dslab-links dslab-many" : "dslab-links" });
  for (const [a, b] of pairs) {
    const from = points[index.column.get(a)];
    const to = points[index.column.get(b)];
    if (!from || !to) continue;
    element.append(s("line", { class: "dslab-link", x1: from.x, y1: from.y, x2: to.x, y2: to.y }));
    halves.push(createHalf(a, b, from, to, radius), createHalf(b, a, to, from, radius));
  }
  element.append(...halves.map((half) => half.element));
  return {
    element,
    draw(step) {
      const cut = new Set((valueAt(index.cuts, step) ?? []).map(([a, b]) => JSON.stringify([a, b])));
      for (const half of halves) mark(half.element, "dslab-cut", cut.has(half.key));
    },
  };
}

/** One direction of a link: its half near the sender, which is drawn broken while it is cut.
 * @param {string} src
 * @param {string} dst
 * @param {Point} from
 * @param {Point} to
 * @param {number} radius */
function createHalf(src, dst, from, to, radius) {
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
  const bar = along(from, to, radius, 0.2);
  const element = s(
    "g",
    { class: "dslab-half" },
    s("line", { class: "dslab-gap", x1: from.x, y1: from.y, x2: middle.x, y2: middle.y }),
    s("line", { x1: from.x, y1: from.y, x2: middle.x, y2: middle.y }),
    s("path", {
      d: "M-3 -7V7M3 -7V7",
      transform: `translate(${bar.x} ${bar.y}) rotate(${angle + 20}) translate(0 -6)`,
    }),
    s("title", {}, `cut: what ${shorten(src, 40)} sends to ${shorten(dst, 40)} is lost`),
  );
  return { key: JSON.stringify([src, dst]), element };
}
