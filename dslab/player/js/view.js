// @ts-check
// What the cursor points at and what the reader has chosen, before anything is chosen.
/** @import { View } from "./types.js" */
import { createDrafts } from "./acting/selection.js";
import { createFilter } from "./data/filter.js";
import { USUAL } from "./history/zoom.js";

/** The view before anything is chosen.
 * @returns {View} */
export function createView() {
  return {
    step: 0,
    part: 0,
    time: 0,
    playing: false,
    everything: false,
    next: 1,
    speed: 1,
    pace: 0.01,
    selection: null,
    stamps: "none",
    scene: { step: 0, time: 0, message: null },
    causality: false,
    future: true,
    views: ["cluster"],
    room: 3,
    section: "look",
    waiting: false,
    unanswered: false,
    message: null,
    filter: createFilter(),
    query: "",
    zoom: USUAL,
    marked: null,
    observer: null,
    lecture: false,
    tour: 0,
    drafts: createDrafts(),
    page: 0,
  };
}
