// @ts-check
// The legend: only about what occurs in this trace.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Panel } from "../types.js" */
import {
  crossOutline,
  hatching,
  PAUSE_SIGN,
  ROLE_COUNT,
  roleOutline,
  stepOutline,
  TYPE_COUNT,
  typeOutline,
} from "../cluster/shapes.js";
import { typesOf } from "../data/trace.js";
import { VERBS } from "../data/verb_table.js";
import { h, s, toggleClass } from "../dom.js";
import { english, t } from "../words.js";
import { item, logItems, lookItems, markItems } from "./legend_marks.js";

/** @param {boolean} marked */
const verbWords = (marked) =>
  [...VERBS]
    .filter(([, verb]) => Boolean(verb.outline) === marked)
    .map(([name, verb]) => /** @type {[string, string]} */ ([name, verb.word]));

export const KIND_WORDS = new Map([
  ["start", english("start")],
  ["receive", english("receive")],
  ["timer", english("timer goes off")],
  ...verbWords(true),
  ["event", english("event")],
]);

/** Kinds of steps that have no sign of their own: they happen to the network. */
export const NETWORK_WORDS = new Map([["loss", english("loss")], ...verbWords(false)]);

/** @param {Index} index
 *  @returns {Panel} */
export function createLegend(index) {
  const kinds = new Set(index.steps.map((step) => step.kind));
  const causal = h(
    "div",
    { class: "dslab-legend-group" },
    h("strong", {}, t("causality")),
    ...[english("past"), english("future"), english("concurrent")].map(causalItem),
  );
  const element = h(
    "div",
    { class: "dslab-legend", role: "group", "aria-label": t("Legend") },
    titled(t("nodes"), [...roleItems(index), ...statusItems(index)]),
    titled(t("marks"), markItems(index)),
    titled(t("messages"), [...typeItems(index), ...lookItems(index), ...messageItems(index)]),
    titled(t("logs"), logItems(index)),
    titled(
      t("steps"),
      [...KIND_WORDS].filter(([kind]) => kinds.has(kind)).map(([kind, word]) => kindItem(kind, t(word))),
    ),
    causal,
  );
  return {
    element,
    draw(view) {
      toggleClass(causal, "dslab-absent", !view.causality);
    },
  };
}

/** @param {string} title
 *  @param {Node[]} items */
function titled(title, items) {
  return items.length ? h("div", { class: "dslab-legend-group" }, h("strong", {}, title), ...items) : null;
}

/** @param {Index} index */
function roleItems(index) {
  const roles = new Map(index.nodes.flatMap((node) => node.roles.map((role, place) => [role, place])));
  const seen = new Set(index.attributes.flatMap((attributes) => attributes.get("role")?.values ?? []));
  return [...roles].filter(([role]) => seen.has(role)).map(([role, place]) =>
    item(
      role,
      s(
        "g",
        { class: `dslab-node dslab-role-${place % ROLE_COUNT}` },
        s("path", {
          class: "dslab-shape",
          d: roleOutline(place, 8) + (place === 2 ? roleOutline(0, 6) : ""),
        }),
      ),
    ),
  );
}

/** @param {Index} index */
function statusItems(index) {
  const items = [];
  if (index.status.some((past) => past.values.includes("down")))
    items.push(
      item(
        t("down"),
        s(
          "g",
          { class: "dslab-node dslab-role-none dslab-is-down" },
          s("path", { class: "dslab-shape", d: roleOutline(0, 8) }),
          s("path", { class: "dslab-hatch", d: hatching(8) }),
          s("path", { class: "dslab-hatch dslab-crossed", d: crossOutline(6) }),
        ),
      ),
    );
  if (index.status.some((past) => past.values.includes("paused")))
    items.push(item(t("paused"), s("path", { class: "dslab-sign dslab-always", d: PAUSE_SIGN })));
  if (index.timers.some((timers) => timers.size))
    items.push(
      item(
        t("timer, time left"),
        s("circle", {
          class: "dslab-timer",
          r: 8,
          pathLength: 100,
          "stroke-dasharray": "70 100",
          transform: "rotate(-90)",
        }),
      ),
    );
  return items;
}

/** @param {Index} index */
function typeItems(index) {
  return [...typesOf(index)]
    .slice(0, 8)
    .map(([type, place]) =>
      item(
        type,
        s("path", { class: `dslab-body dslab-type-${place % TYPE_COUNT}`, d: typeOutline(place, 7) }),
      ),
    );
}

/** @param {Index} index */
function messageItems(index) {
  const items = [];
  if (index.messages.some((message) => message.fate === "lost"))
    items.push(item(t("lost"), s("path", { class: "dslab-loss", d: crossOutline(6) })));
  if (index.cuts.values.some((links) => links.length))
    items.push(
      item(
        t("link cut on this side"),
        s(
          "g",
          { class: "dslab-half dslab-cut" },
          s("line", { x1: -11, x2: 11, y1: 0, y2: 0 }),
          s("path", { d: "M-3 -7V7M3 -7V7", transform: "rotate(20)" }),
        ),
      ),
    );
  return items;
}

/** @param {string} kind
 *  @param {string} word */
function kindItem(kind, word) {
  const { d, stroked, fault } = stepOutline(kind);
  return item(
    word,
    s("path", {
      class: `dslab-mark dslab-kind-${stroked ? "stroked" : "filled"}${fault ? " dslab-fault" : ""}`,
      d,
    }),
  );
}

/** @param {string} relation */
function causalItem(relation) {
  return item(
    t(relation),
    s("g", { class: `dslab-arrow dslab-${relation}` }, s("path", { class: "dslab-shaft", d: "M-10 0H10" })),
    s("path", { class: `dslab-mark dslab-kind-filled dslab-${relation}`, d: stepOutline("receive").d }),
  );
}
