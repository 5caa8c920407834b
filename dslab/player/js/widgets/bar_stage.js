// @ts-check
// The picture of a history: a lane for each client, a bar for each operation, with its point, its number, its conflict.
/** @import { Axis, BarPart, OperationBar, Sheet } from "./bars.js" */
import { FOCUSABLE, h, s } from "../dom.js";
import { laneOf, labelOf, spokenBar } from "./bars.js";

/** @typedef {object} Lighting what the verdict says of the bars
 * @property {string[]} conflict ids
 * @property {string[]} order ids, numbered from 1
 * @property {Record<string, number>} points by id
 * @property {Array<[time: number, text: string]>} states of the object
 * @property {string} stuck the operation that the reader's points do not explain, or "" */
/** @typedef {{sheet: Sheet, axis: Axis, object: string, selected: string, part: BarPart,
 *    lighting: Lighting}} BarScene */
/** @typedef {(event: KeyboardEvent, bar: OperationBar) => void} OnBarKey */

const [PICTURE_WIDTH, BEGIN, CEILING, LANE, END] = [860, 84, 26, 54, 844]; // px
const LETTER = 7.5; // px, of a label
const BAR_HALF = 11;

/** @param {Axis} axis */
export const scaleOf = ({ low, high }) => (/** @type {number} */ time) =>
  BEGIN + ((time - low) / (high - low)) * (END - BEGIN);

/** How much time a px of the screen is.
 * @param {SVGElement} stage
 * @param {Axis} axis */
export const timePerPixel = (stage, { low, high }) =>
  ((high - low) / (END - BEGIN)) * (PICTURE_WIDTH / stage.getBoundingClientRect().width);

export const createBarStage = (/** @type {(event: PointerEvent) => void} */ onpointerdown) =>
  s("svg", {
    class: "dslab-touch-stage dslab-bars", role: "group", onpointerdown,
    "aria-label": "the operations, a lane for each client, time from left to right",
  });

/** @param {SVGElement} stage
 *  @param {BarScene} scene
 *  @param {OnBarKey} onkeydown */
export function drawBars(stage, scene, onkeydown) {
  const { sheet, axis, lighting } = scene;
  const floor = CEILING + sheet.clients.length * LANE;
  const height = floor + 48;
  stage.setAttribute("viewBox", `0 0 ${PICTURE_WIDTH} ${height}`);
  const held = stage.ownerDocument.activeElement?.getAttribute("data-bar");
  const within = stage.contains(stage.ownerDocument.activeElement);
  stage.replaceChildren(
    ...drawAxis(axis, floor),
    ...drawStates(lighting.states, scene, floor),
    ...sheet.clients.flatMap((client, row) => drawLane(scene, client, row, onkeydown)),
  );
  if (within && held) focusBar(stage, held);
}

/** @param {SVGElement} stage
 *  @param {string} id */
export const focusBar = (stage, id) =>
  /** @type {SVGElement|null} */ (stage.querySelector(`[data-bar="${id}"]`))?.focus({ preventScroll: true });

/** @param {Axis} axis
 *  @param {number} floor */
function drawAxis(axis, floor) {
  const place = scaleOf(axis);
  const count = Math.round((axis.high - axis.low) / axis.tick);
  const ticks = Array.from({ length: count + 1 }, (_, n) => Number((axis.low + n * axis.tick).toPrecision(10)));
  return ticks.flatMap((time) => [
    s("line", { class: "grid", x1: place(time), x2: place(time), y1: 8, y2: floor }),
    s("text", { class: "soft tick", x: place(time), y: floor + 40, "text-anchor": "middle" }, String(time)),
  ]);
}

/** @param {BarScene} scene
 *  @param {string} client
 *  @param {number} row
 *  @param {OnBarKey} onkeydown */
function drawLane(scene, client, row, onkeydown) {
  const y = CEILING + row * LANE + 22;
  const lane = laneOf(scene.sheet, client);
  const name = shortened(client, 7);
  return [
    s("line", { class: "line lane", x1: BEGIN - 8, x2: END, y1: y, y2: y }),
    s("text", { class: "client", x: 4, y: y + 5 }, s("title", {}, client), name),
    ...lane.map((bar, n) => drawBar(scene, bar, y, lane[n + 1], onkeydown)),
  ];
}

/** @param {BarScene} scene
 *  @param {OperationBar} bar
 *  @param {number} y
 *  @param {OperationBar|undefined} next in its lane
 *  @param {OnBarKey} onkeydown */
