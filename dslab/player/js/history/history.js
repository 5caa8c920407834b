// @ts-check
// The past and the future of the run in one scrolling list: the space-time diagram on the left, the event log on the
// right, a row a step that is shown. Only the rows in sight are in the page.
/** @import { Index } from "../data/trace_types.js" */
/** @import { Actions, Panel, Rows, View } from "../types.js" */
import { chainOf, relations } from "../data/causality.js";
import { rowsOf } from "../data/filter.js";
import { horizonOf } from "../data/horizon.js";
import { matchesOf } from "../data/search.js";
import { shorten } from "../data/values.js";
import { cssZoom, FOCUSABLE, h, replaceChanged, s, toggleClass } from "../dom.js";
import { t } from "../words.js";
import { createRows } from "./log.js";
import { createOverview } from "./overview.js";
import { drawSpaceTime, fitsBeside, MARGIN } from "./spacetime.js";
import { isLegible, keepInPlace, listenToPointer, ROWS } from "./zoom.js";

const HEAD = 28;
const LINE_OF_LOG = 14; // px
const NARROW = 350; // px: in a list that is not as wide the diagram stands alone
const SPARE = 80; // px: rows at least this far above and below those in sight are in the page too

/** @param {number} row px */
const spareOf = (row) => Math.max(SPARE, 12 * row);

/** The rows [first, last) to be in the page when the list is scrolled to `top`.
 * @param {number} top
 * @param {number} height of the list
 * @param {number} count of all rows
 * @param {number} row their height */
export function windowOf(top, height, count, row) {
  const spare = Math.ceil(spareOf(row) / row);
  const first = Math.max(0, Math.min(count, Math.floor(top / row)) - spare);
  return { first, last: Math.min(count, Math.ceil((top + height) / row) + spare) };
}

/** Where to scroll so that the cursor is in sight: while playing it stays at 60 % of the height, else it is left alone
 *  until it comes near an edge.
 * @param {number} top
 * @param {number} height
 * @param {number} cursor in px from the top of the list
 * @param {boolean} playing */
export function follow(top, height, cursor, playing) {
  if (playing && cursor > top + 0.6 * height) return cursor - 0.6 * height;
  if (cursor < top + 50 || cursor > top + height - 75) return Math.max(0, cursor - 0.45 * height);
  return top;
}

/** @param {Index} index
 *  @param {Actions} actions
 *  @param {number|null} [first] the step at which this trace parts from the one beside it
 *  @returns {Panel} */
