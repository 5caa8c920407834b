// @ts-check
// Says that the run is shown with the eyes of one node, as long as it is.
import { button, h, write } from "./dom.js";
import { shorten } from "./values.js";
import { SENTENCES } from "./words.js";

/** @param {any} actions */
export function createKnower(actions) {
  const words = h("span", { role: "status" });
  const end = button({
    label: "See all again",
    word: "See all",
    key: "w",
    onclick: () => actions.know(null),
  });
  const element = h("div", { class: "dslab-relation dslab-knower" }, words, end);
  return {
    element,
    draw(view) {
      element.hidden = view.knower === null;
      write(words, view.knower === null ? "" : SENTENCES.knower(shorten(view.knower, 40)));
    },
  };
}
