import assert from "node:assert/strict";
import { test } from "node:test";
import { headline } from "../../dslab/player/js/data/describe.js";
import { createFilter } from "../../dslab/player/js/data/filter.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { cue, magnification } from "../../dslab/player/js/panels/lecture.js";
import { TRACE } from "./trace.js";

const index = indexTrace(TRACE);
const view = { step: 0, future: true, observer: null, filter: createFilter(), query: "", lecture: true };

test("a projector has larger type, a phone the usual", () => {
  assert.equal(magnification(360, 740), 1);
  assert.ok(magnification(1920, 1080) > 1.3);
  assert.equal(magnification(20000, 20000), 3);
});

test("the cue is the next sentence, unless what comes next is hidden", () => {
  assert.equal(cue(index, view), `Next: ${headline(index.steps[1])}`);
  assert.ok(!cue(index, { ...view, future: false }).includes(headline(index.steps[1])));
  assert.ok(!cue(index, { ...view, step: index.last }).startsWith("Next"));
});

test("the cue leaves out what the filter leaves out", () => {
  const kinds = new Set([index.steps[1].kind]);
  const next = index.steps.find((step, k) => k > 0 && !kinds.has(step.kind));
  assert.equal(cue(index, { ...view, filter: { ...createFilter(), kinds } }), `Next: ${headline(next)}`);
});
