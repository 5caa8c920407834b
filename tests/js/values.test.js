import assert from "node:assert/strict";
import { test } from "node:test";
import { plain, shorten, show, showCall } from "../../dslab/player/js/data/values.js";

test("values are shown as Python writes them", () => {
  const cases = [
    [null, "None"],
    [true, "True"],
    [3, "3"],
    ["a", "'a'"],
    [[1, 2], "[1, 2]"],
    [{ tuple: [1] }, "(1,)"],
    [{ tuple: [1, 2] }, "(1, 2)"],
    [{ tuple: [] }, "()"],
    [{ set: [1, 2] }, "{1, 2}"],
    [{ set: [] }, "set()"],
    [{ frozenset: [1] }, "frozenset({1})"],
    [
      {
        dict: [
          ["a", 1],
          [2, { tuple: [] }],
        ],
      },
      "{'a': 1, 2: ()}",
    ],
    [{ message: ["Vote", { term: 3, granted: true }] }, "Vote(term=3, granted=True)"],
    [{ float: "inf" }, "inf"],
    ["it's", '"it\'s"'],
    ["a\nb", "'a\\nb'"],
  ];
  for (const [value, text] of cases) assert.equal(show(value), text);
});

test("a field named __proto__ is a field like any other", () => {
  assert.equal(showCall("Vote", JSON.parse('{"__proto__": 1}')), "Vote(__proto__=1)");
});

test("long text is cut with an ellipsis and surrogate pairs stay whole", () => {
  assert.equal(shorten("x".repeat(10000), 5), "xxxx…");
  assert.equal(shorten("𝒜".repeat(10), 3), "𝒜𝒜…");
  assert.equal(shorten("short", 5), "short");
});

test("direction overrides and control characters are made visible", () => {
  assert.equal(plain("a\u202eb\u001b[31m"), "a\\u202eb\\u001b[31m");
});
