// @ts-check
// What can be done to the selection after a step, by the verbs of a script; and why something cannot be done now.
/** @import { Index, Message } from "../data/trace_types.js" */
/** @import { Acts, Change, Intervention, Selection } from "../types.js" */
import { cutsAt, isCut, linksOf, timersAt, valueAt } from "../data/trace.js";
import { shorten, showCall } from "../data/values.js";
import { VERBS } from "../data/verb_table.js";
import { english, t } from "../words.js";

const ABOUT_WORDS = {
  nothing:
    english("Click a node, a message or a link to act on it."),
  up: english("{node} is up."),
  down: english("{node} is down."),
  paused: english("{node} is paused."),
  none: english("This message does not exist in this run."),
  unsent: english("{message}: not sent yet."),
  flying: english("{message}: in flight."),
  waiting: english("{message}: arrived, waiting for a paused node."),
  received: english("{message}: arrived."),
  lost: english("{message}: lost."),
  lostOnTheWay: english("{message}: lost on its way."),
  open: english("The link between {a} and {b} is open."),
  cut: english("The link between {a} and {b} is cut."),
  half: english("The link between {a} and {b} is cut in one direction: what {src} sends to {dst} is lost."),
};

/** Buttons that are no verb of their own: a word, and a sentence for its name.
 * @type {Record<string, {button: string, label: string}>} */
const OTHER_BUTTONS = {
  fireNone: { button: english("Fire a timer"), label: english("Fire one of its timers now") },
  oneway: { button: english("Cut {src} → {dst}"), label: english("Lose what {src} sends to {dst} from now on") },
  mend: { button: english("Heal"), label: english("Heal this link now") },
};

const WHY_WORDS = {
  down: english("{node} is down."),
  up: english("{node} is not down."),
  paused: english("{node} is paused already."),
  going: english("{node} is not paused."),
  alone: english("All links of {node} are cut already."),
  linkless: english("{node} has no links."),
  timerless: english("{node} has no timer set."),
  mute: english("{node} handles no client requests."),
  settled: english("Only a message in flight can be changed."),
  cut: english("It is cut already."),
  whole: english("No link is cut."),
};

/** What can be done to the selection, and what can always be done.
 * @param {Index} index
 * @param {Selection|null} selection
 * @param {number} k
 * @param {Acts|null} [acts]
 * @returns {{about: string, interventions: Intervention[]}} */
export function interventionsAt(index, selection, k, acts = null) {
  const { about, interventions } = ofSelection(index, selection, k, acts);
  return { about, interventions: [...interventions, ...ofNetwork(index, k)] };
}

/** @param {Index} index
 *  @param {Selection|null} selection
 *  @param {number} k
 *  @param {Acts|null} acts */
function ofSelection(index, selection, k, acts) {
  if (selection?.kind === "node") return ofNode(index, selection.id, k, acts);
  if (selection?.kind === "message") return ofMessage(index, selection.id, k);
  if (selection?.kind === "link") return ofLink(index, selection.ends, k);
  return { about: t(ABOUT_WORDS.nothing), interventions: [] };
}

/** The intervention of a key: the one that can be done, if two share it.
 * @param {Intervention[]} interventions
 * @param {string} key */
export function interventionOf(interventions, key) {
  const found = interventions.filter((intervention) => intervention.key === key);
  return found.find((intervention) => !intervention.why) ?? found[0];
}

/** @param {string} name of a verb, or of another button
 *  @param {string} key
 *  @param {Change[]} changes
 *  @param {string} why
 *  @param {{asks?: boolean, shown?: boolean, more?: boolean, says?: string, values?: Record<string, unknown>}} [also]
 *    `says`: whose words it has; `values` are filled into them
 *  @returns {Intervention} */
function intervention(name, key, changes, why, also = {}) {
  const { asks = false, shown = true, more = false, says = name, values = {} } = also;
  const { button, label } = VERBS.get(says) ?? OTHER_BUTTONS[says];
  return { name, key, word: t(button, values), label: t(label, values), changes, why, asks, shown, more };
}

/** @param {Index} index
 *  @param {string} id
 *  @param {number} k
 *  @param {Acts|null} acts */
function ofNode(index, id, k, acts) {
  const i = /** @type {number} */ (index.column.get(id));
  const status = valueAt(index.status[i], k);
  const node = shorten(id, 30);
  const why = (/** @type {keyof typeof WHY_WORDS} */ name) => t(WHY_WORDS[name], { node });
  const one = (/** @type {string} */ verb) => [{ verb, args: [id] }];
  const down = status === "down" ? why("down") : "";
  const paused = status === "paused";
  const handles = (acts?.requests ?? []).some((request) => request.nodes.includes(id));
  const mute = `${why("mute")} ${whoHandles(acts)}`.trim();
  const interventions = [
    intervention("crash", "c", one("crash"), down, { shown: !down }),
    intervention("recover", "r", one("recover"), down ? "" : why("up"), { shown: Boolean(down) }),
    intervention("pause", "z", one("pause"), down || (paused ? why("paused") : ""), { shown: !paused }),
    intervention("resume", "r", one("resume"), paused ? "" : why("going"), { shown: paused }),
    intervention("isolate", "i", one("isolate"), isolation(index, id, k, why)),
    ...ofTimers(index, i, k, down || why("timerless")),
    intervention("request", "a", [], handles ? "" : mute, { asks: true, shown: false }),
    intervention("clock", "k", [], "", { asks: true, shown: false }),
  ];
  return { about: t(ABOUT_WORDS[status ?? "up"], { node }), interventions };
}

