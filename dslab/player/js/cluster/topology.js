// @ts-check
// The cluster as a picture: nodes, links, and messages that move along them.
/** @import { Actions, Index, Panel, Point } from "../types.js" */
import { show } from "../data/values.js";
import { s } from "../dom.js";
import { english, t } from "../words.js";
import { createCutting } from "./link_cutting.js";
import { createLinks, createRoute } from "./links.js";
import { createFlights } from "./messages.js";
import { createNode } from "./nodes.js";

const HEIGHT = 340;
const TOP = 44;
const SPREAD = 270; // between the leftmost and the rightmost node
const ROW_SPREAD = 380; // the same, if all stand in a row
const CROWD = 12; // with more nodes than this only some have their attributes beside them
const CROWDED = english("{count} nodes: their attributes are written beside the current and the selected one only");

/** The picture of one trace. A click selects a node, a message or a link.
 * @param {Index} index
 * @param {Array<[number, number]>} positions of the nodes in the unit square
 * @param {Actions} actions
 * @returns {Panel} */
export function createTopology(index, positions, actions) {
  const radius = Math.max(8, Math.min(25, 150 / Math.hypot(3, index.nodes.length / 1.4)));
  const inRow = positions.every(([, y]) => y === 0.5);
  const side = inRow ? 80 : sideRoom(index, radius);
  const spread = inRow ? ROW_SPREAD : SPREAD;
  const width = 2 * side + spread;
  const points = positions.map(([x, y]) => ({ x: side + x * spread, y: TOP + y * (HEIGHT - 2 * TOP) }));
  const places = new Map(index.nodes.map(({ id }, i) => [id, points[i]]));
  const links = createLinks(index, places, radius);
  const nodes = points.map((point, i) => {
    const labels = inRow ? "below" : sideOf(point, width);
    return createNode(index, i, { point, radius, labels, bottom: HEIGHT }, actions);
  });
  const cutting = createCutting(index, places, { width, height: HEIGHT }, actions);
  const flights = createFlights(index, places, radius, actions);
  const route = createRoute(index, places, radius);
  const element = s(
    "svg",
    {
      class: index.nodes.length > CROWD ? "dslab-topology dslab-crowded" : "dslab-topology",
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "group",
      "aria-label": t("Topology: nodes, links and messages"),
    },
    links.element,
    cutting.element,
    index.nodes.length > CROWD
      ? s("text", { class: "dslab-crowd", x: 8, y: HEIGHT - 6 }, t(CROWDED, { count: index.nodes.length }))
      : null,
    s("g", {}, ...nodes.map((node) => node.element)),
    route.element,
    flights.element,
  );
  cutting.listen(element);
  let drawn = "";
  return {
    element,
    draw(view) {
      const { step, time } = view.scene;
      const moment = `${step} ${view.observer}`; // a node does not know what is cut
      if (drawn !== moment) links.draw(view.observer === null ? step : -1);
      drawn = moment;
      cutting.draw(view);
      nodes.forEach((node) => node.draw(view, step));
      nodes.forEach((node) => node.drawFrame(view, time));
      flights.draw(view);
      route.draw(view);
    },
  };
}

/** @param {Point} point
 *  @param {number} width */
function sideOf(point, width) {
  if (Math.abs(point.x - width / 2) < 30) return point.y < HEIGHT / 2 ? "above right" : "below right";
  return point.x < width / 2 ? "left" : "right";
}

/** How much room what is written beside the nodes will need.
 * @param {Index} index
 * @param {number} radius */
function sideRoom(index, radius) {
  const shown = new Map(index.nodes.map((node) => [node.id, node.shown]));
  const lengths = index.nodes.flatMap((node) => [
    ...node.roles.map((role) => role.length),
    ...node.shown.map((name) => name.length + 2),
    node.id.length > 5 ? node.id.length + 1 : 0,
  ]);
  for (const { node, changes = {} } of index.steps)
    for (const name of shown.get(node ?? "") ?? [])
      if (name in changes) lengths.push(name.length + 1 + show(changes[name]).length);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  return Math.max(90, Math.min(214, radius + 22 + 7.6 * Math.min(22, longest)));
}
