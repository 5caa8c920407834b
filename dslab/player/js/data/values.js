// @ts-check
// Values of the trace, shown as Python writes them: (1, 2)  {1, 2}  {'a': 1}  Vote(term=3).
/** @import { Value } from "../types.js" */

/** A value as Python would write it.
 * @param {Value|undefined} value
 * @returns {string} */
export function show(value) {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  return isObject(value) ? showTagged(value) : String(value);
}

/** @param {{[tag: string]: Value}} value an object with one key, which names its Python type */
function showTagged(value) {
  const [tag, inner] = Object.entries(value)[0] ?? ["dict", []];
  const items = Array.isArray(inner) ? inner : [];
  if (tag === "tuple") return items.length === 1 ? `(${show(items[0])},)` : `(${items.map(show).join(", ")})`;
  if (tag === "set") return items.length ? `{${items.map(show).join(", ")}}` : "set()";
  if (tag === "frozenset") return items.length ? `frozenset({${items.map(show).join(", ")}})` : "frozenset()";
  if (tag === "dict") return `{${pairsOf(items).map(([key, item]) => `${show(key)}: ${show(item)}`).join(", ")}}`;
  if (tag === "message") return showCall(String(items[0]), fieldsOf(items[1]));
  return tag === "text" ? `'${inner}'` : String(inner); // a text that no file can hold, written with escapes
}

/** What a value with this tag holds: [1, 2] for {"tuple": [1, 2]}. Null for any other value.
 * @param {Value|undefined} value
 * @param {string} tag */
export function contentsOf(value, tag) {
  const inner = isObject(value) ? value[tag] : null;
  return Array.isArray(inner) ? inner : null;
}

/** The keys and values of a dictionary.
 * @param {Value[]} items
 * @returns {Value[][]} */
export const pairsOf = (items) => items.filter((item) => Array.isArray(item));

/** The fields of a message.
 * @param {Value|undefined} fields
 * @returns {Record<string, Value>} */
export const fieldsOf = (fields) => (isObject(fields) ? fields : {});

/** @param {Value|undefined} value
 *  @returns {value is {[key: string]: Value}} */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `Vote(term=3, granted=True)`
 * @param {string} name
 * @param {Record<string, Value>} fields */
export function showCall(name, fields) {
  return `${name}(${Object.entries(fields)
    .map(([field, value]) => `${field}=${show(value)}`)
    .join(", ")})`;
}

/** A string in single quotes, with what cannot be seen written as an escape.
 * @param {string} text */
function quote(text) {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = plain(text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t"));
  return mark + (mark === "'" ? inner.replaceAll("'", "\\'") : inner) + mark;
}

/** Text without characters that would reorder or hide what stands beside them (controls, direction overrides).
 * @param {string} text */
export function plain(text) {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (one) => "\\u" + one.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

/** The text, or its beginning and an ellipsis.
 * @param {unknown} text
 * @param {number} limit in characters, of which a surrogate pair is one */
export function shorten(text, limit) {
  const whole = plain(String(text));
  if (whole.length <= limit) return whole;
  const characters = Array.from(whole.slice(0, 2 * limit + 2));
  return characters.length <= limit ? whole : characters.slice(0, limit - 1).join("") + "…";
}

/** A moment of true time, in ms with one decimal.
 * @param {number} ms */
export function showTime(ms) {
  return `${ms.toFixed(1)} ms`;
}
