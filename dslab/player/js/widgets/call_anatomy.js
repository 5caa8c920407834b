// @ts-check
// A remote call, step by step: who has it now, and what the bytes of its messages mean.
/** @import { Model } from "../types.js" */
import { FOCUSABLE, h, s, setAttr, setText } from "../dom.js";
import { createButton, createControls, createFrame } from "./demonstration.js";

/** @typedef {{place: number, message: ""|"call"|"reply", executed: number, sentence: string}} Stage
 *    of a call: `place` in `PLACES`, `executed` how often the procedure has run */
/** @typedef {[text: string, field: string, meaning: string]} Part of a message */

export const PLACES = ["shop", "stub", "network", "skeleton", "bank"];

/** The stages of a call.
 * @param {string} said the call as the caller writes it
 * @param {number} bytes of the request
 * @returns {Stage[]} */
export function stagesOf(said, bytes) {
  /** @type {Array<[place: number, message: Stage["message"], sentence: string]>} */
  const stages = [
    [0, "", `The shop calls ${said}, as if it were a function here. It waits.`],
    [1, "call", `The stub has the same name. It marshals: name and arguments become ${bytes} bytes.`],
    [2, "call", "The network carries the bytes. It does not know what they mean."],
    [3, "call", "The skeleton unmarshals: the bytes become a name and arguments again."],
    [4, "", `The bank's own ${said} runs. Only here something happens.`],
    [3, "reply", "The skeleton marshals the result."],
    [2, "reply", "The reply travels back."],
    [1, "reply", "The stub unmarshals the result, and returns it."],
    [0, "", "The shop goes on: ok. To it, this was a function call."],
  ];
  const runs = stages.findIndex(([place]) => PLACES[place] === "bank");
  return stages.map(([place, message, sentence], n) => ({ place, message, sentence, executed: n < runs ? 0 : 1 }));
}

/** Each byte of a message: the part that it belongs to, and its value.
 * @param {Part[]} parts
 * @returns {Array<{char: string, value: number, part: number}>} */
export const bytesOf = (parts) =>
  parts.flatMap(([text], part) => [...text].map((char) => ({ char, value: char.charCodeAt(0), part })));

/** @param {number} value */
export const hexOf = (value) => value.toString(16).padStart(2, "0");

const [WIDTH, GAP, BOX, TOP] = [640, 129, 96, 38]; // px
const left = (/** @type {number} */ place) => 12 + place * GAP;

/** @param {{model: Model<{payload: {title: string, said: string, call: Part[], reply: Part[]}}>, el: HTMLElement}}
 *    widget */
