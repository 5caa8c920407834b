// @ts-check
// What happened before what in a run, as a graph: two of its steps are chosen, and it says how they are related.
/** @import { Model } from "../types.js" */
import { FOCUSABLE, h, onEnter, s, setAttr } from "../dom.js";
import { createFrame } from "./demonstration.js";

/** @typedef {{id: number, node: string, x: number, y: number, says: string}} GraphStep */
/** @typedef {{title: string, nodes: string[], steps: GraphStep[], edges: Array<[from: number, to: number]>}} Graph */

const [LINE_GAP, COLUMN, GRAPH_LEFT, HEAD] = [62, 54, 60, 34]; // px

/** A shortest path along the edges; null if there is none.
 * @param {Graph["edges"]} edges
 * @param {number} from
 * @param {number} to
 * @returns {number[]|null} */
export function wayFrom(edges, from, to) {
  /** @type {Map<number, number|null>} */
  const before = new Map([[from, null]]);
  for (const at of before.keys())
    for (const [a, b] of edges) if (a === at && !before.has(b)) before.set(b, a);
  if (from === to || !before.has(to)) return null;
  const way = [to];
  while (way[0] !== from) way.unshift(/** @type {number} */ (before.get(way[0])));
  return way;
}

/** How two steps are related, in a sentence, and the path that shows it.
 * @param {Graph["edges"]} edges
 * @param {number} a
 * @param {number} b
 * @returns {{sentence: string, way: number[]}} */
export function standingOf(edges, a, b) {
  for (const [one, other] of [[a, b], [b, a]]) {
    const way = wayFrom(edges, one, other);
    const short = `${one} → ${other}: step ${one} happened before step ${other}`;
    if (way) return { way, sentence: `${short} (${way.join(" → ")}).` };
  }
  return { way: [], sentence: `${a} ∥ ${b}: no path leads from one to the other, so they are concurrent.` };
}

/** @param {{model: Model<{payload: Graph}>, el: HTMLElement}} widget */
function render({ model, el }) {
  const { title, nodes, steps, edges } = model.get("payload");
  const across = (/** @type {number} */ column) => GRAPH_LEFT + COLUMN * (column + 0.5);
  const down = (/** @type {number} */ line) => HEAD + LINE_GAP * line;
  const places = new Map(steps.map(({ id, x, y }) => [id, { x: across(x), y: down(y) }]));
  const width = GRAPH_LEFT + COLUMN * (1 + Math.max(0, ...steps.map(({ x }) => x)));
  const height = 2 * HEAD + LINE_GAP * (nodes.length - 1);
  let chosen = /** @type {number[]} */ ([]);
  const lines = nodes.map((node, n) => {
    const line = s("line", { class: "line", x1: GRAPH_LEFT, x2: width, y1: down(n), y2: down(n), opacity: 0.25 });
    return s("g", {}, s("text", { x: 4, y: down(n) + 5 }, node.slice(0, 7)), line);
  });
  const arrows = edges.map(([from, to]) => drawEdge(places, from, to));
  const dots = steps.map(drawStep);
  const viewBox = `0 0 ${width} ${height}`;
  const look = { class: "dslab-touch-stage wide", viewBox, role: "group", "aria-label": "Steps" };
  const stage = s("svg", { ...look, style: `width:${width}px` }, ...lines, ...arrows, ...dots);
  const task = "An edge leads from each step to the next that could know of it. Choose two steps.";
  const frame = createFrame(title, task, h("div", { style: "overflow-x:auto", tabindex: 0, ...FOCUSABLE }, stage));

  /** @param {GraphStep} step */
  function drawStep({ id, node, says }) {
    const at = /** @type {{x: number, y: number}} */ (places.get(id));
    const choose = () => select(id);
    const look = { tabindex: 0, role: "button", "aria-pressed": "false", "aria-label": `Step ${id}, ${node}: ${says}` };
    return s("g", { ...look, class: "happening", ...FOCUSABLE, onclick: choose, onkeydown: onEnter(choose) },
      s("title", {}, says), s("circle", { class: "paint-frame", cx: at.x, cy: at.y, r: 14 }),
      s("text", { x: at.x, y: at.y + 5, "text-anchor": "middle" }, String(id)));
  }

  /** @param {number} id */
  function select(id) {
    chosen = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(-2);
    const found = chosen.length === 2 ? standingOf(edges, chosen[0], chosen[1]) : null;
    const way = found?.way ?? [];
    steps.forEach((step, n) => {
      const paint = chosen.includes(step.id) ? "paint-1" : way.includes(step.id) ? "paint-2" : "paint-frame";
      setAttr(dots[n], "aria-pressed", chosen.includes(step.id));
      setAttr(/** @type {Element} */ (dots[n].querySelector("circle")), "class", paint);
    });
    edges.forEach(([from, to], n) => setAttr(arrows[n], "class", isOn(way, from, to) ? "on-way" : ""));
    frame.say(found?.sentence ?? steps.find((step) => step.id === chosen[0])?.says ?? "");
  }

  el.append(frame.element);
  return () => frame.element.remove();
}

/** @param {number[]} way
 *  @param {number} from
 *  @param {number} to */
const isOn = (way, from, to) => way.some((step, n) => step === from && way[n + 1] === to);

/** @param {Map<number, {x: number, y: number}>} places
 *  @param {number} from
 *  @param {number} to */
function drawEdge(places, from, to) {
  const [a, b] = [from, to].map((id) => /** @type {{x: number, y: number}} */ (places.get(id)));
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
  const [x, y] = [b.x - 16 * ux, b.y - 16 * uy];
  const [back, up] = [x - 9 * ux, y - 9 * uy];
  const d = `M${x} ${y}L${back + 4 * uy} ${up - 4 * ux}L${back - 4 * uy} ${up + 4 * ux}Z`;
  return s("g", { "aria-hidden": "true" },
    s("line", { class: "arrow", x1: a.x + 14 * ux, y1: a.y + 14 * uy, x2: back, y2: up }),
    s("path", { class: "head", d }));
}

export default { render };
