// @ts-check
// Zoom and pan of time: the height of a row, the wheel with Ctrl, and the drag of the diagram.
import { cssZoom } from "../dom.js";

export const ROWS = [2, 3, 5, 8, 12, 18, 30, 42, 56]; // px
export const USUAL = ROWS.indexOf(30); // two lines of the log
const LEGIBLE = 18; // px: with lower rows there is no log beside the diagram

/** Is there room for a line of the log in a row?
 * @param {number} row px */
export const isLegible = (row) => row >= LEGIBLE;

/** The next zoom in this direction.
 * @param {number} zoom
 * @param {number} way */
export const changeZoom = (zoom, way) => Math.max(0, Math.min(ROWS.length - 1, zoom + way));

/** Where to scroll so that what stands at height `y` of the list stays there when the rows change their height.
 * @param {number} top
 * @param {number} y
 * @param {number} before
 * @param {number} after */
export const keepInPlace = (top, y, before, after) => Math.max(0, ((top + y) * after) / before - y);

/** The wheel with Ctrl zooms about the pointer; a mouse that is pressed in the diagram drags it.
 * @param {HTMLElement} list that scrolls
 * @param {{zoom: (way: number, y: number) => void, isDiagram: (x: number) => boolean}} list_actions */
export function listenToPointer(list, { zoom, isDiagram }) {
  let from = /** @type {{y: number, top: number}|null} */ (null);
  let dragged = false;
  const inside = (/** @type {MouseEvent} */ event) => {
    const box = list.getBoundingClientRect();
    return { x: (event.clientX - box.left) / cssZoom(list), y: (event.clientY - box.top) / cssZoom(list) };
  };
  list.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault(); // the browser would enlarge the page
      if (event.deltaY) zoom(event.deltaY < 0 ? 1 : -1, inside(event).y);
    },
    { passive: false },
  );
  list.addEventListener("pointerdown", (event) => {
    dragged = false;
    if (event.pointerType === "mouse" && event.button === 0 && isDiagram(inside(event).x))
      from = { y: event.clientY, top: list.scrollTop };
  });
  list.addEventListener("pointermove", (event) => {
    if (!from || (!dragged && Math.abs(event.clientY - from.y) < 5)) return;
    if (!dragged) list.setPointerCapture(event.pointerId);
    dragged = true;
    list.classList.add("dslab-dragged");
    list.scrollTop = from.top + (from.y - event.clientY) / cssZoom(list);
  });
  for (const end of ["pointerup", "pointercancel"])
    list.addEventListener(end, () => {
      from = null;
      list.classList.remove("dslab-dragged");
    });
  list.addEventListener("click", (event) => dragged && event.stopImmediatePropagation(), { capture: true });
}