function drawBar(scene, bar, y, next, onkeydown) {
  const { axis, lighting, selected, part } = scene;
  const place = scaleOf(axis);
  const [from, to] = [place(bar.invoked), bar.returned === null ? END : place(bar.returned)];
  const isBad = lighting.conflict.includes(bar.id) || lighting.stuck === bar.id;
  const held = bar.id === selected ? part : "";
  const number = lighting.order.indexOf(bar.id) + 1;
  const point = lighting.points[bar.id];
  const words = `${isBad ? "✗ " : ""}${number && point === undefined ? `${number}. ` : ""}${labelOf(bar)}`;
  const said = [spokenBar(bar), number ? `number ${number} in the order` : "", isBad ? "in conflict" : ""];
  if (held && held !== "bar") said.push(`the arrow keys move its ${held}`);
  return s(
    "g",
    {
      class: `operation${isBad ? " bad" : ""}${held ? " selected" : ""}`, "data-bar": bar.id, tabindex: 0,
      role: "button", "aria-pressed": String(Boolean(held)), "aria-label": said.filter(Boolean).join(", "),
      onkeydown: (/** @type {KeyboardEvent} */ event) => onkeydown(event, bar), ...FOCUSABLE,
    },
    drawBody(from, to, y, bar.returned === null),
    drawLabel(words, labelOf(bar), from, (next ? place(next.invoked) : PICTURE_WIDTH) - from - 6, y),
    handle("bar", from, to - from, y),
    handle("beginning", from - 7, 12, y),
    bar.returned === null ? null : handle("end", to - 5, 12, y),
    held === "beginning" ? drawHeld(from, y) : held === "end" ? drawHeld(to, y) : null,
    point === undefined ? null : drawPoint(Math.min(to, Math.max(from, place(point))), y, number, held === "point"),
  );
}

/** The end that the arrow keys move.
 * @param {number} x
 * @param {number} y */
const drawHeld = (x, y) => s("line", { class: "held", x1: x, x2: x, y1: y - 15, y2: y + 15 });

/** @param {number} from
 *  @param {number} to
 *  @param {number} y
 *  @param {boolean} isOpen one that never returned ends in an arrow */
function drawBody(from, to, y, isOpen) {
  const tip = isOpen ? `L${to} ${y}L${to - 10} ${y + BAR_HALF}` : `L${to} ${y - BAR_HALF}V${y + BAR_HALF}`;
  const end = isOpen ? to - 10 : to;
  return s("path", { class: "body", d: `M${from} ${y - BAR_HALF}H${end}${tip}H${from}Z` });
}

/** What a bar can be taken at.
 * @param {string} part
 * @param {number} x
 * @param {number} width
 * @param {number} y */
const handle = (part, x, width, y) =>
  s("rect", { class: `hit ${part}`, "data-part": part, x, y: y - 14, width: Math.max(2, width), height: 28 });

/** @param {number} x
 *  @param {number} y
 *  @param {number} number in the order; 0: none
 *  @param {boolean} isHeld */
function drawPoint(x, y, number, isHeld) {
  return s(
    "g",
    { class: "point", "data-part": "point" },
    isHeld ? s("circle", { class: "ring", cx: x, cy: y, r: 14 }) : null,
    s("circle", { class: "dot", cx: x, cy: y, r: 10 }),
    number ? s("text", { class: "number", x, y: y + 4, "text-anchor": "middle" }, String(number)) : null,
  );
}

/** The words above a bar, as many as there is room for.
 * @param {string} words
 * @param {string} whole
 * @param {number} x
 * @param {number} room px
 * @param {number} y of the bar */
function drawLabel(words, whole, x, room, y) {
  const shown = shortened(words, Math.max(2, Math.floor(room / LETTER)));
  return s("text", { class: "label", x: x + 1, y: y - 16 }, s("title", {}, whole), shown);
}

/** @param {string} text
 *  @param {number} count of characters */
const shortened = (text, count) => (text.length <= count ? text : `${text.slice(0, Math.max(0, count - 1))}…`);

/** What the object holds, under the lanes: from each point at which that changes.
 * @param {Lighting["states"]} states
 * @param {BarScene} scene
 * @param {number} floor */
function drawStates(states, { axis, object }, floor) {
  if (!states.length) return [];
  const place = scaleOf(axis);
  const drawn = states.map(([time, text], n) => {
    const [x, until] = [place(time), n + 1 < states.length ? place(states[n + 1][0]) : END];
    const short = shortened(text, Math.max(1, Math.floor((until - x - 4) / LETTER)));
    return [
      s("line", { class: "turn", x1: x, x2: x, y1: 8, y2: floor + 18 }),
      s("text", { class: "state", x: x + 3, y: floor + 16 }, s("title", {}, text), short),
    ];
  });
  return [s("text", { class: "soft", x: 4, y: floor + 16 }, s("title", {}, object), "holds"), ...drawn.flat()];
}

const SHAPES = "● where an operation acts   ✗ in conflict   ▷ it never returned";
export const drawLegend = () => h("p", { class: "dslab-touch-task dslab-bar-legend" }, SHAPES);
