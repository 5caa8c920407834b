// @ts-check
// Happened-before between two steps, the current and the marked one: which could know of which, and by what messages.
/** @import { Index, Message } from "../data/trace_types.js" */
/** @import { Actions, Panel, View } from "../types.js" */
import { chainOf } from "../data/causality.js";
import { plain, shorten } from "../data/values.js";
import { button, h, setText } from "../dom.js";
import { t } from "../words.js";

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
  if (way) {
    const by = wayInWords(messages);
    return t("Step {a} happened before step {b}: the news could travel with {way}.", { a, b, way: by });
  }
  const alone = [a, b].find((k) => !index.column.has(index.steps[k]?.node));
  return alone === undefined
    ? t(
        "Steps {a} and {b} are concurrent: no chain of messages leads from one to the other, so neither could know of the other.",
        { a, b },
      )
    : t("Step {a} happened in the network and not on a node, so “happened before” does not apply to it.", { a: alone });
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
 * @returns {Panel} */
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
      if (view.marked !== null && !view.playing) setText(words, relationSentence(index, view));
    },
  };
}
