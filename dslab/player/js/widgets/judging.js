// @ts-check
// The verdict on a history, which the kernel gives: one question at a time, and the newest state after each answer.
/** @import { Model } from "../types.js" */
/** @import { OperationBar, Sheet } from "./bars.js" */
/** @import { Lighting } from "./bar_stage.js" */

/** @typedef {object} ModelVerdict
 * @property {string} model
 * @property {"yes"|"no"|"unknown"|"does not apply"} status
 * @property {string} sentence
 * @property {Array<[client: string, ids: string[]]>} orders
 * @property {Record<string, number>} points
 * @property {string[]} conflict
 * @property {boolean} minimal is each operation of the conflict needed for it? */
/** @typedef {object} Judged
 * @property {number} serial
 * @property {string} wrong why there is no verdict: an operation that cannot be read, ...
 * @property {ModelVerdict[]} models
 * @property {Lighting["states"]} states
 * @property {{holds: boolean, stuck: string, sentence: string, states: Lighting["states"]}|null} mine */
/** @typedef {object} EditorPayload
 * @property {string} title
 * @property {string} object
 * @property {Sheet} sheet
 * @property {Judged} first
 * @property {boolean} open is the verdict shown at once?
 * @property {boolean} models are there four of them? */
/** @typedef {{payload: EditorPayload, judged: Judged|undefined}} EditorTraits `judged`: a page has none */

const PATIENCE_OF_JUDGE = 6000; // ms
export const NO_KERNEL = "The verdict on a changed history needs a kernel: run this cell in JupyterLab.";
export const NO_JUDGE = "Whether your points explain all results is judged by a kernel: run this cell in JupyterLab.";
export const NO_ANSWER = "The kernel does not answer: it is busy, or this cell has to be run again.";

/** @param {Model<EditorTraits>} model
 *  @param {() => void} draw */
export function createJudge(model, draw) {
  const hasKernel = Boolean(model.get("judged"));
  const atFirst = JSON.stringify(model.get("payload").sheet.bars); // what a page has the verdict on
  let known = model.get("judged") ?? model.get("payload").first;
  let [serial, isWaiting, hasMore, problem, timer] = [known.serial, false, false, "", 0];
  /** @type {{bars: OperationBar[], points: Record<string, number>|null}|null} */
  let newest = null;

  function send() {
    serial += 1;
    [isWaiting, hasMore] = [true, false];
    model.send({ type: "judge", serial, ...newest });
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      [isWaiting, problem] = [false, NO_ANSWER];
      draw();
    }, PATIENCE_OF_JUDGE);
  }

  function hear() {
    const answer = model.get("judged");
    if (!answer || answer.serial < serial) return;
    clearTimeout(timer);
    [known, serial, isWaiting, problem] = [answer, answer.serial, false, ""];
    if (hasMore) send();
    draw();
  }

  model.on("change:judged", hear);
  return {
    hasKernel,
    /** The latest verdict; while another is awaited, that of a moment ago. */
    get known() {
      return known;
    },
    get problem() {
      return problem;
    },
    /** @param {OperationBar[]} bars
     *  @param {Record<string, number>|null} points */
    ask(bars, points) {
      newest = { bars, points };
      if (!hasKernel) problem = JSON.stringify(bars) === atFirst ? "" : NO_KERNEL;
      else if (isWaiting) hasMore = true;
      else send();
    },
    stop() {
      clearTimeout(timer);
      model.off("change:judged", hear);
    },
  };
}

const SIGN = { yes: "✓", no: "✗", unknown: "?", "does not apply": "–" };

/** @param {ModelVerdict} verdict */
export const verdictName = ({ model, status }) => `${SIGN[status]} ${status === "no" ? "not " : ""}${model}`;

/** The verdict in a sentence, and what of it is seen on the bars.
 * @param {ModelVerdict} verdict
 * @param {string} client whose order is shown, where each has one */
export function verdictSentence({ model, status, sentence, orders, conflict, minimal }, client) {
  const name = model[0].toUpperCase() + model.slice(1);
  if (status === "yes" && orders.length > 1 && client) return `${name}: ${sentence}. Numbered: the order of ${client}.`;
  if (status === "yes") return `${name}: ${sentence}.`;
  if (status !== "no") return `${name}: ${status === "unknown" ? "unknown, " : ""}${sentence}.`;
  const told = `Not ${model}: ${sentence.replaceAll("->", "→")}.`;
  if (conflict.length < 2) return told;
  const needed = minimal ? ", and each of them is needed for that" : "";
  return `${told} The ${conflict.length} marked operations contradict each other${needed}.`;
}

/** @param {ModelVerdict} verdict
 *  @param {string} client */
export function orderShown({ orders }, client) {
  const own = orders.find(([name]) => name === client) ?? orders.find(([, ids]) => ids.length > 1) ?? orders[0];
  return { client: own?.[0] ?? "", ids: own?.[1] ?? [] };
}
