// @ts-check
// The moving messages of the picture: a pill with what the message says, or a small sign where there is no room.
// Elements are kept by name, so that one that has the focus keeps it.
/** @import { ClusterActions } from "./topology.js" */
/** @import { Flight } from "../data/in_flight.js" */
/** @import { Index, Message } from "../data/trace_types.js" */
/** @import { Panel, Point, Selection, View } from "../types.js" */
/** @import { Box, Size } from "./places.js" */
import { labelOf, lookOf, mention } from "../data/appearance.js";
import { RELATION, relationOf, relations } from "../data/causality.js";
import { knowledge, messageFilter } from "../data/filter.js";
import { flightsAt } from "../data/in_flight.js";
import { typesOf } from "../data/trace.js";
import { shorten, showCall } from "../data/values.js";
import { FOCUSABLE, onEnter, s, setAttr, toggleClass } from "../dom.js";
import { english, t } from "../words.js";
import { along } from "./links.js";
import { boxAround, overlap } from "./places.js";
import { crossOutline, pillOutline, TYPE_COUNT, typeOutline } from "./shapes.js";

/** @typedef {ReturnType<typeof createMessage>} Drawn */

const LABELLED = 16; // with more messages than this only those of the current step keep their labels
const PILL_HEIGHT = 24;
const ASIDE = [
  ...[[0, 0], [0, -0.8], [0, 0.8], [0.35, -1], [-0.35, -1], [0.35, 1], [-0.35, 1]],
  ...[[0.7, 0], [-0.7, 0], [0, -1.6], [0, 1.6]],
]; // where a pill may stand beside its way: its width and its height times
const PILL_LETTER = 7.4; // px, of a letter of 12.5 px on average; a Chinese character is twice as wide
const LONGEST_LABEL = 24;

const FLIGHT_WORDS = new Map([
  ["flying", english("in flight")],
  ["lost", english("lost")],
  ["received", english("received")],
]);

/** @param {Index} index
 *  @param {Map<string, Point>} points of the nodes
 *  @param {number} radius
 *  @param {{size: Size, fixed: Box[]}} room the picture, and what stands in it: no label may cover that
 *  @param {ClusterActions} actions
 *  @returns {Panel} */
export function createFlights(index, points, radius, { size, fixed }, actions) {
  const types = typesOf(index);
  const group = s("g");
  /** @type {Map<string, Drawn>} */
  const drawn = new Map();
  const path = s("line", { class: "dslab-path" });
  const element = s("g", {}, path, group);
  const drawnOf = (/** @type {Message} */ message) => {
    const { name, type } = message;
    let item = drawn.get(name);
    if (!item) {
      item = createMessage(message, types.get(type) ?? 0, lookOf(index, message), actions);
      drawn.set(name, item);
      group.append(item.element);
    }
    return item;
  };
  return {
    element,
    draw(view) {
      const { step, message: current } = view.scene;
      const related = view.causality ? relations(index, view.step) : null;
      const flights = flightsToShow(index, view);
      const seen = new Set();
      const pills = /** @type {Box[]} */ ([]);
      drawPath(path, null);
      for (const flight of flights.sort((a, b) => Number(b.message === current) - Number(a.message === current))) {
        const { message } = flight;
        const from = points.get(message.src);
        const to = points.get(message.dst);
        if (!from || !to) continue;
        seen.add(message.name);
        const item = drawnOf(message);
        const now = message === current || (view.selection?.kind === "message" && view.selection.id === message.name);
        const said = now || (item.look !== "quiet" && (flights.length <= LABELLED || message.sent === step));
        const at = along(from, to, radius + clearance(from, to, said ? item.width : 0), flight.part);
        const spot = said ? spotFor(at, item.width, [...fixed, ...pills], size, now) : null;
        if (spot) pills.push(pillBox(spot, item.width));
        item.draw(flight, spot ?? along(from, to, 1.8 * radius, flight.part), view.selection, spot !== null);
        item.relate(related);
        if (now) bringToFront(item.element);
        if (message === current && flight.state !== "flying") {
          drawPath(path, { from: along(from, to, radius, 0), to: spot ?? at });
        }
      }
      remove(drawn, seen, element);
    },
  };
}

/** An element that has the focus would lose it on the way, and stays.
 * @param {SVGElement} element */
function bringToFront(element) {
  const { parentNode } = element;
  if (parentNode?.lastChild !== element && !parentNode?.contains(document.activeElement)) parentNode?.append(element);
}

/** How far the middle of a pill must stay from a node, beside its radius, so as not to cover it.
 * @param {Point} from
 * @param {Point} to
 * @param {number} width of the pill; 0: a small sign */
function clearance(from, to, width) {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const across = (Math.abs(to.x - from.x) * width + Math.abs(to.y - from.y) * PILL_HEIGHT) / 2 / length;
  return Math.min(Math.max(14, across + 6), Math.max(14, 0.4 * length));
}

/** The messages that the filter leaves. In the local view of a node: those that it knows of, without their end.
 * @param {Index} index
 * @param {View} view
 * @returns {Flight[]} */
function flightsToShow(index, view) {
  const { step, time } = view.scene;
  const mayShow = messageFilter(index, view);
  const knows = knowledge(index, view);
  return flightsAt(index, step, time)
    .filter(({ message }) => mayShow(message))
    .map((flight) => {
      const ended = flight.state !== "flying" && !knows(flight.message.ended ?? Infinity);
      return ended && view.observer !== null ? { ...flight, state: "flying" } : flight;
    });
}

