import assert from "node:assert/strict";
import { test } from "node:test";
import { hatching, roleOutline, stepOutline, typeOutline } from "../../dslab/player/js/cluster/shapes.js";

test("roles, types and kinds differ in shape", () => {
  for (const outline of [roleOutline, typeOutline])
    assert.equal(new Set([0, 1, 2, 3, 4, 5].map((place) => outline(place, 10))).size, 6);
  const kinds = ["receive", "timer", "request", "start", "crash", "recover", "pause", "resume"];
  assert.equal(new Set(kinds.map((kind) => stepOutline(kind).d)).size, kinds.length);
  assert.doesNotMatch(hatching(20), /NaN/);
});
