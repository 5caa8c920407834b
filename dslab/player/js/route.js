// @ts-check
// The chain of messages between two steps, as numbered arrows over the topology.
/** @import { Index, Message, Panel, Point } from "./types.js" */
import { chainOf } from "./data/causality.js";
import { s } from "./dom.js";
import { along } from "./links.js";

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
