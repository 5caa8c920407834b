// @ts-check
// Forms for what a verb still needs: the message of a client, an amount of milliseconds, one side of a partition.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Acts, Change, Drafts, Intervention, View } from "../types.js" */
import { shorten } from "../data/values.js";
import { button, FOCUSABLE, h, setAttr, setText } from "../dom.js";
import { english, t } from "../words.js";

const EXAMPLES = 4; // of requests that can be taken
const LETTERS = 120; // of an example

/** The fields that "More" opens. They are made once; what is typed into them is kept in the drafts.
 * @param {Index} index
 * @param {Actions} actions */
export function createArgumentForms(index, actions) {
  const forms = new Map([
    ["request", createRequest(actions)],
    ["clock", createAmount("clock", english("Move {node}'s clock by (ms):"), t("Move"), actions)],
    ["delay", createAmount("delay", english("Hold it back for (ms):"), t("Hold back"), actions)],
    ["partition", createPartition(index, actions)],
  ]);
  return {
    element: h("div", { class: "dslab-forms", hidden: true }, ...[...forms.values()].map((form) => form.element)),
    draw(/** @type {View} */ view, /** @type {Intervention[]} */ interventions) {
      for (const [name, form] of forms) {
        const intervention = interventions.find((one) => one.name === name);
        form.element.hidden = !intervention || Boolean(intervention.why);
        if (!form.element.hidden) form.draw(view, selectedId(view));
        for (const one of form.element.querySelectorAll("button")) setAttr(one, "aria-disabled", view.waiting);
      }
    },
    open(/** @type {string} */ name) {
      const field = forms.get(name)?.element.querySelector("input");
      field?.focus();
      if (field?.type !== "checkbox") field?.select();
    },
  };
}

/** @typedef {{element: HTMLElement, draw: (view: View, id: string) => void}} ArgumentForm `id`: of the selection */

/** The node or the message that a form is about, "" for none.
 * @param {View} view */
const selectedId = ({ selection }) => selection?.id ?? "";

/** What all forms do: Enter in a field is the button, Escape closes what "More" opened.
 * @param {Array<Node|null>} parts
 * @param {Actions} actions
 * @param {() => void} submit */
function createForm(parts, actions, submit) {
  const element = h("div", { class: "dslab-ask", role: "group" }, ...parts);
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const inField = /** @type {Element} */ (event.target).tagName === "INPUT";
    if (event.key !== "Escape" && (event.key !== "Enter" || !inField)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") return submit();
    /** @type {HTMLElement|null} */ (element.closest(".dslab-player"))?.focus();
    actions.more();
  });
  return element;
}

/** A field that keeps its draft, with its label.
 * @param {"request"|"clock"|"delay"} name
 * @param {Record<string, unknown>} attributes */
function createEntry(name, attributes) {
  const label = h("span", {});
  const input = h("input", { class: "dslab-search", "data-key": `field ${name}`, ...attributes, ...FOCUSABLE });
  let drafts = /** @type {Drafts|null} */ (null);
  input.addEventListener("input", () => {
    if (drafts) drafts[name] = input.value;
  });
  return {
    element: h("label", { class: "dslab-asked" }, label, input),
    input,
    draw(/** @type {string} */ text, /** @type {View} */ view) {
      setText(label, text);
      if (!drafts) input.value = view.drafts[name];
      drafts = view.drafts;
    },
  };
}

/** A request of a client: a text, with examples that can be taken.
 * @param {Actions} actions
 * @returns {ArgumentForm} */
function createRequest(actions) {
  const field = createEntry("request", { type: "text", size: 24, spellcheck: "false", autocomplete: "off" });
  const examples = h("span", { class: "dslab-interventions" });
  let node = "";
  let example = "";
  let listed = "";
  const submit = () => {
    const text = field.input.value.trim();
    if (text) actions.change([{ verb: "request", args: [node, text] }]);
    else actions.refuse(t("Type a message, such as {example}.", { example }));
  };
  const ask = button({ label: t("Ask"), word: t("Ask"), onclick: submit });
  const take = (/** @type {string} */ text) => {
    field.input.value = text;
    field.input.dispatchEvent(new Event("input"));
    field.input.focus();
  };
  return {
    element: createForm([field.element, ask, examples], actions, submit),
    draw(view, id) {
      node = id;
      const known = examplesFor(actions.acts(), node);
      example = known[0] ?? "";
      if (!view.drafts.request) view.drafts.request = example;
      field.draw(t("A client asks {node}:", { node: shorten(node, 20) }), view);
      const names = { node: shorten(node, 40), example };
      const label = t("The message to {node}: its name and its values, as in {example}", names);
      setAttr(field.input, "aria-label", label);
      if (listed === known.join("\n")) return;
      listed = known.join("\n");
      examples.replaceChildren(...known.map((text) => createExample(text, take)));
    },
  };
}

