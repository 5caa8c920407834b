// @ts-check
// A lamp that says whether A suspects B: by a timeout since the last heartbeat that arrived, and by nothing else.
/** @import { Model } from "../types.js" */
import { s, setAttr, setText } from "../dom.js";
import { createButton, createCheck, createControls, createFrame, createRange } from "./demonstration.js";

/** @typedef {{period: number, timeout: number, delay: number, crash: number, learns: boolean}} Setting all in ms;
 *    `delay` is the longest one, `crash` is END for never; `learns`: each mistake makes the timeout longer */
/** @typedef {{from: number, to: number, suspected: boolean}} Span */
/** @typedef {{beats: Array<{sent: number, arrives: number}>, spans: Span[], mistakes: number, timeout: number,
 *    detected: number|null}} Watch `timeout` is that of the end, `detected` when B is suspected for good */

export const END = 3000; // ms
const LEARNT = 50; // ms that a timeout grows by after a mistake
const LEAST = 5; // ms: the shortest delay

/** A number from 0 to 1 that looks random, the same for the same n.
 * @param {number} n */
const scattered = (n) => (Math.imul(n + 11, 2654435761) >>> 8) / 2 ** 24;

/** What A makes of B's heartbeats.
 * @param {Setting} setting
 * @returns {Watch} */
export function watch({ period, timeout, delay, crash, learns }) {
  const count = Math.ceil(Math.min(crash, END) / period);
  const beats = Array.from({ length: count }, (_, n) => {
    const sent = n * period;
    return { sent, arrives: sent + LEAST + Math.round(Math.max(0, delay - LEAST) * scattered(n)) };
  });
  const arrivals = beats.map(({ arrives }) => arrives).filter((time) => time < END).sort((one, other) => one - other);
  /** @type {Span[]} */
  const spans = [];
  let [allowed, trustedFrom, mistakes] = [timeout, 0, 0];
  let last = 0;
  for (const arrival of [...arrivals, END]) {
    const alarm = last + allowed;
    if (alarm < arrival) {
      spans.push({ from: trustedFrom, to: alarm, suspected: false }, { from: alarm, to: arrival, suspected: true });
      trustedFrom = arrival;
      if (alarm < crash) mistakes += 1;
      if (learns && arrival < END) allowed += LEARNT;
    }
    last = arrival;
  }
  if (trustedFrom < END) spans.push({ from: trustedFrom, to: END, suspected: false });
  const end = spans[spans.length - 1];
  return { beats, spans, mistakes, timeout: allowed, detected: crash < END && end.suspected ? end.from : null };
}

/** @param {Span[]} spans
 *  @param {number} time */
export const suspectedAt = (spans, time) =>
  spans.some(({ from, to, suspected }) => suspected && from <= time && time < to);

/** The result in a sentence.
 * @param {Setting} setting
 * @param {Watch} watched */
export function verdict({ crash }, { mistakes, detected }) {
  const wrong = mistakes === 1 ? "1 time" : `${mistakes} times`;
  const before = mistakes ? `B was suspected ${wrong} although it was up` : "B was never suspected while it was up";
  if (crash >= END) return `${before}, and it never crashed.`;
  if (detected === null) return `${before}. It crashed at ${crash} ms, and A has not noticed by ${END} ms.`;
  const late = Math.round(detected - crash);
  const when = late <= 0 ? "it was suspected already when it crashed" : `its crash is noticed after ${late} ms`;
  return `${before}; ${when}.`;
}

const [WIDTH, LEFT, RIGHT] = [640, 36, 124]; // px
const across = (/** @type {number} */ time) => LEFT + (time / END) * (WIDTH - LEFT - RIGHT);
const [B, A, BAND] = [26, 108, 150];

