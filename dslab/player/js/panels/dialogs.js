// @ts-check
// The list of the keys, and notices (an error, events that did not apply).
/** @import { Panel, Payload } from "../types.js" */
import { BINDINGS } from "../acting/keys.js";
import { plain, shorten } from "../data/values.js";
import { h, keyName } from "../dom.js";
import { t } from "../words.js";

/** The list of the keys.
 * @returns {Panel} */
export function createKeys() {
  const keys = BINDINGS.map(({ name, does }) =>
    h("div", {}, h("dt", {}, h("kbd", {}, keyName(name))), h("dd", {}, t(does))),
  );
  const title = h("strong", {}, t("Keys, while the player has the focus"));
  return { element: h("div", {}, title, h("dl", { class: "dslab-keys" }, ...keys)), draw() {} };
}

/** Why the player is not at a step that was asked for.
 * @param {Payload} payload
 * @param {number} step */
export function missingStep({ trace }, step) {
  if (trace.hidden) return t("What comes next is hidden until you answer.");
  const last = trace.steps.length - 1;
  return t("There is no step {step}: the run ends with step {last}, which is shown.", { step, last });
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
  const { missing, trace } = payload;
  if (missing !== undefined && !trace.hidden) lines.push(h("p", {}, missingStep(payload, missing)));
  if (error) lines.unshift(h("p", { class: "dslab-error", role: "alert" }, plain(shorten(error, 1500))));
  return h("div", { class: "dslab-notices", hidden: !lines.length }, ...lines);
}
