import assert from "node:assert/strict";
import { test } from "node:test";
import { createFilter } from "../../dslab/player/js/data/filter.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { underWay } from "../../dslab/player/js/panels/message_list.js";
import { TRACE } from "./trace.js";

const index = indexTrace(TRACE);
const names = (step, changes = {}) =>
  underWay(index, { step, observer: null, filter: { ...createFilter(), ...changes } }).map(({ name }) => name);

test("the list has the messages that are sent and have not arrived", () => {
  for (let step = 0; step <= index.last; step++)
    for (const name of names(step)) {
      const { sent, ended } = index.messages.find((message) => message.name === name);
      assert.ok(sent <= step && (ended === null || ended > step), `${name} at step ${step}`);
    }
  assert.deepEqual([names(0).includes("A->B#1"), names(2).includes("A->B#1")], [true, false]);
});

test("the list leaves out what the filter does", () => {
  assert.deepEqual(names(0, { nodes: new Set(["B"]) }).includes("A->B#1"), false);
});
