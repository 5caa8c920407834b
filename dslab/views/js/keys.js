// @ts-check
// The keyboard, as a table: the same lines make the keys work and the help that lists them.

/** @typedef {{keys: string[], shift?: boolean, name: string, does: string, act: (actions: any, key: string) => void}} Binding */

/** Do to what is selected what this key means for it.
 * @param {any} actions
 * @param {string} key */
const pressed = (actions, key) => actions.press(key);

/** @type {Binding[]} */
export const BINDINGS = [
  { keys: [" "], name: "Space", does: "play or pause", act: (actions) => actions.toggle() },
  {
    keys: ["ArrowRight", "PageDown"],
    name: "Right, Page Down",
    does: "step forward",
    act: (actions) => actions.step(1),
  },
  {
    keys: ["ArrowLeft", "PageUp"],
    name: "Left, Page Up",
    does: "step back",
    act: (actions) => actions.step(-1),
  },
  {
    keys: ["ArrowRight"],
    shift: true,
    name: "Shift+Right",
    does: "next step of the selected node",
    act: (actions) => actions.event(1),
  },
  {
    keys: ["ArrowLeft"],
    shift: true,
    name: "Shift+Left",
    does: "previous step of the selected node",
    act: (actions) => actions.event(-1),
  },
  { keys: ["Home"], name: "Home", does: "first step", act: (actions) => actions.go(0) },
  { keys: ["End"], name: "End", does: "last step", act: (actions) => actions.go(Infinity) },
  { keys: ["+", "="], name: "+", does: "faster", act: (actions) => actions.faster(1) },
  { keys: ["-"], name: "−", does: "slower", act: (actions) => actions.faster(-1) },
  ...[
    ["c", "crash the selected node, cut the selected link"],
    ["C", "cut the selected link in one direction only"],
    ["H", "heal the selected link, or else all links"],
    ["r", "recover or resume the selected node"],
    ["z", "pause the selected node"],
    ["i", "isolate the selected node"],
    ["t", "let the selected node's next timer go off now"],
    ["a", "ask the selected node something, as a client"],
    ["k", "move the selected node's clock"],
    ["g", "deliver the selected message now"],
    ["d", "drop the selected message"],
    ["D", "double the selected message"],
    [">", "hold the selected message back"],
    ["P", "partition: cut all links between two sides"],
  ].map(([key, does]) => ({ keys: [key], name: key, does, act: pressed })),
  { keys: ["j"], name: "j", does: "select the next link (of the selected node)", act: (actions) => actions.link(1) },
  { keys: ["J"], name: "J", does: "select the previous link", act: (actions) => actions.link(-1) },
  { keys: ["e"], name: "e", does: "more that can be done: open or close", act: (actions) => actions.more() },
  { keys: ["/"], name: "/", does: "search the log", act: (actions) => actions.focusSearch() },
  { keys: ["n"], name: "n", does: "next match", act: (actions) => actions.find(1) },
  { keys: ["N"], name: "N", does: "previous match", act: (actions) => actions.find(-1) },
  { keys: ["f"], name: "f", does: "filter: open or close the bar", act: (actions) => actions.sift() },
  {
    keys: ["x"],
    name: "x",
    does: "hide or show repetition (heartbeats)",
    act: (actions) => actions.repetition(),
  },
  { keys: ["["], name: "[", does: "more time in sight", act: (actions) => actions.zoom(-1) },
  { keys: ["]"], name: "]", does: "less time in sight", act: (actions) => actions.zoom(1) },
  {
    keys: ["m"],
    name: "m",
    does: "mark this step, to compare it with another",
    act: (actions) => actions.mark(),
  },
  {
    keys: ["M"],
    name: "M",
    does: "go to the marked step, and mark this one",
    act: (actions) => actions.exchange(),
  },
  { keys: ["w"], name: "w", does: "what the selected node knows", act: (actions) => actions.eyes() },
  {
    keys: ["p"],
    name: "p",
    does: "next step at which a promise's light changes",
    act: (actions) => actions.light(),
  },
  {
    keys: ["o"],
    name: "o",
    does: "next begin or end of an operation",
    act: (actions) => actions.operation(1),
  },
  {
    keys: ["O"],
    name: "O",
    does: "previous begin or end of an operation",
    act: (actions) => actions.operation(-1),
  },
  {
    keys: ["h"],
    name: "h",
    does: "the code of the handler that ran",
    act: (actions) => actions.panel("code"),
  },
  { keys: ["s"], name: "s", does: "show the script of this run", act: (actions) => actions.panel("script") },
  { keys: ["b"], name: "b", does: "list the branches", act: (actions) => actions.panel("branches") },
  {
    keys: ["u"],
    name: "u",
    does: "undo the last change, or take back the last choice",
    act: (actions) => actions.undo(),
  },
  {
    keys: ["v"],
    name: "v",
    does: "compare with the branch that this one grew from, or end the comparison",
    act: (actions) => actions.compare(),
  },
  { keys: ["V"], name: "V", does: "go to the step at which they part", act: (actions) => actions.parting() },
  {
    keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
    name: "1 to 9",
    does: "where you choose what happens next: that choice",
    act: (actions, key) => actions.choose(Number(key)),
  },
  { keys: ["0"], name: "0", does: "give the numbers to the next choices", act: (actions) => actions.choose(0) },
  {
    keys: ["l"],
    name: "l",
    does: "lecture: fill the screen, in large type",
    act: (actions) => actions.lecture(),
  },
  { keys: ["?"], name: "?", does: "list these keys", act: (actions) => actions.panel("keys") },
  {
    keys: ["Escape"],
    name: "Escape",
    does: "leave the lecture; clear the selection, close what is open",
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

/** Does the focused element use this key itself? A button its Space, a list of choices its arrows, letters a text field.
 * @param {{tagName: string, getAttribute: (name: string) => string|null}} target
 * @param {string} key */
export function keepsKey(target, key) {
  const tag = target.tagName.toLowerCase();
  if (tag === "button" || tag === "summary") return key === " ";
  if (tag === "input" && target.getAttribute("type") === "checkbox") return key === " ";
  if (tag === "input") return target.getAttribute("type") !== "range" && key !== "Escape";
  return tag === "select" || tag === "textarea";
}

/** @param {HTMLElement} element the whole player
 *  @param {any} actions */
export function listen(element, actions) {
  element.addEventListener("keydown", (event) => {
    const binding = bindingOf(event);
    if (!binding || keepsKey(/** @type {Element} */ (event.target), event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    binding.act(actions, event.key);
  });
}
