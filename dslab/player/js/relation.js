// @ts-check
// Two steps, the one at the cursor and one that the reader has marked: which could know of which, and by what way.
/** @import { Actions, Chain, Index, Message, Panel, View } from "./types.js" */
import { chainBetween } from "./causality.js";
import { button, h, write } from "./dom.js";
import { plain, shorten } from "./values.js";
import { t } from "./words.js";

/** @type {Chain} */
const NONE = { way: null, messages: [], members: new Set() };

/** @type {WeakMap<Index, {key: string, chain: Chain}>} */
const latestChain = new WeakMap();

/** The chain between the marked step and the cursor, for all views to show.
 * @param {Index} index
 * @param {View} view
 * @returns {Chain} */
export function chainOf(index, view) {
  if (view.marked === null || view.marked === view.step) return NONE;
  const key = `${view.marked} ${view.step}`;
  const old = latestChain.get(index);
  if (old?.key === key) return old.chain;
  const way = chainBetween(index, Math.min(view.marked, view.step), Math.max(view.marked, view.step));
  const messages = (way ?? []).flatMap((k, n) => messageBetween(index, way?.[n - 1], k) ?? []);
  const chain = { way, messages, members: new Set([...(way ?? []), ...messages]) };
  latestChain.set(index, { key, chain });
  return chain;
}

/** The message that leads from step a to step b, if one does.
 * @param {Index} index
 * @param {number|undefined} a
 * @param {number} b */
function messageBetween(index, a, b) {
  if (a === undefined || index.steps[a].node === index.steps[b].node) return null;
  const own = index.messages[index.steps[b].message ?? -1];
  if (own?.sent === a) return own;
  return (
    (index.steps[a].sent ?? []).map((number) => index.messages[number]).find((one) => one.ended === b) ?? null
  );
}

/** How the marked step and the current one are related, before, after or concurrent, and why: one sentence.
 * @param {Index} index
 * @param {View} view */
export function relationSentence(index, view) {
  const other = view.marked ?? view.step;
  const [a, b] = [Math.min(other, view.step), Math.max(other, view.step)];
  if (a === b)
    return t("Step {a} is marked. Go to another step: which of them came first, and how can we tell?", { a });
  const { way, messages } = chainOf(index, view);
  const node = shorten(index.steps[a]?.node ?? "", 40);
  if (way && !messages.length)
    return t("Step {a} happened before step {b}: both are steps of {node}, one after the other.", { a, b, node });
  if (way)
    return t("Step {a} happened before step {b}: the news could travel with {way}.", { a, b, way: wayInWords(messages) });
  const alone = [a, b].find((k) => !index.column.has(index.steps[k]?.node));
  return alone === undefined
    ? t(
        "Steps {a} and {b} are concurrent: no chain of messages leads from one to the other, so neither could know of the other.",
        { a, b },
      )
    : t("Step {a} happened to the network and not on a node, so the order of causes does not reach it.", { a: alone });
}

/** @param {Message[]} messages */
function wayInWords(messages) {
  const named = messages.slice(0, 5).map(({ type, name }) => `${shorten(type, 24)} ${shorten(name, 30)}`);
  if (messages.length > 5) named.push(t("{count} more", { count: messages.length - 5 }));
  return plain(named.reduce((way, message) => t("{way}, then {message}", { way, message })));
}

/** The sentence, while a step is marked.
 * @param {Index} index
 * @param {Actions} actions
 *  @returns {Panel} */
export function createRelation(index, actions) {
  const words = h("span", { role: "status" });
  const back = button({
    label: t("Go there: to the marked step"),
    word: t("Go there"),
    key: "M",
    onclick: () => actions.exchange(),
  });
  const clear = button({ label: t("Unmark this step"), word: t("Unmark"), onclick: () => actions.mark(null) });
  const element = h("div", { class: "dslab-relation dslab-pair" }, words, back, clear);
  return {
    element,
    draw(view) {
      element.hidden = view.marked === null;
      if (view.marked !== null && !view.playing) write(words, relationSentence(index, view));
    },
  };
}
