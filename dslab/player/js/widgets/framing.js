// @ts-check
// A stream of bytes that is cut into pieces: what does the receiver take for messages?
/** @import { Model } from "../types.js" */
import { FOCUSABLE, h, replaceChanged, s, setAttr } from "../dom.js";
import { createControls, createFrame, createMenu, createRange } from "./demonstration.js";

/** @typedef {{char: string, message: number, framing: boolean}} Byte */
/** @typedef {{bytes: number, messages: string[], waiting: string}} Receipt what is known after a piece has come */

/** Ways to mark where a message ends; a message is at most 255 bytes.
 * @type {Record<string, {words: string, encode: (text: string) => string[], decode: (stream: string[], piece: string[],
 *   buffer: string[]) => {messages: string[], buffer: string[]}}>} */
export const FRAMERS = {
  none: {
    words: "none: a piece is a message",
    encode: () => [],
    decode: (_, piece) => ({ messages: [piece.join("")], buffer: [] }),
  },
  delimiter: {
    words: "a line feed after each message",
    encode: () => ["\n"],
    decode: (_, piece, buffer) => {
      const lines = [...buffer, ...piece].join("").split("\n");
      return { messages: lines.slice(0, -1), buffer: [...(lines.at(-1) ?? "")] };
    },
  },
  length: {
    words: "its length before each message",
    encode: (text) => [String.fromCharCode(text.length)],
    decode: (_, piece, buffer) => {
      let rest = [...buffer, ...piece];
      const messages = [];
      while (rest.length && rest.length > rest[0].charCodeAt(0)) {
        const end = 1 + rest[0].charCodeAt(0);
        messages.push(rest.slice(1, end).join(""));
        rest = rest.slice(end);
      }
      return { messages, buffer: rest };
    },
  },
};

/** The bytes that are written for these messages.
 * @param {string[]} messages
 * @param {string} framer
 * @returns {Byte[]} */
export function streamOf(messages, framer) {
  return messages.flatMap((text, message) => {
    const mark = FRAMERS[framer].encode(text).map((char) => ({ char, message, framing: true }));
    const body = [...text].map((char) => ({ char, message, framing: false }));
    return framer === "length" ? [...mark, ...body] : [...body, ...mark];
  });
}

/** What the receiver has after each piece.
 * @param {Byte[]} stream
 * @param {number[]} cuts after how many bytes the stream is cut, in order
 * @param {string} framer
 * @returns {Receipt[]} */
export function received(stream, cuts, framer) {
  const chars = stream.map(({ char }) => char);
  /** @type {string[]} */
  let buffer = [];
  return [...cuts, stream.length].map((end, n) => {
    const piece = chars.slice(n ? cuts[n - 1] : 0, end);
    const found = FRAMERS[framer].decode(chars, piece, buffer);
    buffer = found.buffer;
    return { bytes: piece.length, messages: found.messages, waiting: buffer.join("") };
  });
}

/** @param {number} length
 *  @param {number} size
 *  @returns {number[]} a cut after each so many bytes */
export const evenly = (length, size) =>
  Array.from({ length: Math.ceil(length / size) - 1 }, (_, n) => (n + 1) * size);

/** A byte as it is written: control characters by a sign or a number.
 * @param {string} char */
export const written = (char) =>
  char === "\n" ? "↵" : char.charCodeAt(0) < 32 ? String(char.charCodeAt(0)) : char === " " ? "␣" : char;

/** @param {string} text */
const plain = (text) => [...text].map(written).join("");

/** @param {Receipt} receipt */
function drawReceipt({ bytes, messages, waiting }) {
  const rest = waiting ? `${messages.length ? "and " : ""}waits for the rest of ${plain(waiting)}` : "";
  const whole = messages.map((text) => h("code", {}, plain(text)));
  return h("li", {}, `${bytes} byte${bytes === 1 ? "" : "s"}: `, ...whole, rest);
}

const BOX = 34; // px: a byte
const TOP = 34;
const LEFT = 8;

