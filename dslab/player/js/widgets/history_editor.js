// @ts-check
// A history that is edited: bars, end points and linearization points are dragged, and the verdict follows.
/** @import { Model } from "../types.js" */
/** @import { BarPart, OperationBar, Sheet } from "./bars.js" */
/** @import { EditorTraits, ModelVerdict } from "./judging.js" */
/** @import { Lighting } from "./bar_stage.js" */
import { h, setAttr, setText } from "../dom.js";
import { createBarStage, drawBars, drawLegend, focusBar, timePerPixel } from "./bar_stage.js";
import {
  axisOf, barOf, laneOf, movedBar, pointsOf, refusalOf, withBar, withClient, withOperation, withoutBar, withoutClient,
} from "./bars.js";
import { createButton, createControls, createFrame } from "./demonstration.js";
import { NO_JUDGE, createJudge, orderShown, verdictName, verdictSentence } from "./judging.js";
import { createOperationForm } from "./operation_form.js";

const TASK =
  "Drag a bar, one of its ends, or the point at which it acts. Keys at a bar: ← → move it; B, E, P take its" +
  " beginning, end or point for them, Escape the whole bar; Enter edits it, Delete removes it.";
const MARK = { yes: "right", no: "wrong", unknown: "", "does not apply": "" };
/** @type {Record<string, BarPart>} */
const PARTS = { b: "beginning", e: "end", p: "point", Escape: "bar" };

