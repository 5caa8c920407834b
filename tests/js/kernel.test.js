import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, mock, test } from "node:test";
import { whenThere } from "../../dslab/player/js/kernel.js";
import { TRACE } from "./trace.js";

const DATA = { trace: TRACE };

/** As much of an element as is needed to say something, and to take it back. */
class Element {
  constructor() {
    Object.assign(this, { children: [], attributes: {} });
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  append(...children) {
    this.children.push(...children);
    for (const child of children) if (child instanceof Element) child.parent = this;
  }
  replaceChildren(...children) {
    this.children = children;
  }
  remove() {
    this.parent.children = this.parent.children.filter((child) => child !== this);
  }
  get textContent() {
    return this.children.map((child) => child.textContent ?? child).join("");
  }
}

/** A player's model, its place in the page, and what was mounted there: a label of the trace, undone when asked. */
function shown(payload) {
  const listeners = new Set();
  const mourners = new Set();
  const listenersOf = (event) => (event === "comm_live_update" ? mourners : listeners);
  const el = new Element();
  const model = {
    get: () => payload,
    on: (event, listener) => listenersOf(event).add(listener),
    off: (event, listener) => listenersOf(event).delete(listener),
  };
  const mount = ({ model, el }) => {
    const label = new Element();
    label.append(`${model.get("payload").trace.steps.length} steps`);
    el.append(label);
    return () => label.remove();
  };
  const tell = (told) => {
    payload = told;
    for (const listener of [...listeners]) listener();
  };
  const die = () => [...mourners].forEach((listener) => listener());
  return { el, listeners, tell, die, undo: whenThere({ model, el }, mount) };
}

beforeEach(() => {
  globalThis.document = { createElement: () => new Element() };
  mock.timers.enable({ apis: ["setTimeout"] });
});
afterEach(() => {
  delete globalThis.document;
  mock.timers.reset();
});

test("a player whose data are there is shown at once", () => {
  const { el, listeners, undo } = shown(DATA);
  assert.equal(el.textContent, "9 steps");
  assert.equal(listeners.size, 0);
  undo();
  assert.equal(el.textContent, "");
});

test("a player that is shown before its data says that it waits, and shows the run when they come", () => {
  const { el, listeners, tell, undo } = shown({});
  assert.equal(el.textContent, "waiting for the kernel …");
  assert.equal(el.children[0].attributes.role, "status", "a screen reader says it too");
  tell({ lang: "en" });
  assert.equal(el.textContent, "waiting for the kernel …");
  tell(DATA);
  assert.equal(el.textContent, "9 steps");
  assert.equal(listeners.size, 0, "what comes later is for the player itself");
  undo();
  assert.equal(el.textContent, "");
});

test("a player that is taken away while it waits listens no more", () => {
  const { el, listeners, undo } = shown({});
  undo();
  assert.deepEqual([el.textContent, listeners.size], ["", 0]);
});

test("a player whose kernel is gone says what helps", () => {
  const { el, die, undo } = shown({});
  die();
  assert.equal(el.textContent, "The kernel was restarted: run this cell again.");
  undo();
  assert.equal(el.textContent, "");
});

test("a player that has waited for long says what helps if nothing is to come, and still shows what comes", () => {
  const { el, tell } = shown({});
  mock.timers.tick(10_000); // ms
  assert.match(el.textContent, /^waiting for the kernel … If it is idle or was shut down, run this cell again\.$/);
  tell(DATA);
  assert.equal(el.textContent, "9 steps");
});

test("a player that waits no more gives no such advice", () => {
  const [gone, there] = [shown({}), shown({})];
  gone.die();
  there.tell(DATA);
  mock.timers.tick(10_000);
  assert.equal(gone.el.textContent, "The kernel was restarted: run this cell again.");
  assert.equal(there.el.textContent, "9 steps");
});

test("it waits in the reader's language", () => {
  for (const [lang, said] of [
    ["zh", "正在等待内核…"],
    ["ja", "カーネルを待っています…"],
  ]) {
    const file = new URL(`../../dslab/player/languages/${lang}.json`, import.meta.url);
    assert.equal(shown({ lang, words: JSON.parse(readFileSync(file, "utf8")) }).el.textContent, said);
  }
});
