import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, test } from "node:test";
import { BINDINGS } from "../../dslab/player/js/acting/keys.js";
import { interventionsAt } from "../../dslab/player/js/acting/verbs.js";
import { announcement } from "../../dslab/player/js/data/describe.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { relationSentence } from "../../dslab/player/js/panels/happened_before.js";
import { kernelStatus, setTranslations, t } from "../../dslab/player/js/words.js";
import { modulesOf } from "./modules.js";
import { ALL, TRACE } from "./trace.js";

const index = indexTrace(TRACE);
const SOURCES = new URL("../../dslab/player/js/", import.meta.url);
const catalogueOf = (lang) =>
  JSON.parse(readFileSync(new URL(`../../dslab/player/languages/${lang}.json`, import.meta.url), "utf8"));
const [ZH, JA] = ["zh", "ja"].map(catalogueOf);

afterEach(() => setTranslations(undefined));

test("a sentence is said in the language that is set, in English if there is no other", () => {
  assert.equal(t("Play"), "Play");
  setTranslations(ZH);
  assert.equal(t("Play"), "播放");
  assert.equal(t("no such sentence"), "no such sentence");
  setTranslations(JA);
  assert.equal(t("Play"), "再生");
  setTranslations(undefined);
  assert.equal(t("Play"), "Play");
});

test("what is inherited by every object is no translation", () => {
  setTranslations(ZH);
  for (const name of ["toString", "constructor", "__proto__"]) assert.equal(t(name), name);
});

test("names are put into the order of the language, and are never looked at for more", () => {
  setTranslations({ "{a} of {b}": "{b} 的 {a}" });
  assert.equal(t("{a} of {b}", { a: "{b}", b: "$& {a}" }), "$& {a} 的 {b}");
});

test("what can be done, what is selected and why not is said in the language", () => {
  for (const catalogue of [ZH, JA]) {
    setTranslations(catalogue);
    for (const selection of [
      null,
      { kind: "node", id: "A" },
      { kind: "message", id: "A->B#1" },
      { kind: "link", ends: ["A", "B"] },
    ]) {
      const { about, interventions } = interventionsAt(index, selection, 3, {});
      for (const said of [about, ...interventions.flatMap(({ word, label, why }) => [word, label, why])])
        assert.match(said || "。", /[\u3000-\u9fff]/, said);
    }
  }
});

test("the order of two steps is told in the language", () => {
  setTranslations(ZH);
  assert.match(relationSentence(index, { ...ALL, marked: 0, step: 2 }), /^第 0 步先行发生于第 2 步/);
  assert.match(announcement(index, 0), /^第 0 \/ 8 步，0.0 ms：/);
  assert.match(kernelStatus({ waiting: true, unanswered: false }), /模拟/);
});

test("all keys are explained in each language", () => {
  for (const catalogue of [ZH, JA]) for (const { does } of BINDINGS) assert.ok(Object.hasOwn(catalogue, does), does);
});

/** Words between quotes that a reader may see, where no t(...) or english(...) is round them. */
const UNTOLD = [
  /"(?:aria-label|aria-description|title|placeholder)": "[^"]*[a-z]{2}/,
  /\b(?:label|word|title|placeholder): "[^"]*[a-z]{2}/,
  /\b(?:h|s)\("\w+", \{[^}]*\}, "[^"]*[a-z]{3}/,
  /\bwrite\([^,]+, "[^"]*[a-z]{2}/,
];

test("no module says anything beside the catalogue", () => {
  for (const name of modulesOf(SOURCES).filter((one) => !one.startsWith("widgets/"))) {
    const text = readFileSync(new URL(name, SOURCES), "utf8").replaceAll('"ms"', '""');
    for (const pattern of UNTOLD) assert.doesNotMatch(text, pattern, name);
  }
});
