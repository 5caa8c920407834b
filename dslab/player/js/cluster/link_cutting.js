// @ts-check
// Links under the pointer and the keys: a line that is drawn across them cuts them, a click or a key selects one.
/** @import { ClusterActions } from "./topology.js" */
/** @import { Index } from "../data/trace_types.js" */
/** @import { Change, LinkSelection, Point, Selection, View } from "../types.js" */
/** @typedef {{a: string, b: string, from: Point, to: Point}} Line a link where it is drawn */
import { cutsAt, isCut, linksOf } from "../data/trace.js";
import { s, setAttr } from "../dom.js";
import { t } from "../words.js";

const SLACK = 5; // px: a pointer that moves less only clicks
const NEAR = 9; // units of the picture: a click that is nearer to a link selects it

// ---- selection

/** The link as a selection. Its ends are in the order in which sentences name them; the keys go on round `around`.
 * @param {string} a
 * @param {string} b
 * @param {string|null} [around]
 * @returns {LinkSelection} */
export function linkBetween(a, b, around = null) {
  return { kind: "link", id: JSON.stringify([a, b].sort()), ends: [a, b], around };
}

/** The link that a key selects: of the selected node, or after the selected link, or the first of all.
 * @param {Index} index
 * @param {Selection|null} selection
 * @param {number} way 1 or -1 */
export function nextLink(index, selection, way) {
  const around = selection?.kind === "link" ? selection.around : null;
  const node = selection?.kind === "node" ? selection.id : around;
  const links = linksOf(index)
    .filter((link) => node === null || link.includes(node))
    .map(([a, b]) => (b === node ? linkBetween(b, a, node) : linkBetween(a, b, node)));
  const at = links.findIndex((link) => link.id === selection?.id);
  if (at < 0) return links.at(way > 0 ? 0 : -1) ?? null;
  return links[(at + way + links.length) % links.length];
}

// ---- geometry

/** Where a point of the window is in the picture, which is drawn as large as fits and centred.
 * @param {{left: number, top: number, width: number, height: number}} box of the picture in the window
 * @param {{width: number, height: number}} size of the picture in its own units
 * @param {Point} point
 * @returns {Point} */
export function inPicture(box, size, { x, y }) {
  const scale = Math.min(box.width / size.width, box.height / size.height) || 1;
  return {
    x: (x - box.left - (box.width - scale * size.width) / 2) / scale,
    y: (y - box.top - (box.height - scale * size.height) / 2) / scale,
  };
}

/** On which side of the line p -> q is r? Positive on its right, looking from p to q.
 * @param {Point} p
 * @param {Point} q
 * @param {Point} r */
const side = (p, q, r) => (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);

/** The links that a stroke crosses, each with the point, in the direction from the stroke's left to its right.
 * @param {Line[]} lines
 * @param {Point} start
 * @param {Point} end
 * @returns {Array<{src: string, dst: string, at: Point, angle: number}>} */
export function crossed(lines, start, end) {
  return lines.flatMap(({ a, b, from, to }) => {
    const [first, second] = [side(start, end, from), side(start, end, to)];
    if (first * second >= 0 || side(from, to, start) * side(from, to, end) >= 0) return [];
    const part = first / (first - second);
    const at = { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) };
    const [[src, tail], [dst, head]] = first < 0 ? [[a, from], [b, to]] : [[b, to], [a, from]];
    return [{ src, dst, at, angle: (Math.atan2(head.y - tail.y, head.x - tail.x) * 180) / Math.PI }];
  });
}

/** The link that a click selects, if it is near one.
 * @param {Line[]} lines
 * @param {Point} point
 * @returns {Line|null} */
export function nearest(lines, point) {
  const found = lines.map((line) => ({ line, far: distance(line, point) })).sort((p, q) => p.far - q.far)[0];
  return found && found.far <= NEAR ? found.line : null;
}

/** @param {Line} line
 *  @param {Point} point */