/** @param {{model: Model<EditorTraits>, el: HTMLElement}} widget */
function render({ model, el }) {
  const { title, object, sheet: first, models, open } = model.get("payload");
  /** @type {Sheet} */
  let sheet = { ...first, points: {} };
  let axis = axisOf(sheet);
  /** @type {Array<{sheet: Sheet, isMine: boolean}>} */
  const past = [];
  let [selected, chosen, isOpen, isMine, refusal, lastChange] = ["", 0, open, !open, "", ""];
  /** @type {BarPart} */
  let part = "bar";
  let isHeld = false; // while something is dragged, the axis stays

  const judge = createJudge(model, draw);
  const stage = createBarStage(begin);
  const form = createOperationForm({ change: retype, remove: () => remove(selected) });
  const show = createButton("Show the verdict", () => {
    isOpen = true;
    draw();
    /** @type {HTMLElement} */ (names.querySelector("button") ?? whose).focus(); // this button is gone
  });
  show.classList.add("primary");
  const shows = createControls(show);
  const undo = createButton("Undo", takeBack);
  const whose = createButton("", switchPoints);
  const names = h("div", { class: "dslab-touch-controls-row dslab-bar-row", role: "group", "aria-label": "models" });
  const owned = h("p", { class: "dslab-bar-mine", "aria-live": "polite" });
  const controls = createControls(
    createButton("Add operation", addOperation),
    createButton("Add client", () => become(withClient(sheet))),
    createButton("Remove client", removeClient),
    undo, createButton("Start again", startAgain), whose,
  );
  controls.classList.add("dslab-bar-row");
  const frame = createFrame(
    title, TASK, controls,
    h("div", { class: "dslab-touch-scroll" }, stage), drawLegend(), form.element, names, shows, owned,
  );

  // ---- changes

  /** @param {Sheet} changed
   *  @param {string} [change] what is done: of the same again and again, Undo takes back all */
  function become(changed, change = "") {
    if (changed === sheet) return;
    if (!change || change !== lastChange) past.push({ sheet, isMine });
    [sheet, lastChange, refusal] = [changed, change, ""];
    consult();
  }

  function consult() {
    if (!isHeld) axis = axisOf(sheet);
    judge.ask(sheet.bars, isMine ? pointsOf(sheet, axis.high) : null);
    draw();
  }

  function takeBack() {
    const before = past.pop();
    if (!before) return;
    [sheet, isMine, lastChange, refusal] = [before.sheet, before.isMine, "", ""];
    consult();
  }

  function startAgain() {
    past.push({ sheet, isMine });
    [sheet, isMine, selected, lastChange, refusal] = [{ ...first, points: {} }, !open, "", "", ""];
    consult();
  }

  function addOperation() {
    const wanted = barOf(sheet, selected)?.client;
    const clients = wanted ? [wanted, ...sheet.clients] : sheet.clients;
    const made = clients.map((client) => withOperation(sheet, client, axis)).find((one) => one !== null);
    if (!made) return refuse("There is no client whose last operation returned: add one.");
    [selected, part] = [made.id, "bar"];
    become(made.sheet);
    form.focus();
  }

  function removeClient() {
    const client = barOf(sheet, selected)?.client ?? sheet.clients.at(-1);
    if (!client) return;
    selected = "";
    become(withoutClient(sheet, client));
  }

  /** @param {string} id */
  function remove(id) {
    const lane = laneOf(sheet, clientOf(id)).map((bar) => bar.id);
    const heir = lane[lane.indexOf(id) + 1] ?? lane[lane.indexOf(id) - 1];
    selected = "";
    become(withoutBar(sheet, id));
    if (heir) focusBar(stage, heir);
    else undo.focus();
  }

  /** @param {OperationBar} typed */
  function retype(typed) {
    const why = refusalOf(sheet, typed);
    if (why) return refuse(why);
    become(withBar(sheet, typed));
  }

  /** @param {string} why */
  function refuse(why) {
    refusal = why;
    draw();
  }

  /** @param {string} id
   *  @param {BarPart} which
   *  @param {number} by */
  function move(id, which, by) {
    const change = `${which} ${id}`;
    if (which === "point") takePoints(change);
    become(movedBar(sheet, id, which, by, axis), change);
  }

  /** The points become the reader's, and begin where they are seen.
   * @param {string} [change] what it is the beginning of */
  function takePoints(change = "") {
    if (isMine) return;
    past.push({ sheet, isMine });
    sheet = { ...sheet, points: { ...lighting().points } };
    [isMine, lastChange] = [true, change];
  }

  function switchPoints() {
    if (isMine) isMine = false;
    else takePoints();
    consult();
  }

  // ---- hands

  /** @param {string} id
   *  @param {BarPart} [which] */
  function select(id, which = "bar") {
    [selected, part, lastChange] = [id, which, ""];
    draw();
  }

  /** @param {KeyboardEvent} event
   *  @param {OperationBar} bar */
  function pressed(event, bar) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const which = PARTS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (bar.id !== selected && (step || which || event.key === "Enter" || event.key === " ")) select(bar.id);
    if (step) move(bar.id, part, step * axis.step * (event.shiftKey ? 10 : 1));
    else if (which) select(bar.id, which);
    else if (event.key === "Enter" || event.key === " ") form.focus();
    else if (event.key === "Delete" || event.key === "Backspace") remove(bar.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {PointerEvent} down */
  function begin(down) {
    const target = /** @type {Element} */ (down.target);
    const id = target.closest("[data-bar]")?.getAttribute("data-bar");
    if (down.button || !id) return;
    const which = /** @type {BarPart} */ (target.closest("[data-part]")?.getAttribute("data-part") ?? "bar");
    down.preventDefault();
    select(id, which);
    focusBar(stage, id);
    /** @type {Sheet|null} */
    let origin = null;
    isHeld = true;
    const follow = (/** @type {PointerEvent} */ event) => {
      const by = Math.round(((event.clientX - down.clientX) * timePerPixel(stage, axis)) / axis.step) * axis.step;
      if (!by && !origin) return;
      if (!origin && which === "point") takePoints("drag");
      origin ??= sheet;
      become(movedBar(origin, id, which, by, axis), "drag");
    };
    const end = () => {
      document.removeEventListener("pointermove", follow);
      document.removeEventListener("pointerup", end);
      document.removeEventListener("pointercancel", end);
      [isHeld, lastChange] = [false, ""];
      if (origin) consult();
    };
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
  }

  // ---- what is seen

  const clientOf = (/** @type {string} */ id) => barOf(sheet, id)?.client ?? "";

  /** @returns {ModelVerdict|undefined} */
  const verdict = () => (isOpen && !judge.problem ? judge.known.models[chosen] : undefined);

  /** @returns {Lighting} */
  function lighting() {
    const { mine, states, models: all } = judge.known;
    const shown = verdict();
    const order = shown ? orderShown(shown, clientOf(selected)).ids : [];
    const conflict = shown?.conflict ?? [];
    const ownStates = judge.problem ? [] : (mine?.states ?? []);
    if (isMine) {
      const own = pointsOf(sheet, axis.high);
      const inTime = Object.keys(own).sort((one, other) => own[one] - own[other]);
      return { conflict, order: inTime, points: own, states: ownStates, stuck: mine?.stuck ?? "" };
    }
    const points = shown && shown === all[0] ? shown.points : {};
    return { conflict, order, points, states: shown === all[0] && shown ? states : [], stuck: "" };
  }

  function draw() {
    drawBars(stage, { sheet, axis, object, selected, part, lighting: lighting() }, pressed);
    form.draw(barOf(sheet, selected) ?? null);
    setAttr(undo, "aria-disabled", !past.length);
    setText(whose, isMine ? "Take my points away" : "Place my own points");
    shows.hidden = isOpen;
    drawNames();
    drawOwned();
    tell();
  }

  /** @param {number} n */
  function addName(n) {
    const choose = () => {
      chosen = n;
      draw();
    };
    const made = createButton("", choose);
    made.classList.add("dslab-bar-model");
    names.append(made);
  }

  function drawNames() {
    const all = isOpen && models && !judge.problem ? judge.known.models : [];
    names.hidden = !all.length;
    all.forEach((one, n) => {
      if (!names.children[n]) addName(n);
      setText(names.children[n], verdictName(one));
      setAttr(names.children[n], "aria-pressed", n === chosen);
      setAttr(names.children[n], "data-status", one.status);
    });
  }

  /** What the reader's own points come to. */
  function drawOwned() {
    const mine = isMine && !judge.problem ? judge.known.mine : null;
    const told = mine ? `Your points: ${mine.holds ? "✓" : "✗"} ${mine.sentence.replaceAll("->", "→")}.` : "";
    setText(owned, isMine && !judge.hasKernel ? NO_JUDGE : told);
    owned.hidden = !owned.textContent;
    owned.dataset.mark = !mine ? "" : mine.holds ? "right" : "wrong";
  }

  function tell() {
    const { wrong } = judge.known;
    const shown = verdict();
    if (refusal) frame.say(refusal, "wrong");
    else if (judge.problem) frame.say(judge.problem);
    else if (wrong) frame.say(`${wrong}.`, "wrong");
    else if (shown) frame.say(verdictSentence(shown, orderShown(shown, clientOf(selected)).client), MARK[shown.status]);
    else frame.say("");
  }

  if (judge.hasKernel && (isMine || judge.known.serial)) consult(); // it knows another history, or not these points
  else draw();
  el.append(frame.element);
  return () => {
    judge.stop();
    frame.element.remove();
  };
}

export default { render };
