// @ts-check
// What the reader does to see better: select, search, filter, zoom, mark, local view. It needs no kernel.
/** @import { Actions, Player, Settings, View } from "../types.js" */
import { createFilter, repetitions, rowsOf } from "../data/filter.js";
import { matchesOf, nextMatch } from "../data/search.js";
import { neighbourEdge, neighbourStep, stepsOf } from "../data/trace.js";
import { nextChange } from "../data/verdicts.js";
import { changeZoom } from "../history/zoom.js";
import { changeSpeed } from "../playback.js";

/** @param {View} view
 *  @param {Pick<Player, "index"|"payload"|"go"|"draw"|"focusSearch">} player */
export function createNavigation(view, { index, payload, go, draw, focusSearch }) {
  const goTo = (/** @type {number|null} */ step) => step !== null && go(step);
  const set = (/** @type {Partial<Settings>} */ change) => {
    Object.assign(view, change);
    draw();
  };
  const followed = () =>
    view.selection?.kind === "node" ? view.selection.id : (index().steps[view.step]?.node ?? null);
  /** @satisfies {Partial<Actions>} */
  const navigation = {
    followed,
    nodeStep(way) {
      if (index().column.has(followed())) go(neighbourStep(index(), followed(), view.step, way));
    },
    faster: (way) => set({ speed: changeSpeed(view.speed, way) }),
    option: set,
    hide: () => set({ future: !view.future }),
    search: (query) => set({ query }),
    /** To the next match that is shown, or, if none is, to the next of all. */
    find(way) {
      const matches = matchesOf(index(), view.query);
      const rows = rowsOf(index(), view);
      const shown = matches.filter((k) => Number.isInteger(rows.rowOf(k)));
      goTo(nextMatch(shown.length ? shown : matches, view.step, way));
    },
    focusSearch,
    filter: (change) => set({ filter: change ? { ...view.filter, ...change } : createFilter() }),
    repetition() {
      if (view.filter.repeats || repetitions(index()).includes(1))
        navigation.filter({ repeats: !view.filter.repeats });
    },
    toggleFiltered(field, id, all) {
      const out = new Set(all ? all.filter((other) => other !== id) : view.filter[field]);
      if (!all && !out.delete(id)) out.add(id);
      navigation.filter({ [field]: out });
    },
    toggleAllFiltered: (field, ids) => navigation.filter({ [field]: new Set(view.filter[field].size ? [] : ids) }),
    zoom: (way) => set({ zoom: changeZoom(view.zoom, way) }),
    mark: (step = view.step) => set({ marked: view.marked === step ? null : step }),
    exchange() {
      const there = view.marked;
      if (there === null) return;
      view.marked = view.step;
      go(there);
    },
    observe(node) {
      view.observer = view.observer !== node && stepsOf(index(), node).length ? node : null;
      go(view.step);
    },
    localView: () => navigation.observe(followed()),
    light: () => goTo(nextChange(payload().lights ?? [], view.step, index().last)),
    operation: (way) => goTo(neighbourEdge(index().trace.operations ?? [], view.step, way)),
  };
  return navigation;
}
