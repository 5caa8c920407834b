// @ts-check
// Making elements. Data enters the page through textContent and setAttribute only, so no name can become markup.
import { english, t } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. Functions are listeners (onclick: ...); null children and attributes are left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Node|string|null)} children
 * @returns {HTMLElementTagNameMap[Tag]} */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Node|string|null)} children
 * @returns {SVGElementTagNameMap[Tag]} */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** @template {Element} Made
 * @param {Made} element
 * @param {Record<string, unknown>} attributes
 * @param {Array<Node|string|null>} children */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), (event) => value(event));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// JupyterLab's own shortcuts take keys away from any focused element that does not carry this attribute itself.
export const FOCUSABLE = Object.freeze({ "data-lm-suppress-shortcuts": "true" });

/** Change an attribute only if it differs: most frames change little.
 * @param {Element} element
 * @param {string} name
 * @param {string|number|boolean} value */
export function setAttr(element, name, value) {
  const text = String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Change a text only if it differs.
 * @param {Node|null} node null: nothing is done
 * @param {string} text */
export function setText(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

/** Exchange the children, but keep those that look as before: the browser need not lay them out again. They may have no
 *  listeners.
 * @param {Element} element
 * @param {Element[]} children */
export function replaceChanged(element, children) {
  const old = [...element.children];
  children.forEach((child, n) => {
    if (!old[n]) element.append(child);
    else if (!old[n].isEqualNode(child)) old[n].replaceWith(child);
  });
  for (const one of old.slice(children.length)) one.remove();
}

/** @param {Element} element
 *  @param {string} name
 *  @param {boolean} on */
export function toggleClass(element, name, on) {
  element.classList.toggle(name, on);
}

/** How many px of the window a px of this element's own measures is: in a lecture all is larger.
 * @param {Element} element */
export const cssZoom = (element) => element.currentCSSZoom ?? 1;

/** Run something before any listener within an element is called for a click, a key or a move.
 * @param {HTMLElement} element
 * @param {() => void} action */
export function beforeEvents(element, action) {
  for (const name of ["click", "change", "input", "keydown", "pointermove", "pointerup", "toggle"])
    element.addEventListener(name, action, { capture: true });
}

/** A listener that treats Enter as a click: what can be clicked can be reached without a mouse.
 * @param {() => void} action */
export function onEnter(action) {
  return (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };
}

/** The names of keys that differ between languages; all others are what is written on the key.
 * @type {Set<string>} */
const KEY_WORDS = new Set([
  english("Space"),
  english("Left"),
  english("Right"),
  english("Shift+Left"),
  english("Shift+Right"),
  english("Right, Page Down"),
  english("Left, Page Up"),
  english("1 to 9"),
]);

/** @param {string} key as the list of the keys has it */
export const keyName = (key) => (KEY_WORDS.has(key) ? t(key) : key);

/** The name of something, and the key that does the same.
 * @param {string} label
 * @param {string} [key] */
export const withKey = (label, key) => (key ? t("{label} ({key})", { label, key: keyName(key) }) : label);

/** A button with an icon, a word, or both.
 * @param {{label: string, word?: string, icon?: string, key?: string, onclick: () => void}} options */
export function button({ label, word, icon, key, onclick }) {
  const title = withKey(label, key);
  const parts = [icon ? drawIcon(icon) : null, word ? h("span", {}, word) : null];
  return h(
    "button",
    { type: "button", class: "dslab-button", "aria-label": label, title, onclick, ...FOCUSABLE },
    ...parts,
  );
}

const ICONS = new Map([
  ["play", "M7 4 20 12 7 20Z"],
  ["pause", "M6 4h4v16H6ZM14 4h4v16h-4Z"],
  ["step", "M5 5 15 12 5 19ZM16 5h3v14h-3Z"],
  ["back", "M19 5 9 12 19 19ZM5 5h3v14H5Z"],
  ["end", "M3 5 11 12 3 19ZM11 5 19 12 11 19ZM19 5h2v14h-2Z"],
  ["start", "M21 5 13 12 21 19ZM13 5 5 12 13 19ZM3 5h2v14H3Z"],
  ["nextEvent", "M4 11h9V6l7 6-7 6v-5H4Z"],
  ["previousEvent", "M20 11h-9V6l-7 6 7 6v-5h9Z"],
  ["undo", "M9 5v4h5a6 6 0 0 1 0 12H8v-2.500h6a3.500 3.500 0 0 0 0-7H9v4L3 10Z"],
]);

/** @param {string} name
 *  @returns {SVGElement} */
export function drawIcon(name) {
  return s(
    "svg",
    { class: "dslab-icon", viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("path", { d: ICONS.get(name) }),
  );
}

/** Set an icon button's picture and name (Play becomes Pause).
 * @param {HTMLButtonElement} element
 * @param {string} icon
 * @param {string} label */
export function relabel(element, icon, label) {
  if (element.getAttribute("aria-label") === label) return;
  element.setAttribute("aria-label", label);
  element.querySelector("path")?.setAttribute("d", ICONS.get(icon) ?? "");
  const word = element.querySelector("span");
  if (word) word.textContent = label;
}

// ---- the keyboard focus, which survives the exchange of all panels

/** A name for the element that has the focus: null if it is outside of the player.
 * @param {HTMLElement} root */
export function focusedKey(root) {
  const active = root.ownerDocument.activeElement;
  if (!active || !root.contains(active)) return null;
  return active.getAttribute("data-key") ?? active.getAttribute("aria-label") ?? "";
}

/** Give the focus back to what had it before the panels were built anew, or to the player.
 * @param {HTMLElement} root
 * @param {string|null} key */
export function restoreFocus(root, key) {
  if (key === null) return;
  const again = [...root.querySelectorAll("[data-key], [aria-label]")].find(
    (one) => (one.getAttribute("data-key") ?? one.getAttribute("aria-label")) === key,
  );
  const target = /** @type {HTMLElement|undefined} */ (again) ?? root;
  target.focus({ preventScroll: true });
  if (root.ownerDocument.activeElement !== target) root.focus({ preventScroll: true }); // it is hidden now
}
