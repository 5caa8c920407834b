// @ts-check
// The types that the modules share. There is no code here: `tsc --checkJs` reads it, and the bundle leaves it out.

/** @import { Index, Link, Message, Status, Trace } from "./data/trace_types.js" */
/** @import { Guess, GuessValue, Question } from "./predictions/judge.js" */

// ---- the history as it is drawn

/** @typedef {object} Rows the steps that are shown, a row each
 * @property {number} count
 * @property {(row: number) => number} stepOf
 * @property {(k: number) => number} rowOf half-way between two rows for a step that is not shown */

/** @typedef {{x: number, y: number}} Point */

// ---- what the kernel sends, as `dslab.player.payload` makes it

/** @typedef {object} Light what became of a promise
 * @property {string} name
 * @property {"always"|"in the end"|"sometimes"} kind
 * @property {"holds"|"broken"|"not decided"} status
 * @property {number|null} step
 * @property {string} sentence */

/** @typedef {{caption: string, first: number, code: string}} Source of a handler, with the number of its first line */

/** @typedef {object} Comparison a second trace, beside the first
 * @property {string} branch
 * @property {number|null} first the step at which the two part; null: they never do
 * @property {Trace} trace
 * @property {Light[]} [lights] */

/** @typedef {object} Payload what is seen
 * @property {Trace} trace
 * @property {string} title
 * @property {Array<[x: number, y: number]>} positions of the nodes, in the unit square
 * @property {number} height px
 * @property {Tab[]} [show] the views to open with; none: those that the reader had open
 * @property {boolean} [tour] does it begin with a guided tour?
 * @property {number} [focus] the step to open at
 * @property {number} [missing] the step that it was to open at: the run is shorter
 * @property {Light[]} [lights]
 * @property {Record<string, Source>} [sources] by protocol, kind and name of the step
 * @property {string} script the run as Python, "" without one
 * @property {string} json
 * @property {string} test
 * @property {boolean} editable can the run be changed?
 * @property {string} reason why not, in English
 * @property {number} edits how often it can be undone
 * @property {Comparison|null} comparison
 * @property {Question[]} [questions] in the order of their steps
 * @property {string} [lang]
 * @property {Record<string, string>} [words] the translations, by the English sentence */

/** @typedef {object} Acts what can be done
 * @property {string} branch the one that is shown
 * @property {Branch[]} branches parents first
 * @property {string[]} scenarios
 * @property {Array<{type: string, fields: string[], nodes: string[], example: string}>} requests
 * @property {""|"break"} mode
 * @property {Choices|null} choices what can happen next, in the mode "break" */

/** @typedef {{name: string, parent: string|null, events: string[]}} Branch */
/** @typedef {{decision: string, verb: string, target: string, text: string}} Choice */
/** @typedef {{decisions: string[], next: Choice[], budget: Record<string, number>}} Choices */

/** @typedef {object} Traits of the player's model
 * @property {Payload} payload
 * @property {Acts|undefined} acts none in an exported page
 * @property {{text?: string}|undefined} notice an error's sentence
 * @property {Record<string, Guess>|undefined} guesses at the questions that were answered, by their identity
 * @property {number} step the cursor */

/** @template T
 * @typedef {object} Model a widget's state, which the kernel shares
 * @property {<Name extends keyof T>(name: Name) => T[Name]} get
 * @property {<Name extends keyof T>(name: Name, value: T[Name]) => void} set
 * @property {() => void} save_changes
 * @property {(content: object) => void} send
 * @property {(event: string, listener: () => void) => void} on
 * @property {(event: string, listener: () => void) => void} off */

/** @typedef {{model: Model<Traits>, el: HTMLElement}} Place where a player is shown, and what it shows */

// ---- what the kernel is asked for

/** @typedef {object} Change one event of a script
 * @property {string} verb
 * @property {Array<string|string[]>} args
 * @property {Record<string, number>} [options] */

/** @typedef {object} Verb a verb of a script, as `dslab.verbs` has it
 * @property {string} word in legends and filters
 * @property {string} button
 * @property {string} label what the button does
 * @property {""|Status} status of its node after it
 * @property {string} outline of its mark, or ""
 * @property {boolean} filled is the mark a surface?
 * @property {boolean} fault is the mark coloured as a fault?
 * @property {boolean} harmful does it take something away? */

/** @typedef {{d: string, stroked: boolean, fault: boolean}} Mark */

/** @typedef {object} Intervention a button for a change
 * @property {string} name
 * @property {string} key
 * @property {string} word
 * @property {string} label
 * @property {Change[]} changes
 * @property {string} why it cannot be done now, or ""
 * @property {boolean} asks for a number or a text
 * @property {boolean} shown as a button, and not by its key only
 * @property {boolean} more is it shown only where the reader wants more? */

// ---- what the reader sees and does

/** @typedef {{kind: "node"|"message", id: string}|LinkSelection} Selection */
/** @typedef {{kind: "link", id: string, ends: Link, around: string|null}} LinkSelection `ends` in the order in which
 *    sentences name them; the keys go on round the node `around` */

/** @typedef {object} Filter what is left out; a changed filter is a new object
 * @property {Set<string>} nodes
 * @property {Set<string>} types of messages
 * @property {Set<string>} kinds of steps
 * @property {boolean} repeats leave out what only repeats
 * @property {boolean} misses leave out what the search does not find */

/** @typedef {object} Drafts what the reader has chosen and typed so far: it stays when the trace is exchanged
 * @property {boolean} more is "More" open?
 * @property {{why: string, step: number, selection: Selection|null}|null} refused
 * @property {string} request
 * @property {string} clock
 * @property {string} delay
 * @property {Set<string>} side nodes on one side of a partition */

