import assert from "node:assert/strict";
import { test } from "node:test";
import { PLACES, bytesOf, hexOf, stagesOf } from "../../dslab/player/js/widgets/call_anatomy.js";

test("a call goes there and back by all five places, and is executed once", () => {
  const stages = stagesOf('charge("Carol", 399)', 71);
  assert.equal(stages.map(({ place }) => PLACES[place]).join(" "),
    "shop stub network skeleton bank skeleton network stub shop");
  assert.deepEqual(stages.map(({ executed }) => executed), [0, 0, 0, 0, 1, 1, 1, 1, 1]);
  assert.match(stages.at(-1).sentence, /ok/);
});

test("each byte knows its part", () => {
  const bytes = bytesOf([["{", "", "begins"], ["399", "cents", "a number"]]);
  assert.deepEqual(bytes.map(({ char, part }) => char + part), ["{0", "31", "91", "91"]);
  assert.deepEqual([0x0a, 0x7b].map(hexOf), ["0a", "7b"]);
});
