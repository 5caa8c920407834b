// @ts-check
// The links between the nodes, which of them are cut in which direction, and the ways along them.
/** @import { Index, Link, Message } from "../data/trace_types.js" */
/** @import { Panel, Point } from "../types.js" */
import { chainOf } from "../data/causality.js";
import { linksOf, valueAt } from "../data/trace.js";
import { shorten } from "../data/values.js";
import { s } from "../dom.js";
import { t } from "../words.js";

const MANY = 60; // links: so many are drawn faintly

/** @param {Index} index
 *  @param {Map<string, Point>} points of the nodes
 *  @param {number} radius */
export function createLinks(index, points, radius) {
  const pairs = linksOf(index);
  const many = pairs.length > MANY;
  const element = s("g", { "aria-hidden": "true", class: many ? "dslab-links dslab-many" : "dslab-links" });
  const lines = pairs.flatMap(([a, b]) => {
    const from = points.get(a);
    const to = points.get(b);
    return from && to
      ? [`M${from.x.toFixed(1)} ${from.y.toFixed(1)}L${to.x.toFixed(1)} ${to.y.toFixed(1)}`]
      : [];
  });
  const halves = s("g");
  element.append(s("path", { class: "dslab-link", d: lines.join("") }), halves);
  let drawn = /** @type {Link[]|undefined} */ (undefined);
  return {
    element,
    draw(/** @type {number} */ step) {
      const cut = valueAt(index.cuts, step);
      if (cut === drawn) return;
      drawn = cut;
      const linked =
        index.trace.links &&
        new Set(pairs.flatMap(([a, b]) => [JSON.stringify([a, b]), JSON.stringify([b, a])]));
      halves.replaceChildren(
        ...(cut ?? [])
          .filter((link) => !linked || linked.has(JSON.stringify(link)))
          .flatMap(([src, dst]) => {
            const from = points.get(src);
            const to = points.get(dst);
            return from && to ? [createHalf(src, dst, from, to, radius)] : [];
          }),
      );
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
  const ends = { src: shorten(src, 40), dst: shorten(dst, 40) };
  return s(
    "g",
    { class: "dslab-half" },
    s("line", { class: "dslab-gap", x1: from.x, y1: from.y, x2: middle.x, y2: middle.y }),
    s("line", { x1: from.x, y1: from.y, x2: middle.x, y2: middle.y }),
    s("path", {
      d: "M-3 -7V7M3 -7V7",
      transform: `translate(${bar.x} ${bar.y}) rotate(${angle + 20}) translate(0 -6)`,
    }),
    s("title", {}, t("cut: what {src} sends to {dst} is lost", ends)),
  );
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

// ---- the chain of messages between two steps, as numbered arrows

const MOST_HOPS = 12; // arrows; more could not be read

/** @param {Index} index
 *  @param {Map<string, Point>} points of the nodes
 *  @param {number} radius
 *  @returns {Panel} */
export function createRoute(index, points, radius) {
  const element = s("g", { class: "dslab-route", "aria-hidden": "true" });
  let drawn = /** @type {Message[]|null} */ (null);
  return {
    element,
    draw(view) {
      const { messages } = chainOf(index, view);
      if (drawn === messages) return;
      drawn = messages;
      element.replaceChildren(...messages.slice(0, MOST_HOPS).flatMap((message, n) => hop(message, n + 1)));
    },
  };

  /** @param {Message} message
   *  @param {number} number */
  function hop(message, number) {
    const from = points.get(message.src);
    const to = points.get(message.dst);
    if (!from || !to) return [];
    const [start, end] = [along(from, to, radius + 4, 0), along(from, to, radius + 8, 1)];
    const at = along(from, to, radius, 0.3 + 0.08 * (number % 5)); // arrows of one link have their numbers apart
    const angle = (Math.atan2(end.y - start.y, end.x - start.x) * 180) / Math.PI;
    return [
      s("line", { x1: start.x, y1: start.y, x2: end.x, y2: end.y }),
      s("path", {
        d: "M6 0L-6 -6V6Z",
        transform: `translate(${end.x} ${end.y}) rotate(${angle.toFixed(1)})`,
      }),
      s("circle", { cx: at.x, cy: at.y, r: 8 }),
      s("text", { x: at.x, y: at.y, dy: "0.35em" }, String(number)),
    ];
  }
}
