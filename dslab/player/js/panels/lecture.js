// @ts-check
// The lecture: the player fills the screen, in large type, with the chosen panels only, and shows what comes next. A
// presenter's remote sends Page Down and Page Up, which step the player anyway.
/** @import { Actions, Index, Panel, View } from "../types.js" */
import { headline } from "../data/describe.js";
import { neighbourInView } from "../data/filter.js";
import { shorten } from "../data/values.js";
import { button, FOCUSABLE, h, setAttr, setText, toggleClass, withKey } from "../dom.js";
import { english, t } from "../words.js";

const PARTS = new Map([
  ["cluster", english("Cluster")],
  ["diagram", english("Diagram")],
  ["state", english("State")],
  ["log", english("Log")],
]);
const ROOM = { width: 1200, height: 760 }; // px that all views need: a larger screen has larger type

/** What a lecture shows before anybody has chosen.
 * @returns {{on: boolean, without: Set<string>}} */
export function createStage() {
  return { on: false, without: new Set(["state", "log"]) };
}

/** Is this part of the player left out now?
 * @param {View} view
 * @param {string} part */
export function leavesOut(view, part) {
  return view.lecture.on && view.lecture.without.has(part);
}

/** How many times larger than usual everything is.
 * @param {number} width of the screen, px
 * @param {number} height */
export function magnification(width, height) {
  return Math.max(1, Math.min(3, width / ROOM.width, height / ROOM.height));
}

/** What the reader does: enter, leave, choose the views.
 * @param {HTMLElement} root
 * @param {View} view
 * @param {() => void} draw */
export function createLectureActions(root, view, draw) {
  const held = h("div", { "aria-hidden": "true" }); // keeps the player's place in the page meanwhile

  function resize() {
    root.style.setProperty("zoom", String(magnification(window.innerWidth, window.innerHeight)));
  }

  function enter() {
    held.style.height = `${root.offsetHeight}px`;
    root.after(held);
    view.lecture = { ...view.lecture, on: true };
    toggleClass(root, "dslab-lecture", true);
    resize();
    window.addEventListener("resize", resize);
    document.addEventListener("keydown", forward);
    document.addEventListener("fullscreenchange", left);
    const full = root.requestFullscreen?.() ?? Promise.reject(new Error("no full screen"));
    full.then(() => view.lecture.on || forget(), () => fillWindow(root));
    root.focus({ preventScroll: true });
    draw();
  }

  function leave() {
    if (!view.lecture.on) return;
    view.lecture = { ...view.lecture, on: false };
    forget();
    draw();
    root.scrollIntoView({ block: "nearest" });
  }

  function forget() {
    toggleClass(root, "dslab-lecture", false);
    root.style.removeProperty("zoom");
    held.remove();
    window.removeEventListener("resize", resize);
    document.removeEventListener("keydown", forward);
    document.removeEventListener("fullscreenchange", left);
    if (document.fullscreenElement === root) document.exitFullscreen();
    root.removeAttribute("popover"); // which closes it
  }

  /** The browser's own Escape ends the full screen, and with it the lecture. */
  function left() {
    if (document.fullscreenElement !== root) leave();
  }

  /** A remote's keys work wherever the focus has got to.
   * @param {KeyboardEvent} event */
  function forward(event) {
    if (root.contains(/** @type {Node} */ (event.target))) return;
    event.preventDefault();
    event.stopPropagation();
    root.focus({ preventScroll: true });
    root.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, shiftKey: event.shiftKey, bubbles: true }));
  }

  /** @satisfies {Partial<Actions>} */
  const actions = {
    lecture: () => (view.lecture.on ? leave() : enter()),
    leave,
    without(part) {
      const without = new Set(view.lecture.without);
      if (!without.delete(part)) without.add(part);
      view.lecture = { ...view.lecture, without };
      draw();
    },
  };
  return { actions, stop: forget };
}

/** Where the browser allows no full screen: over everything else in the window.
 * @param {HTMLElement} root */
function fillWindow(root) {
  if (!root.classList.contains("dslab-lecture") || !root.showPopover) return;
  root.setAttribute("popover", "manual");
  root.showPopover();
}

/** The buttons: enter or leave; and, in a lecture, the views.
 * @param {HTMLElement} root
 * @param {Actions} actions
 * @returns {Panel} */
export function createLectureBar(root, actions) {
  const door = button({ label: " ", word: " ", onclick: actions.lecture });
  const parts = [...PARTS].map(([part, word]) => {
    const onclick = () => actions.without(part);
    return { part, press: h("button", { type: "button", class: "dslab-button", onclick, ...FOCUSABLE }, t(word)) };
  });
  const about = { class: "dslab-group", role: "group", "aria-label": t("Views in the lecture") };
  const group = h("div", about, ...parts.map((one) => one.press));
  return {
    element: h("div", { class: "dslab-group dslab-lecture-bar" }, group, door),
    draw(view) {
      const { on } = view.lecture;
      group.hidden = !on;
      for (const { part, press } of parts) {
        setAttr(press, "aria-pressed", !view.lecture.without.has(part));
        toggleClass(root, `dslab-without-${part}`, leavesOut(view, part));
      }
      const label = on ? t("Leave the lecture") : t("Lecture: fill the screen, in large type");
      setAttr(door, "aria-label", label);
      setAttr(door, "title", withKey(label, on ? "Escape" : "l"));
      setText(door.firstChild, on ? t("Leave") : t("Lecture"));
    },
  };
}

/** The next cue, under the sentence of the step.
 * @param {Index} index
 * @returns {Panel} */
export function createCue(index) {
  const element = h("p", { class: "dslab-cue", dir: "auto", hidden: true });
  return {
    element,
    draw(view) {
      element.hidden = !view.lecture.on;
      if (view.lecture.on) setText(element, cue(index, view));
    },
  };
}

/** What the speaker will see at the next step.
 * @param {Index} index
 * @param {View} view */
export function cue(index, view) {
  if (!view.future) return t("What comes next is hidden.");
  const next = neighbourInView(index, view, 1);
  if (next <= view.step || next > index.last) return t("This was the last step.");
  return t("Next: {sentence}", { sentence: shorten(headline(index.steps[next]), 300) });
}
