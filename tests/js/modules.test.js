import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { modulesOf } from "./modules.js";

const SOURCES = new URL("../../dslab/player/js/", import.meta.url);

test("no module turns data into markup, and none asks the network", () => {
  for (const name of modulesOf(SOURCES)) {
    const text = readFileSync(new URL(name, SOURCES), "utf8");
    assert.doesNotMatch(
      text,
      /innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|fetch\(|XMLHttp/,
      name,
    );
    if (name !== "loader.js") assert.doesNotMatch(text, /(?<!\{)import\(/, name); // it imports the code in its string
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

test("no line is longer than 120 columns, but for a sentence, which stands in one piece", () => {
  for (const name of modulesOf(SOURCES)) {
    const lines = readFileSync(new URL(name, SOURCES), "utf8").split("\n");
    const long = lines.filter((line) => line.length > 120 && !/^\s*(t\(|english\(|return t\()?"[^"]*"/.test(line));
    assert.deepEqual(long, [], name);
  }
});
