// @ts-check
// The verbs of a script, as dslab/verbs.py has them. Python writes it: UPDATE_GOLDEN=1 pytest tests/test_verbs.py
/** @import { Verb } from "../types.js" */
import { english } from "../words.js";

/** @type {ReadonlyMap<string, Verb>} */
export const VERBS = new Map([
  ["request", {
    word: english("client's request"), button: english("Ask …"),
    label: english("Send it a request, as a client"), status: "",
    filled: true, fault: false, harmful: false,
    outline: "M0 -6.5L6.5 0L0 6.5L-6.5 0Z",
  }],
  ["crash", {
    word: english("crash"), button: english("Crash"),
    label: english("Crash it now"), status: english("down"),
    filled: false, fault: true, harmful: true,
    outline: "M-5.5 -5.5L5.5 5.5M5.5 -5.5L-5.5 5.5",
  }],
  ["recover", {
    word: english("recover"), button: english("Recover"),
    label: english("Recover it now"), status: english("up"),
    filled: false, fault: false, harmful: false,
    outline: "M-6 0A6 6 0 1 1 6 0A6 6 0 1 1 -6 0ZM-2 0A2 2 0 1 1 2 0A2 2 0 1 1 -2 0Z",
  }],
  ["pause", {
    word: english("pause"), button: english("Pause"),
    label: english("Pause it now: it stops, and will not notice"), status: english("paused"),
    filled: false, fault: false, harmful: true,
    outline: "M-3 -5.5V5.5M3 -5.5V5.5",
  }],
  ["resume", {
    word: english("resume"), button: english("Resume"),
    label: english("Resume it now"), status: english("up"),
    filled: false, fault: false, harmful: false,
    outline: "M-3.5 -5.5L5.5 0L-3.5 5.5Z",
  }],
  ["partition", {
    word: english("partition"), button: english("Partition …"),
    label: english("Partition: cut all links between two sides"), status: "",
    filled: false, fault: false, harmful: true,
    outline: "",
  }],
  ["heal", {
    word: english("heal"), button: english("Heal all"),
    label: english("Heal all links now"), status: "",
    filled: false, fault: false, harmful: false,
    outline: "",
  }],
  ["cut", {
    word: english("cut"), button: english("Cut"),
    label: english("Cut this link now, in both directions"), status: "",
    filled: false, fault: false, harmful: true,
    outline: "",
  }],
  ["isolate", {
    word: english("isolate"), button: english("Isolate"),
    label: english("Isolate it now: cut all its links"), status: "",
    filled: false, fault: false, harmful: true,
    outline: "",
  }],
  ["drop", {
    word: english("drop"), button: english("Drop"),
    label: english("Drop it now"), status: "",
    filled: false, fault: false, harmful: true,
    outline: "",
  }],
  ["duplicate", {
    word: english("duplicate"), button: english("Duplicate"),
    label: english("Duplicate it: a second copy arrives"), status: "",
    filled: false, fault: false, harmful: false,
    outline: "",
  }],
  ["delay", {
    word: english("delay"), button: english("Delay …"),
    label: english("Hold it back"), status: "",
    filled: false, fault: false, harmful: false,
    outline: "",
  }],
  ["deliver", {
    word: english("deliver"), button: english("Deliver"),
    label: english("Deliver it now"), status: "",
    filled: false, fault: false, harmful: false,
    outline: "",
  }],
  ["fire", {
    word: english("fire"), button: english("Fire {timer}"),
    label: english("Fire its timer {timer} now"), status: "",
    filled: false, fault: false, harmful: false,
    outline: "",
  }],
  ["set_link", {
    word: english("set link"), button: "",
    label: "", status: "",
    filled: false, fault: false, harmful: false,
    outline: "",
  }],
  ["clock", {
    word: english("clock set"), button: english("Clock …"),
    label: english("Move its clock"), status: "",
    filled: false, fault: false, harmful: false,
    outline: "M-5.5 0A5.5 5.5 0 1 1 5.5 0A5.5 5.5 0 1 1 -5.5 0ZM0 -3V0H2.5",
  }],
]);