/** Where the pill stands: on its way, or beside it where that is covered already. Null: there is no room for it, and it
 *  is not of the current step, so that a sign does.
 * @param {Point} at
 * @param {number} width
 * @param {Box[]} taken
 * @param {Size} size of the picture
 * @param {boolean} must it be there?
 * @returns {Point|null} */
function spotFor(at, width, taken, size, must) {
  const aside = ASIDE.map(([across, down]) => ({ x: at.x + across * width, y: at.y + down * PILL_HEIGHT }));
  const spots = aside.map((spot) => inside(spot, width, size));
  const hidden = (/** @type {Point} */ spot) =>
    taken.reduce((sum, box) => sum + overlap(box, pillBox(spot, width + 2)), 0);
  const free = spots.find((spot) => hidden(spot) < 1);
  if (free || !must) return free ?? null;
  return spots.reduce((best, spot) => (hidden(spot) < hidden(best) ? spot : best));
}

/** @param {Point} at
 *  @param {number} width
 *  @param {Size} size */
function inside({ x, y }, width, size) {
  const [half, high] = [width / 2 + 2, PILL_HEIGHT / 2 + 2];
  return {
    x: Math.max(half, Math.min(size.width - half, x)),
    y: Math.max(high, Math.min(size.height - high, y)),
  };
}

/** @param {Point} middle
 *  @param {number} width */
const pillBox = (middle, width) => boxAround(middle, width / 2, PILL_HEIGHT / 2);

/** @param {string} text */
const widthOf = (text) => Array.from(text).reduce((sum, one) => sum + (one > "\u2e80" ? 2 : 1) * PILL_LETTER, 20);

/** @param {Map<string, {element: Element}>} drawn
 *  @param {Set<string>} seen
 *  @param {SVGElement} element where the focus goes if the message that had it is no more */
function remove(drawn, seen, element) {
  for (const [name, item] of drawn) {
    if (seen.has(name)) continue;
    if (item.element === document.activeElement) {
      const stage = /** @type {HTMLElement|null} */ (element.closest("[tabindex]"));
      stage?.focus({ preventScroll: true });
    }
    item.element.remove();
    drawn.delete(name);
  }
}

/** The line along which the current step's message has come.
 * @param {SVGElement} path
 * @param {{from: Point, to: Point}|null} where */
function drawPath(path, where) {
  setAttr(path, "visibility", where ? "visible" : "hidden");
  if (!where) return;
  setAttr(path, "x1", where.from.x.toFixed(1));
  setAttr(path, "y1", where.from.y.toFixed(1));
  setAttr(path, "x2", where.to.x.toFixed(1));
  setAttr(path, "y2", where.to.y.toFixed(1));
}

/** @param {Message} message
 *  @param {number} type
 *  @param {string} look
 *  @param {ClusterActions} actions */
function createMessage(message, type, look, actions) {
  const choose = () => actions.select({ kind: "message", id: message.name });
  const ends = { src: shorten(message.src, 40), dst: shorten(message.dst, 40) };
  const text = t("{call} from {src} to {dst}", { call: shorten(mention(message), 100), ...ends });
  const said = shorten(labelOf(message), LONGEST_LABEL);
  const width = widthOf(said) + (look === "yes" ? 12 : 0); // pointed ends need more room
  const ink = `dslab-type-${type % TYPE_COUNT} dslab-look-${look}`;
  const label = s("text", { class: `dslab-message-label ${ink}`, "aria-hidden": "true", y: 4.5 }, said);
  const body = s("path", { class: `dslab-body ${ink}` });
  const grip = s("path", { class: "dslab-grip" });
  const element = s(
    "g",
    {
      class: "dslab-message",
      tabindex: "0",
      role: "button",
      "data-key": `message ${message.name}`,
      onclick: choose,
      onkeydown: onEnter(choose),
      ...FOCUSABLE,
    },
    s("title", {}, `${text}\n${shorten(showCall(message.type, message.fields), 300)}\n${shorten(message.name, 80)}`),
    grip,
    body,
    label,
    s("path", { class: "dslab-dead", d: crossOutline(7) }),
  );
  let state = "";
  let relation = "";
  return {
    element,
    look,
    width,
    relate(/** @type {Uint8Array|null} */ related) {
      const now = related ? `dslab-${RELATION[relationOf(message, related)]}` : "";
      if (now === relation) return;
      if (relation) toggleClass(element, relation, false);
      if (now) toggleClass(element, now, true);
      relation = now;
    },
    /** @param {Flight} flight
     *  @param {Point} at
     *  @param {Selection|null} selection
     *  @param {boolean} pill is there room for what it says? */
    draw(flight, at, selection, pill) {
      setAttr(body, "d", pill ? pillOutline(look, width, PILL_HEIGHT) : typeOutline(type, look === "quiet" ? 4 : 6.5));
      setAttr(grip, "d", pill ? pillOutline("ask", width + 10, PILL_HEIGHT + 10) : typeOutline(0, 14));
      setAttr(label, "visibility", pill ? "visible" : "hidden");
      toggleClass(element, "dslab-pill", pill);
      setAttr(element, "transform", `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`);
      if (state !== flight.state) {
        state = flight.state;
        setAttr(element, "aria-label", `${text}, ${t(FLIGHT_WORDS.get(state) ?? state)}`);
        toggleClass(element, "dslab-lost", state === "lost");
        toggleClass(element, "dslab-received", state === "received");
      }
      toggleClass(element, "dslab-selected", selection?.kind === "message" && selection.id === message.name);
    },
  };
}
