// @ts-check
// How a widget's code comes to life in a page. `bundle.widget_module` puts the code and its hash in their places.
//
// anywidget 0.11 gives a widget two seconds to load. After that its model rejects a promise, `ready`, that nobody
// catches, and drops all messages of the kernel from then on: on a slow machine a player would stay empty for ever. So
// this module is small (the code below is a string, which is compiled once for all widgets of a page), and a model that
// was late all the same is made to hear again, and asks the kernel for the state that it has missed.
/** @import { Place } from "./types.js" */

/** @typedef {{default: {render: (place: Place) => unknown}}} Widget */
/** @typedef {(message: {content: {data: {method: string}}}) => Promise<void>} Hear */
/** What is behind a model: ipywidgets' own, with the channel to the kernel.
 * @typedef {{comm?: {on_msg: (hear: Hear) => void, send: (data: {method: string}, callbacks: object) => void},
 *    callbacks: () => object, _handle_comm_msg: Hear}} Behind */
/** What all widgets of a page share.
 * @typedef {{modules: Map<string, Promise<Widget>>, mended: WeakSet<Behind>}} Page */

const CODE = "the code";
const HASH = "its hash";
const LATE = "[anywidget] Failed to initialize model.";

/** @returns {Page} */
function openPage() {
  const place = /** @type {typeof globalThis & {dslab?: Page}} */ (globalThis);
  if (!place.dslab) {
    place.dslab = { modules: new Map(), mended: new WeakSet() };
    addEventListener("unhandledrejection", (event) => {
      if (event.reason?.message === LATE) event.preventDefault();
    });
  }
  return place.dslab;
}

/** The widget's module, one for all widgets of this code.
 * @returns {Promise<Widget>} */
function load() {
  const { modules } = openPage();
  const known = modules.get(HASH);
  if (known) return known;
  const url = URL.createObjectURL(new Blob([CODE], { type: "text/javascript" }));
  const loaded = import(url).finally(() => URL.revokeObjectURL(url));
  modules.set(HASH, loaded);
  return loaded;
}

/** The model behind the one that a widget is given: its events carry it.
 * @param {{on: Function, off: Function, set: Function}} model
 * @returns {Behind|null} */
function modelBehind(model) {
  let found = null;
  /** @param {Behind} one */
  const take = (one) => (found = one);
  model.on("change:dslab", take);
  model.set("dslab", {});
  model.set("dslab", undefined); // so that nothing of it is sent
  model.off("change:dslab", take);
  return found;
}

/** Make a model that was late hear the kernel again.
 * @param {Behind} behind */
async function mend(behind) {
  const { mended } = openPage();
  if (!behind.comm || mended.has(behind)) return;
  mended.add(behind);
  try {
    await behind._handle_comm_msg({ content: { data: { method: "" } } }); // waits for `ready`, then does nothing
  } catch {
    const hear = Object.getPrototypeOf(Object.getPrototypeOf(behind))._handle_comm_msg;
    behind.comm.on_msg(hear.bind(behind));
    behind.comm.send({ method: "request_state" }, behind.callbacks());
  }
}

openPage();

export default {
  /** @param {Place} place */
  async render(place) {
    const behind = modelBehind(place.model);
    if (behind) mend(behind);
    const { default: widget } = await load();
    return widget.render(place);
  },
};
