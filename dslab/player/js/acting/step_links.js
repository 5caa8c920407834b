// @ts-check
// Links in the prose: [step 9](#step-9) takes the player above it to step 9, from the keyboard as well.

/** The step that a link leads to.
 * @param {string|null|undefined} address
 * @returns {number|null} null: it leads somewhere else */
export function linkedStep(address) {
  const found = /^#step-(\d{1,9})$/.exec(address ?? "");
  return found ? Number(found[1]) : null;
}

/** The last of these elements, which are in the order of the page, that stands before a link.
 * @template {Node} Standing
 * @param {Iterable<Standing>} elements
 * @param {Node} link
 * @returns {Standing|null} */
export function nearestAbove(elements, link) {
  let found = null;
  for (const one of elements)
    if (one.compareDocumentPosition(link) & 4 /* Node.DOCUMENT_POSITION_FOLLOWING */) found = one;
  return found;
}

/** Listen to the links of the page around the player, or, in the frame of an exported page, to the page around that.
 * @param {HTMLElement} root of the player
 * @param {(step: number) => void} go */
export function createStepLinks(root, go) {
  const onClick = (/** @type {MouseEvent} */ event) => {
    const link = /** @type {Element} */ (event.target).closest?.("a[href^='#step-']");
    const step = linkedStep(link?.getAttribute("href"));
    if (!link || step === null || nearestAbove(document.querySelectorAll(".dslab-player"), link) !== root) return;
    event.preventDefault();
    event.stopPropagation();
    root.scrollIntoView({ block: "nearest" });
    go(step);
  };
  const onMessage = (/** @type {MessageEvent} */ event) => {
    const step = event.source === parent ? linkedStep(event.data?.link) : null;
    if (step !== null) go(step);
  };
  document.addEventListener("click", onClick, { capture: true });
  if (parent !== window) window.addEventListener("message", onMessage);
  return {
    stop() {
      document.removeEventListener("click", onClick, { capture: true });
      window.removeEventListener("message", onMessage);
    },
  };
}
