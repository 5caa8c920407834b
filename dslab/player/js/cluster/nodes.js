// @ts-check
// The nodes of the picture: shape and colour for the role, hatching for a crash, rings for timers, attributes beside.
/** @import { ClusterActions } from "./topology.js" */
/** @import { NodeMarks, Tally } from "../data/marks.js" */
/** @import { Index, NodeInfo, Status, Value } from "../data/trace_types.js" */
/** @import { Point, View } from "../types.js" */
/** @import { Label } from "./places.js" */
import { relationOfNode } from "../data/causality.js";
import { lastKnownStep } from "../data/filter.js";
import { tallyInWords } from "../data/marks.js";
import { clockAt, clockText, lastAtMost, stateAt, timersAt, valueAt } from "../data/trace.js";
import { shorten, words } from "../data/values.js";
import { FOCUSABLE, onEnter, s, setAttr, setText, toggleClass } from "../dom.js";
import { t } from "../words.js";
import { LINE } from "./places.js";
import { crossOutline, hatching, PADLOCK, PAUSE_SIGN, ROLE_COUNT, roleOutline } from "./shapes.js";

/** @typedef {{point: Point, radius: number, label: Label}} Place where a node stands, and what is written about it */

/** @param {Index} index
 *  @param {number} i
 *  @param {Place} place
 *  @param {ClusterActions} actions */
export function createNode(index, i, place, actions) {
  const info = index.nodes[i];
  const name = nameInside(info.id, place.radius);
  const outline = s("path", { class: "dslab-shape" });
  const timers = createTimerRings(place.radius);
  const label = s("g", { class: "dslab-node-label" });
  const title = s("title");
  const element = createButton(index, i, place, actions);
  const causes = createCauses(place.radius);
  const signs = s("g", { "aria-hidden": "true" });
  element.append(
    title,
    s("circle", { class: "dslab-now", r: place.radius + 13 }),
    causes,
    timers.element,
    outline,
    ...faults(place.radius),
    name,
    signs,
    label,
  );
  let drawn = "";
  return {
    element,
    /** @param {View} view
     *  @param {number} step
     *  @param {NodeMarks} marks */
    draw(view, step, marks) {
      const k = lastKnownStep(index, view, i, step);
      const key = [lastAtMost(index.eventsOf[i], k), k < 0, view.observer, marks.key].join();
      if (drawn === key) return; // nothing happened to this node
      drawn = key;
      const known = k >= 0 || view.observer === null;
      const state = new Map(known ? stateAt(index, i, k).map((row) => [row.name, row.value]) : []);
      const status = (known && valueAt(index.status[i], k)) || "unknown";
      const role = status === "down" ? -1 : info.roles.indexOf(String(state.get("role")));
      const clock = showsClock(index, view, info.id);
      const lines = labelLines(info, name.textContent ?? "", state, status, clock, marks);
      if (known && view.observer !== null && view.observer !== info.id)
        lines.push(plainly(t("as of step {step}", { step: k }), false));
      setAttr(
        element,
        "class",
        `dslab-node dslab-role-${role < 0 ? "none" : role % ROLE_COUNT} dslab-is-${status}${
          info.protocol ? "" : " dslab-name-only"
        }`,
      );
      const said = [
        t("Node {node}", { node: shorten(info.id, 60) }),
        ...lines.map((line) => line.full),
        status === "up" ? t(status) : "",
      ];
      setAttr(element, "aria-label", said.filter(Boolean).join(", "));
      setText(title, element.getAttribute("aria-label") ?? "");
      const inner = role === 2 ? roleOutline(0, 0.82 * place.radius) : "";
      setAttr(outline, "d", roleOutline(role, place.radius) + inner);
      fillLabel(label, lines, place.label);
      signs.replaceChildren(...drawSigns(marks, place.radius));
    },
    /** @param {View} view
     *  @param {number} time ms */
    drawFrame(view, time) {
      const { step } = view.scene;
      const { past, future } = relationOfNode(index, i, view);
      const own = view.observer === null || view.observer === info.id; // a node does not know the timers of the others
      timers.draw(own ? timersAt(index, i, step) : [], time);
      const clock = label.querySelector(".dslab-clock");
      if (clock) setText(clock, clockText(clockAt(index, i, step, time)));
      toggleClass(element, "dslab-current", index.steps[step]?.node === info.id);
      toggleClass(element, "dslab-selected", view.selection?.kind === "node" && view.selection.id === info.id);
      toggleClass(element, "dslab-filtered", view.filter.nodes.has(info.id));
      toggleClass(element, "dslab-has-past", past);
      toggleClass(element, "dslab-has-future", future);
    },
  };
}

