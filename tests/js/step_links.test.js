import assert from "node:assert/strict";
import { test } from "node:test";
import { linkedStep, nearestAbove } from "../../dslab/player/js/acting/step_links.js";

test("only a link to a step is one", () => {
  assert.deepEqual(["#step-9", "#step-0", "#step-9x", "#step--1", "#9", "", null].map(linkedStep), [9, 0, null, null, null, null, null]);
});

test("a link means the nearest player above it", () => {
  const page = ["first", "second", "link", "third"];
  const at = (name) => ({ name, compareDocumentPosition: (other) => (page.indexOf(other.name) > page.indexOf(name) ? 4 : 2) });
  const players = ["first", "second", "third"].map(at);
  assert.equal(nearestAbove(players, at("link"))?.name, "second");
  assert.equal(nearestAbove(players.slice(2), at("link")), null);
});