function render({ model, el }) {
  const { title, said, ...messages } = model.get("payload");
  const back = createButton("Back", () => go(at - 1));
  const next = createButton("Next", () => go(at + 1));
  const first = createButton("Start again", () => go(0));
  const stage = s("svg", { class: "dslab-touch-stage", viewBox: `0 0 ${WIDTH} 126`, role: "img" });
  const heading = h("p", { class: "dslab-touch-task" });
  const bytes = h("div", { class: "dslab-touch-bytes", role: "group", "aria-label": "the bytes of the message" });
  const meaning = h("p", { class: "dslab-touch-meaning", "aria-live": "polite" });
  const frame = createFrame(
    title, "Step through the call. Click a byte, or go along the bytes with the arrow keys, to see what it means.",
    createControls(first, back, next), stage, heading, bytes, meaning,
  );
  next.classList.add("primary");
  frame.element.insertBefore(frame.result, heading); // it would jump as bytes come and go above it
  let [at, chosen, shown] = [0, -1, ""];

  const stages = stagesOf(said, bytesOf(messages.call).length);

  /** @param {number} to */
  function go(to) {
    const last = stages.length - 1;
    at = Math.min(last, Math.max(0, to));
    const { place, message, executed, sentence } = stages[at];
    setAttr(back, "aria-disabled", at === 0);
    setAttr(next, "aria-disabled", at === last);
    drawStage(stage, place, message, executed);
    drawMessage(message);
    frame.say(`${at + 1}. ${sentence}`, at === last ? "right" : "");
  }

  /** @param {Stage["message"]} message */
  function drawMessage(message) {
    if (message === shown) return;
    [shown, chosen] = [message, -1];
    const values = message ? bytesOf(messages[message]) : [];
    setText(heading, message ? `The ${message === "call" ? "request" : "reply"}: ${values.length} bytes` : "");
    setText(meaning, "");
    bytes.replaceChildren(...values.map(({ char, value, part }, n) =>
      h("button",
        {
          type: "button", class: "dslab-touch-byte", "data-part": part, tabindex: n ? -1 : 0, ...FOCUSABLE,
          "aria-label": `byte ${n + 1}: ${char === " " ? "space" : char}, ${hexOf(value)}`,
          onclick: () => choose(n), onkeydown: (/** @type {KeyboardEvent} */ event) => pressed(event, n),
        },
        h("span", {}, char === " " ? "␣" : char), h("small", {}, hexOf(value)))));
  }

  /** @param {KeyboardEvent} event
   *  @param {number} n */
  function pressed(event, n) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    choose(Math.min(bytes.children.length - 1, Math.max(0, n + step)));
  }

  /** @param {number} n */
  function choose(n) {
    chosen = n;
    const parts = messages[/** @type {"call"|"reply"} */ (shown)];
    const { part } = bytesOf(parts)[n];
    [...bytes.children].forEach((one, k) => {
      const same = one.getAttribute("data-part") === String(part);
      setAttr(one, "tabindex", k === n ? 0 : -1);
      setAttr(one, "aria-pressed", same);
    });
    const [text, , words] = parts[part];
    setText(meaning, `Byte ${chosen + 1} belongs to ${text.trim() || "a space"}: ${words}.`);
    if (bytes.children[n] instanceof HTMLElement) bytes.children[n].focus();
  }

  go(0);
  el.append(frame.element);
  return () => frame.element.remove();
}

/** @param {SVGElement} stage
 *  @param {number} place
 *  @param {Stage["message"]} message
 *  @param {number} executed */
function drawStage(stage, place, message, executed) {
  const boxes = PLACES.flatMap((label, n) => [
    s("rect", {
      class: n === place ? "paint-1" : n === 2 ? "paint-frame" : "paint-0", opacity: n === place ? 1 : 0.55,
      x: left(n), y: TOP, width: BOX, height: 50, rx: 6,
    }),
    s("text", { x: left(n) + BOX / 2, y: TOP + 30, "text-anchor": "middle" }, label),
  ]);
  const machines = [[0, "the shop's machine"], [3, "the bank's machine"]].flatMap(([from, words]) => [
    s("rect", { class: "line", x: left(Number(from)) - 8, y: 24, width: GAP + BOX + 16, height: 76, rx: 8 }),
    s("text", { class: "soft", x: left(Number(from)), y: 16 }, String(words)),
  ]);
  const links = [0, 1, 2, 3].map((n) =>
    s("line", { class: "line", x1: left(n) + BOX, x2: left(n + 1), y1: TOP + 25, y2: TOP + 25 }));
  const x = left(place) + BOX / 2;
  const token = s("path", { class: "here", d: `M${x} ${TOP + 53}l-8 15h16Z` });
  const count = s("text", { class: "soft", x: WIDTH - 16, y: 122, "text-anchor": "end" },
    `executed ${executed === 1 ? "once" : "0 times"}`);
  const what = { call: "a request is under way", reply: "a reply is under way", "": "" }[message];
  const bytes = s("text", { class: "soft", x: 12, y: 122 }, what);
  stage.replaceChildren(...machines, ...links, ...boxes, token, count, bytes);
  setAttr(stage, "aria-label", `The call is at: ${PLACES[place]}; executed ${executed} times`);
}

export default { render };
