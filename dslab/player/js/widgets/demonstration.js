// @ts-check
// The parts of a demonstration: its frame, sliders with a unit, menus, buttons, and a sentence that says the result.
import { FOCUSABLE, h, setAttr, setText } from "../dom.js";

/** @typedef {{min: number, max: number, step?: number, value: number}} Span of a slider */

/** A slider with its name and its value beside it.
 * @param {string} label
 * @param {Span} span
 * @param {(value: number) => string} worded the value with its unit
 * @param {() => void} changed */
export function createRange(label, { min, max, step = 1, value }, worded, changed) {
  const limits = { min, max, step, value };
  const input = h("input", { type: "range", ...limits, "aria-label": label, oninput: update, ...FOCUSABLE });
  const readout = h("span", { class: "dslab-touch-readout", "aria-hidden": "true" });
  const element = h("label", { class: "dslab-touch-range" }, h("span", {}, label), input, readout);

  function show() {
    setText(readout, worded(Number(input.value)));
    setAttr(input, "aria-valuetext", readout.textContent ?? "");
  }
  function update() {
    show();
    changed();
  }
  show();
  return {
    element,
    get value() {
      return Number(input.value);
    },
    set value(number) {
      input.value = String(number);
      show();
    },
  };
}

/** A menu with its name beside it.
 * @param {string} label
 * @param {Record<string, string>} options value -> what is written
 * @param {() => void} changed */
export function createMenu(label, options, changed) {
  const choices = Object.entries(options).map(([value, words]) => h("option", { value }, words));
  const select = h("select", { "aria-label": label, onchange: changed, ...FOCUSABLE }, ...choices);
  const element = h("label", { class: "dslab-touch-range" }, h("span", {}, label), select);
  return {
    element,
    get value() {
      return select.value;
    },
  };
}

/** @param {string} label
 *  @param {() => void} changed */
export function createCheck(label, changed) {
  const input = h("input", { type: "checkbox", onchange: changed, ...FOCUSABLE });
  return { element: h("label", { class: "dslab-touch-range" }, input, h("span", {}, label)), input };
}

/** @param {string} label
 *  @param {() => void} onclick */
export const createButton = (label, onclick) =>
  h("button", { type: "button", class: "dslab-press", onclick, ...FOCUSABLE }, label);

/** The frame of a demonstration.
 * @param {string} title
 * @param {string} task what can be touched
 * @param {...Element} parts
 * @returns {{element: HTMLElement, result: HTMLElement, say: (sentence: string, mark?: string) => void}} `say`
 *    announces the result; the mark is "right" or "wrong" */
export function createFrame(title, task, ...parts) {
  const result = h("p", { class: "dslab-touch-result", role: "status" });
  const element = h(
    "section",
    { class: "dslab-form dslab-touch", "aria-label": title },
    h("p", { class: "dslab-head" }, title), h("p", { class: "dslab-touch-task" }, task), ...parts, result,
  );
  return {
    element,
    result,
    say(sentence, mark = "") {
      setText(result, (mark === "right" ? "✓ " : mark === "wrong" ? "✗ " : "") + sentence);
      result.dataset.mark = mark;
    },
  };
}

/** @param {...HTMLElement} controls */
export const createControls = (...controls) => h("div", { class: "dslab-touch-controls-row" }, ...controls);