/** Whom to ask instead.
 * @param {Acts|null} acts */
function whoHandles(acts) {
  const nodes = [...new Set((acts?.requests ?? []).flatMap((request) => request.nodes))];
  return nodes.length ? t("Ask {nodes}.", { nodes: nodes.map((node) => shorten(node, 20)).join(", ") }) : "";
}

/** Its timers that run: first the one that goes off first, which has the key.
 * @param {Index} index
 * @param {number} i
 * @param {number} k
 * @param {string} why there may be none */
function ofTimers(index, i, k, why) {
  const running = timersAt(index, i, k).sort((a, b) => a.due - b.due);
  if (!running.length) return [intervention("fire", "t", [], why, { says: "fireNone" })];
  return running.map(({ name }, n) => {
    const changes = [{ verb: "fire", args: [index.nodes[i].id, name] }];
    return intervention("fire", n ? "" : "t", changes, "", { more: n > 0, values: { timer: shorten(name, 20) } });
  });
}

/** Why a node cannot be isolated.
 * @param {Index} index
 * @param {string} id
 * @param {number} k
 * @param {(name: "alone"|"linkless") => string} why */
function isolation(index, id, k, why) {
  const own = linksOf(index).filter((link) => link.includes(id));
  if (!own.length) return why("linkless");
  const cut = cutsAt(index, k).filter((link) => link.includes(id));
  const lost = (/** @type {string} */ src, /** @type {string} */ dst) => cut.some(([a, b]) => a === src && b === dst);
  return own.every(([a, b]) => lost(a, b) && lost(b, a)) ? why("alone") : "";
}

/** @param {Index} index
 *  @param {string} name
 *  @param {number} k */
function ofMessage(index, name, k) {
  const message = messageOf(index, name);
  if (!message) return { about: t(ABOUT_WORDS.none), interventions: [] };
  const { type, fields, src, dst } = message;
  const call = shorten(showCall(type, fields), 90);
  const state = stateOf(index, message, k);
  const why = state === "flying" ? "" : t(WHY_WORDS.settled);
  const one = (/** @type {string} */ verb) => [{ verb, args: [name], options: {} }];
  return {
    about: t(ABOUT_WORDS[state], {
      message: t("{call} from {src} to {dst}", { call, src: shorten(src, 20), dst: shorten(dst, 20) }),
    }),
    interventions: [
      intervention("deliver", "g", one("deliver"), why),
      intervention("drop", "d", one("drop"), why),
      intervention("duplicate", "D", one("duplicate"), why),
      intervention("delay", ">", [], why, { asks: true }),
    ],
  };
}

/** What a message is doing after step k.
 * @param {Index} index
 * @param {Message} message
 * @param {number} k
 * @returns {"unsent"|"flying"|"waiting"|"received"|"lost"|"lostOnTheWay"} */
function stateOf(index, { sent, ended, fate, arrives, dst }, k) {
  if (sent > k) return "unsent";
  if (ended === null && fate === "lost") return "lostOnTheWay";
  if (ended !== null && ended <= k) return fate === "received" ? "received" : "lost";
  const waits = valueAt(index.status[index.column.get(dst) ?? -1], k) === "paused" && arrives <= index.times[k];
  return waits ? "waiting" : "flying";
}

/** @param {Index} index
 *  @param {[string, string]} ends
 *  @param {number} k */
function ofLink(index, [a, b], k) {
  const ways = [[a, b], [b, a]];
  const [there, back] = ways.map(([src, dst]) => isCut(index, src, dst, k));
  const [src, dst] = (there ? [a, b] : [b, a]).map((id) => shorten(id, 20));
  const values = { a: shorten(a, 20), b: shorten(b, 20), src, dst };
  const changes = (/** @type {string} */ verb, /** @type {boolean} */ cut) =>
    ways.filter((way) => isCut(index, way[0], way[1], k) === cut).map((args) => ({ verb, args }));
  const oneway = ways.map((args) => {
    const values = { src: shorten(args[0], 20), dst: shorten(args[1], 20) };
    const why = isCut(index, args[0], args[1], k) ? t(WHY_WORDS.cut) : "";
    return intervention("oneway", "C", [{ verb: "cut", args }], why, { values });
  });
  return {
    about: t(there && back ? ABOUT_WORDS.cut : there || back ? ABOUT_WORDS.half : ABOUT_WORDS.open, values),
    interventions: [
      intervention("cut", "c", changes("cut", false), there && back ? t(WHY_WORDS.cut) : ""),
      ...oneway,
      intervention("mend", "H", changes("heal", true), there || back ? "" : t(WHY_WORDS.whole)),
    ],
  };
}

/** @param {Index} index
 *  @param {number} k */
function ofNetwork(index, k) {
  const whole = cutsAt(index, k).length ? "" : t(WHY_WORDS.whole);
  return [
    intervention("heal", "H", [{ verb: "heal", args: [] }], whole, { more: true }),
    intervention("partition", "P", [], "", { asks: true, shown: false }),
  ];
}

// ---- messages

/** @type {WeakMap<Index, Map<string, Message>>} */
const named = new WeakMap();

/** @param {Index} index
 *  @param {string} name */
function messageOf(index, name) {
  if (!named.has(index)) named.set(index, new Map(index.messages.map((message) => [message.name, message])));
  return named.get(index)?.get(name);
}