/** @typedef {{step: number, part: number, time: number}} Moment a step, how far (0 to 1) it is on the way to the next,
 *    and the simulated time, ms */

/** @typedef {"cluster"|"choices"|"history"|"state"|"messages"|"promises"|"script"|"more"} Tab */
/** @typedef {"look"|"filter"|"branches"|"code"|"legend"|"keys"} Section */

/** @typedef {object} Settings what the reader has chosen to see
 * @property {boolean} playing
 * @property {boolean} everything does playing stop at what only repeats, too?
 * @property {number} next the step after the cursor's: while playing, the next at which that stops
 * @property {number} speed
 * @property {number} pace simulated ms that pass in a ms on the screen at speed 1
 * @property {Selection|null} selection
 * @property {"none"|"lamport"|"vector"} stamps
 * @property {{step: number, time: number, message: Message|null}} scene what the picture of the cluster shows: the
 *    cursor's moment, but for the short glide after a step
 * @property {boolean} causality colour the causal past and future?
 * @property {boolean} future show what comes next?
 * @property {Tab[]} views that are open, in the order in which they were opened
 * @property {number} room how many of them are shown at once
 * @property {Section} section of "More"
 * @property {boolean} waiting for the kernel
 * @property {boolean} unanswered the kernel did not answer
 * @property {Message|null} message that the current step received or lost
 * @property {Filter} filter
 * @property {string} query
 * @property {number} zoom an index of `ROWS`
 * @property {number|null} marked the step to be compared with the current one
 * @property {string|null} observer the node whose local view is shown; null: the whole run is
 * @property {boolean} lecture does the player fill the screen?
 * @property {number|null} tour the stop of the guided tour, where there is one; null: the reader has ended it
 * @property {Drafts} drafts
 * @property {number} page which nine of the choices have a number, where the next event is chosen */

/** @typedef {Moment & Settings} View what the cursor points at and what the reader has chosen; panels read it only */

/** @typedef {object} Panel a part of the player
 * @property {Element} element
 * @property {(view: View) => void} draw
 * @property {() => void} [stop] before it is thrown away
 * @property {() => void} [focus] put the cursor into the search
 * @property {(name: string) => void} [open] put the cursor into the form of this name
 * @property {(node: string) => void} [pick] answer with a node that was clicked */

/** @typedef {object} Actions all that the keys and the buttons can do
 * @property {(step: number) => void} go
 * @property {(way: number) => void} step forward (1) or back (-1)
 * @property {(way: number) => void} nodeStep to the next or the previous step of the node that is followed
 * @property {() => string|null} followed the selected node, or that of the current step
 * @property {() => void} localView show its local view, or the whole run again
 * @property {() => void} toggle play or pause
 * @property {(way: number) => void} faster
 * @property {(selection: Selection|null) => void} select
 * @property {(change: Partial<Settings>) => void} option
 * @property {(name: Tab) => void} tab open a view, or close it if it is shown
 * @property {(name: Tab) => void} reveal open a view if it is not shown
 * @property {(name: Section) => void} panel open this section of "More", or close it if it is shown
 * @property {() => void} escape
 * @property {() => Acts|null} acts
 * @property {(content: {type: string, [key: string]: unknown}) => void} send to the kernel
 * @property {(query: string) => void} search
 * @property {(way: number) => void} find
 * @property {() => void} focusSearch
 * @property {(change: Partial<Filter>|null) => void} filter null: leave nothing out
 * @property {() => void} repetition
 * @property {(field: FilterField, id: string, all: string[]|null) => void} toggleFiltered leave it out or take it
 *    back; if `all` is given, leave out all but it
 * @property {(field: FilterField, ids: string[]) => void} toggleAllFiltered all or none of them
 * @property {(way: number) => void} zoom
 * @property {(step?: number|null) => void} mark the cursor's step, or another; null removes the mark
 * @property {() => void} exchange the marked step and the current one
 * @property {(node: string|null) => void} observe show the local view of this node, or, for null, the whole run
 * @property {() => void} light to the next step at which a light changes
 * @property {(way: number) => void} operation to the next or previous begin or end of one
 * @property {() => void} hide what comes next, or show it again
 * @property {(value: GuessValue) => void} answer the question that is open; null gives up
 * @property {() => void} giveUp
 * @property {() => void} ask go on with the question
 * @property {() => void} nextQuestion
 * @property {() => void} closeQuestion
 * @property {() => void} askAgain
 * @property {() => void} lecture enter or leave it
 * @property {() => void} leave
 * @property {() => void} undo
 * @property {() => void} compare
 * @property {() => void} divergence
 * @property {(number: number) => void} choose let the choice with this number happen; 0: number the next choices
 * @property {(changes: Change[], why?: string) => void} change ask the kernel; `why` there may be no changes
 * @property {(intervention: Intervention) => void} perform
 * @property {(why: string) => void} refuse show why something is not done
 * @property {(key: string) => void} press the key of an intervention
 * @property {() => void} more
 * @property {(way: number) => void} link select the next or the previous one */

/** @typedef {"nodes"|"types"|"kinds"} FilterField */

/** @typedef {object} Player what the actions need of it
 * @property {() => Index} index
 * @property {() => Payload} payload
 * @property {Actions["acts"]} acts
 * @property {Actions["send"]} send
 * @property {Actions["go"]} go
 * @property {() => void} draw
 * @property {Actions["focusSearch"]} focusSearch
 * @property {(name: string) => void} open put the cursor into the form of this name */

export {};