function distance({ from, to }, point) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = ((point.x - from.x) * dx + (point.y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const part = Math.max(0, Math.min(1, along));
  return Math.hypot(from.x + part * dx - point.x, from.y + part * dy - point.y);
}

/** The changes of a stroke: the directions that are not cut yet.
 * @param {Index} index
 * @param {Array<{src: string, dst: string}>} links
 * @param {number} k
 * @param {boolean} oneWay */
export function cutsOf(index, links, k, oneWay) {
  return links
    .flatMap(({ src, dst }) => (oneWay ? [[src, dst]] : [[src, dst], [dst, src]]))
    .filter(([src, dst]) => !isCut(index, src, dst, k))
    .map((args) => ({ verb: "cut", args }));
}

/** The cuts as one partition, which is clearer, if they divide the nodes into sides. Else the cuts.
 * @param {Index} index
 * @param {Change[]} cuts
 * @param {number} k */
export function asPartition(index, cuts, k) {
  const named = (/** @type {string} */ a, /** @type {string} */ b) => JSON.stringify([a, b]);
  const all = [...cutsAt(index, k), ...cuts.map(({ args }) => args)];
  const cut = new Set(all.map(([a, b]) => named(String(a), String(b))));
  const links = linksOf(index);
  const sides = new Map(index.nodes.map(({ id }) => [id, new Set([id])]));
  for (const [a, b] of links) {
    const [one, other] = [sides.get(a), sides.get(b)];
    if (!one || !other || one === other || cut.has(named(a, b)) || cut.has(named(b, a))) continue;
    for (const id of other) sides.set(id, one.add(id));
  }
  const apart = (/** @type {string} */ a, /** @type {string} */ b) => sides.get(a) !== sides.get(b);
  const clean = links.every(([a, b]) => cut.has(named(a, b)) === apart(a, b) && cut.has(named(b, a)) === apart(a, b));
  const groups = [...new Set(sides.values())].map((side) => [...sides.keys()].filter((id) => side.has(id)));
  return clean && cuts.length > 2 ? [{ verb: "partition", args: groups }] : cuts;
}

// ---- the gesture

/** A layer above the links: what is selected, and the stroke while it is drawn.
 * @param {Index} index
 * @param {Map<string, Point>} points of the nodes
 * @param {{width: number, height: number}} size of the picture
 * @param {ClusterActions} actions */
export function createCutting(index, points, size, actions) {
  const chosen = s("line", { class: "dslab-link-chosen", visibility: "hidden" });
  const stroke = s("line", { class: "dslab-stroke", visibility: "hidden" });
  const heads = s("g");
  const element = s("g", { class: "dslab-cutting", "aria-hidden": "true" }, chosen, stroke, heads);
  const lines = linksOf(index).flatMap(([a, b]) => {
    const [from, to] = [points.get(a), points.get(b)];
    return from && to ? [{ a, b, from, to }] : [];
  });
  let step = 0;

  /** @param {Point} start
   *  @param {Point} end
   *  @param {boolean} oneWay */
  function preview(start, end, oneWay) {
    place(stroke, start, end);
    heads.replaceChildren(...crossed(lines, start, end).flatMap((one) => drawCrossing(one, oneWay)));
  }

  return {
    element,
    /** Listen to the picture. @param {SVGElement} picture */
    listen(picture) {
      const how = [
        t("Draw a line across links to cut them. Click a link to select it."),
        t("With Shift they are cut in one direction only, as the arrowheads show; draw the line the other way for the other direction."),
      ];
      picture.prepend(s("title", {}, how.join("\n")));
      const where = (/** @type {MouseEvent} */ event) =>
        inPicture(picture.getBoundingClientRect(), size, { x: event.clientX, y: event.clientY });
      onStroke(picture, {
        draw: (start, end) => preview(where(start), where(end), end.shiftKey),
        end(start, end) {
          place(stroke, null, null);
          heads.replaceChildren();
          if (!end) return;
          const links = crossed(lines, where(start), where(end));
          const cuts = cutsOf(index, links, step, end.shiftKey);
          const why = t("All links that the line crosses are cut already.");
          if (links.length) actions.change(asPartition(index, cuts, step), why);
        },
        click(event) {
          const line = nearest(lines, where(event));
          if (line) actions.select(linkBetween(line.a, line.b));
        },
      });
    },
    draw(/** @type {View} */ view) {
      step = view.step;
      const ends = view.selection?.kind === "link" ? view.selection.ends : [];
      const [from, to] = ends.map((id) => points.get(id));
      place(chosen, from, to);
    },
  };
}

/** @param {SVGElement} line
 *  @param {Point|null|undefined} from
 *  @param {Point|null|undefined} to */
function place(line, from, to) {
  setAttr(line, "visibility", from && to ? "visible" : "hidden");
  if (!from || !to) return;
  for (const [name, value] of Object.entries({ x1: from.x, y1: from.y, x2: to.x, y2: to.y }))
    setAttr(line, name, value.toFixed(1));
}

/** An arrowhead for each direction that will be cut.
 * @param {{at: Point, angle: number}} crossing
 * @param {boolean} oneWay */
function drawCrossing({ at, angle }, oneWay) {
  return (oneWay ? [angle] : [angle, angle + 180]).map((turned) =>
    s("path", {
      class: "dslab-crossing",
      d: "M3 -8L17 0L3 8Z",
      transform: `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)}) rotate(${turned.toFixed(1)})`,
    }),
  );
}

/** Strokes and clicks on the background. A stroke may begin anywhere; what is clicked itself keeps its clicks.
 * @param {SVGElement} picture
 * @param {{draw: (start: PointerEvent, now: PointerEvent) => void, click: (event: MouseEvent) => void,
 *    end: (start: PointerEvent, end: PointerEvent|null) => void}} does `end`: null if the browser took the pointer */
function onStroke(picture, does) {
  let start = /** @type {PointerEvent|null} */ (null);
  let drawn = false;
  const finish = (/** @type {PointerEvent|null} */ end) => {
    if (start && drawn) does.end(start, end);
    start = null;
  };
  picture.addEventListener("pointerdown", (event) => {
    drawn = false;
    if (event.button === 0 && event.isPrimary) start = event;
  });
  picture.addEventListener("pointermove", (event) => {
    if (!start || event.pointerId !== start.pointerId) return;
    if (!drawn && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < SLACK) return;
    if (!drawn) picture.setPointerCapture(event.pointerId);
    drawn = true;
    does.draw(start, event);
  });
  picture.addEventListener("pointerup", finish);
  picture.addEventListener("pointercancel", () => finish(null));
  picture.addEventListener("click", (event) => {
    if (!drawn && !(/** @type {Element} */ (event.target).closest("[data-key]"))) does.click(event);
    drawn = false;
  });
}
