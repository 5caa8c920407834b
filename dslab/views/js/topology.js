// @ts-check
// The cluster as a picture: nodes, links, and messages that move along them.
/** @typedef {import("./data.js").Index} Index */
/** @typedef {import("./flights.js").Point} Point */
import { stateAt, timersAt, valueAt } from "./data.js";
import { FOCUSABLE, mark, onEnter, put, s, write } from "./dom.js";
import { along } from "./flights.js";
import { createFlights } from "./messages.js";
import { crossOutline, hatching, ROLE_COUNT, roleOutline } from "./shapes.js";
import { show, shorten } from "./values.js";

const HEIGHT = 340, TOP = 44, SPREAD = 270;     // SPREAD: between the leftmost and the rightmost node

/** The view of one trace. `actions.select` is told what was clicked.
 * @param {Index} index
 * @param {Array<[number, number]>} positions of the nodes in the unit square
 * @param {any} actions */
export function createTopology(index, positions, actions) {
  const radius = Math.max(8, Math.min(25, 150 / Math.sqrt(8 + index.nodes.length * index.nodes.length / 2)));
  const side = sideRoom(index, radius), width = 2 * side + SPREAD;
  const points = positions.map(([x, y]) => ({ x: side + x * SPREAD, y: TOP + y * (HEIGHT - 2 * TOP) }));
  const links = createLinks(index, points, radius);
  const inRow = points.every((point) => Math.abs(point.y - HEIGHT / 2) < 1);
  const nodes = index.nodes.map((_, i) => createNode(index, i, points[i], radius, inRow ? "below" : sideOf(points[i], width), actions));
  const flights = createFlights(index, points, radius, actions);
  const element = s("svg", { class: "dslab-topology", viewBox: `0 0 ${width} ${HEIGHT}`, role: "group", "aria-label": "Topology: nodes, links and messages" },
    links.element, s("g", {}, ...nodes.map((node) => node.element)), flights.element);
  let drawn = -1;
  return {
    element,
    draw(view) {
      const { step, time, message } = view.scene;
      if (drawn !== step) {
        links.draw(step);
        nodes.forEach((node) => node.draw(step));
        drawn = step;
      }
      nodes.forEach((node) => node.drawFrame(step, time, view.selection));
      flights.draw(step, time, message, view.selection);
    },
  };
}

/** @param {Index} index
 *  @param {Point[]} points
 *  @param {number} radius */
