// @ts-check
// A clock that is wrong by an offset: below one threshold it is slewed, from there it is stepped, and beyond the second
// threshold nobody touches it. Time is shortened, so that a slew can be watched.
/** @import { Model } from "../types.js" */
import { s, setAttr, setText } from "../dom.js";
import { createButton, createControls, createFrame, createMenu, createRange } from "./demonstration.js";

export const PANIC = 1_000_000; // ms
export const PPM = 500; // the rate of a slew: half a millisecond in a second
const WATCHED = 4000; // ms of the reader's time that a correction takes

/** What is done about a clock that is wrong by `offset` ms.
 * @param {number} offset
 * @param {number} threshold ms, from which on it is stepped
 * @returns {{how: "right"|"slew"|"step"|"panic", seconds: number}} how, and how long it takes */
export function correction(offset, threshold) {
  const size = Math.abs(offset);
  if (size > PANIC) return { how: "panic", seconds: Infinity };
  if (size >= threshold) return { how: "step", seconds: 0 };
  return size ? { how: "slew", seconds: size / 1000 / (PPM / 1e6) } : { how: "right", seconds: 0 };
}

/** The offset after a part (0 to 1) of a correction.
 * @param {number} offset ms
 * @param {number} threshold ms
 * @param {number} part */
export function offsetAt(offset, threshold, part) {
  const { how } = correction(offset, threshold);
  if (how === "panic") return offset;
  return how === "slew" ? offset * (1 - part) : part > 0 ? 0 : offset;
}

/** The offset at a place of the slider, which is logarithmic on both sides of 0.
 * @param {number} place from -35 to 35
 * @returns {number} ms */
export function offsetOf(place) {
  if (!place) return 0;
  const size = 10 ** ((Math.abs(place) - 1) / 5);
  const rounded = Number(size.toPrecision(2));
  return Math.sign(place) * (Math.abs(place) === 35 ? 2_000_000 : rounded);
}

/** A time in ms with a suitable unit.
 * @param {number} ms */
export function spelled(ms) {
  const size = Math.abs(ms);
  if (size >= 120_000) return `${Number((size / 60_000).toPrecision(3))} min`;
  return size >= 1000 ? `${Number((size / 1000).toPrecision(4))} s` : `${Number(size.toPrecision(3))} ms`;
}

/** How wrong a clock is, in words.
 * @param {number} offset ms, of the client's clock
 * @returns {string} */
export const worded = (offset) => (offset ? `${spelled(offset)} ${offset > 0 ? "ahead" : "behind"}` : "right");

/** The turn of the hand that shows this offset well: the ms of a full turn.
 * @param {number} offset ms */
export const turnOf = (offset) => [1000, 60_000, 3_600_000].find((turn) => Math.abs(offset) < turn * 0.6) ?? 3_600_000;

const TURNS = new Map([
  [1000, "one turn is a second"],
  [60_000, "one turn is a minute"],
  [3_600_000, "one turn is an hour"],
]);

/** @param {number} part of a turn
 *  @param {number} far */
const point = (part, far) => [110 + far * Math.sin(2 * Math.PI * part), 112 - far * Math.cos(2 * Math.PI * part)];

/** @param {string} className
 *  @param {number} part
 *  @param {number} length */
function hand(className, part, length) {
  const [x2, y2] = point(part, length);
  return s("line", { class: className, x1: 110, y1: 112, x2, y2 });
}

const ZONES = [
  { from: 1, to: 1, name: "slew", paint: "paint-2" },
  { from: 1, to: PANIC, name: "step", paint: "paint-1" },
  { from: PANIC, to: 1e7, name: "panic", paint: "paint-3" },
];

/** The place of an offset on the scale of sizes, px.
 * @param {number} ms */
const across = (ms) => 250 + (Math.log10(Math.max(1, Math.min(1e7, Math.abs(ms)))) / 7) * 450;

