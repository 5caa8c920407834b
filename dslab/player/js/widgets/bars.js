// @ts-check
// A history of operations as data: bars in lanes, what moves them, and how far they can move.

/** @typedef {object} OperationBar
 * @property {string} id
 * @property {string} client
 * @property {string} call
 * @property {string} result "": unknown, or without information
 * @property {number} invoked
 * @property {number|null} returned null: never */
/** @typedef {{clients: string[], bars: OperationBar[], points?: Record<string, number>}} Sheet
 *    `points`: where the reader has put them */
/** @typedef {"bar"|"beginning"|"end"|"point"} BarPart what of a bar is moved */
/** @typedef {{low: number, high: number, step: number, tick: number}} Axis */

const MOST_LANES = 8; // so that all of them are seen at once

/** A round number near to this one: 1, 2 or 5, and zeros.
 * @param {number} number */
function roundNumber(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  return power * ([1, 2, 5].find((digit) => digit * power >= number * 0.999) ?? 10);
}

/** Without what binary fractions add: 0.30000000000000004 is 0.3.
 * @param {number} time */
export const tidy = (time) => Number(time.toPrecision(12));

/** The span of time that is drawn, the least move and the distance of ticks. There is room at the end to add more.
 * @param {Sheet} sheet
 * @returns {Axis} */
export function axisOf({ bars, points = {} }) {
  const times = bars.flatMap((bar) => [bar.invoked, bar.returned ?? bar.invoked, points[bar.id] ?? bar.invoked]);
  const [first, last] = times.length ? [Math.min(...times), Math.max(...times)] : [0, 10];
  const tick = roundNumber((last - first || 10) / 10);
  const low = Math.floor((first - tick / 4) / tick) * tick;
  const high = Math.ceil((last + tick / 4) / tick) * tick;
  return { low: first >= 0 ? Math.max(0, low) : low, high, step: tick / 10, tick };
}

/** @param {OperationBar} bar */
export const labelOf = ({ call, result }) => (result ? `${call} → ${result}` : call);

/** @param {OperationBar} bar */
export function spokenBar(bar) {
  const until = bar.returned === null ? "on, never returned" : `to ${bar.returned}`;
  return `${bar.client}: ${labelOf(bar)}, from ${bar.invoked} ${until}`;
}

/** @param {Sheet} sheet
 *  @param {string} id */
export const barOf = ({ bars }, id) => bars.find((bar) => bar.id === id);

/** The bars of a client, in the order of time.
 * @param {Sheet} sheet
 * @param {string} client */
export const laneOf = ({ bars }, client) =>
  bars.filter((bar) => bar.client === client).sort((one, other) => one.invoked - other.invoked);

/** How far a bar can reach: to its neighbours in the lane, since a client has one operation open at a time.
 * @param {Sheet} sheet
 * @param {OperationBar} bar */
function roomOf(sheet, bar) {
  const lane = laneOf(sheet, bar.client);
  const place = lane.findIndex(({ id }) => id === bar.id);
  return { low: lane[place - 1]?.returned ?? -Infinity, high: lane[place + 1]?.invoked ?? Infinity };
}

/** Where a bar's point is: where the reader put it, or in its middle; always inside of the bar.
 * @param {Sheet} sheet
 * @param {OperationBar} bar
 * @param {number} end the moment up to which one that never returned is drawn */
export function pointOf({ points = {} }, bar, end) {
  const until = bar.returned ?? end;
  return tidy(Math.min(until, Math.max(bar.invoked, points[bar.id] ?? (bar.invoked + until) / 2)));
}

/** All points, as the reader has placed them.
 * @param {Sheet} sheet
 * @param {number} end */
export const pointsOf = (sheet, end) =>
  Object.fromEntries(sheet.bars.map((bar) => [bar.id, pointOf(sheet, bar, end)]));

const between = (/** @type {number} */ low, /** @type {number} */ value, /** @type {number} */ high) =>
  Math.max(low, Math.min(high, value));

/** The sheet after a part of a bar was moved by some time, as far as its neighbours allow.
 * @param {Sheet} sheet
 * @param {string} id
 * @param {BarPart} part
 * @param {number} by
 * @param {Axis} axis
 * @returns {Sheet} */
