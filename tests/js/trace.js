// A small run by hand: A asks B and C; C's copy is lost, B answers, B crashes and comes back.
import { rowsOf } from "../../dslab/player/js/data/filter.js";

/** @param {object} step */
const step = (step) => ({ kind: "receive", name: "", text: "", ...step });

export const TRACE = {
  title: "by hand",
  end: "reached 100 ms",
  links: null,
  unapplied: [],
  nodes: ["A", "B", "C"].map((id) => ({ id, protocol: "Asker", roles: [], shown: ["count"] })),
  initial: { A: { count: 0 }, B: { count: 0 }, C: { count: 0 } },
  steps: [
    step({
      time: 0,
      node: "A",
      kind: "start",
      sent: [0, 1],
      timers: { again: 50 },
      changes: { count: 1 },
      lamport: 1,
      vector: [1, 0, 0],
    }),
    step({ time: 0, node: "C", kind: "start", lamport: 1, vector: [0, 0, 1] }),
    step({
      time: 10,
      node: "B",
      name: "Ask",
      cause: 0,
      message: 0,
      sent: [2],
      changes: { count: 5 },
      lamport: 2,
      vector: [1, 1, 0],
    }),
    step({ time: 15, node: "B", kind: "crash", lamport: 3, vector: [1, 2, 0] }),
    step({ time: 20, node: "A", name: "Answer", cause: 2, message: 2, lamport: 3, vector: [2, 1, 0] }),
    step({ time: 30, node: "B", kind: "recover", changes: { count: 0 }, lamport: 4, vector: [1, 3, 0] }),
    step({ time: 35, kind: "cut", name: "cut('A', 'B')", cuts: [["A", "B"]] }),
    step({
      time: 50,
      node: "A",
      kind: "timer",
      name: "again",
      cause: 0,
      sent: [3],
      lamport: 4,
      vector: [3, 1, 0],
    }),
    step({ time: 60, kind: "loss", name: "Ask", cause: 7, message: 3 }),
  ],
  messages: [
    {
      name: "A->B#1",
      src: "A",
      dst: "B",
      type: "Ask",
      fields: {},
      sent: 0,
      departs: 0,
      arrives: 10,
      fate: "received",
      ended: 2,
      why: "",
    },
    {
      name: "A->C#1",
      src: "A",
      dst: "C",
      type: "Ask",
      fields: {},
      sent: 0,
      departs: 0,
      arrives: 12,
      fate: "lost",
      ended: null,
      why: "lost by chance",
    },
    {
      name: "B->A#1",
      src: "B",
      dst: "A",
      type: "Answer",
      label: "Answer 5",
      fields: { n: 5 },
      sent: 2,
      departs: 10,
      arrives: 20,
      fate: "received",
      ended: 4,
      why: "",
    },
    {
      name: "A->B#2",
      src: "A",
      dst: "B",
      type: "Ask",
      fields: {},
      sent: 7,
      departs: 50,
      arrives: 60,
      fate: "lost",
      ended: 8,
      why: "the link is cut",
    },
  ],
};

/** A view that leaves nothing out. */
export const ALL = Object.freeze({
  filter: Object.freeze({ nodes: new Set(), types: new Set(), kinds: new Set(), repeats: false, misses: false }),
  ...{ query: "", observer: null, everything: false, marked: null, step: 0, future: true, causality: false, selection: null },
});

/** The steps that are shown.
 * @param {object} index
 * @param {object} view */
export const shownBy = (index, view) => {
  const rows = rowsOf(index, view);
  return Array.from({ length: rows.count }, (_, row) => rows.stepOf(row));
};

/** Lights of all kinds, for a run of nine steps. */
export const LIGHTS = [
  { name: "safe", kind: "always", status: "broken", step: 5, sentence: "" },
  { name: "kept", kind: "always", status: "holds", step: null, sentence: "" },
  { name: "able", kind: "sometimes", status: "holds", step: 3, sentence: "" },
  { name: "never", kind: "sometimes", status: "not decided", step: null, sentence: "" },
  { name: "live", kind: "in the end", status: "holds", step: null, sentence: "" },
  { name: "dead", kind: "in the end", status: "broken", step: 8, sentence: "" },
  { name: "open", kind: "in the end", status: "not decided", step: null, sentence: "" },
];
