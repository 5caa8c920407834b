// @ts-check
// The clients' operations under the scrubber: a bar from the step that invoked each to the step that answered it.
/** @import { Index, Operation } from "../data/trace_types.js" */
/** @import { Actions, Panel } from "../types.js" */
import { horizonOf } from "../data/horizon.js";
import { shorten, words } from "../data/values.js";
import { FOCUSABLE, h, toggleClass } from "../dom.js";
import { counted, t } from "../words.js";

const MOST_BARS = 600; // bars in the page
const MOST_LANES = 8;

/** The operations in lanes: those of a client share one as long as they do not overlap. Clients that ask only once
 *  stand together, by the node that they ask.
 * @param {Operation[]} operations in the order of their invocations
 * @param {number} last the last step
 * @returns {Array<{client: string, operations: Operation[]}>} */
export function lanesOf(operations, last) {
  /** @type {Array<{client: string, operations: Operation[], until: number}>} */
  const lanes = [];
  const clientsOnce = new Set();
  const clientsAgain = new Set();
  for (const { client } of operations) (clientsOnce.has(client) ? clientsAgain : clientsOnce).add(client);
  for (const operation of operations) {
    const client = clientsAgain.has(operation.client) ? operation.client : operation.node;
    const free = lanes.find((lane) => lane.client === client && lane.until < operation.invoked);
    const lane = free ?? { client, operations: [], until: -1 };
    if (!free) lanes.push(lane);
    lane.operations.push(operation);
    lane.until = operation.returned ?? last + 1;
  }
  const clients = [...new Set(lanes.map((lane) => lane.client))];
  return lanes.sort((a, b) => clients.indexOf(a.client) - clients.indexOf(b.client));
}

/** @param {Index} index
 *  @param {Actions} actions
 *  @returns {Panel} */
export function createOperations(index, actions) {
  const asked = index.trace.operations ?? [];
  const operations = asked.some((one) => one.returned !== null) ? asked : []; // where nobody ever answers, none is due
  const lanes = lanesOf(operations, index.last).slice(0, MOST_LANES);
  const drawn = /** @type {Array<{one: Operation, element: HTMLElement}>} */ ([]);
  const shown = lanes.map((lane) => {
    const bars = lane.operations
      .slice(0, MOST_BARS - drawn.length)
      .map((one) => ({ one, element: createBar(index, one, actions) }));
    drawn.push(...bars);
    const room = (lane.operations[0]?.invoked ?? 0) > 0.12 * index.last; // else it would lie on the first bar
    const name = room ? h("bdi", { class: "dslab-lane-name" }, shorten(lane.client, 12)) : null;
    return h("div", { class: "dslab-lane" }, name, ...bars.map((bar) => bar.element));
  });
  const counts = { count: counted(drawn.length), all: counted(operations.length) };
  const less = drawn.length < operations.length ? t("{count} of {all} operations shown", counts) : null;
  const cursor = h("div", { class: "dslab-lane-cursor" });
  const element = h(
    "div",
    { class: "dslab-lanes", role: "group", "aria-label": t("Operations of the clients"), hidden: !drawn.length },
    ...shown,
    less ? h("div", { class: "dslab-lane-less" }, less) : null,
    cursor,
  );
  return {
    element,
    draw(view) {
      element.hidden = !drawn.length || view.observer !== null;
      cursor.style.left = `${(100 * view.step) / Math.max(1, index.last)}%`;
      for (const { one, element } of drawn) {
        toggleClass(element, "dslab-open", one.invoked <= view.step && view.step < (one.returned ?? Infinity));
        toggleClass(element, "dslab-absent", one.invoked > horizonOf(view));
      }
    },
  };
}

/** @param {Index} index
 *  @param {Operation} operation
 *  @param {Actions} actions */
function createBar(index, operation, actions) {
  const { client, node, call, invoked, returned, result } = operation;
  const whole = Math.max(1, index.last);
  const end = returned ?? index.last;
  const said = shorten(words(call), 60);
  const asked = { client: shorten(client, 20), node: shorten(node, 20), invoked, call: said };
  const answered = { ...asked, returned, result: shorten(words(result), 60) };
  const open = index.trace.hidden
    ? t("{client} asks {node} at step {invoked}: {call}, not answered yet", asked)
    : t("{client} asks {node} at step {invoked}: {call}, never answered", asked);
  const label =
    returned === null
      ? open
      : t("{client} asks {node} at step {invoked}: {call}, answered at step {returned}: {result}", answered);
  return h(
    "button",
    {
      type: "button",
      class: `dslab-operation${returned === null ? " dslab-unanswered" : ""}`,
      style: `left:${(100 * invoked) / whole}%;width:${(100 * Math.max(0, end - invoked)) / whole}%`,
      title: label,
      "aria-label": label,
      tabindex: "-1", // there may be hundreds: the keys o and O go from one to the next
      onclick: (/** @type {MouseEvent} */ event) => actions.go(nearerEnd(event, invoked, returned)),
      ...FOCUSABLE,
    },
    h("bdi", {}, said),
  );
}

/** @param {MouseEvent} event
 *  @param {number} invoked
 *  @param {number|null} returned */
function nearerEnd(event, invoked, returned) {
  const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
  return returned !== null && event.clientX > box.left + 0.75 * box.width ? returned : invoked;
}
