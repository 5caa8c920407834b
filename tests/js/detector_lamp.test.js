import assert from "node:assert/strict";
import { test } from "node:test";
import { END, suspectedAt, verdict, watch } from "../../dslab/player/js/widgets/detector_lamp.js";

const CALM = { period: 100, timeout: 250, delay: 40, crash: END, learns: false };

test("a timeout above period and delay makes no mistake, and notices a crash within both and the timeout", () => {
  for (let crash = 300; crash < 2500; crash += 50) {
    const watched = watch({ ...CALM, crash });
    assert.equal(watched.mistakes, 0);
    assert.ok(watched.detected > crash && watched.detected <= crash + 250 + 40, `${crash}`);
  }
});

test("a timeout below the period is a mistake in each period, for ever", () => {
  assert.equal(watch({ ...CALM, timeout: 60, delay: 5 }).mistakes, 30);
});

test("a timeout that grows makes its last mistake", () => {
  const rough = { ...CALM, timeout: 60, delay: 200 };
  const [fixed, learning] = [watch(rough), watch({ ...rough, learns: true })];
  assert.ok(learning.mistakes < fixed.mistakes / 2);
  assert.equal(learning.timeout, 60 + 50 * learning.mistakes);
  const last = learning.spans.filter((span) => span.suspected).at(-1);
  assert.ok(last.to < END / 2);
});

test("spans cover the time without gaps, and the lamp shows them", () => {
  const { spans } = watch({ ...CALM, timeout: 120, delay: 150, crash: 2000 });
  assert.deepEqual([spans[0].from, spans.at(-1).to], [0, END]);
  spans.slice(1).forEach((span, n) => assert.equal(span.from, spans[n].to));
  for (const { from, suspected } of spans) assert.equal(suspectedAt(spans, from), suspected);
});

test("what happened is told", () => {
  const told = (change) => verdict({ ...CALM, ...change }, watch({ ...CALM, ...change }));
  assert.match(told({}), /never suspected while it was up, and it never crashed/);
  assert.match(told({ crash: 1800 }), /its crash is noticed after \d+ ms/);
  assert.match(told({ crash: 2900, timeout: 1000 }), /has not noticed by 3000 ms/);
  assert.match(told({ timeout: 60 }), /suspected \d+ times although it was up/);
});