/** Requests that a client could send to this node, as they are typed: likely ones first.
 * @param {Acts|null} acts
 * @param {string} node
 * @returns {string[]} */
export function examplesFor(acts, node) {
  return (acts?.requests ?? [])
    .filter((one) => one.nodes.includes(node) && one.example.length <= LETTERS)
    .map((one) => one.example)
    .slice(0, EXAMPLES);
}

/** @param {string} text
 *  @param {(text: string) => void} take */
function createExample(text, take) {
  const label = t("Take {example}", { example: shorten(text, 80) });
  const made = button({ label, word: shorten(text, 40), onclick: () => take(text) });
  made.classList.add("dslab-example");
  return made;
}

/** A number of milliseconds, for the clock or for a message.
 * @param {"clock"|"delay"} name
 * @param {string} words
 * @param {string} word
 * @param {Actions} actions
 * @returns {ArgumentForm} */
function createAmount(name, words, word, actions) {
  const field = createEntry(name, { type: "number", step: "any", min: name === "delay" ? 0 : null });
  let selected = "";
  const submit = () => {
    const change = amountOf(name, selected, field.input.value);
    if (typeof change === "string") actions.refuse(change);
    else actions.change([change]);
  };
  const press = button({ label: word, word, onclick: submit });
  return {
    element: createForm([field.element, press], actions, submit),
    draw(view, id) {
      selected = id;
      field.draw(t(words, { node: shorten(selected, 20) }), view);
    },
  };
}

/** The change that a number asks for, or what is wrong with it.
 * @param {"clock"|"delay"} verb
 * @param {string} target
 * @param {string} text
 * @returns {Change|string} */
export function amountOf(verb, target, text) {
  const ms = text.trim() ? Number(text) : NaN;
  const example = verb === "clock" ? "-100" : "50";
  if (!Number.isFinite(ms)) return t("Type a number of milliseconds, such as {example}.", { example });
  if (verb === "delay" && ms < 0) return t("The delay must be a number of milliseconds, 0 or more.");
  return { verb, args: [target], options: { [verb === "clock" ? "step" : "by"]: ms } };
}

/** The nodes as check boxes: those that are chosen are one side.
 * @param {Index} index
 * @param {Actions} actions
 * @returns {ArgumentForm} */
function createPartition(index, actions) {
  let side = /** @type {Set<string>} */ (new Set());
  const ids = index.nodes.map((node) => node.id);
  const boxes = ids.map((id) => {
    const input = h("input", { type: "checkbox", "data-key": `side ${id}`, ...FOCUSABLE });
    input.addEventListener("change", () => (input.checked ? side.add(id) : side.delete(id)));
    return { id, input, element: h("label", { class: "dslab-check" }, input, h("bdi", {}, shorten(id, 20))) };
  });
  const submit = () => {
    const changes = partitionOf(ids, side);
    actions.change(changes, t("Choose some of the nodes, but not all: those on one side of the partition."));
  };
  const press = button({
    label: t("Partition: cut all links between the chosen nodes and the others"),
    word: t("Partition"),
    onclick: submit,
  });
  const parts = [h("span", {}, t("Nodes on one side:")), ...boxes.map((box) => box.element), press];
  const element = createForm(parts, actions, submit);
  element.setAttribute("aria-label", t("Nodes on one side:"));
  return {
    element,
    draw(view) {
      side = view.drafts.side;
      for (const { id, input } of boxes) if (input.checked !== side.has(id)) input.checked = side.has(id);
    },
  };
}

/** The partition between the chosen nodes and the others; none if one side is empty.
 * @param {string[]} ids
 * @param {Set<string>} side
 * @returns {Change[]} */
export function partitionOf(ids, side) {
  const [one, other] = [ids.filter((id) => side.has(id)), ids.filter((id) => !side.has(id))];
  return one.length && other.length ? [{ verb: "partition", args: [one, other] }] : [];
}