/** @param {{model: Model<{payload: {title: string}}>, el: HTMLElement}} widget */
function render({ model, el }) {
  const ms = (/** @type {number} */ n) => `${n} ms`;
  const orNever = (/** @type {number} */ n) => (n >= END ? "never" : `at ${n} ms`);
  const period = createRange("Heartbeat every", { min: 50, max: 400, step: 10, value: 100 }, ms, draw);
  const timeout = createRange("Timeout", { min: 20, max: 1000, step: 10, value: 250 }, ms, draw);
  const delay = createRange("Delays up to", { min: 5, max: 400, step: 5, value: 40 }, ms, draw);
  const crash = createRange("B crashes", { min: 300, max: END, step: 50, value: 1800 }, orNever, draw);
  const learns = createCheck("each mistake makes the timeout 50 ms longer", draw);
  const now = createRange("Now", { min: 0, max: END, step: 10, value: END }, ms, drawNow);
  const play = createButton("Play", toggle);
  const stage = s("svg", { class: "dslab-touch-stage", viewBox: `0 0 ${WIDTH} 214`, role: "img" });
  const frame = createFrame(
    model.get("payload").title,
    "B sends heartbeats; the lamp is all that A knows. Find a timeout that makes no mistake and notices a crash soon.",
    createControls(period.element, timeout.element, delay.element, crash.element, learns.element), stage,
    createControls(play, now.element),
  );
  let [frames, watched] = [0, watch(setting())];
  const lamp = s("g");

  function setting() {
    const numbers = { period: period.value, timeout: timeout.value, delay: delay.value, crash: crash.value };
    return { ...numbers, learns: learns.input.checked };
  }

  function toggle() {
    if (frames) return stop();
    if (now.value >= END) now.value = 0;
    const [start, from] = [performance.now(), now.value];
    setText(play, "Pause");
    const tick = () => {
      now.value = Math.min(END, from + (performance.now() - start) / 2);
      drawLamp();
      if (now.value >= END) return stop();
      frames = requestAnimationFrame(tick);
    };
    frames = requestAnimationFrame(tick);
  }

  function stop() {
    cancelAnimationFrame(frames);
    frames = 0;
    setText(play, "Play");
  }

  function drawNow() {
    stop();
    drawLamp();
  }

  function draw() {
    watched = watch(setting());
    stage.replaceChildren(...drawLines(setting(), watched), lamp);
    frame.say(verdict(setting(), watched), watched.mistakes ? "wrong" : watched.detected === null ? "" : "right");
    drawLamp();
  }

  function drawLamp() {
    const suspected = suspectedAt(watched.spans, now.value - (now.value >= END ? 1 : 0));
    const words = suspected ? "suspected" : "trusted";
    const [x, y] = [WIDTH - RIGHT / 2 + 6, 84];
    const shape = suspected
      ? s("path", { class: "paint-1", d: `M${x} ${y - 40}L${x + 42} ${y + 34}H${x - 42}Z` })
      : s("circle", { class: "paint-2", cx: x, cy: y, r: 38 });
    const line = s("line", { class: "now", x1: across(now.value), x2: across(now.value), y1: 8, y2: BAND + 32 });
    lamp.replaceChildren(line, shape, s("text", { class: "big", x, y: y + 66, "text-anchor": "middle" }, words));
    setAttr(stage, "aria-label", `At ${Math.round(now.value)} ms B is ${words}`);
  }

  draw();
  el.append(frame.element);
  return () => {
    stop();
    frame.element.remove();
  };
}

/** The heartbeats, the crash, and when B was suspected.
 * @param {Setting} setting
 * @param {Watch} watched */
function drawLines({ crash }, { beats, spans }) {
  const up = Math.min(crash, END);
  const arrows = beats.filter(({ arrives }) => arrives <= END).flatMap(({ sent, arrives }) => [
    s("line", { class: "beat", x1: across(sent), y1: B, x2: across(arrives), y2: A }),
    s("circle", { class: "hub", cx: across(arrives), cy: A, r: 2.5 }),
  ]);
  const [x, y] = [across(crash), B];
  const cross = s("path", { class: "crossed", d: `M${x - 8} ${y - 8}l16 16m0 -16l-16 16` });
  const bands = spans.map(({ from, to, suspected }) =>
    s("rect", {
      class: suspected ? "paint-1" : "paint-2", x: across(from), y: suspected ? BAND : BAND + 8,
      width: Math.max(1.5, across(to) - across(from)), height: suspected ? 24 : 8,
    }));
  const marks = [0, 1000, 2000, 3000].map((time) =>
    s("text", { class: "soft", x: across(time), y: 206, "text-anchor": "middle" }, `${time} ms`));
  return [
    s("text", { class: "big", x: 10, y: B + 6 }, "B"), s("text", { class: "big", x: 10, y: A + 6 }, "A"),
    s("line", { class: "line", x1: across(0), x2: across(up), y1: B, y2: B }),
    s("line", { class: "line", x1: across(0), x2: across(END), y1: A, y2: A }),
    ...arrows, ...(crash < END ? [cross] : []), ...bands, ...marks,
    s("text", { class: "soft", x: across(0), y: BAND - 8 }, "thin: trusted, thick: suspected"),
  ];
}

export default { render };
