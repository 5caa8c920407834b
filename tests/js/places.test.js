import assert from "node:assert/strict";
import { test } from "node:test";
import { boxAround, boxOf, labelsFor, outsideOf, overlap, pointsFor, radiusFor } from "../../dslab/player/js/cluster/places.js";

/** @param {number} count */
const circle = (count) =>
  Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    return [0.5 + 0.5 * Math.sin(angle), 0.5 - 0.5 * Math.cos(angle)];
  });
const row = (count) => Array.from({ length: count }, (_, i) => [i / (count - 1), 0.5]);

/** All boxes of a picture: of the nodes, and of what is written about them. */
function drawn(positions, text, size) {
  const texts = positions.map(() => text);
  const radius = radiusFor(positions.length, size);
  const points = pointsFor(positions, texts, radius, size);
  const labels = labelsFor(points, texts, radius, size);
  const nodes = points.map((point) => boxAround(point, radius, radius));
  return { labels, nodes, texts: points.map((point, i) => boxOf(point, labels[i], text.width)) };
}

/** The pairs of boxes that share more than a square px. */
function collisions({ nodes, texts }) {
  const all = [...nodes, ...texts];
  const pairs = [];
  all.forEach((one, n) => all.slice(n + 1).forEach((other, m) => overlap(one, other) > 1 && pairs.push([n, n + 1 + m])));
  return pairs;
}

const LAPTOP = { width: 958, height: 356 };
const BESIDE = { width: 478, height: 356 }; // with another view beside it
const PHONE = { width: 358, height: 300 };

test("ten nodes in a circle, with four lines each, hide neither each other nor a letter", () => {
  for (const count of [3, 5, 6, 10]) {
    const picture = drawn(circle(count), { width: 110, lines: 4 }, LAPTOP);
    assert.deepEqual(collisions(picture), [], `${count} nodes`);
    for (const box of [...picture.nodes, ...picture.texts]) assert.equal(outsideOf(LAPTOP, box), 0);
  }
});

test("where there is less room there are fewer lines, or none", () => {
  for (const size of [BESIDE, PHONE]) {
    const picture = drawn(circle(6), { width: 90, lines: 4 }, size);
    assert.deepEqual(collisions(picture), []);
    assert.ok(size === PHONE || picture.labels.every(({ lines }) => lines >= 1));
  }
});

test("a row has its texts below, as long as there are few", () => {
  const picture = drawn(row(5), { width: 120, lines: 3 }, LAPTOP);
  assert.deepEqual(collisions(picture), []);
});

test("one node stands in the middle, and a triangle fills the height", () => {
  const [alone] = pointsFor([[0.5, 0.5]], [{ width: 60, lines: 1 }], 30, LAPTOP);
  assert.deepEqual(alone, { x: 479, y: alone.y });
  const points = pointsFor(circle(3), Array(3).fill({ width: 60, lines: 1 }), 30, LAPTOP);
  assert.ok(Math.max(...points.map(({ y }) => y)) > 0.8 * LAPTOP.height);
});
