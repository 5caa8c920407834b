// @ts-check
// Questions with a field each: in a list, or where they belong in a space-time diagram. The kernel judges the answers.
/** @import { Model } from "../types.js" */
import { FOCUSABLE, h, onEnter, s, setAttr, setText } from "../dom.js";

/** @typedef {{name: string, words: string, place?: number[]}} Question `place`: left, top and width, px */
/** @typedef {{title: string, task: string, questions: Question[], signs: Record<string, string>,
 *    paper?: {svg: string, size: number[]}}} Asked `signs`: the outlines of the shapes, by what they mean */
/** @typedef {{asked: Asked, answers: Record<string, string>,
 *    judged: {marks?: Record<string, string>, standing?: string}}} FormTraits */

/** A field. Its mark is a shape, a colour and a word.
 * @param {Question} question
 * @param {Asked["signs"]} signs */
function createField({ name, words, place }, signs) {
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
  return { name, element, input, mark };
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
  const fields = asked.questions.map((question) => createField(question, asked.signs));
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
    model.send({ type: "check", answers: Object.fromEntries(fields.map((field) => [field.name, field.input.value])) });
  }

  function draw() {
    const { marks, standing: words } = model.get("judged");
    setAttr(button, "aria-disabled", false);
    setText(standing, words ?? "");
    for (const field of fields) field.mark(marks?.[field.name] ?? "");
  }

  fields.forEach((field) => {
    field.input.value = model.get("answers")[field.name] ?? "";
    field.input.addEventListener("input", () => field.mark(""));
    // In a notebook, Enter does not submit a form by itself.
    field.input.addEventListener("keydown", onEnter(() => form.requestSubmit()));
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