/** Two arcs, shown by the style sheet: the current step could know of this node; this node could come to know of it.
 * @param {number} radius */
function createCauses(radius) {
  const r = radius + 13;
  return s(
    "g",
    { class: "dslab-causes", "aria-hidden": "true" },
    s("path", { class: "dslab-arc-past", d: `M0 ${-r}A${r} ${r} 0 0 0 0 ${r}` }),
    s("path", { class: "dslab-arc-future", d: `M0 ${-r}A${r} ${r} 0 0 1 0 ${r}` }),
  );
}

/** @param {Index} index
 *  @param {number} i
 *  @param {Place} place
 *  @param {ClusterActions} actions */
function createButton(index, i, { point }, actions) {
  const id = index.nodes[i].id;
  const choose = () => actions.select({ kind: "node", id });
  return s("g", {
    transform: `translate(${point.x} ${point.y})`,
    tabindex: "0",
    role: "button",
    "data-key": `node ${id}`,
    onclick: choose,
    onkeydown: onEnter(choose),
    ...FOCUSABLE,
  });
}

/** The name, or its beginning, in letters that fit into the shape.
 * @param {string} id
 * @param {number} radius */
function nameInside(id, radius) {
  const text = shorten(id, radius > 20 ? 6 : 4);
  const wide = text.match(/[\u1100-\uffdc]/g)?.length ?? 0; // Chinese, Japanese and Korean letters take the room of two
  const size = Math.max(11, Math.min(0.72 * radius, (2.9 * radius) / (text.length + 0.8 * wide)));
  return s("text", { class: "dslab-id", "font-size": size.toFixed(1), dy: "0.35em" }, text);
}

/** The signs of a node that is down (hatched and crossed out) or paused; the style sheet shows them when it is.
 * @param {number} radius */
function faults(radius) {
  return [
    s("path", { class: "dslab-hatch", d: hatching(radius) }),
    s("path", { class: "dslab-hatch dslab-crossed", d: crossOutline(0.72 * radius) }),
    s("path", { class: "dslab-sign", d: PAUSE_SIGN, transform: `translate(${radius} ${-radius})` }),
  ];
}

/** Is the node's clock shown beside it? Where clocks differ, but for the local view of another node.
 * @param {Index} index
 * @param {View} view
 * @param {string} id */
function showsClock(index, view, id) {
  return index.clocksDiffer && (view.observer === null || view.observer === id);
}

/** A line that is short enough to be written whole.
 * @param {string} text
 * @param {boolean} strong */
const plainly = (text, strong) => ({ text, full: text, strong });

/** @typedef {{text: string, full: string, strong: boolean, clock?: boolean, tally?: Tally}} Line */

/** What stands beside a node: its name if that is too long for the shape, its role, what is marked, and the attributes
 *  it shows.
 * @param {NodeInfo} info
 * @param {string} inside the name in the shape
 * @param {Map<string, Value>} state
 * @param {Status|"unknown"} status
 * @param {boolean} clock is its clock shown?
 * @param {NodeMarks} marks */
function labelLines(info, inside, state, status, clock, marks) {
  /** @type {Line[]} */
  const lines = [];
  if (inside !== info.id) lines.push({ text: shorten(info.id, 18), full: "", strong: true });
  if (status !== "up")
    lines.push(plainly(status === "unknown" ? t("nothing heard of it") : t(status), true));
  if (clock && status !== "down") lines.push({ text: "", full: "", strong: false, clock: true });
  const role = String(state.get("role"));
  if (status !== "down" && info.roles.includes(role))
    lines.push({ text: shorten(role, 18), full: role, strong: false });
  for (const tally of marks.tallies)
    lines.push({ text: shorten(tally.words, 12), full: tallyInWords(tally), strong: false, tally });
  for (const said of marks.lines) lines.push({ text: shorten(said, 22), full: shorten(said, 80), strong: false });
  for (const name of info.shown) {
    if (state.has(name) && name !== "role") {
      const value = state.get(name);
      const text = `${name} ${words(value)}`;
      lines.push({ text: shorten(text, 22), full: shorten(text, 80), strong: false });
    }
  }
  return lines.slice(0, 4);
}

