// @ts-check
// What opens on demand (the run as code, the keys) and notices (an error, events that did not apply).
/** @import { Actions, Panel, Payload } from "../types.js" */
import { createCodeExport } from "../acting/code_export.js";
import { BINDINGS } from "../acting/keys.js";
import { plain, shorten } from "../data/values.js";
import { button, h, keyName } from "../dom.js";
import { t } from "../words.js";

/** @param {Payload} payload
 *  @param {Actions} actions
 *  @returns {Panel} */
export function createDialogs(payload, actions) {
  const panels = new Map([
    ["script", createCodeExport(payload, actions)],
    ["keys", createKeys(actions)],
  ]);
  const element = h("div", { class: "dslab-panels" }, ...panels.values());
  return {
    element,
    draw(view) {
      for (const [name, panel] of panels) panel.hidden = view.panel !== name;
    },
  };
}

/** @param {Actions} actions */
function createKeys(actions) {
  const keys = BINDINGS.map(({ name, does }) =>
    h("div", {}, h("dt", {}, h("kbd", {}, keyName(name))), h("dd", {}, t(does))),
  );
  return h(
    "section",
    { class: "dslab-panel", "aria-label": t("Keys"), hidden: true },
    h(
      "div",
      { class: "dslab-panel-head" },
      h("strong", {}, t("Keys, while the player has the focus")),
      h("span", { class: "dslab-spring" }),
      button({ label: t("Close"), word: t("Close"), key: "Escape", onclick: () => actions.panel("") }),
    ),
    h("dl", { class: "dslab-keys" }, ...keys),
  );
}

/** The sentence of an error, and the events of the script that did not apply.
 * @param {Payload} payload
 * @param {string} error */
export function createNotices(payload, error) {
  const unapplied = payload.trace.unapplied ?? [];
  const lines = unapplied
    .slice(0, 5)
    .map(([event, why]) =>
      h("p", {}, h("code", {}, shorten(event, 80)), " ", t("did not apply: {why}", { why: shorten(why, 200) })),
    );
  if (unapplied.length > 5) lines.push(h("p", {}, t("and {count} more", { count: unapplied.length - 5 })));
  if (error) lines.unshift(h("p", { class: "dslab-error", role: "alert" }, plain(shorten(error, 1500))));
  return h("div", { class: "dslab-notices", hidden: !lines.length }, ...lines);
}
