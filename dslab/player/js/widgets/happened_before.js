// @ts-check
// A builder of space-time diagrams: events and messages are drawn and dragged, and their relation is told.
/** @import { Model } from "../types.js" */
/** @import { Drawing, Event as Happening } from "./events.js" */
import { FOCUSABLE, h, s, setAttr } from "../dom.js";
import { createButton, createControls, createFrame, createMenu } from "./demonstration.js";
import {
  COLUMNS, added, eventOf, moved, refusal, relationOf, relationSentence, stampsOf, totalOrders, without,
} from "./events.js";

const LEGEND = "◁ happened before the chosen event   ▷ after it   ◌ concurrent with it";
const [WIDTH, LEFT, TOP, ROW] = [840, 44, 34, 84]; // px
const GAP = (WIDTH - LEFT - 30) / COLUMNS;
/** How an event is related to the one that was chosen last, for a screen reader. */
const SEEN = { before: "in the past, ", after: "in the future, ", concurrent: "concurrent, ", itself: "", none: "" };
const across = (/** @type {number} */ time) => LEFT + (time + 0.5) * GAP;
const down = (/** @type {number} */ node) => TOP + node * ROW;

/** @param {{model: Model<{payload: {title: string, drawing: Drawing}}>, el: HTMLElement}} widget */
function render({ model, el }) {
  const { title, drawing: first } = model.get("payload");
  let drawing = first;
  /** @type {string[]} the events that were chosen, the latest last; two at most */
  let chosen = [];
  /** @type {string} the event that a message is to begin at */
  let sender = "";

  const height = down(first.nodes.length - 1) + 64;
  const stage = s("svg", {
    class: "dslab-touch-stage wide", viewBox: `0 0 ${WIDTH} ${height}`, onpointerdown: begin,
    role: "group", "aria-label": "the events, time from left to right",
  });
  const kinds = { both: "Lamport and vector", lamport: "Lamport", vector: "vector", none: "none" };
  const stamps = createMenu("Stamps", kinds, draw);
  const buttons = first.nodes.map((node, n) => createButton(`Event on ${node}`, () => addLast(n)));
  const again = createButton("Start again", () => {
    [drawing, chosen, sender] = [first, [], ""];
    draw();
    tellAll();
  });
  const frame = createFrame(
    title,
    "Click a line to add an event, drag from event to event to send a message, drag along the line to move an event."
      + " Click two events to see how they are related. Keys at an event: ← → move it, Enter chooses it, M sends"
      + " a message from it to the next one that is chosen, Delete removes it.",
    createControls(...buttons, again, stamps.element), h("div", { class: "dslab-touch-scroll" }, stage),
  );

  function tellAll() {
    const count = totalOrders(drawing);
    const orders = count === 1 ? "1 total order agrees" : `${count.toLocaleString("en")} total orders agree`;
    frame.say(`${drawing.events.length} events; ${orders} with what happened before what.`);
  }

  /** @param {Drawing} changed
   *  @param {string} [why] why it did not change */
  function become(changed, why = "") {
    drawing = changed;
    draw();
    if (why) frame.say(why, "wrong");
    else if (chosen.length === 2) frame.say(relationSentence(drawing, chosen[0], chosen[1]));
    else tellAll();
  }

  /** @param {number} node */
  function addLast(node) {
    const times = drawing.events.filter((event) => event.node === node).map((event) => event.time);
    addAt(node, Math.max(-1, ...times) + 1);
  }

  /** @param {number} node
   *  @param {number} time */
  function addAt(node, time) {
    const made = added(drawing, node, time);
    become(made ? made.drawing : drawing, made ? "" : "There is no room for an event there.");
    if (made) focusOn(made.id);
  }

  /** @param {string} id */
  function choose(id) {
    if (sender && sender !== id) return send(sender, id);
    sender = "";
    chosen = [...chosen.filter((one) => one !== id), id].slice(-2);
    become(drawing);
  }

  /** @param {string} from
   *  @param {string} to */
  function send(from, to) {
    sender = "";
    const why = refusal(drawing, from, to);
    become(why ? drawing : { ...drawing, messages: [...drawing.messages, [from, to]] }, why);
  }

  /** @param {string} id */
  function remove(id) {
    chosen = chosen.filter((one) => one !== id);
    if (sender === id) sender = "";
    become(without(drawing, id));
    const next = stage.querySelector("[data-event]");
    if (next instanceof SVGElement) next.focus();
  }

  /** @param {string} id
   *  @param {number} time */
  function move(id, time) {
    const { drawing: changed, why } = moved(drawing, id, time);
    become(changed, why);
    focusOn(id);
  }

  /** @param {string} id */
  function focusOn(id) {
    const element = stage.querySelector(`[data-event="${id}"]`);
    if (element instanceof SVGElement) element.focus();
  }

  /** @param {KeyboardEvent} event
   *  @param {Happening} at */
  function pressed(event, { id, time }) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step) move(id, time + step);
    else if (event.key === "Enter" || event.key === " ") choose(id);
    else if (event.key === "m" || event.key === "M") {
      sender = id;
      draw();
      frame.say(`A message from ${id}: choose the event that receives it, with Enter.`);
    } else if (event.key === "Delete" || event.key === "Backspace") remove(id);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (step === undefined && eventOf(drawing, id)) focusOn(id);
  }

  /** Where the pointer is.
   * @param {PointerEvent} event */
  function placeOf({ clientX, clientY }) {
    const { left, top, width } = stage.getBoundingClientRect();
    const [x, y] = [((clientX - left) * WIDTH) / width, ((clientY - top) * WIDTH) / width];
    const node = Math.min(drawing.nodes.length - 1, Math.max(0, Math.round((y - TOP) / ROW)));
    const time = Math.min(COLUMNS - 1, Math.max(0, Math.round((x - LEFT) / GAP - 0.5)));
    return { x, y, node, time, there: drawing.events.find((one) => one.node === node && one.time === time) };
  }

  /** @param {PointerEvent} down_ */
  function begin(down_) {
    if (down_.button) return;
    const start = placeOf(down_);
    const held = start.there;
    const rubber = s("line", { class: "rubber", x1: start.x, y1: start.y, x2: start.x, y2: start.y });
    const follow = (/** @type {PointerEvent} */ event) => {
      const { x, y, node } = placeOf(event);
      if (!held) return;
      setAttr(rubber, "x2", x);
      setAttr(rubber, "y2", node === held.node ? down(held.node) : y);
      if (!rubber.isConnected) stage.append(rubber);
    };
    const end = (/** @type {PointerEvent} */ event) => {
      document.removeEventListener("pointermove", follow);
      rubber.remove();
      finish(held, start, placeOf(event));
    };
    down_.preventDefault();
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", end, { once: true });
  }

  /** @param {Happening|undefined} held the event where the pointer went down
   *  @param {{node: number, time: number}} start
   *  @param {{node: number, time: number, there: Happening|undefined}} end */
  function finish(held, start, end) {
    if (!held) {
      if (start.node === end.node && start.time === end.time) addAt(end.node, end.time);
    } else if (end.there === held) {
      choose(held.id);
      focusOn(held.id);
    } else if (end.node === held.node) move(held.id, end.time);
    else sendTo(held, end);
  }

  /** @param {Happening} held
   *  @param {{node: number, time: number, there: Happening|undefined}} end */
  function sendTo(held, { node, time, there }) {
    if (there) return send(held.id, there.id);
    const made = added(drawing, node, time);
    if (!made) return;
    const why = refusal(made.drawing, held.id, made.id);
    become(why ? drawing : { ...made.drawing, messages: [...made.drawing.messages, [held.id, made.id]] }, why);
  }

  function draw() {
    const known = stampsOf(drawing);
    const lines = drawing.nodes.flatMap((node, n) => [
      s("rect", { class: "hit", x: LEFT, y: down(n) - 18, width: WIDTH - LEFT, height: 36 }),
      s("line", { class: "line", x1: LEFT, x2: WIDTH - 8, y1: down(n), y2: down(n) }),
      s("text", { class: "big", x: 12, y: down(n) + 6 }, node),
    ]);
    const arrows = drawing.messages.map(([from, to]) => drawArrow(eventOf(drawing, from), eventOf(drawing, to)));
    const order = [...drawing.events].sort((one, other) => one.time - other.time || one.node - other.node);
    const events = order.map((event) => drawEvent(event, known.get(event.id)));
    const legend = s("text", { class: "soft stamp", x: LEFT, y: height - 4 }, LEGEND);
    stage.replaceChildren(...lines, ...arrows, ...events, legend);
  }

  /** @param {Happening} event
   *  @param {{lamport: number, vector: number[]}|undefined} known */
  function drawEvent(event, known) {
    const { id, node, time } = event;
    const at = chosen.at(-1);
    const how = at && eventOf(drawing, at) ? relationOf(drawing, id, at) : "none";
    const shown = stampsText(known, stamps.value);
    const ringed = chosen.includes(id) || sender === id;
    return s(
      "g",
      {
        class: `happening ${how}`, "data-event": id, tabindex: 0, role: "button",
        "aria-pressed": String(chosen.includes(id)),
        "aria-label": `${id} on ${drawing.nodes[node]}, ${SEEN[how]}${shown}`, ...FOCUSABLE,
        onkeydown: (/** @type {KeyboardEvent} */ pressedKey) => pressed(pressedKey, event),
      },
      s("rect", { class: "hit", x: across(time) - 16, y: down(node) - 16, width: 32, height: 52 }),
      ringed ? s("circle", { class: "ring", cx: across(time), cy: down(node), r: 16 }) : null,
      drawShape(how, across(time), down(node)),
      s("text", { x: across(time), y: down(node) + 5, "text-anchor": "middle" }, id),
      s("text", { class: "soft stamp", x: across(time), y: down(node) + 32, "text-anchor": "middle" }, shown),
    );
  }

  draw();
  tellAll();
  el.append(frame.element);
  return () => frame.element.remove();
}

