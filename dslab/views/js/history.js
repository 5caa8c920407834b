// @ts-check
// The past and the future of the run in one scrolling list: the space-time diagram on the left, the event log on the
// right, a row a step. Only the rows in sight are in the page.
/** @typedef {import("./data.js").Index} Index */
import { relations } from "./causality.js";
import { FOCUSABLE, h, mark, s } from "./dom.js";
import { createRow } from "./log.js";
import { drawSpaceTime, fitsBeside, MARGIN } from "./spacetime.js";
import { shorten } from "./values.js";

export const ROW = 25;
const HEAD = 28;
const SPARE = 12; // SPARE: rows kept above and below those in sight

/** The rows [first, last) to be in the page when the list is scrolled to `top`.
 * @param {number} top
 * @param {number} height of the list
 * @param {number} count of all rows */
export function windowOf(top, height, count) {
  const first = Math.max(0, Math.min(count, Math.floor(top / ROW)) - SPARE);
  return { first, last: Math.min(count, Math.ceil((top + height) / ROW) + SPARE) };
}

/** Where to scroll so that the cursor is in sight: while playing it stays at 60 % of the height, else it is left alone
 *  until it comes near an edge.
 * @param {number} top
 * @param {number} height
 * @param {number} cursor in px from the top of the list
 * @param {boolean} playing */
export function follow(top, height, cursor, playing) {
  if (playing && cursor > top + 0.6 * height) return cursor - 0.6 * height;
  if (cursor < top + 2 * ROW || cursor > top + height - 3 * ROW) return Math.max(0, cursor - 0.45 * height);
  return top;
}

/** @param {Index} index
 *  @param {any} actions */
export function createHistory(index, actions) {
  const drawing = s("svg", { class: "dslab-spacetime", "aria-hidden": "true" });
  const rows = createRows(index);
  const inner = h("div", { class: "dslab-window" }, rows.element, drawing);
  const cursor = h("div", { class: "dslab-cursor" });
  const head = h("div", { class: "dslab-heads" });
  const body = h(
    "div",
    { class: "dslab-all-rows", style: `height:${ROW * index.steps.length + 12}px` },
    inner,
    cursor,
  );
  const element = h(
    "div",
    {
      class: "dslab-scroll",
      tabindex: "0",
      role: "group",
      "aria-label": "Space-time diagram and event log",
      ...FOCUSABLE,
    },
    head,
    body,
  );
  let frame = { first: 0, last: 0, row: ROW, column: 40 };
  let size = { width: 600, height: 400 };
  let scrolled = 0;
  let view = null;
  let drawn = "";

  function measure() {
    size = { width: element.clientWidth || 600, height: (element.clientHeight || 400) - HEAD };
    const share = size.width < 480 ? 0.42 : index.nodes.length > 12 ? 0.5 : 0.34;
    const column = Math.max(
      7,
      Math.min(60, (size.width * share - 2 * MARGIN) / Math.max(1, index.nodes.length)),
    );
    frame = { ...frame, column };
    element.style.setProperty("--dslab-diagram", `${2 * MARGIN + column * index.nodes.length}px`);
    head.replaceChildren(...heads(index, column));
    drawn = "";
    if (!view) return;
    settle();
    redraw();
  }

  /** A list that is not laid out yet cannot scroll: bring the cursor into sight when it is. */
  function settle() {
    if (Math.abs(element.scrollTop - scrolled) < ROW * (SPARE / 2)) return;
    element.scrollTop = follow(element.scrollTop, size.height, (view.step + 0.5) * ROW, false);
    scrolled = element.scrollTop;
  }

  function redraw() {
    const wanted = windowOf(scrolled, size.height, index.steps.length);
    const key = [wanted.first, view.step, view.stamps, view.causality, view.future, view.selection?.id].join(
      " ",
    );
    if (key === drawn) return;
    drawn = key;
    frame = { ...frame, ...wanted };
    const related = view.causality ? relations(index, view.step) : null;
    inner.style.top = `${frame.first * ROW}px`;
    drawing.replaceChildren(...drawSpaceTime(index, frame, view, related));
    const inLog = fitsBeside(index, view.stamps, frame.column) ? "none" : view.stamps;
    const until = view.future ? frame.last : Math.min(frame.last, view.step + 1);
    drawing.setAttribute("height", String(Math.max(0, until - frame.first) * ROW + (view.future ? 12 : 0)));
    rows.draw(frame.first, until, view.step, related, inLog);
  }

  element.addEventListener("scroll", () => {
    if (Math.abs(element.scrollTop - scrolled) < ROW * (SPARE / 2)) return;
    scrolled = element.scrollTop;
    if (view) redraw();
  });
  rows.element.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const row = /** @type {Element} */ (event.target).closest("[data-step]");
    if (row) actions.go(Number(row.getAttribute("data-step")));
  });
  const observer = new ResizeObserver(measure);
  observer.observe(element);
  return {
    element,
    draw(now) {
      const moved = view?.step !== now.step || now.playing;
      view = { ...now };
      const at = (now.step + now.part + 0.5) * ROW;
      if (moved) {
        const top = follow(element.scrollTop, size.height, at, now.playing);
        if (Math.abs(top - element.scrollTop) >= 1) element.scrollTop = top;
        if (Math.abs(top - scrolled) >= ROW * (SPARE / 2)) scrolled = top;
      }
      redraw();
      cursor.style.transform = `translateY(${at}px)`;
      mark(cursor, "dslab-between", now.part > 0);
    },
    stop: () => observer.disconnect(),
  };
}

/** The rows of the log that are in the page. After a step most look as before: those stay.
 * @param {Index} index */
function createRows(index) {
  const element = h("div", { class: "dslab-rows" });
  /** @type {Map<number, {look: string, row: HTMLElement}>} */
  let shown = new Map();
  return {
    element,
    draw(first, until, current, related, stamps) {
      const next = new Map();
      for (let k = first; k < until; k++) {
        const look = `${k === current} ${related?.[k]} ${stamps}`;
        const old = shown.get(k);
        next.set(
          k,
          old?.look === look ? old : { look, row: createRow(index, k, current, related, stamps) },
        );
      }
      for (const [k, { row }] of shown) if (next.get(k)?.row !== row) row.remove();
      let place = element.firstChild;
      for (const { row } of next.values()) {
        if (row === place) place = row.nextSibling;
        else element.insertBefore(row, place);
      }
      shown = next;
    },
  };
}

/** The names of the columns, as many as there is room for.
 * @param {Index} index
 * @param {number} column */
function heads(index, column) {
  const every = Math.max(1, Math.ceil(24 / column));
  const width = column * every;
  const names = index.nodes
    .map((node, i) => ({ name: node.id, left: MARGIN + column * (i + 0.5) - width / 2 }))
    .filter((_, i) => i % every === 0)
    .map(({ name, left }) =>
      h(
        "span",
        { class: "dslab-column", title: name, style: `left:${left}px;width:${width}px` },
        shorten(name, Math.max(2, Math.floor(width / 9))),
      ),
    );
  return [
    ...names,
    h("span", { class: "dslab-row-k" }, "step"),
    h("span", { class: "dslab-row-time" }, "ms"),
    h("span", { class: "dslab-row-node" }, "node"),
    h("span", { class: "dslab-row-text" }, "what happened"),
  ];
}