/** @param {{model: Model<{payload: {title: string}}>, el: HTMLElement}} widget */
function render({ model, el }) {
  const places = { min: -35, max: 35, value: -11 };
  const offset = createRange("The client's clock is", places, (place) => worded(offsetOf(place)), stop);
  const limits = { "128 ms": "128 ms (ntpd today)", "125 ms": "125 ms (NTP 4.0, lecture notes)", "20 ms": "20 ms" };
  const threshold = createMenu("Step from", limits, stop);
  const stage = s("svg", { class: "dslab-touch-stage", viewBox: "0 0 720 226", role: "img" });
  const button = createButton("Correct the clock", correct);
  const frame = createFrame(
    model.get("payload").title,
    "The solid hand is the client's clock, the dashed one the server's. Set the offset, guess what NTP does, press.",
    createControls(offset.element, threshold.element, button), stage,
  );
  let [left, part, frames] = [0, 0, 0];
  const limit = () => parseFloat(threshold.value);

  function stop() {
    cancelAnimationFrame(frames);
    left = offsetOf(offset.value);
    part = 0;
    frame.say("");
    draw();
  }

  function correct() {
    stop();
    const start = performance.now();
    const first = left;
    const { how } = correction(first, limit());
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    function tick() {
      part = still || how !== "slew" ? 1 : Math.min(1, (performance.now() - start) / WATCHED);
      left = offsetAt(first, limit(), part);
      draw();
      if (part < 1) frames = requestAnimationFrame(tick);
      else frame.say(verdict(first), how === "panic" ? "wrong" : how === "step" ? "" : "right");
    }
    tick();
  }

  /** @param {number} first */
  function verdict(first) {
    const { how, seconds } = correction(first, limit());
    const size = spelled(first);
    if (how === "right") return "It is right: nothing to do.";
    if (how === "slew") {
      const rate = first > 0 ? "slower" : "faster";
      return `Slew: it ran ${PPM} ppm ${rate} for ${spelled(1000 * seconds)}, and never jumped.`;
    }
    if (how === "step" && first > 0) return `Step: it jumped back by ${size}, and showed some moments twice.`;
    if (how === "step") return `Step: it jumped forward by ${size}, and left out some moments.`;
    return `Panic: ${size} is too much to be true. The clock is left alone, and ntpd gives up: ask a person.`;
  }

  function draw() {
    const turn = turnOf(offsetOf(offset.value));
    const ticks = Array.from({ length: 12 }, (_, n) => {
      const [[x1, y1], [x2, y2]] = [point(n / 12, 88), point(n / 12, 96)];
      return s("line", { class: "line", x1, y1, x2, y2 });
    });
    const dial = [
      s("circle", { class: "line", cx: 110, cy: 112, r: 96 }), ...ticks, hand("hand-true", 0, 86),
      hand("hand-own", left / turn, 78), s("circle", { class: "hub", cx: 110, cy: 112, r: 5 }),
      s("text", { class: "soft", x: 110, y: 222, "text-anchor": "middle" }, TURNS.get(turn) ?? ""),
    ];
    stage.replaceChildren(...dial, ...drawScale(limit()), ...drawMark(left));
    setAttr(stage, "aria-label", `A clock that is ${worded(left)}`);
    setText(button, part > 0 && part < 1 ? "Again from the start" : "Correct the clock");
  }

  stop();
  el.append(frame.element);
  return () => {
    cancelAnimationFrame(frames);
    frame.element.remove();
  };
}

/** @param {number} threshold ms */
function drawScale(threshold) {
  const bounds = [1, threshold, PANIC, 1e7];
  const zones = ZONES.flatMap(({ name, paint }, n) => {
    const [x, end] = [across(bounds[n]), across(bounds[n + 1])];
    return [
      s("rect", { class: paint, x, y: 104, width: end - x, height: 34, rx: 3 }),
      s("text", { x: (x + end) / 2, y: 126, "text-anchor": "middle" }, name),
    ];
  });
  const marks = [1, 10, threshold, 1000, 10_000, 100_000, PANIC].map((ms) =>
    s("text", { class: "soft", x: across(ms), y: bounds.includes(ms) && ms > 1 ? 172 : 156, "text-anchor": "middle" },
      ms === PANIC ? "1000 s" : spelled(ms)));
  const axis = s("text", { class: "soft", x: 475, y: 204, "text-anchor": "middle" }, "how wrong the clock is");
  return [...zones, ...marks, axis];
}

/** @param {number} left ms */
function drawMark(left) {
  const x = across(left);
  return [
    s("path", { class: "here", d: `M${x} 100 l-8 -14 h16Z` }),
    s("text", { class: "big", x: Math.min(640, Math.max(310, x)), y: 74, "text-anchor": "middle" }, worded(left)),
  ];
}

export default { render };