function createLinks(index, points, radius) {
  const pairs = index.trace.links ?? index.nodes.flatMap((a, i) => index.nodes.slice(i + 1).map((b) => [a.id, b.id]));
  const halves = [];
  const element = s("g", { "aria-hidden": "true" });
  for (const [a, b] of pairs) {
    const from = points[index.column.get(a)], to = points[index.column.get(b)];
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
  const angle = Math.atan2(to.y - from.y, to.x - from.x) * 180 / Math.PI;
  const bar = along(from, to, radius, 0.2);
  const element = s("g", { class: "dslab-half" },
    s("line", { x1: from.x, y1: from.y, x2: middle.x, y2: middle.y }),
    s("path", { d: "M-3 -7V7M3 -7V7", transform: `translate(${bar.x} ${bar.y}) rotate(${angle + 20}) translate(0 -6)` }),
    s("title", {}, `cut: what ${shorten(src, 40)} sends to ${shorten(dst, 40)} is lost`));
  return { key: JSON.stringify([src, dst]), element };
}

/** @param {Index} index
 *  @param {number} i
 *  @param {Point} point
 *  @param {number} radius
 *  @param {string} side where what is written about it stands
 *  @param {any} actions */
function createNode(index, i, point, radius, side, actions) {
  const info = index.nodes[i];
  const inside = shorten(info.id, radius > 20 ? 6 : 4);
  const size = Math.max(8, Math.min(0.72 * radius, 1.9 * radius / inside.length / 0.66));
  const outline = s("path", { class: "dslab-shape" });
  const ring = s("circle", { class: "dslab-now", r: radius + 13 });
  const hatch = s("path", { class: "dslab-hatch", d: hatching(radius) });
  const cross = s("path", { class: "dslab-hatch dslab-crossed", d: crossOutline(0.72 * radius) });
  const sign = s("path", { class: "dslab-sign", d: "M-4 -6H-1V6H-4ZM1 -6H4V6H1Z", transform: `translate(${radius} ${-radius})` });
  const timers = createTimerRings(radius);
  const label = s("g", { class: "dslab-node-label" });
  const title = s("title");
  const choose = () => actions.select({ kind: "node", id: info.id });
  const element = s("g", { class: "dslab-node", transform: `translate(${point.x} ${point.y})`, tabindex: "0", role: "button",
    "data-key": `node ${info.id}`, onclick: choose, onkeydown: onEnter(choose), ...FOCUSABLE },
    title, ring, timers.element, outline, hatch, cross, s("text", { class: "dslab-id", "font-size": size, dy: "0.35em" }, inside), sign, label);
  return {
    element,
    draw(step) {
      const state = new Map(stateAt(index, i, step).map((row) => [row.name, row.value]));
      const status = valueAt(index.status[i], step);
      const role = status === "down" ? -1 : info.roles.indexOf(state.get("role"));
      put(element, "class", `dslab-node dslab-role-${role < 0 ? "none" : role % ROLE_COUNT} dslab-is-${status}`);
      put(outline, "d", roleOutline(role, radius) + (role === 2 ? roleOutline(0, 0.82 * radius) : ""));
      const lines = labelLines(info, inside, state, status);
      fillLabel(label, lines, point, radius, side);
      const sentence = [`Node ${shorten(info.id, 60)}`, ...lines.map((line) => line.full), status].join(", ");
      put(element, "aria-label", sentence);
      write(title, `${info.id}: ${info.protocol}, ${status}`);
    },
    drawFrame(step, time, selection) {
      timers.draw(timersAt(index, i, step), time);
      mark(element, "dslab-current", index.steps[step]?.node === info.id);
      mark(element, "dslab-selected", selection?.kind === "node" && selection.id === info.id);
    },
  };
}

/** What stands beside a node: its name if that is too long for the shape, its role, and the attributes it shows. */
function labelLines(info, inside, state, status) {
  const lines = [];
  if (inside !== info.id) lines.push({ text: shorten(info.id, 18), full: "", strong: true });
  if (status !== "up") lines.push({ text: status, full: "", strong: true });
  if (status !== "down" && info.roles.includes(state.get("role"))) lines.push({ text: shorten(state.get("role"), 18), full: state.get("role"), strong: false });
  for (const name of info.shown) {
    if (state.has(name) && name !== "role") {
      const value = state.get(name);
      const text = `${name} ${typeof value === "string" ? value : show(value)}`;
      lines.push({ text: shorten(text, 20), full: shorten(text, 80), strong: false });
    }
  }
  return lines.slice(0, 4);
}

/** Write the lines below a node of a row, else on the side away from the links: outwards, and up or down from the middle.
 * @param {SVGElement} label
 * @param {Array<{text: string, strong: boolean}>} lines
 * @param {Point} point
 * @param {number} radius
 * @param {string} side */
function fillLabel(label, lines, point, radius, side) {
  const step = 14, height = step * (lines.length - 1);
  const x = side === "below" ? 0 : (side === "left" ? -1 : 1) * (radius + 17);
  const outwards = new Map([["below", radius + 30], ["above right", -height - 4], ["below right", 14]]);
  const wanted = outwards.get(side) ?? 4 - height / 2;
  const y = Math.max(12 - point.y, Math.min(HEIGHT - 6 - height - point.y, wanted));
  const anchor = side === "below" ? "middle" : side === "left" ? "end" : "start";
  label.replaceChildren(...lines.map((line, i) =>
    s("text", { class: line.strong ? "dslab-strong" : null, x, y: y + step * i, "text-anchor": anchor }, line.text)));
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
  const lengths = index.nodes.flatMap((node) => [...node.roles.map((role) => role.length), ...node.shown.map((name) => name.length + 4)]);
  return Math.max(90, Math.min(170, radius + 22 + 6.6 * Math.min(20, Math.max(0, ...lengths))));
}

/** Rings round a node that shrink while its timers run; those that go off first.
 * @param {number} radius */
function createTimerRings(radius) {
  const rings = [5, 9].map((gap) => s("circle", { class: "dslab-timer", r: radius + gap, pathLength: "100", transform: "rotate(-90)" }));
  return {
    element: s("g", { "aria-hidden": "true" }, ...rings),
    draw(timers, time) {
      const soonest = timers.length > 2 ? [...timers].sort((a, b) => a.due - b.due) : timers;
      rings.forEach((ring, n) => {
        const timer = soonest[n];
        const left = timer ? Math.max(0, Math.min(1, (timer.due - time) / (timer.due - timer.set || 1))) : 0;
        put(ring, "stroke-dasharray", `${(100 * left).toFixed(1)} 100`);
        put(ring, "visibility", left > 0 ? "visible" : "hidden");
      });
    },
  };
}