/** A shape and not only a colour says how an event is related to the chosen one.
 * @param {string} how
 * @param {number} x
 * @param {number} y */
function drawShape(how, x, y) {
  if (how === "before") return s("path", { class: "paint-2", d: `M${x - 14} ${y}L${x + 9} ${y - 13}V${y + 13}Z` });
  if (how === "after") return s("path", { class: "paint-0", d: `M${x + 14} ${y}L${x - 9} ${y - 13}V${y + 13}Z` });
  return s("circle", { class: how === "itself" ? "paint-1" : "paint-frame", cx: x, cy: y, r: 11 });
}

/** @param {{lamport: number, vector: number[]}|undefined} known
 *  @param {string} which */
function stampsText(known, which) {
  const { lamport, vector } = known ?? { lamport: 0, vector: [] };
  const written = `⟨${vector.join(",")}⟩`;
  if (which === "both") return `${lamport} ${written}`;
  return which === "none" ? "" : which === "vector" ? written : `${lamport}`;
}

/** @param {Happening} from
 *  @param {Happening} to */
function drawArrow(from, to) {
  const [x1, y1, x2, y2] = [across(from.time), down(from.node), across(to.time), down(to.node)];
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [x, y] = [x2 - 14 * ux, y2 - 14 * uy];
  const [back, up] = [x - 10 * ux, y - 10 * uy];
  const d = `M${x} ${y}L${back + 5 * uy} ${up - 5 * ux}L${back - 5 * uy} ${up + 5 * ux}Z`;
  const line = s("line", { class: "arrow", x1, y1, x2: x, y2: y });
  return s("g", { "aria-hidden": "true" }, line, s("path", { class: "head", d }));
}

export default { render };
