import assert from "node:assert/strict";
import { test } from "node:test";
import { standingOf, wayFrom } from "../../dslab/player/js/widgets/causal_graph.js";

const EDGES = [[0, 1], [1, 2], [0, 3], [3, 4], [2, 5], [4, 5]];

test("a way is a shortest path along the edges, and there is none backwards or to oneself", () => {
  assert.deepEqual(wayFrom(EDGES, 0, 5), [0, 1, 2, 5]);
  assert.equal(wayFrom(EDGES, 5, 0), null);
  assert.equal(wayFrom(EDGES, 1, 1), null);
});

test("two steps are said to be one before the other, whichever is chosen first, or concurrent", () => {
  assert.match(standingOf(EDGES, 0, 4).sentence, /^0 → 4: .*\(0 → 3 → 4\)\.$/);
  assert.match(standingOf(EDGES, 4, 0).sentence, /^0 → 4: /);
  assert.match(standingOf(EDGES, 2, 4).sentence, /^2 ∥ 4: /);
});
