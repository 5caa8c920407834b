// @ts-check
// Scenarios that a notebook offers ("split vote"): a button each, which shows the branch with their events.
/** @import { Actions, Panel, View } from "./types.js" */
import { shorten } from "./data/values.js";
import { button, h, put } from "./dom.js";
import { t } from "./words.js";

/** @param {Actions} actions
 *  @returns {Panel} */
export function createScenarios(actions) {
  const element = h("div", { class: "dslab-scenarios", role: "group", "aria-label": t("Scenarios"), hidden: true });
  let buttons = /** @type {Map<string, HTMLElement>} */ (new Map());
  let listed = "";
  return {
    element,
    draw(/** @type {View} */ view) {
      const { mode, scenarios = [], branch } = actions.acts() ?? {};
      const names = mode === "break" ? [] : scenarios;
      element.hidden = !names.length;
      if (listed !== names.join("\n")) {
        listed = names.join("\n");
        buttons = new Map(names.map((name) => [name, createScenario(name, actions)]));
        element.replaceChildren(h("span", { class: "dslab-soft" }, t("Scenarios:")), ...buttons.values());
      }
      for (const [name, one] of buttons) {
        put(one, "aria-pressed", branch === name);
        put(one, "aria-disabled", view.waiting);
      }
    },
  };
}

/** @param {string} name
 *  @param {Actions} actions */
function createScenario(name, actions) {
  const one = button({
    label: t("Show the scenario {name}", { name: shorten(name, 80) }),
    word: shorten(name, 40),
    onclick: () => actions.send({ type: "scenario", name }),
  });
  one.dataset.key = `scenario ${name}`;
  return one;
}