export function movedBar(sheet, id, part, by, axis) {
  const bar = barOf(sheet, id);
  if (!bar) return sheet;
  if (part === "point") {
    const until = bar.returned ?? axis.high;
    const point = tidy(between(bar.invoked, pointOf(sheet, bar, axis.high) + by, until));
    return { ...sheet, points: { ...sheet.points, [id]: point } };
  }
  const { low, high } = roomOf(sheet, bar);
  const latest = Math.min(bar.returned ?? Infinity, axis.high) - axis.step; // of the beginning
  if (part === "bar") {
    const held = between(low - bar.invoked, by, bar.returned === null ? latest - bar.invoked : high - bar.returned);
    const points = { ...sheet.points };
    if (id in points) points[id] = tidy(points[id] + held);
    const returned = bar.returned === null ? null : tidy(bar.returned + held);
    return { ...withBar(sheet, { ...bar, invoked: tidy(bar.invoked + held), returned }), points };
  }
  if (part === "beginning")
    return withBar(sheet, { ...bar, invoked: tidy(between(low, bar.invoked + by, latest)) });
  if (bar.returned === null) return sheet;
  return withBar(sheet, { ...bar, returned: tidy(between(bar.invoked + axis.step, bar.returned + by, high)) });
}

/** @param {Sheet} sheet
 *  @param {OperationBar} changed
 *  @returns {Sheet} */
export const withBar = (sheet, changed) => ({
  ...sheet, bars: sheet.bars.map((bar) => (bar.id === changed.id ? changed : bar)),
});

/** Why a bar cannot be as it was typed; empty: it can.
 * @param {Sheet} sheet
 * @param {OperationBar} typed */
export function refusalOf(sheet, typed) {
  const { invoked, returned, client } = typed;
  if (!Number.isFinite(invoked) || (returned !== null && !Number.isFinite(returned))) return "A time is a number.";
  if (returned !== null && returned < invoked) return "An operation returns after it was called.";
  const end = returned ?? Infinity;
  const other = laneOf(sheet, client).find(
    (bar) => bar.id !== typed.id && bar.invoked < end && invoked < (bar.returned ?? Infinity),
  );
  return other ? `${client} has ${labelOf(other)} open then: a client has one operation open at a time.` : "";
}

/** One more operation of a client, behind all that it has; null: its last one never returned.
 * @param {Sheet} sheet
 * @param {string} client
 * @param {Axis} axis
 * @returns {{sheet: Sheet, id: string}|null} */
export function withOperation(sheet, client, axis) {
  const last = laneOf(sheet, client).at(-1);
  if (last?.returned === null) return null;
  const start = tidy(last ? (last.returned ?? 0) + axis.tick / 2 : axis.low + axis.tick);
  const model = sheet.bars.find((bar) => !bar.call.includes(" ")); // a read, whatever it is called here
  const numbers = sheet.bars.map((bar) => Number(bar.id.slice(1)));
  const id = `o${Math.max(-1, ...numbers) + 1}`;
  const call = model?.call ?? "read";
  const bar = { id, client, call, result: "", invoked: start, returned: tidy(start + 1.5 * axis.tick) };
  return { sheet: { ...sheet, bars: [...sheet.bars, bar] }, id };
}

/** @param {Sheet} sheet
 *  @param {string} id
 *  @returns {Sheet} */
export const withoutBar = (sheet, id) => ({ ...sheet, bars: sheet.bars.filter((bar) => bar.id !== id) });

/** One more client, named as the next letter that is free.
 * @param {Sheet} sheet
 * @returns {Sheet} */
export function withClient(sheet) {
  const name = [..."ABCDEFGH"].find((letter) => !sheet.clients.includes(letter));
  return name && sheet.clients.length < MOST_LANES ? { ...sheet, clients: [...sheet.clients, name] } : sheet;
}

/** The sheet without a client and its operations.
 * @param {Sheet} sheet
 * @param {string} client
 * @returns {Sheet} */
export const withoutClient = (sheet, client) => ({
  ...sheet,
  clients: sheet.clients.filter((name) => name !== client),
  bars: sheet.bars.filter((bar) => bar.client !== client),
});
