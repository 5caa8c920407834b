// @ts-check
// The keyboard focus survives the exchange of all views.

/** A name for the element that has the focus: null if it is outside of the player.
 * @param {HTMLElement} root */
export function focusedKey(root) {
  const active = root.ownerDocument.activeElement;
  if (!active || !root.contains(active)) return null;
  return active.getAttribute("data-key") ?? active.getAttribute("aria-label") ?? "";
}

/** Give the focus back to what had it before the views were built anew, or to the player.
 * @param {HTMLElement} root
 * @param {string|null} key */
export function restoreFocus(root, key) {
  if (key === null) return;
  const again = [...root.querySelectorAll("[data-key], [aria-label]")].find(
    (one) => (one.getAttribute("data-key") ?? one.getAttribute("aria-label")) === key,
  );
  const target = /** @type {HTMLElement|undefined} */ (again) ?? root;
  target.focus({ preventScroll: true });
  if (root.ownerDocument.activeElement !== target) root.focus({ preventScroll: true }); // it is hidden now
}
