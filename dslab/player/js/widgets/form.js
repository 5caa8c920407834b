// @ts-check
// Questions with a field each: in a list, or where they belong in a space-time diagram. The kernel judges the answers.
/** @import { Model } from "../types.js" */
import { FOCUSABLE, h, onEnter, s, setAttr, setText } from "../dom.js";

/** @typedef {{name: string, words: string, place?: number[], choices?: Array<[value: string, words: string]>}} FormItem
 *    `place`: left, top and width, px */
/** @typedef {{title: string, task: string, questions: FormItem[], signs: Record<string, string>,
 *    paper?: {svg: string, size: number[]}}} SheetAsked `signs`: the outlines of the shapes, by what they mean */
/** @typedef {{asked: SheetAsked, answers: Record<string, string>,
 *    judged: {marks?: Record<string, string>, standing?: string}}} FormTraits */

/** @typedef {object} FormField
 * @property {string} name
 * @property {HTMLElement} element
 * @property {() => string} value
 * @property {(value: string) => void} set
 * @property {(listener: () => void) => void} onChange
 * @property {(state: string) => void} mark "right", "wrong", or "" */

let forms = 0; // radio buttons of two forms need two names

/** A row of buttons, one for each choice.
 * @param {FormItem} item
 * @param {SheetAsked["signs"]} signs
 * @returns {FormField} */
function createChoice({ name, words, choices = [] }, signs) {
  const group = `dslab-form-${forms} ${name}`;
  const inputs = choices.map(([value]) => h("input", { type: "radio", name: group, value, ...FOCUSABLE }));
  const labels = choices.map(([, said], n) => h("label", {}, inputs[n], h("bdi", {}, said)));
  const outline = s("path");
  const sign = s("svg", { class: "dslab-shape", viewBox: "0 0 20 20", "aria-hidden": "true" }, outline);
  const row = h("div", { class: "dslab-radios", role: "radiogroup", "aria-label": words }, ...labels, sign);
  const element = h("div", { class: "dslab-field" }, h("bdi", { class: "dslab-words" }, words), row);
  return {
    name,
    element,
    value: () => inputs.find((input) => input.checked)?.value ?? "",
    set(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
    onChange: (listener) => inputs.forEach((input) => input.addEventListener("change", listener)),
    mark(state) {
      setAttr(outline, "d", signs[state] ?? "");
      setAttr(row, "aria-label", state ? `${words}: ${state}` : words);
      element.dataset.mark = state;
    },
  };
}

/** A field. Its mark is a shape, a colour and a word.
 * @param {FormItem} item
 * @param {SheetAsked["signs"]} signs
 * @returns {FormField} */
function createEntry({ name, words, place }, signs) {
  const input = h("input", {
    type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off", "aria-label": words, ...FOCUSABLE,
  });
  const outline = s("path");
  const sign = s("svg", { class: "dslab-shape", viewBox: "0 0 20 20", "aria-hidden": "true" }, outline);
  const entry = h("span", { class: "dslab-entry" }, input, sign);
  const element = h("label", { class: "dslab-field" }, h("bdi", { class: "dslab-words" }, place ? name : words), entry);
  if (place) {
    const [left, top, width] = place;
    Object.assign(element.style, { left: `${left}px`, top: `${top}px`, width: `${width}px` });
    element.title = words;
  }

  /** @param {string} state "right", "wrong", or "" */
  function mark(state) {
    setAttr(outline, "d", signs[state] ?? "");
    setAttr(input, "aria-label", state ? `${words}: ${state}` : words);
    setAttr(input, "aria-invalid", state === "wrong");
    element.dataset.mark = state;
  }
  return {
    name,
    element,
    value: () => input.value,
    set: (value) => (input.value = value),
    onChange: (listener) => input.addEventListener("input", listener),
    mark,
  };
}

/** The diagram, with the fields where their steps are. It comes from dslab's own drawing code, as one <svg>.
 * @param {{svg: string, size: number[]}} paper
 * @param {HTMLElement[]} fields */
function drawPaper({ svg, size }, fields) {
  const drawing = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const paper = h("div", { class: "dslab-paper" }, document.importNode(drawing, true), ...fields);
  paper.style.width = `${size[0]}px`;
  return h("div", { class: "dslab-sheet" }, paper);
}

/** @param {{model: Model<FormTraits>, el: HTMLElement}} widget */
function render({ model, el }) {
  const asked = model.get("asked");
  forms += 1;
  const fields = asked.questions.map((item) => (item.choices ? createChoice : createEntry)(item, asked.signs));
  const elements = fields.map((field) => field.element);
  const button = h("button", { type: "submit", class: "dslab-press", ...FOCUSABLE }, "Check");
  const standing = h("span", { class: "dslab-standing", role: "status" });
  const form = h(
    "form",
    { class: "dslab-form", "aria-label": asked.title, onsubmit: submit },
    h("p", { class: "dslab-head" }, h("bdi", {}, asked.title)),
    h("p", { class: "dslab-said", dir: "auto" }, asked.task),
    asked.paper ? drawPaper(asked.paper, elements) : h("div", { class: "dslab-fields" }, ...elements),
    h("div", { class: "dslab-presses" }, button, standing),
  );

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    setAttr(button, "aria-disabled", true);
    setText(standing, "checking …");
    model.send({ type: "check", answers: Object.fromEntries(fields.map((field) => [field.name, field.value()])) });
  }

  function draw() {
    const { marks, standing: words } = model.get("judged");
    setAttr(button, "aria-disabled", false);
    setText(standing, words ?? "");
    for (const field of fields) field.mark(marks?.[field.name] ?? "");
  }

  fields.forEach((field) => {
    field.set(model.get("answers")[field.name] ?? "");
    field.onChange(() => field.mark(""));
    // In a notebook, Enter does not submit a form by itself.
    for (const input of field.element.querySelectorAll("input"))
      input.addEventListener("keydown", onEnter(() => form.requestSubmit()));
  });
  draw();
  el.append(form);
  model.on("change:judged", draw);
  return () => {
    model.off("change:judged", draw);
    form.remove();
  };
}

export default { render };
