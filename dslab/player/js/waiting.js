// @ts-check
// A player that is shown before its kernel has told it what to play: `player = Player(); display(player)`.
/** @import { Payload, Place } from "./types.js" */
import { h } from "./dom.js";
import { setTranslations, t } from "./words.js";

/** Mount a player as soon as its data are there, and say until then that they are awaited.
 * @param {Place} place
 * @param {(place: Place) => () => void} mount returns what undoes it
 * @returns {() => void} what undoes it */
export function whenThere(place, mount) {
  return payloadOf(place).trace ? mount(place) : wait(place, mount);
}

/** @param {Place} place
 *  @returns {Partial<Payload>} in the beginning there is a language only */
const payloadOf = ({ model }) => model.get("payload");

/** @param {Place} place
 *  @param {(place: Place) => () => void} mount */
function wait(place, mount) {
  const { model, el } = place;
  setTranslations(payloadOf(place).words);
  const said = h("p", { class: "dslab-player dslab-awaited", role: "status" }, t("waiting for the kernel …"));
  let undo = () => {
    said.remove();
    model.off("change:payload", begin);
  };

  function begin() {
    if (!payloadOf(place).trace) return;
    undo();
    undo = mount(place);
  }

  el.append(said);
  model.on("change:payload", begin);
  return () => undo();
}
