// @ts-check
// A value that opens: lists, sets, dictionaries and messages show their parts, and these theirs.
/** @import { Value } from "../data/trace_types.js" */
import { fieldsOf, isObject, pairsOf, shorten, words } from "../data/values.js";
import { FOCUSABLE, h } from "../dom.js";
import { t } from "../words.js";

const MOST_PARTS = 100; // parts of one value

/** The parts of a value, each with its name; none for a plain value.
 * @param {Value} value
 * @returns {Array<[name: string, part: Value]>} */
export function partsOf(value) {
  if (Array.isArray(value)) return value.map((part, n) => [String(n), part]);
  const [tag, inner] = isObject(value) ? (Object.entries(value)[0] ?? ["", []]) : ["", []];
  if (!Array.isArray(inner)) return [];
  if (tag === "message") return Object.entries(fieldsOf(inner[1]));
  if (tag === "dict") return pairsOf(inner).map(([key, part]) => [words(key, true), part]);
  return inner.map((part, n) => [tag === "tuple" ? String(n) : "·", part]);
}

/** The value as text, which opens if it has parts and is long.
 * @param {Value} value
 * @param {number} limit of the text that is shown while it is closed
 * @param {Set<string>} open the paths of what is open, kept by the caller so that it stays open
 * @param {string} [path]
 * @returns {HTMLElement} */
export function createValue(value, limit, open, path = "") {
  const text = words(value, true);
  const parts = partsOf(value);
  if (!parts.length || (text.length <= 14 && !path)) return h("bdi", {}, shorten(text, limit));
  const summary = h("summary", { ...FOCUSABLE }, h("bdi", {}, shorten(text, limit)));
  const element = h("details", { class: "dslab-value", open: open.has(path) }, summary);
  const fill = () => {
    if (element.open) open.add(path);
    else open.delete(path);
    if (element.open && element.children.length < 2) element.append(createParts(parts, limit, open, path));
  };
  if (open.has(path)) fill();
  element.addEventListener("toggle", fill);
  return element;
}

/** @param {ReturnType<typeof partsOf>} parts
 *  @param {number} limit
 *  @param {Set<string>} open
 *  @param {string} path */
function createParts(parts, limit, open, path) {
  const items = parts
    .slice(0, MOST_PARTS)
    .map(([name, part]) =>
      h(
        "li",
        {},
        h("span", { class: "dslab-part" }, shorten(name, 30)),
        " ",
        createValue(part, limit, open, `${path}/${name}`),
      ),
    );
  if (parts.length > MOST_PARTS) items.push(h("li", {}, t("{count} more", { count: parts.length - MOST_PARTS })));
  return h("ul", { class: "dslab-parts" }, ...items);
}
