// @ts-check
// The cluster as a picture: nodes, links, and messages that move along them.
/** @import { NodeMarks } from "../data/marks.js" */
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Panel, View } from "../types.js" */
/** @import { Size, Text } from "./places.js" */
import { marksAt } from "../data/marks.js";
import { words } from "../data/values.js";
import { focusedKey, h, restoreFocus, s } from "../dom.js";
import { english, inThisLanguage, t } from "../words.js";
import { createCutting } from "./link_cutting.js";
import { createLinks, createRoute } from "./links.js";
import { createFlights } from "./messages.js";
import { createNode } from "./nodes.js";
import { boxAround, boxOf, labelsFor, pointsFor, radiusFor } from "./places.js";
import { createSites } from "./sites.js";

/** @typedef {Pick<Actions, "select"|"change">} ClusterActions what can be done in the picture of the cluster */

const FIRST_SIZE = { width: 640, height: 340 }; // px, until the page has laid the picture out
const CROWD = 12; // with more nodes than this only some have their attributes beside them
const CROWDED = english("{count} nodes: their attributes are written beside the current and the selected one only");
const LETTER = 7.4; // px of a letter beside a node
const MOST_LETTERS = 22;
const MOST_LINES = 4;

/** The picture of one trace, drawn for the size that it has. A click selects a node, a message or a link.
 * @param {Index} index
 * @param {Array<[number, number]>} positions of the nodes in the unit square
 * @param {ClusterActions} actions
 * @returns {Panel} */
export function createTopology(index, positions, actions) {
  const texts = index.nodes.map((_, i) => textOf(index, i));
  let picture = createPicture(index, positions, texts, FIRST_SIZE, actions);
  const element = h("div", { class: "dslab-picture" }, picture.element);
  let latest = /** @type {View|null} */ (null);

  /** @param {DOMRectReadOnly} size */
  function resize({ width, height }) {
    if (width < 40 || height < 40) return; // it is hidden
    const focused = focusedKey(element);
    picture = createPicture(index, positions, texts, { width, height }, actions);
    element.replaceChildren(picture.element);
    if (latest) picture.draw(latest);
    restoreFocus(element, focused);
  }

  const observer = new ResizeObserver(inThisLanguage(([{ contentRect }]) => resize(contentRect)));
  observer.observe(element);
  return {
    element,
    draw(view) {
      latest = view;
      picture.draw(view);
    },
    stop: () => observer.disconnect(),
  };
}

/** The picture in a certain size.
 * @param {Index} index
 * @param {Array<[number, number]>} positions
 * @param {Text[]} texts
 * @param {Size} size
 * @param {ClusterActions} actions */
function createPicture(index, positions, texts, size, actions) {
  const radius = radiusFor(positions.length, size);
  const points = pointsFor(positions, texts, radius, size);
  const labels = labelsFor(points, texts, radius, size);
  const fixed = [
    ...points.map((point) => boxAround(point, radius, radius)),
    ...points.map((point, i) => boxOf(point, labels[i], texts[i].width)),
  ];
  const places = new Map(index.nodes.map(({ id }, i) => [id, points[i]]));
  const links = createLinks(index, places, radius);
  const sites = createSites(index, places, radius);
  const nodes = points.map((point, i) => createNode(index, i, { point, radius, label: labels[i] }, actions));
  const cutting = createCutting(index, places, size, actions);
  const flights = createFlights(index, places, radius, { size, fixed }, actions);
  const route = createRoute(index, places, radius);
  const count = index.nodes.length;
  const element = s(
    "svg",
    {
      class: count > CROWD ? "dslab-topology dslab-crowded" : "dslab-topology",
      viewBox: `0 0 ${size.width} ${size.height}`,
      role: "group",
      "aria-label": t("Topology: nodes, links and messages"),
    },
    sites.frames,
    links.element,
    sites.labels,
    cutting.element,
    count > CROWD ? s("text", { class: "dslab-crowd", x: 8, y: size.height - 6 }, t(CROWDED, { count })) : null,
    s("g", {}, ...nodes.map((node) => node.element)),
    route.element,
    flights.element,
  );
  cutting.listen(element);
  let drawn = "";
  let marks = /** @type {NodeMarks[]} */ ([]);
  return {
    element,
    draw(/** @type {View} */ view) {
      const { step, time } = view.scene;
      const moment = `${step} ${view.observer}`; // a node does not know what is cut
      if (drawn !== moment) {
        links.draw(view.observer === null ? step : -1);
        marks = marksAt(index, view, step);
      }
      drawn = moment;
      cutting.draw(view);
      nodes.forEach((node, i) => node.draw(view, step, marks[i]));
      nodes.forEach((node) => node.drawFrame(view, time));
      flights.draw(view);
      route.draw(view);
    },
  };
}

/** How much room what is written beside a node will need.
 * @param {Index} index
 * @param {number} i
 * @returns {Text} */
function textOf(index, i) {
  const { id, roles, shown } = index.nodes[i];
  const marked = markedText(index, i);
  const attributes = shown.filter((name) => name !== "role");
  const values = (/** @type {string} */ name) => index.attributes[i].get(name)?.values ?? [];
  const written = [
    ...(id.length > 5 ? [id] : []),
    ...roles,
    ...attributes.flatMap((name) => values(name).map((value) => `${name} ${words(value)}`)),
  ];
  const lines = (id.length > 5 ? 1 : 0) + (roles.length ? 1 : 0) + attributes.length + marked.lines;
  const letters = written.reduce((most, text) => Math.max(most, text.length), Math.max(6, marked.letters));
  const high = Math.max(1, Math.min(MOST_LINES, lines + (index.clocksDiffer ? 1 : 0)));
  return { width: LETTER * Math.min(MOST_LETTERS, letters), lines: high };
}

/** The same for what is marked. Of the marks that are for one role only, one is seen at a time.
 * @param {Index} index
 * @param {number} i */
function markedText({ nodes }, i) {
  const { marks = [], peers = 0 } = nodes[i];
  const name = nodes.reduce((most, { id }) => Math.max(most, Math.min(6, id.length)), 1);
  const written = marks.flatMap(({ kind, words: said = "", of = "" }) => {
    if (kind === "quorum") return [said.length + 2 * (peers + 1)];
    return [said, of].filter(Boolean).map((text) => text.length + 1 + (kind === "chosen" ? name : 2 * name + 2));
  });
  const always = marks.filter((mark) => !mark.role).flatMap((mark) => [mark.words, mark.of]).filter(Boolean).length;
  return { lines: Math.max(always, Math.min(1, written.length)), letters: Math.max(0, ...written) };
}
