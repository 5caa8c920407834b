import assert from "node:assert/strict";
import { test } from "node:test";
import { createQuestions } from "../../dslab/player/js/acting/questions.js";
import { traceUpTo, upTo } from "../../dslab/player/js/data/horizon.js";
import { indexTrace } from "../../dslab/player/js/data/trace.js";
import { judge, readNumber } from "../../dslab/player/js/predictions/judge.js";
import { LIGHTS, TRACE } from "./trace.js";

const LAST = TRACE.steps.length - 1;
const CODE = { caption: "", first: 1, code: "" };
const PAYLOAD = {
  trace: { ...TRACE, unapplied: [["crash('Z')", "there is no Z"]], operations: [] },
  lights: LIGHTS,
  sources: { "Asker receive Ask": CODE, "Asker timer again": CODE },
  ...{ script: "run", json: "{}", test: "assert", editable: true, reason: "", edits: 2 },
  comparison: null,
  questions: [],
};
const WHO = { id: "Who?", text: "Who?", section: "", form: "one", choices: ["A", "B"], answer: 1, shown: "B" };

// ---- the horizon

test("what is known up to a step has nothing of what comes later", () => {
  for (let step = 0; step < LAST; step++) {
    const { steps, messages, end, unapplied } = traceUpTo(PAYLOAD.trace, step);
    assert.equal(steps.length, step + 1);
    assert.ok(messages.every(({ sent }) => sent <= step));
    assert.ok(messages.every(({ ended, fate }) => (ended === null ? fate === "in flight" : ended <= step)));
    assert.ok(messages.every(({ why, fate }) => fate === "lost" || !why));
    assert.deepEqual([end, unapplied], ["", []]);
    assert.doesNotThrow(() => indexTrace({ ...TRACE, steps, messages }));
  }
});

test("a step keeps the numbers of the messages that it sent", () => {
  for (let step = 0; step < LAST; step++) {
    const { steps, messages } = traceUpTo(TRACE, step);
    for (const number of steps.flatMap(({ sent = [] }) => sent))
      assert.equal(messages[number].name, TRACE.messages[number].name);
  }
});

test("a copy that the script makes later is not known before", () => {
  const late = { ...TRACE.messages[0], name: "A->B#9", departs: 55, arrives: 70, ended: null, fate: "in flight" };
  const trace = { ...TRACE, messages: [...TRACE.messages, late] };
  assert.ok(!traceUpTo(trace, 5).messages.some(({ name }) => name === "A->B#9"));
});

test("an operation that is answered later is open, and one that begins later is not there", () => {
  const operation = { client: "c", node: "A", call: "x", invoked: 2, returned: 7, result: "y" };
  const { operations } = traceUpTo({ ...TRACE, operations: [operation, { ...operation, invoked: 6 }] }, 4);
  assert.deepEqual(operations, [{ ...operation, returned: null, result: null }]);
});

test("lights, code, texts to copy and changes wait, too", () => {
  const known = upTo(PAYLOAD, 2);
  const later = known.lights.filter((_, n) => LIGHTS[n].step === null || LIGHTS[n].step > 2);
  assert.ok(later.length > 3);
  for (const light of later) assert.deepEqual([light.status, light.sentence], ["not decided", ""]);
  assert.deepEqual(Object.keys(known.sources), ["Asker receive Ask"]);
  assert.deepEqual([known.script, known.json, known.test, known.editable, known.edits], ["", "", "", false, 0]);
  assert.match(known.reason, /^Answer the question first/);
});

test("the trace beside it is cut at the same step while both are alike, and then at the same time", () => {
  const beside = (first) => upTo({ ...PAYLOAD, comparison: { branch: "b", first, trace: TRACE } }, 4).comparison;
  assert.deepEqual([beside(6).first, beside(6).trace.steps.length], [null, 5]);
  assert.deepEqual([beside(2).first, beside(2).trace.steps.length], [2, 5]);
});

test("at the last step nothing is hidden", () => {
  assert.equal(upTo(PAYLOAD, LAST), PAYLOAD);
  assert.equal(upTo(PAYLOAD, Infinity), PAYLOAD);
});

// ---- judging

test("a guess is judged by its form", () => {
  const right = (asked, value) => judge({ ...WHO, ...asked }, value).right;
  assert.ok(right({}, 1) && !right({}, 0));
  assert.ok(right({ form: "some", answer: [0, 1] }, [0, 1]) && !right({ form: "some", answer: [0] }, []));
  assert.ok(right({ form: "order", answer: [1, 0] }, [1, 0]) && !right({ form: "order", answer: [1, 0] }, [0, 1]));
  assert.ok(right({ form: "words", choices: [], answer: "1, 2, 0" }, "(1,2,0)"));
  const [whole, broken] = [73, 52.56].map((answer) => ({ form: "number", choices: [], answer }));
  assert.ok(right(whole, "73") && !right(whole, "72.9"));
  assert.ok(right(broken, "52.6") && !right(broken, "53.5"));
});

