import assert from "node:assert/strict";
import { test } from "node:test";
import { MISHAPS, PLACES, bytesOf, hexOf, stagesOf } from "../../dslab/player/js/widgets/call_anatomy.js";

const stages = (mishap) => stagesOf(mishap, 'charge("Carol", 399)', 71);
const path = (mishap) => stages(mishap).map(({ place }) => PLACES[place]).join(" ");

test("a call goes there and back by all five places, and is executed once", () => {
  assert.equal(path("none"), "shop stub network skeleton bank skeleton network stub shop");
  assert.equal(stages("none").at(-1).executed, 1);
  assert.match(stages("none").at(-1).sentence, /ok/);
});

test("to the shop all mishaps are alike, and two of the four have charged", () => {
  const ends = Object.keys(MISHAPS).filter((mishap) => mishap !== "none").map((mishap) => stages(mishap).at(-1));
  for (const end of ends) assert.match(end.sentence, /outcome is unknown/);
  assert.deepEqual(ends.map((end) => end.executed), [0, 0, 1, 1]);
});

test("each mishap is seen where it happens, once", () => {
  const lost = Object.keys(MISHAPS).map((mishap) => stages(mishap).filter((one) => one.lost).map((one) => PLACES[one.place]));
  assert.deepEqual(lost, [[], ["network"], ["skeleton"], ["bank"], ["network"]]);
});

test("each byte knows its part", () => {
  const bytes = bytesOf([["{", "", "begins"], ["399", "cents", "a number"]]);
  assert.deepEqual(bytes.map(({ char, part }) => char + part), ["{0", "31", "91", "91"]);
  assert.deepEqual([0x0a, 0x7b].map(hexOf), ["0a", "7b"]);
});
