// @ts-check
// The keyboard, as a table: the same lines make the keys work and the help that lists them.
/** @import { Actions } from "../types.js" */
import { english } from "../words.js";

/** @typedef {{keys: string[], shift?: boolean, name: string, does: string,
 *    act: (actions: Actions, key: string) => void}} Binding */

/** Do to the selection what this key means for it.
 * @param {Actions} actions
 * @param {string} key */
const pressed = (actions, key) => actions.press(key);

/** @type {Binding[]} */
export const BINDINGS = [
  { keys: [" "], name: "Space", does: english("play or pause"), act: (actions) => actions.toggle() },
  {
    keys: ["ArrowRight", "PageDown"],
    name: "Right, Page Down",
    does: english("step forward"),
    act: (actions) => actions.step(1),
  },
  {
    keys: ["ArrowLeft", "PageUp"],
    name: "Left, Page Up",
    does: english("step back"),
    act: (actions) => actions.step(-1),
  },
  {
    keys: ["ArrowRight"],
    shift: true,
    name: "Shift+Right",
    does: english("next step of the selected node"),
    act: (actions) => actions.nodeStep(1),
  },
  {
    keys: ["ArrowLeft"],
    shift: true,
    name: "Shift+Left",
    does: english("previous step of the selected node"),
    act: (actions) => actions.nodeStep(-1),
  },
  { keys: ["Home"], name: "Home", does: english("first step"), act: (actions) => actions.go(0) },
  { keys: ["End"], name: "End", does: english("last step"), act: (actions) => actions.go(Infinity) },
  { keys: ["+", "="], name: "+", does: english("faster"), act: (actions) => actions.faster(1) },
  { keys: ["-"], name: "−", does: english("slower"), act: (actions) => actions.faster(-1) },
  ...[
    ["c", english("crash the selected node, cut the selected link")],
    ["C", english("cut the selected link in one direction only")],
    ["H", english("heal the selected link, or else all links")],
    ["r", english("recover or resume the selected node")],
    ["z", english("pause the selected node")],
    ["i", english("isolate the selected node")],
    ["t", english("fire the selected node's next timer now")],
    ["a", english("send the selected node a request, as a client")],
    ["k", english("move the selected node's clock")],
    ["g", english("deliver the selected message now")],
    ["d", english("drop the selected message")],
    ["D", english("duplicate the selected message")],
    [">", english("hold the selected message back")],
    ["P", english("partition: cut all links between two sides")],
  ].map(([key, does]) => ({ keys: [key], name: key, does, act: pressed })),
  {
    keys: ["j"],
    name: "j",
    does: english("select the next link (of the selected node)"),
    act: (actions) => actions.link(1),
  },
  { keys: ["J"], name: "J", does: english("select the previous link"), act: (actions) => actions.link(-1) },
  { keys: ["e"], name: "e", does: english("more actions: open or close"), act: (actions) => actions.more() },
  { keys: ["/"], name: "/", does: english("search the log"), act: (actions) => actions.focusSearch() },
  { keys: ["n"], name: "n", does: english("next match"), act: (actions) => actions.find(1) },
  { keys: ["N"], name: "N", does: english("previous match"), act: (actions) => actions.find(-1) },
  {
    keys: ["f"],
    name: "f",
    does: english("filter: what is shown"),
    act: (actions) => actions.panel("filter"),
  },
  {
    keys: ["x"],
    name: "x",
    does: english("hide or show repetition (heartbeats)"),
    act: (actions) => actions.repetition(),
  },
  { keys: ["["], name: "[", does: english("show more time"), act: (actions) => actions.zoom(-1) },
  { keys: ["]"], name: "]", does: english("show less time"), act: (actions) => actions.zoom(1) },
  {
    keys: ["m"],
    name: "m",
    does: english("mark this step, to compare it with another"),
    act: (actions) => actions.mark(),
  },
  {
    keys: ["M"],
    name: "M",
    does: english("go to the marked step, and mark this one"),
    act: (actions) => actions.exchange(),
  },
  { keys: ["w"], name: "w", does: english("what the selected node knows"), act: (actions) => actions.localView() },
  {
    keys: ["p"],
    name: "p",
    does: english("next step at which a promise's light changes"),
    act: (actions) => actions.light(),
  },
  {
    keys: ["o"],
    name: "o",
    does: english("next begin or end of an operation"),
    act: (actions) => actions.operation(1),
  },
  {
    keys: ["O"],
    name: "O",
    does: english("previous begin or end of an operation"),
    act: (actions) => actions.operation(-1),
  },
  {
    keys: ["h"],
    name: "h",
    does: english("the code of the handler that ran"),
    act: (actions) => actions.panel("code"),
  },
  { keys: ["q"], name: "q", does: english("list the messages under way"), act: (actions) => actions.tab("messages") },
  { keys: ["s"], name: "s", does: english("show the script of this run"), act: (actions) => actions.tab("script") },
  { keys: ["b"], name: "b", does: english("list the branches"), act: (actions) => actions.panel("branches") },
  {
    keys: ["u"],
    name: "u",
    does: english("undo the last change, or take back the last choice"),
    act: (actions) => actions.undo(),
  },
  {
    keys: ["v"],
    name: "v",
    does: english("compare with the branch that this one was made from, or end the comparison"),
    act: (actions) => actions.compare(),
  },
  {
    keys: ["V"],
    name: "V",
    does: english("go to the step where they diverge"),
    act: (actions) => actions.divergence(),
  },
  {
    keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
    name: "1 to 9",
    does: english("that scenario; where you choose what happens next, that choice"),
    act: (actions, key) => actions.choose(Number(key)),
  },
  {
    keys: ["0"],
    name: "0",
    does: english("number the next choices"),
    act: (actions) => actions.choose(0),
  },
  {
    keys: ["l"],
    name: "l",
    does: english("lecture: fill the screen, in large type"),
    act: (actions) => actions.lecture(),
  },
  { keys: ["y"], name: "y", does: english("go on with the question"), act: (actions) => actions.ask() },
  { keys: ["Y"], name: "Y", does: english("give up: play, and show the answer"), act: (actions) => actions.giveUp() },
  { keys: ["."], name: ".", does: english("hide or show what comes next"), act: (actions) => actions.hide() },
  { keys: ["?"], name: "?", does: english("list these keys"), act: (actions) => actions.panel("keys") },
  {
    keys: ["Escape"],
    name: "Escape",
    does: english("leave the lecture; clear the selection, close what is open"),
    act: (actions) => actions.escape(),
  },
];

