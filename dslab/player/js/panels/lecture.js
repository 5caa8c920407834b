// @ts-check
// The lecture: the player fills the screen, in large type, and shows what comes next. A
// presenter's remote sends Page Down and Page Up, which step the player anyway.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Panel, View } from "../types.js" */
import { headline } from "../data/describe.js";
import { neighbourInView } from "../data/filter.js";
import { shorten } from "../data/values.js";
import { button, h, keyName, setAttr, setText, toggleClass, withKey } from "../dom.js";
import { english, t } from "../words.js";

/** The keys that a presenter needs.
 * @type {Array<[key: string, does: string]>} */
const SHEET = [
  ["Right, Page Down", english("forward")],
  ["Left, Page Up", english("back")],
  ["Space", english("play")],
  [".", english("hide what comes next")],
  ["1 to 9", english("scenario")],
  ["x", english("without repetition")],
  ["u", english("undo")],
  ["Escape", english("leave")],
];
const ROOM = { width: 1200, height: 760 }; // px that all views need: a larger screen has larger type

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
    view.lecture = true;
    toggleClass(root, "dslab-lecture", true);
    resize();
    window.addEventListener("resize", resize);
    document.addEventListener("keydown", forward);
    document.addEventListener("fullscreenchange", left);
    const full = root.requestFullscreen?.() ?? Promise.reject(new Error("no full screen"));
    full.then(() => view.lecture || forget(), () => fillWindow(root));
    root.focus({ preventScroll: true });
    draw();
  }

  function leave() {
    if (!view.lecture) return;
    view.lecture = false;
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
    lecture: () => (view.lecture ? leave() : enter()),
    leave,
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

/** The buttons: enter or leave; and, in a lecture, hide what comes next.
 * @param {Actions} actions
 * @returns {Panel} */
export function createLectureBar(actions) {
  const door = button({ label: " ", word: " ", onclick: actions.lecture });
  const hide = button({
    label: t("Hide what comes next"),
    word: t("Hide what comes next"),
    key: ".",
    onclick: () => actions.hide(),
  });
  for (const one of [door, hide]) one.className = "dslab-tab";
  return {
    element: h("div", { class: "dslab-group" }, hide, door),
    draw({ lecture, future }) {
      hide.hidden = !lecture;
      setAttr(hide, "aria-pressed", !future);
      const label = lecture ? t("Leave the lecture") : t("Lecture: fill the screen, in large type");
      setAttr(door, "aria-label", label);
      setAttr(door, "title", withKey(label, lecture ? "Escape" : "l"));
      setText(door.firstChild, lecture ? t("Leave") : t("Lecture"));
    },
  };
}

/** Under the sentence of the step: the next cue, and the presenter's keys.
 * @param {Index} index
 * @returns {Panel} */
export function createLectureLine(index) {
  const next = h("p", { class: "dslab-cue", dir: "auto" });
  const keys = SHEET.flatMap(([key, does]) => [h("kbd", {}, keyName(key)), ` ${t(does)}`]);
  const sheet = h("p", { class: "dslab-sheet-keys" }, ...keys);
  const element = h("div", { class: "dslab-lecture-line", hidden: true }, next, sheet);
  return {
    element,
    draw(view) {
      element.hidden = !view.lecture;
      if (view.lecture) setText(next, cue(index, view));
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