/** Write the lines beside the node: as many as there is room for.
 * @param {SVGElement} element
 * @param {Line[]} lines
 * @param {Label} label */
function fillLabel(element, lines, { x, top, bottom, anchor, align, lines: most }) {
  const shown = lines.slice(0, most);
  const spare = bottom - top - LINE * shown.length;
  const first = top + 0.75 * LINE + (align === "top" ? 0 : align === "bottom" ? spare : spare / 2);
  element.replaceChildren(
    ...shown.flatMap((line, n) => {
      const place = { x, y: Number((first + LINE * n).toFixed(1)), "text-anchor": anchor };
      const kind = line.clock ? "dslab-clock" : line.strong ? "dslab-strong" : null;
      if (line.tally) return [", ", ...drawTally(line.tally, line.text, place)];
      return [", ", s("text", { class: kind, ...place }, line.text)];
    }),
  );
}

const DOT = 13; // px, from one dot of a tally to the next
export const MOST_DOTS = 9;

/** @param {"got"|"needed"|"spare"} kind
 *  @param {number} cx
 *  @param {number} cy */
export const drawDot = (kind, cx, cy) => s("circle", { class: `dslab-dot dslab-dot-${kind}`, cx, cy, r: 4.6 });

/** A dot for each answer that came, a ring for each that is needed, a faint ring for the others; and what is counted.
 * @param {Tally} tally
 * @param {string} words
 * @param {{x: number, y: number, "text-anchor": string}} place
 * @returns {Element[]} */
function drawTally({ got, needed, of }, words, place) {
  if (of > MOST_DOTS)
    return [s("text", place, t("{words} {got} of {needed}", { words, got, needed }))];
  const anchor = place["text-anchor"];
  const wide = DOT * of;
  const left = anchor === "end" ? place.x - wide : anchor === "start" ? place.x : place.x - wide / 2 - 18;
  const dots = Array.from({ length: of }, (_, n) =>
    drawDot(n < got ? "got" : n < needed ? "needed" : "spare", left + DOT * (n + 0.5), place.y - 5),
  );
  const [x, to] = anchor === "end" ? [left - 5, "end"] : [left + wide + 5, "start"];
  return [...dots, s("text", { x, y: place.y, "text-anchor": to }, words)];
}

/** What others think of a node, at its left shoulder; and its lock, closed or open, at its right foot.
 * @param {NodeMarks} marks
 * @param {number} radius */
function drawSigns({ signs, lock }, radius) {
  const at = 0.8 * radius;
  const badges = [...new Set(signs)].flatMap((sign, n) => drawThought(sign, -at + 17 * n, -at));
  return lock ? [...badges, drawPadlock(lock, `translate(${at} ${at})`)] : badges;
}

/** @param {string} sign
 *  @param {number} x
 *  @param {number} y */
export function drawThought(sign, x, y) {
  return [
    s("circle", { class: "dslab-thought", r: 8.5, cx: x, cy: y }),
    s("text", { class: "dslab-thought-sign", x, y, dy: "0.36em" }, sign),
  ];
}

/** @param {"held"|"waiting"} lock
 *  @param {string|null} [transform] */
export function drawPadlock(lock, transform = null) {
  const d = PADLOCK[lock === "held" ? "closed" : "open"];
  return s("path", { class: `dslab-lock dslab-lock-${lock}`, d, transform });
}

/** Rings round a node that shrink while its timers run; those that go off first.
 * @param {number} radius */
function createTimerRings(radius) {
  const rings = [5, 9].map((gap) =>
    s("circle", { class: "dslab-timer", r: radius + gap, pathLength: "100", transform: "rotate(-90)" }),
  );
  return {
    element: s("g", { "aria-hidden": "true" }, ...rings),
    /** @param {ReturnType<typeof timersAt>} timers
     *  @param {number} time ms */
    draw(timers, time) {
      const soonest = timers.length > 2 ? [...timers].sort((a, b) => a.due - b.due) : timers;
      rings.forEach((ring, n) => {
        const timer = soonest[n];
        const left = timer ? Math.max(0, Math.min(1, (timer.due - time) / (timer.due - timer.set || 1))) : 0;
        setAttr(ring, "stroke-dasharray", `${(100 * left).toFixed(1)} 100`);
        setAttr(ring, "visibility", left > 0 ? "visible" : "hidden");
      });
    },
  };
}
