import assert from "node:assert/strict";
import { test } from "node:test";
import { bindingOf, BINDINGS, keepsKey } from "../../dslab/player/js/acting/keys.js";

test("every key that the help lists does something, and only without Ctrl", () => {
  const done = [];
  const actions = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...args) =>
          done.push([name, ...args]),
    },
  );
  for (const binding of BINDINGS) {
    for (const key of binding.keys) bindingOf({ key, shiftKey: Boolean(binding.shift) })?.act(actions);
  }
  assert.equal(done.length, BINDINGS.flatMap((binding) => binding.keys).length);
  assert.deepEqual(done.slice(0, 3), [["toggle"], ["step", 1], ["step", 1]]);
  assert.equal(bindingOf({ key: "c", shiftKey: false, ctrlKey: true }), undefined);
});

test("no key means two things", () => {
  const meanings = BINDINGS.flatMap(({ keys, shift }) => keys.map((key) => `${shift ? "Shift+" : ""}${key}`));
  assert.deepEqual(meanings.filter((key, n) => meanings.indexOf(key) !== n), []);
});

test("a button keeps its Space, the scrubber gives its arrows to the player", () => {
  const element = (tagName, type = null) => ({ tagName, getAttribute: () => type });
  assert.equal(keepsKey(element("BUTTON"), " "), true);
  assert.equal(keepsKey(element("INPUT", "range"), "ArrowLeft"), false);
  assert.equal(keepsKey(element("INPUT", "checkbox"), "ArrowRight"), false);
  assert.equal(keepsKey(element("INPUT", "search"), "n"), true);
  assert.deepEqual([" ", "ArrowDown", "y"].map((key) => keepsKey(element("INPUT", "radio"), key)), [true, true, false]);
  assert.equal(keepsKey(element("SELECT"), "ArrowDown"), true);
  assert.equal(keepsKey(element("DIV"), " "), false);
});
