// @ts-check
// What ipywidgets leaves out of its controls: their names for a screen reader, and arrow keys inside JupyterLab.
import { FOCUSABLE, setAttr } from "../dom.js";

const CONTROLS = "select, input, .noUi-handle, .widget-readout";

/** Name a control as its label does, and keep JupyterLab's shortcuts away from it.
 * @param {Element} control */
function nameControl(control) {
  const label = control.closest(".jupyter-widgets")?.querySelector("label, .widget-label")?.textContent?.trim();
  for (const [name, value] of Object.entries(FOCUSABLE)) setAttr(control, name, value);
  if (control.matches("[contenteditable]")) setAttr(control, "role", "textbox");
  if (label && !control.matches("input[type=checkbox]")) setAttr(control, "aria-label", label);
}

/** @param {{el: HTMLElement}} widget */
function render({ el }) {
  el.style.display = "none";
  const row = () => el.closest(".dslab-varied");
  const nameAll = () => row()?.querySelectorAll(CONTROLS).forEach(nameControl);
  // The controls are drawn one after the other, some of them later than this.
  const observer = new MutationObserver(nameAll);
  const frame = requestAnimationFrame(() => {
    nameAll();
    const drawn = row();
    if (drawn) observer.observe(drawn, { childList: true, subtree: true });
  });
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
  };
}

export default { render };
