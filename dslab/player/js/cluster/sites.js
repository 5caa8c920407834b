// @ts-check
// Data centres as frames round their nodes, and what is written on links: latency and loss.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Point } from "../types.js" */
import { shorten } from "../data/values.js";
import { s } from "../dom.js";
import { boxAround } from "./places.js";

const NAME_HEIGHT = 14; // px: the height of its name
const SITE_MARGIN = 12; // px between a node, with its rings, and the frame of its site

/** @param {Index} index
 *  @param {Map<string, Point>} points of the nodes
 *  @param {number} radius */
export function createSites({ trace }, points, radius) {
  const boxes = new Map((trace.sites ?? []).map(([site, nodes]) => [site, boxOfSite(nodes, points, radius)]));
  const frames = [...boxes].flatMap(([site, box]) => (box ? createSiteFrame(site, box) : []));
  const labels = (trace.labels ?? []).flatMap(([kind, a, b, text]) => {
    const ends = [a, b].map((end) => (kind === "site" ? middleOf(boxes.get(end)) : points.get(end)));
    return ends[0] && ends[1] ? [createLinkLabel(kind, ends[0], ends[1], text)] : [];
  });
  return {
    frames: s("g", { class: "dslab-sites" }, ...frames),
    labels: s("g", { class: "dslab-link-labels" }, ...labels),
  };
}

/** @param {string[]} nodes
 *  @param {Map<string, Point>} points
 *  @param {number} radius */
function boxOfSite(nodes, points, radius) {
  const reach = radius + SITE_MARGIN;
  const around = nodes.flatMap((node) => points.get(node) ?? []).map((at) => boxAround(at, reach, reach));
  if (!around.length) return null;
  const box = {
    left: Math.min(...around.map(({ left }) => left)),
    top: Math.min(...around.map(({ top }) => top)),
    right: Math.max(...around.map(({ right }) => right)),
    bottom: Math.max(...around.map(({ bottom }) => bottom)),
  };
  const all = [...points.values()].map(({ y }) => y);
  const isHigh = box.top + box.bottom < Math.min(...all) + Math.max(...all); // its name stands towards the middle
  if (isHigh) return { ...box, bottom: box.bottom + NAME_HEIGHT, isLow: false };
  return { ...box, top: box.top - NAME_HEIGHT, isLow: true };
}

/** @param {ReturnType<typeof boxOfSite>|undefined} box */
function middleOf(box) {
  return box ? { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 } : null;
}

/** @param {string} site
 *  @param {NonNullable<ReturnType<typeof boxOfSite>>} box */
function createSiteFrame(site, { left, top, right, bottom, isLow }) {
  const place = { x: left, y: top, width: right - left, height: bottom - top, rx: 14 };
  return [
    s("rect", { class: "dslab-site", ...place }),
    s("text", { class: "dslab-site-name", x: left + 10, y: isLow ? top + 15 : bottom - 7 }, shorten(site, 24)),
  ];
}

/** @param {string} kind
 *  @param {Point} from
 *  @param {Point} to
 *  @param {string} text */
function createLinkLabel(kind, from, to, text) {
  const look = kind === "site" ? "dslab-link-label dslab-between" : "dslab-link-label";
  const place = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2, dy: "0.35em" };
  return s("text", { class: look, "text-anchor": "middle", ...place }, shorten(text, 40));
}
