// @ts-check
// Things to be put in order: each is dragged, or moved by its two buttons.
/** @import { GuessForm } from "./guess_form.js" */
/** @import { Asked, GuessValue } from "./judge.js" */
import { FOCUSABLE, h, setText } from "../dom.js";
import { t } from "../words.js";

/** @param {Asked} asked
 *  @returns {GuessForm} */
export function createOrder({ text, choices }) {
  const list = h("ol", { class: "dslab-order", "aria-label": text });
  const said = h("span", { class: "dslab-hidden", role: "status" });
  let enabled = true;
  let dragged = /** @type {HTMLElement|null} */ (null);
  const rows = choices.map((choice) => createItem(choice, move));
  rows.forEach((row) => {
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      event.dataTransfer?.setData("text/plain", "");
    });
    row.addEventListener("dragend", () => (dragged = null));
    row.addEventListener("dragover", (event) => dropAt(row, event));
  });
  list.append(...rows);
  list.addEventListener("drop", (event) => event.preventDefault());

  /** While it is dragged, a row takes the place of the one under the pointer.
   * @param {HTMLElement} row
   * @param {DragEvent} event */
  function dropAt(row, event) {
    if (!dragged || !enabled) return;
    event.preventDefault();
    const { top, height } = row.getBoundingClientRect();
    if (row !== dragged) event.clientY > top + height / 2 ? row.after(dragged) : row.before(dragged);
  }

  /** @param {HTMLElement} row
   *  @param {number} way up (-1) or down (1) */
  function move(row, way) {
    const other = way < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!enabled || !other) return;
    way < 0 ? other.before(row) : other.after(row);
    const place = [...list.children].indexOf(row) + 1;
    setText(said, t("{name} is number {place}", { name: row.dataset.choice, place }));
    /** @type {HTMLElement|null} */ (row.querySelector(way < 0 ? "button" : "button:last-child"))?.focus();
  }

  return {
    element: h("div", { class: "dslab-guesses" }, list, said),
    value: () => [...list.children].map((row) => rows.indexOf(/** @type {HTMLLIElement} */ (row))),
    missing: () => "",
    /** @param {GuessValue} value */
    show: (value) => list.append(...(Array.isArray(value) ? value.map((n) => rows[n]) : rows)),
    enable(on) {
      enabled = on;
      for (const row of rows) row.draggable = on;
    },
    pick: () => false,
    focus: () => rows[0].querySelector("button")?.focus({ preventScroll: true }),
  };
}

/** @param {string} choice
 *  @param {(row: HTMLElement, way: number) => void} move */
function createItem(choice, move) {
  /** @param {string} sign
   *  @param {string} label
   *  @param {number} way */
  const mover = (sign, label, way) =>
    h(
      "button",
      { type: "button", "aria-label": label, title: label, onclick: () => move(row, way), ...FOCUSABLE },
      sign,
    );
  const row = h(
    "li",
    { draggable: "true", "data-choice": choice },
    h("bdi", {}, choice),
    mover("↑", t("Move {name} up", { name: choice }), -1),
    mover("↓", t("Move {name} down", { name: choice }), 1),
  );
  return row;
}
