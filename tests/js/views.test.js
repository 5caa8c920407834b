import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bindingOf, BINDINGS, keepsKey } from "../../dslab/player/js/acting/keys.js";
import { hatching, roleOutline, stepOutline, typeOutline } from "../../dslab/player/js/cluster/shapes.js";
import { headline, stampOf } from "../../dslab/player/js/data/describe.js";
import { rowsOf } from "../../dslab/player/js/data/filter.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { arrowsIn } from "../../dslab/player/js/history/arrows.js";
import { follow, windowOf } from "../../dslab/player/js/history/history.js";
import { ROWS } from "../../dslab/player/js/history/zoom.js";
import { changeSpeed } from "../../dslab/player/js/playback.js";
import { modulesOf } from "./modules.js";
import { ALL, TRACE } from "./trace.js";

const index = indexTrace(TRACE);
const SOURCES = new URL("../../dslab/player/js/", import.meta.url);

test("only the rows in sight are in the page", () => {
  for (const row of ROWS) {
    const { first, last } = windowOf(4000 * row, 500, 5000, row);
    assert.ok(first < 4000 && last > 4000 + 500 / row && last - first < 1.35 * (500 / row) + 30);
  }
  assert.deepEqual(windowOf(0, 500, 3, 25), { first: 0, last: 3 });
});

test("the cursor is kept in sight, and the list is left alone while it is", () => {
  assert.equal(follow(1000, 500, 1200, false), 1000);
  assert.ok(follow(1000, 500, 3000, false) < 3000 && follow(1000, 500, 3000, false) + 500 > 3000);
  assert.equal(follow(1000, 500, 1400, true), 1100);
});

test("arrows that cross the window are drawn, others not", () => {
  assert.deepEqual(
    arrowsIn(index, rowsOf(index, ALL), 3, 5, ALL).map((arrow) => arrow.message.name),
    ["B->A#1"],
  );
  const arrows = arrowsIn(index, rowsOf(index, ALL), 0, 9, ALL);
  assert.deepEqual([arrows.length, arrows[1].end], [4, 0.75]);
});

test("stamps are shown on demand", () => {
  assert.deepEqual(
    ["none", "lamport", "vector"].map((stamps) => stampOf(TRACE.steps[2], stamps)),
    ["", "2", "[1 1 0]"],
  );
  assert.equal(stampOf(TRACE.steps[6], "vector"), "");
});

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

test("a button keeps its Space, the scrubber gives its arrows to the player", () => {
  const element = (tagName, type = null) => ({ tagName, getAttribute: () => type });
  assert.equal(keepsKey(element("BUTTON"), " "), true);
  assert.equal(keepsKey(element("INPUT", "range"), "ArrowLeft"), false);
  assert.equal(keepsKey(element("INPUT", "checkbox"), "ArrowRight"), false);
  assert.equal(keepsKey(element("INPUT", "search"), "n"), true);
  assert.equal(keepsKey(element("SELECT"), "ArrowDown"), true);
  assert.equal(keepsKey(element("DIV"), " "), false);
});

test("the large sentence leaves the notes to the line below it", () => {
  assert.equal(headline({ text: "A starts. (one) (two)", notes: ["one", "two"] }), "A starts.");
});

test("speeds have a least and a greatest", () => {
  assert.deepEqual([changeSpeed(1, 1), changeSpeed(16, 1), changeSpeed(0.25, -1)], [2, 16, 0.25]);
});

test("roles, types and kinds differ in shape", () => {
  for (const outline of [roleOutline, typeOutline])
    assert.equal(new Set([0, 1, 2, 3, 4, 5].map((place) => outline(place, 10))).size, 6);
  const kinds = ["receive", "timer", "request", "start", "crash", "recover", "pause", "resume"];
  assert.equal(new Set(kinds.map((kind) => stepOutline(kind).d)).size, kinds.length);
  assert.doesNotMatch(hatching(20), /NaN/);
});

test("no module turns data into markup, and none asks the network", () => {
  for (const name of modulesOf(SOURCES)) {
    const text = readFileSync(new URL(name, SOURCES), "utf8");
    assert.doesNotMatch(
      text,
      /innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|fetch\(|XMLHttp|(?<!\{)import\(/,
      name,
    );
    assert.ok(text.startsWith("// @ts-check\n"), name);
  }
});

test("what is known of a trace knows nothing of the page", () => {
  for (const name of modulesOf(SOURCES).filter((name) => name.startsWith("data/"))) {
    const text = readFileSync(new URL(name, SOURCES), "utf8");
    const imported = [...text.matchAll(/^import .* from "(.*)";$/gm)].map((found) => found[1]);
    assert.deepEqual(imported.filter((from) => !from.startsWith("./") && from !== "../words.js"), [], name);
    assert.doesNotMatch(text, /\b(document|window|navigator)\b\./, name);
  }
});
