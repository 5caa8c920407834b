// @ts-check
// Says that the run is shown as one node could tell it, as long as it is.
/** @import { Actions, Panel } from "./types.js" */
import { shorten } from "./data/values.js";
import { button, h, write } from "./dom.js";
import { t } from "./words.js";

/** @param {Actions} actions
 *  @returns {Panel} */
export function createObserver(actions) {
  const words = h("span", { role: "status" });
  const end = button({
    label: t("See all again"),
    word: t("See all"),
    key: "w",
    onclick: () => actions.observe(null),
  });
  const element = h("div", { class: "dslab-relation dslab-observer" }, words, end);
  return {
    element,
    draw(view) {
      element.hidden = view.observer === null;
      const node = shorten(view.observer ?? "", 40);
      const about = t(
        "The run as {node} could tell it: what it has not heard of is hidden, and of the others it knows only their past.",
        { node },
      );
      write(words, view.observer === null ? "" : about);
    },
  };
}
