// @ts-check
// Scenarios that a notebook offers ("split vote"): a button each, which shows the branch with their events.
import { button, h, put } from "./dom.js";
import { shorten } from "./values.js";
import { t } from "./words.js";

/** @param {any} actions */
export function createScenarios(actions) {
  const element = h("div", { class: "dslab-scenarios", role: "group", "aria-label": t("Scenarios"), hidden: true });
  let buttons = /** @type {Map<string, HTMLElement>} */ (new Map());
  let listed = "";
  return {
    element,
    draw(/** @type {any} */ view) {
      const acts = actions.acts();
      const names = acts?.mode === "break" ? [] : (acts?.scenarios ?? []);
      element.hidden = !names.length;
      if (listed !== names.join("\n")) {
        listed = names.join("\n");
        buttons = new Map(names.map((/** @type {string} */ name) => [name, createScenario(name, actions)]));
        element.replaceChildren(h("span", { class: "dslab-soft" }, t("Scenarios:")), ...buttons.values());
      }
      for (const [name, one] of buttons) {
        put(one, "aria-pressed", acts.branch === name);
        put(one, "aria-disabled", view.waiting);
      }
    },
  };
}

/** @param {string} name
 *  @param {any} actions */
function createScenario(name, actions) {
  const one = button({
    label: t("Show the scenario {name}", { name: shorten(name, 80) }),
    word: shorten(name, 40),
    onclick: () => actions.send({ type: "scenario", name }),
  });
  one.dataset.key = `scenario ${name}`;
  return one;
}
