// @ts-check
// Values of the trace: as Python writes them, (1, 2)  {'a': 1}  Vote(term=3), where details are asked for; and in plain
// words, 1, 2  a: 1  ✓ vote, everywhere else (the twin of `in_words` in dslab/appearance.py).
/** @import { Value } from "./trace_types.js" */

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

/** A value as people write it; `inside` a sentence or a list, what has parts is enclosed.
 * @param {Value|undefined} value
 * @param {boolean} [inside]
 * @returns {string} */
export function words(value, inside = false) {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return numberInWords(value);
  if (typeof value === "string") return plain(value.replaceAll("\n", "\\n").replaceAll("\t", "\\t")) || "“”";
  if (Array.isArray(value)) return listed(value, inside ? "[]" : "");
  const [tag, inner] = Object.entries(value)[0] ?? ["dict", []];
  const items = Array.isArray(inner) ? inner : [];
  if (tag === "tuple") return listed(items, inside ? "()" : "");
  if (tag === "set" || tag === "frozenset") return listed(items, inside ? "{}" : "");
  if (tag === "message") return messageInWords(items);
  if (tag !== "dict") return String(inner);
  const pairs = pairsOf(items).map(([key, item]) => `${words(key, true)}: ${words(item, true)}`);
  return enclosed(pairs.join(", "), inside ? "{}" : "");
}

/** @param {Value[]} items
 *  @param {string} brackets */
const listed = (items, brackets) => enclosed(items.map((item) => words(item, true)).join(", "), brackets);

/** @param {string} text
 *  @param {string} brackets */
const enclosed = (text, brackets) => (text && brackets ? brackets[0] + text + brackets[1] : text || "empty");

/** At most three decimals; three digits and a power of ten for what is very small or large.
 * @param {number} value */
function numberInWords(value) {
  const size = Math.abs(value);
  if (Number.isInteger(value) ? size < 1e21 : size >= 0.001 && size < 1e15) return String(Number(value.toFixed(3)));
  const [digits, power] = value.toExponential(2).split("e");
  return `${Number(digits)}e${Number(power)}`;
}

/** A message by its label; without one, by its name and its fields: Vote (term 1, granted yes).
 * @param {Value[]} items its name, its fields, and its label if it has one */
function messageInWords([name, fields, label]) {
  if (typeof label === "string") return label;
  const values = Object.entries(fieldsOf(fields)).map(([field, value]) => {
    return [field.replaceAll("_", " "), words(value, true)];
  });
  if (!values.length) return String(name);
  if (values.length === 1) return `${name} ${shorten(values[0][1], 60)}`;
  const parts = [];
  for (const [field, text] of values) {
    parts.push(`${field} ${shorten(text, 30)}`);
    if (`${name}${parts.join(", ")}`.length <= 54) continue;
    parts.splice(-1, 1, "…");
    break;
  }
  return `${name} (${parts.join(", ")})`;
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
