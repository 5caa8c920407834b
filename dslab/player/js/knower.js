// @ts-check
// Says that the run is shown with the eyes of one node, as long as it is.
/** @import { Actions, Panel } from "./types.js" */
import { button, h, write } from "./dom.js";
import { shorten } from "./values.js";
import { t } from "./words.js";

/** @param {Actions} actions
 *  @returns {Panel} */
export function createKnower(actions) {
  const words = h("span", { role: "status" });
  const end = button({
    label: t("See all again"),
    word: t("See all"),
    key: "w",
    onclick: () => actions.know(null),
  });
  const element = h("div", { class: "dslab-relation dslab-knower" }, words, end);
  return {
    element,
    draw(view) {
      element.hidden = view.knower === null;
      const node = shorten(view.knower ?? "", 40);
      const about = t(
        "The run as {node} could tell it: what it has not heard of is hidden, and of the others it knows only their past.",
        { node },
      );
      write(words, view.knower === null ? "" : about);
    },
  };
}
