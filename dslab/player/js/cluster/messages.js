// @ts-check
// The moving messages of the picture. Elements are kept by name, so that one that has the focus keeps it.
/** @import { Actions, Flight, Index, Message, Panel, Point, Selection, View } from "../types.js" */
import { RELATION, relationOf, relations } from "../data/causality.js";
import { knowledge, messageFilter } from "../data/filter.js";
import { flightsAt } from "../data/in_flight.js";
import { typesOf } from "../data/trace.js";
import { shorten, showCall } from "../data/values.js";
import { FOCUSABLE, onEnter, s, setAttr, toggleClass } from "../dom.js";
import { english, t } from "../words.js";
import { along } from "./links.js";
import { crossOutline, TYPE_COUNT, typeOutline } from "./shapes.js";

const LABELLED = 8; // with more messages than this only those of the current step keep their labels
const LABEL = { width: 98, height: 16 };

const FLIGHT_WORDS = new Map([
  ["flying", english("in flight")],
  ["lost", english("lost")],
  ["received", english("received")],
]);

/** @param {Index} index
 *  @param {Map<string, Point>} points of the nodes
 *  @param {number} radius
 *  @param {Actions} actions
 *  @returns {Panel} */
export function createFlights(index, points, radius, actions) {
  const types = typesOf(index);
  const group = s("g");
  /** @type {Map<string, ReturnType<typeof createMessage>>} */
  const drawn = new Map();
  const path = s("line", { class: "dslab-path" });
  const element = s("g", {}, path, group);
  const place = (/** @type {Point} */ from, /** @type {Point} */ to, /** @type {number} */ part) =>
    along(from, to, radius + 0.8 * radius, part);
  const whereabouts = (/** @type {Flight} */ { message, part }) => {
    const from = points.get(message.src);
    const to = points.get(message.dst);
    return from && to
      ? {
          at: place(from, to, part),
          start: place(from, to, 0),
          middle: place(from, to, 0.5),
          down: to.y > from.y + 1,
        }
      : null;
  };
  return {
    element,
    draw(view) {
      const { step, message: current } = view.scene;
      const related = view.causality ? relations(index, view.step) : null;
      const flights = flightsToShow(index, view);
      const seen = new Set();
      const labels = /** @type {Point[]} */ ([]);
      for (const flight of flights) {
        const where = whereabouts(flight);
        if (!where) continue;
        seen.add(flight.message.name);
        let item = drawn.get(flight.message.name);
        if (!item) {
          item = createMessage(flight.message, types.get(flight.message.type) ?? 0, actions);
          drawn.set(flight.message.name, item);
          group.append(item.element);
        }
        const labelled =
          flights.length <= LABELLED || flight.message.sent === step || flight.message === current;
        item.draw(flight, where, view.selection, labelled, labels);
        item.relate(related);
      }
      remove(drawn, seen, element);
      const now = flights.find((flight) => flight.state !== "flying" && flight.message === current);
      drawPath(path, now ? whereabouts(now) : null);
    },
  };
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

/** Is there room for the labels of both? Of messages that leave a node together one has its label.
 * @param {Point} a
 * @param {Point} b */
function apart(a, b) {
  return Math.abs(a.x - b.x) > LABEL.width || Math.abs(a.y - b.y) > LABEL.height;
}

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
 * @param {{start: Point, at: Point}|null} where */
function drawPath(path, where) {
  setAttr(path, "visibility", where ? "visible" : "hidden");
  if (!where) return;
  setAttr(path, "x1", where.start.x.toFixed(1));
  setAttr(path, "y1", where.start.y.toFixed(1));
  setAttr(path, "x2", where.at.x.toFixed(1));
  setAttr(path, "y2", where.at.y.toFixed(1));
}

/** @param {Message} message
 *  @param {number} type
 *  @param {Actions} actions */
function createMessage(message, type, actions) {
  const choose = () => actions.select({ kind: "message", id: message.name });
  const call = shorten(showCall(message.type, message.fields), 300);
  const text = t("{call} from {src} to {dst}", { call, src: shorten(message.src, 40), dst: shorten(message.dst, 40) });
  const label = s("text", { class: "dslab-message-label", "aria-hidden": "true" }, shorten(message.type, 18));
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
    s("title", {}, `${text}\n${shorten(message.name, 80)}`),
    s("circle", { class: "dslab-grip", r: 14 }),
    s("path", { class: `dslab-body dslab-type-${type % TYPE_COUNT}`, d: typeOutline(type, 6.5) }),
    s("path", { class: "dslab-dead", d: crossOutline(6) }),
    label,
  );
  let state = "";
  let relation = "";
  return {
    element,
    relate(/** @type {Uint8Array|null} */ related) {
      const now = related ? `dslab-${RELATION[relationOf(message, related)]}` : "";
      if (now === relation) return;
      if (relation) toggleClass(element, relation, false);
      if (now) toggleClass(element, now, true);
      relation = now;
    },
    /** @param {Flight} flight
     *  @param {{at: Point, middle: Point, down: boolean}} where
     *  @param {Selection|null} selection
     *  @param {boolean} labelled
     *  @param {Point[]} labels those that are there already */
    draw(flight, { at, middle, down }, selection, labelled, labels) {
      setAttr(label, "x", flight.state === "received" ? (middle.x - at.x).toFixed(1) : 0);
      setAttr(label, "y", flight.state === "received" ? (middle.y - at.y - 6).toFixed(1) : down ? 21 : -12);
      setAttr(element, "transform", `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`);
      if (state !== flight.state) {
        state = flight.state;
        setAttr(element, "aria-label", `${text}, ${t(FLIGHT_WORDS.get(state) ?? state)}`);
        toggleClass(element, "dslab-lost", state === "lost");
        toggleClass(element, "dslab-received", state === "received");
      }
      const chosen = selection?.kind === "message" && selection.id === message.name;
      toggleClass(element, "dslab-selected", chosen);
      const spot = flight.state === "received" ? middle : at;
      const wanted = chosen || (labelled && labels.every((other) => apart(other, spot)));
      if (wanted) labels.push(spot);
      setAttr(label, "visibility", wanted ? "visible" : "hidden");
    },
  };
}