/** @param {{model: Model<{payload: {title: string, tasks: Record<string, string[]>}}>, el: HTMLElement}} widget */
function render({ model, el }) {
  const { title, tasks } = model.get("payload");
  const words = Object.fromEntries(Object.keys(tasks).map((name) => [name, name]));
  const ways = Object.fromEntries(Object.entries(FRAMERS).map(([name, { words: text }]) => [name, text]));
  const messages = createMenu("Messages", words, restart);
  const framer = createMenu("Framing", ways, restart);
  const size = createRange("A piece", { min: 1, max: 16, value: 10 }, (n) => `${n} byte${n === 1 ? "" : "s"}`, restart);
  const stage = s("svg", { class: "dslab-touch-stage", role: "group", "aria-label": "the bytes and their cuts" });
  const pieces = h("ol", { class: "dslab-touch-pieces", "aria-label": "what the receiver has after each piece" });
  const frame = createFrame(
    title,
    "Drag a red cut, or focus it and press the arrow keys. Click between two bytes, or press +, to cut there, too;"
      + " Delete removes a cut.",
    createControls(messages.element, framer.element, size.element), stage, pieces,
  );
  /** @type {number[]} */
  let cuts = [];
  /** @type {Byte[]} */
  let stream = [];

  function restart() {
    stream = streamOf(tasks[messages.value], framer.value);
    cuts = evenly(stream.length, size.value);
    draw();
  }

  /** @param {number} from
   *  @param {number} to */
  function move(from, to) {
    if (to < 1 || to >= stream.length || cuts.includes(to)) return;
    cuts = [...cuts.filter((cut) => cut !== from), to].sort((one, other) => one - other);
    draw();
    focusCut(to);
  }

  /** @param {number} at */
  function add(at) {
    if (at >= 1 && at < stream.length && !cuts.includes(at)) cuts = [...cuts, at].sort((one, other) => one - other);
    draw();
    focusCut(at);
  }

  /** @param {number} at */
  function remove(at) {
    cuts = cuts.filter((cut) => cut !== at);
    draw();
    if (cuts.length) focusCut(cuts.reduce((best, cut) => (Math.abs(cut - at) < Math.abs(best - at) ? cut : best)));
  }

  /** @param {number} at */
  function focusCut(at) {
    const handle = stage.querySelector(`[data-cut="${at}"]`);
    if (handle instanceof SVGElement) handle.focus();
  }

  /** @param {number} cut */
  function drawCut(cut) {
    const x = LEFT + cut * BOX;
    return s(
      "g",
      {
        class: "cut", tabindex: 0, role: "slider", "data-cut": cut, "aria-label": "cut", "aria-valuemin": 1,
        "aria-valuemax": stream.length - 1, "aria-valuenow": cut, "aria-valuetext": `after ${cut} bytes`, ...FOCUSABLE,
        onkeydown: (/** @type {KeyboardEvent} */ event) => pressed(event, cut),
        onpointerdown: (/** @type {PointerEvent} */ event) => drag(event, cut),
      },
      s("rect", { class: "hit", x: x - 9, y: 4, width: 18, height: TOP + BOX + 8 }),
      s("line", { x1: x, x2: x, y1: 14, y2: TOP + BOX + 8 }), s("circle", { cx: x, cy: 12, r: 6 }),
    );
  }

  /** @param {KeyboardEvent} event
   *  @param {number} cut */
  function pressed(event, cut) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) move(cut, cut + step);
    else if (event.key === "+") add(cut + 1);
    else if (event.key === "Delete" || event.key === "Backspace") remove(cut);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {PointerEvent} event
   *  @param {number} cut */
  function drag(event, cut) {
    event.preventDefault();
    let at = cut;
    focusCut(cut);
    const follow = (/** @type {PointerEvent} */ { clientX }) => {
      const to = gapAt(clientX);
      if (to === at) return;
      move(at, to);
      if (cuts.includes(to)) at = to;
    };
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", () => document.removeEventListener("pointermove", follow), { once: true });
  }

  /** @param {number} clientX */
  function gapAt(clientX) {
    const { left, width } = stage.getBoundingClientRect();
    const x = ((clientX - left) / width) * (2 * LEFT + stream.length * BOX);
    return Math.min(stream.length - 1, Math.max(1, Math.round((x - LEFT) / BOX)));
  }

  function draw() {
    const width = 2 * LEFT + stream.length * BOX;
    setAttr(stage, "viewBox", `0 0 ${width} ${TOP + BOX + 12}`);
    stage.style.maxWidth = `${1.4 * width}px`;
    const boxes = stream.map(({ char, message, framing }, n) =>
      s(
        "g",
        { "aria-hidden": "true" },
        s("rect", {
          class: framing ? "paint-frame" : `paint-${message % 4}`,
          x: LEFT + n * BOX + 1, y: TOP, width: BOX - 2, height: BOX, rx: 4,
        }),
        s("text", { class: "mono", x: LEFT + (n + 0.5) * BOX, y: TOP + 22, "text-anchor": "middle" }, written(char)),
      ),
    );
    const gap = s("rect", {
      class: "hit", x: LEFT, y: TOP, width: stream.length * BOX, height: BOX,
      onclick: (/** @type {MouseEvent} */ { clientX }) => add(gapAt(clientX)),
    });
    stage.replaceChildren(...boxes, gap, ...cuts.map(drawCut));
    judge();
  }

  function judge() {
    const found = received(stream, cuts, framer.value);
    replaceChanged(pieces, found.map(drawReceipt));
    const read = found.flatMap((receipt) => receipt.messages);
    const sent = tasks[messages.value];
    const same = read.length === sent.length && read.every((text, n) => text === sent[n]);
    const how = same ? ", as they were sent" : read.length === sent.length ? ", not as they were sent" : "";
    frame.say(`${sent.length} messages were sent and ${read.length} read${how}.`, same ? "right" : "wrong");
  }

  restart();
  el.append(frame.element);
  return () => frame.element.remove();
}

export default { render };