export function createHistory(index, actions, first = null) {
  const drawing = s("svg", { class: "dslab-spacetime", "aria-hidden": "true" });
  const log = createRows(index);
  const inner = h("div", { class: "dslab-window" }, log.element, drawing);
  const cursor = h("div", { class: "dslab-cursor" });
  const head = h("div", { class: "dslab-heads" });
  const parting = h("div", { class: "dslab-parting", hidden: first === null, "aria-hidden": "true" });
  const body = h("div", { class: "dslab-all-rows" }, inner, parting, cursor);
  const label = t("Space-time diagram and event log");
  const titles = headsOfLog(); // in words, which are made at once: the list is laid out when it gets its size
  const list = h(
    "div",
    { class: "dslab-scroll", tabindex: "0", role: "group", "aria-label": label, ...FOCUSABLE },
    head,
    body,
  );
  const overview = createOverview(index, (part) => scrollTo(part * rows.count * frame.row - size.height / 2));
  const element = h("div", { class: "dslab-history" }, list, overview.element);
  let frame = { first: 0, last: 0, row: 25, column: 40, slots: new Map() };
  let size = { width: 600, height: 400 };
  let top = 0; // where the list is scrolled to: asking it would have the browser lay out the page at each frame
  let scrolled = 0; // where it was when its rows were drawn
  let rows = /** @type {Rows} */ ({ count: 0, stepOf: () => 0, rowOf: () => 0 });
  let view = /** @type {View|null} */ (null); // none until it is drawn for the first time
  let laidOut = /** @type {unknown[]} */ ([]);
  let drawn = /** @type {unknown[]} */ ([]);

  /** @param {number} wanted */
  function scrollTo(wanted) {
    list.scrollTop = wanted;
    top = clamped(wanted);
  }

  /** With the next frame: to scroll while the views are drawn would have the browser lay out the page twice.
   * @param {number} wanted */
  function scrollSoon(wanted) {
    top = clamped(wanted);
    requestAnimationFrame(() => (list.scrollTop = top));
  }

  /** @param {number} wanted */
  const clamped = (wanted) => Math.max(0, Math.min(wanted, rows.count * frame.row + 12 - size.height));

  function measure() {
    size = { width: list.clientWidth || 600, height: (list.clientHeight || 400) - HEAD };
    laidOut = [];
    if (!view) return;
    layOut(view);
    settle(view);
    redraw(view);
  }

  /** The columns and the height of the list, which depend on its size, on the zoom, and on what is shown.
   * @param {View} view */
  function layOut(view) {
    const row = ROWS[view.zoom];
    const alone = !isLegible(row) || size.width < NARROW;
    const key = [size, row, view.filter.nodes, rows, alone];
    if (same(key, laidOut)) return;
    laidOut = key;
    const shown = index.nodes.map((_, i) => i).filter((i) => !view.filter.nodes.has(index.nodes[i].id));
    const share = alone ? 1 : size.width < 480 ? 0.32 : shown.length > 12 ? 0.5 : 0.34;
    const wide = (size.width * share - 2 * MARGIN) / Math.max(1, shown.length);
    const column = Math.max(7, Math.min(alone ? 160 : 60, wide));
    frame = { ...frame, row, column, slots: new Map(shown.map((i, slot) => [i, slot])) };
    list.style.setProperty("--dslab-diagram", `${2 * MARGIN + column * shown.length}px`);
    list.style.setProperty("--dslab-row", `${row}px`);
    list.style.setProperty("--dslab-lines", String(Math.max(1, Math.floor(row / LINE_OF_LOG))));
    toggleClass(list, "dslab-far", alone);
    head.replaceChildren(...heads(index, shown, column), ...titles);
    body.style.height = `${row * rows.count + 12}px`;
    if (first !== null) parting.style.top = `${row * Math.ceil(rows.rowOf(first))}px`;
    drawn = [];
  }

  /** A list that has got another size, or is laid out for the first time, has the cursor in sight again.
   * @param {View} view */
  function settle({ step }) {
    top = list.scrollTop;
    scrollTo(follow(top, size.height, (rows.rowOf(step) + 0.5) * frame.row, false));
    scrolled = top;
  }

  /** @param {View} view */
  function redraw(view) {
    const wanted = windowOf(scrolled, size.height, rows.count, frame.row);
    const { step, stamps, causality, future, selection, marked, query, observer } = view;
    const key = [
      wanted.first,
      step,
      stamps,
      causality,
      future,
      selection,
      marked,
      query,
      observer,
      rows,
      frame.row,
      view.filter,
    ];
    if (same(key, drawn)) return;
    drawn = key;
    const until = future ? wanted.last : Math.min(wanted.last, Math.floor(rows.rowOf(step)) + 1);
    frame = { ...frame, first: wanted.first, last: Math.max(wanted.first, until) };
    const related = causality ? relations(index, step) : null;
    const chain = chainOf(index, view).members;
    inner.style.top = `${frame.first * frame.row}px`;
    replaceChanged(drawing, drawSpaceTime(index, rows, frame, view, { related, chain }));
    drawing.setAttribute("height", String((frame.last - frame.first) * frame.row + (future ? 12 : 0)));
    const current = rows.stepOf(Math.floor(rows.rowOf(step)));
    const count = !list.classList.contains("dslab-far") ? frame.last - frame.first : 0;
    const inLog = fitsBeside(index, stamps, frame.column) ? "none" : stamps;
    const steps = Array.from({ length: count }, (_, n) => rows.stepOf(frame.first + n));
    log.draw(steps, { current, related, stamps: inLog, query, marked, chain });
    overview.draw(rows, size.height, related, matchesOf(index, query), horizonOf(view));
  }

  /** @param {View} view */
  function placeOverview({ step }) {
    const whole = Math.max(1, rows.count * frame.row);
    const at = rows.rowOf(step) + 0.5;
    overview.place(top / whole, (top + size.height) / whole, (at * frame.row) / whole);
  }

  list.addEventListener("scroll", () => {
    if (!view) return;
    top = list.scrollTop;
    placeOverview(view);
    if (Math.abs(top - scrolled) < spareOf(frame.row) / 2) return;
    scrolled = top;
    redraw(view);
  });
  body.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const k = rows.stepOf(Math.floor((event.clientY - body.getBoundingClientRect().top) / frame.row / cssZoom(body)));
    if (event.shiftKey) actions.mark(k);
    else if (rows.count) actions.go(k);
  });
  listenToPointer(list, {
    isDiagram: (x) => x < 2 * MARGIN + frame.column * frame.slots.size,
    zoom(way, y) {
      const before = { row: frame.row, top };
      actions.zoom(way);
      scrollTo(keepInPlace(before.top, y - HEAD, before.row, frame.row));
      scrolled = top;
      if (!view) return;
      redraw(view);
      placeOverview(view);
    },
  });
  const observer = new ResizeObserver(measure);
  observer.observe(list);
  return {
    element,
    draw(now) {
      const before = view;
      view = { ...now };
      rows = rowsOf(index, view);
      layOut(view);
      const here = rows.rowOf(now.step);
      const next = now.part ? rows.rowOf(now.next) : here;
      const at = (Math.min(rows.count - 0.5, here + now.part * (next - here)) + 0.5) * frame.row;
      if (
        before?.step !== now.step ||
        now.playing ||
        before.zoom !== now.zoom ||
        before.filter !== now.filter
      ) {
        const wanted = follow(top, size.height, at, now.playing);
        if (Math.abs(wanted - top) >= 1) scrollSoon(wanted);
        if (Math.abs(wanted - scrolled) >= spareOf(frame.row) / 2) scrolled = wanted;
      }
      redraw(view);
      placeOverview(view);
      cursor.style.transform = `translateY(${at}px)`;
      toggleClass(cursor, "dslab-between", now.part > 0 || !Number.isInteger(here) || !isLegible(frame.row));
    },
    stop: () => observer.disconnect(),
  };
}

/** @param {unknown[]} a
 *  @param {unknown[]} b */
const same = (a, b) => a.length === b.length && a.every((one, n) => one === b[n]);

/** The names of the columns, as many as there is room for.
 * @param {Index} index
 * @param {number[]} shown
 * @param {number} column */
function heads(index, shown, column) {
  const every = Math.max(1, Math.ceil(24 / column));
  const width = column * every;
  return shown
    .map((i, slot) => ({ name: index.nodes[i].id, left: MARGIN + column * (slot + 0.5) - width / 2 }))
    .filter((_, slot) => slot % every === 0)
    .map(({ name, left }) =>
      h(
        "span",
        { class: "dslab-column", title: name, style: `left:${left}px;width:${width}px` },
        shorten(name, Math.max(2, Math.floor(width / 9))),
      ),
    );
}

function headsOfLog() {
  return [
    h("span", { class: "dslab-row-k" }, t("step")),
    h("span", { class: "dslab-row-time" }, "ms"),
    h("span", { class: "dslab-row-node" }, t("node")),
    h("span", { class: "dslab-row-text" }, t("what happened")),
  ];
}