test("a guess is put in the words of the choices", () => {
  assert.equal(judge(WHO, 0).said, "A");
  assert.equal(judge({ ...WHO, form: "order", answer: [1, 0] }, [1, 0]).said, "B, A");
  assert.equal(judge({ ...WHO, form: "number", choices: [], answer: 2 }, "3").said, "3");
  assert.equal(judge({ ...WHO, form: "some", answer: [0] }, []).said, "none of them"); // and not that one gave up
});

test("numbers are read as people write them", () => {
  const written = ["1,500", "12 ms", "30%", "3,5", "-4", "1e3", ".5", "1 000", "many", ""];
  assert.deepEqual(written.map(readNumber), [1500, 12, 30, 3.5, -4, 1000, 0.5, 1000, NaN, NaN]);
});

test("digits of any keyboard are read, and what is not one number is none", () => {
  const written = ["0,125", "1,2345", "1,234,567", "１２", "１．５", "−4", "1’000", "5 messages"];
  assert.deepEqual(written.map(readNumber), [0.125, 1.2345, 1234567, 12, 1.5, -4, 1000, 5]);
  for (const none of ["1/2", "5 or 6", "3-4", "1.2.3", "2^10", "1,50,000", "0x10", "+", "Infinity"])
    assert.ok(Number.isNaN(readNumber(none)), none);
});

test("words are right whatever the capitals, quotes and separators, and wrong with other digits", () => {
  const right = (answer, guess) => judge({ ...WHO, form: "words", choices: [], answer }, guess).right;
  for (const guess of ["1 2 0", "1,2,0", "[1; 2; 0]", "(1，2，0)", " 1, 2, 0. "]) assert.ok(right("1, 2, 0", guess), guess);
  for (const guess of ["12 0", "120", "1 2", "0 2 1", "?"]) assert.ok(!right("1, 2, 0", guess), guess);
  assert.ok(right("Attack", "‘attack’ ") && right("A", "ａ") && right("A", "A.") && !right("1.5", "15"));
});

// ---- asking

/** A player without a screen: what it would show. */
function player(questions) {
  const values = new Map([["payload", { ...PAYLOAD, questions }], ["guesses", {}]]);
  const model = { get: (name) => values.get(name), set: (name, value) => values.set(name, value), save_changes() {} };
  const view = { step: 0, future: true };
  const shown = { step: 0, played: 0, last: 0 };
  const asking = createQuestions(model, view, {
    load: (step) => {
      shown.last = asking.payload().trace.steps.length - 1;
      view.step = shown.step = Math.min(step, shown.last);
    },
    play: () => shown.played++,
    focus() {},
  });
  return { asking, view, shown, guesses: () => values.get("guesses") };
}

const TWO = [{ ...WHO, at: 2, until: 4 }, { ...WHO, id: "Then?", at: 6, until: LAST }];

test("an answer plays on to the step that shows it, then the next question hides what follows", () => {
  const { asking, view, shown, guesses } = player(TWO);
  const { answer, nextQuestion } = asking.actions;
  assert.deepEqual([asking.current().phase, asking.payload().trace.steps.length - 1], ["open", 2]);
  answer(0);
  assert.deepEqual([asking.current().phase, shown, view.future], ["playing", { step: 2, played: 1, last: 4 }, false]);
  assert.ok(!asking.arrive());
  view.step = 4;
  assert.ok(asking.arrive() && view.future);
  assert.deepEqual([asking.current().phase, asking.current().asked.id, shown.last], ["seen", "Who?", 6]);
  nextQuestion();
  assert.deepEqual([asking.current().phase, asking.current().asked.id, shown.played], ["open", "Then?", 2]);
  assert.deepEqual(guesses()["Who?"], { value: 0, said: "A", right: false });
});

test("who gives up sees the answer without a guess, and can be asked again", () => {
  const { asking, view, shown, guesses } = player([TWO[0]]);
  asking.actions.giveUp();
  assert.deepEqual(guesses()["Who?"], { value: null, said: "", right: false });
  view.step = 4;
  asking.arrive();
  assert.deepEqual([shown.last, asking.current().isLast], [LAST, true]);
  asking.actions.ask();
  assert.equal(asking.current().phase, "closed");
  asking.actions.askAgain();
  assert.deepEqual([asking.current().phase, shown.last, guesses()], ["open", 2, {}]);
});

test("where nothing is asked, all is known", () => {
  const { asking } = player([]);
  assert.equal(asking.current(), null);
  assert.equal(asking.payload().trace.steps.length - 1, LAST);
  asking.actions.ask();
  asking.actions.giveUp();
});
