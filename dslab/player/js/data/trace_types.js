// @ts-check
// The types of a trace and of its index. There is no code here: `tsc --checkJs` reads it, and the bundle leaves it out.

// ---- the trace, as `dslab.trace_json` writes it

/** @typedef {null|boolean|number|string|Value[]|{[key: string]: Value}} Value what an attribute or a field holds; what
 *    JSON lacks is an object with one key, such as {"tuple": [1, 2]} */
/** @typedef {[src: string, dst: string]} Link two nodes; where it is directed, from the first to the second */
/** @typedef {"received"|"lost"|"in flight"} Fate */

/** @typedef {object} Trace
 * @property {string} [title]
 * @property {NodeInfo[]} nodes
 * @property {Link[]|null} links null: each node is linked to all others
 * @property {Record<string, Record<string, Value>>} [initial] the state of each node before the first step
 * @property {Step[]} steps
 * @property {Message[]} messages
 * @property {Operation[]} [operations]
 * @property {Array<[event: string, why: string]>} [unapplied] events of the script that did not apply
 * @property {string} [end] why the run ended
 * @property {boolean} [hidden] does it go on, unknown to the reader?
 * @property {Array<[site: string, nodes: string[]]>} [sites]
 * @property {Array<["site"|"link", a: string, b: string, text: string]>} [labels] between two sites or two nodes */

/** @typedef {object} NodeInfo
 * @property {string} id
 * @property {string} protocol the name of its class
 * @property {string[]} roles those that its protocol knows, by the shape and the colour that they get
 * @property {string[]} shown attributes to be written beside it
 * @property {Array<[log: string, committed: string]>} [logs] attributes that are logs, each with the one that holds how
 *    much of it is committed, or ""
 * @property {import("./marks.js").Marking[]} [marks] what is drawn of its state
 * @property {number} [peers] how many other nodes run its protocol */

/** @typedef {object} Step an event of the run; what is empty is left out
 * @property {number} time true time, ms
 * @property {string|null} [node] none for what happens to the network
 * @property {string} kind "start", "receive", "timer", "crash" ...
 * @property {string} [name] of the message's type, of the timer, or the event of the script as code
 * @property {number} [cause] the step that caused it
 * @property {number} [message] the number of the message that was received or lost
 * @property {string} [text] the step in a sentence
 * @property {number[]} [sent] numbers of the messages sent
 * @property {Record<string, number|null>} [timers] those set, with the time at which they are due, ms; null: cancelled
 * @property {Array<[name: string, ...values: Value[]]>} [outputs]
 * @property {Array<[client: string, value: Value]>} [replies]
 * @property {string[]} [notes]
 * @property {[client: string, node: string, msg: Value]} [request] what a client asked
 * @property {Record<string, Value>} [changes] the attributes that got a new value
 * @property {number} [lamport]
 * @property {number[]} [vector]
 * @property {Link[]} [cuts] where links were cut or healed: all that are cut after it
 * @property {number} [local] what the node's own clock shows, where that is not the time, ms */

/** @typedef {"plain"|"yes"|"no"|"ask"|"quiet"} Look how a message is drawn */

/** @typedef {object} Message
 * @property {string} name "A->B#1"
 * @property {string} src
 * @property {string} dst
 * @property {string} type the name of its class
 * @property {Record<string, Value>} fields
 * @property {string} [label] what it says, in a few characters
 * @property {Look} [look] none: plain
 * @property {string} [sentence] what its sender tells its receiver by it
 * @property {number} sent the step that sent it
 * @property {number} departs ms
 * @property {number} arrives ms
 * @property {Fate} fate
 * @property {number|null} ended the step that received or lost it; null: there is none
 * @property {string} why it was lost */

/** @typedef {object} Operation a request of a client, and its answer
 * @property {string} client
 * @property {string} node
 * @property {Value} call
 * @property {number} invoked a step
 * @property {number|null} returned a step; null: it was never answered
 * @property {Value} result */

// ---- the trace, indexed

/** @typedef {"up"|"down"|"paused"} Status */

/** @template T
 * @typedef {object} History the values that one thing has had
 * @property {number[]} steps those since which it has them, ascending; -1: from the beginning
 * @property {T[]} values */

/** @typedef {object} Index
 * @property {Trace} trace
 * @property {Step[]} steps
 * @property {Message[]} messages
 * @property {NodeInfo[]} nodes
 * @property {ReadonlyMap<string|null|undefined, number>} column the place of each node in the lists that have an entry
 *    a node: none for the network
 * @property {Float64Array} times of the steps, ms
 * @property {number} last step
 * @property {number[][]} eventsOf the steps of each node
 * @property {Array<Map<string, History<Value>>>} attributes
 * @property {Array<Map<string, History<number|null>>>} timers when each is due, ms; null: it does not run
 * @property {Array<History<Status>>} status
 * @property {Array<History<number>>} offset how far the node's clock is ahead of true time, ms
 * @property {boolean} clocksDiffer
 * @property {Map<number|null, Message>} endedBy the message that a step received or lost
 * @property {History<Link[]>} cuts the directed links that are cut */

export {};
