// @ts-check
// The messages under way, as a list that can be worked through: each is delivered, dropped or held back by a button, or
// by its key while it is selected. The arrows go from one to the next.
/** @import { Index, Message } from "../data/trace_types.js" */
/** @import { Actions, Intervention, Panel, Payload, View } from "../types.js" */
import { amountOf } from "../acting/argument_forms.js";
import { reasonOf } from "../acting/selection.js";
import { interventionsAt } from "../acting/verbs.js";
import { labelOf, mention } from "../data/appearance.js";
import { messageFilter } from "../data/filter.js";
import { inFlightDuring } from "../data/in_flight.js";
import { shorten, showTime } from "../data/values.js";
import { button, FOCUSABLE, focusedKey, h, restoreFocus, setAttr, setText } from "../dom.js";
import { counted, t } from "../words.js";

const MOST_LISTED = 100;
const OFFERED = ["deliver", "drop", "delay"];

/** The messages that are in the network after step k, in the order in which they were sent; nothing tells their fate.
 * @param {Index} index
 * @param {View} view
 * @returns {Message[]} */
export function underWay(index, view) {
  const k = view.step;
  const mayShow = messageFilter(index, view);
  return inFlightDuring(index, k, k + 1)
    .map((number) => index.messages[number])
    .filter(({ sent, ended, fate }) => sent <= k && (ended === null ? fate === "in flight" : ended > k))
    .filter(mayShow);
}

/** @param {Index} index
 *  @param {Payload} payload
 *  @param {Actions} actions
 *  @returns {Panel} */
export function createMessageList(index, payload, actions) {
  const said = h("span", { role: "status" });
  const reason = h("span", { class: "dslab-reason", role: "status" });
  const amount = h("input", { type: "number", class: "dslab-search", min: "0", "data-key": "hold", ...FOCUSABLE });
  const hold = h("label", { class: "dslab-asked" }, t("Hold back for (ms):"), amount);
  const list = h("ul", { class: "dslab-flights", "aria-label": t("Messages under way") });
  const head = h("div", { class: "dslab-flights-head" }, said, hold, reason);
  let view = /** @type {View|null} */ (null);
  let drawn = "";
  amount.addEventListener("input", () => {
    if (view) view.drafts.delay = amount.value;
  });
  list.addEventListener("keydown", moveBetween);
  /** @param {Intervention} intervention
   *  @param {Message} message */
  const act = (intervention, message) => {
    const change = intervention.asks ? amountOf("delay", message.name, amount.value) : null;
    if (typeof change === "string") actions.refuse(change);
    else actions.perform(change ? { ...intervention, asks: false, changes: [change] } : intervention);
  };
  hold.hidden = !payload.editable;
  return {
    element: h("div", { class: "dslab-flight-list" }, head, list),
    draw(now) {
      view = now;
      const messages = underWay(index, now);
      const shown = messages.slice(0, MOST_LISTED);
      const rows = shown.map((message) => {
        const selection = /** @type {const} */ ({ kind: "message", id: message.name });
        return { message, offered: interventionsAt(index, selection, now.step, actions.acts()).interventions };
      });
      const key = JSON.stringify(rows.map(({ message, offered }) => [message.name, offered.map((one) => one.why)]));
      if (drawn !== key) {
        const focused = focusedKey(list);
        list.replaceChildren(...rows.map((row, n) => createFlight(index, row, n, payload, actions, act)));
        restoreFocus(list, focused);
      }
      drawn = key;
      [...list.children].forEach((row, n) => {
        const selected = now.selection?.kind === "message" && now.selection.id === shown[n].name;
        setAttr(row.firstElementChild ?? row, "aria-pressed", selected);
        for (const one of row.querySelectorAll("[data-act]"))
          setAttr(one, "aria-disabled", now.waiting || !payload.editable || one.hasAttribute("data-why"));
      });
      if (amount.value !== now.drafts.delay) amount.value = now.drafts.delay;
      setText(said, countInWords(messages.length));
      setText(reason, reasonOf(now, payload, shown.length > 0));
    },
  };
}

/** @param {number} count */
function countInWords(count) {
  if (!count) return t("No message is under way.");
  if (count > MOST_LISTED)
    return t("{count} messages are under way, of which {most} are listed", { count: counted(count), most: MOST_LISTED });
  return count === 1 ? t("1 message is under way") : t("{count} messages are under way", { count });
}

/** @param {Index} index
 *  @param {{message: Message, offered: Intervention[]}} row
 *  @param {number} n its place, by which the focus finds the next message when this one is gone
 *  @param {Payload} payload
 *  @param {Actions} actions
 *  @param {(intervention: Intervention, message: Message) => void} act */
function createFlight(index, { message, offered }, n, payload, actions, act) {
  const ends = { src: shorten(message.src, 14), dst: shorten(message.dst, 14) };
  const label = shorten(labelOf(message), 40);
  const which = t("{label} from {src} to {dst}", { label: shorten(mention(message), 80), ...ends });
  const buttons = OFFERED.flatMap((name) => offered.filter((one) => one.name === name)).map((intervention) => {
    const { name, word, key, why } = intervention;
    const verb = word.replace(/ ?…$/, "");
    const made = button({ label: `${verb}: ${which}`, word: verb, key, onclick: () => act(intervention, message) });
    made.dataset.key = `flight ${n} ${name}`;
    made.dataset.act = name;
    const reason = payload.editable ? why : t(payload.reason);
    if (why) made.dataset.why = why;
    if (reason) made.setAttribute("aria-description", reason);
    return made;
  });
  const choose = h(
    "button",
    {
      type: "button",
      class: "dslab-flight",
      "data-key": `flight ${n}`,
      "aria-label": which,
      onclick: () => actions.select({ kind: "message", id: message.name }),
      ...FOCUSABLE,
    },
    h("bdi", {}, `${ends.src} → ${ends.dst}`),
    h("b", {}, label),
    label === message.type ? null : h("span", { class: "dslab-soft" }, shorten(message.type, 30)),
    h("span", { class: "dslab-soft" }, t("sent at {time}", { time: showTime(index.times[message.sent]) })),
  );
  return h("li", {}, choose, ...buttons);
}

/** The arrows up and down go to the same button of the message before or after.
 * @param {KeyboardEvent} event */
function moveBetween(event) {
  const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const at = /** @type {Element} */ (event.target);
  const row = at.closest("li");
  if (!way || !row) return;
  event.preventDefault();
  event.stopPropagation();
  const next = way < 0 ? row.previousElementSibling : row.nextElementSibling;
  const place = [...row.children].indexOf(at);
  const there = /** @type {HTMLElement|undefined} */ (next?.children[place]);
  there?.focus();
  if (place === 0) there?.click();
}