/** What a key press means, if anything. Keys with Ctrl, Alt or Meta belong to the browser and to JupyterLab.
 * @param {{key: string, shiftKey: boolean, ctrlKey?: boolean, altKey?: boolean, metaKey?: boolean}} event
 * @returns {Binding|undefined} */
export function bindingOf(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
  const arrow = event.key.startsWith("Arrow");
  return BINDINGS.find(
    (binding) => binding.keys.includes(event.key) && (!arrow || Boolean(binding.shift) === event.shiftKey),
  );
}

/** Does the focused element use this key itself? A button uses Space, a list its arrows, a text field letters.
 * @param {{tagName: string, getAttribute: (name: string) => string|null}} target
 * @param {string} key */
export function keepsKey(target, key) {
  const tag = target.tagName.toLowerCase();
  if (tag === "button" || tag === "summary") return key === " ";
  if (tag === "input" && target.getAttribute("type") === "checkbox") return key === " ";
  if (tag === "input" && target.getAttribute("type") === "radio") return key === " " || key.startsWith("Arrow");
  if (tag === "input") return target.getAttribute("type") !== "range" && key !== "Escape";
  return tag === "select" || tag === "textarea";
}

/** @param {HTMLElement} element the whole player
 *  @param {Actions} actions */
export function listen(element, actions) {
  element.addEventListener("keydown", (event) => {
    const binding = bindingOf(event);
    if (!binding || keepsKey(/** @type {Element} */ (event.target), event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    binding.act(actions, event.key);
  });
}
