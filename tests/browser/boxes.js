// What a reader would call a fault of the layout, in sentences: something outside of the player, two things on top of
// each other, a text that is cut off, small letters.
(player) => {
  const faults = [];
  const frame = player.getBoundingClientRect();
  const name = (one) => `<${one.tagName.toLowerCase()} class="${one.getAttribute("class") ?? ""}">`;
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".dslab-hidden, title, [aria-hidden='true'] > title");
  const excess = (box, room) => Math.max(room.left - box.left, box.right - room.right, room.top - box.top, box.bottom - room.bottom);

  // ---- nothing outside
  const moves = (style, axis) => ["auto", "scroll"].includes(style[`overflow${axis}`]);
  const scrolls = (one) => {
    for (let at = one; at !== player; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (moves(style, "X") || moves(style, "Y")) return true;
    }
    return false;
  };
  if (player.scrollHeight > player.clientHeight + 1) faults.push(`the player is ${player.scrollHeight} px high inside`);
  for (const one of player.querySelectorAll("*")) {
    if (!seen(one) || one.closest("defs, title") || scrolls(one)) continue;
    const box = one.getBoundingClientRect();
    if (box.width > 1 && box.height > 1 && excess(box, frame) > 1.5) faults.push(`${name(one)} is outside of the player`);
  }

  // ---- nothing on top of each other
  const panels = [...player.children, ...player.querySelectorAll(".dslab-view")].filter(seen);
  const parts = panels.filter((one) => !one.matches(".dslab-views")).map((one) => ({ one, box: one.getBoundingClientRect() }));
  parts.forEach(({ one, box }, n) => parts.slice(n + 1).forEach(({ one: other, box: room }) => {
    const wide = Math.min(box.right, room.right) - Math.max(box.left, room.left);
    const high = Math.min(box.bottom, room.bottom) - Math.max(box.top, room.top);
    if (wide > 1 && high > 1) faults.push(`${name(one)} and ${name(other)} overlap`);
  }));

  // ---- no label in the picture on top of another, or over its edge
  const picture = player.querySelector(".dslab-topology");
  const room = picture?.getBoundingClientRect();
  const labels = [...player.querySelectorAll(".dslab-node-label text, .dslab-message-label")].filter(seen)
    .map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() }));
  labels.forEach(({ text, box }, n) => {
    if (excess(box, room) > 2) faults.push(`the label "${text}" is over the edge of the picture`);
    for (const { text: other, box: its } of labels.slice(n + 1)) {
      const wide = Math.min(box.right, its.right) - Math.max(box.left, its.left);
      const high = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
      if (wide > 2 && high > 4) faults.push(`the labels "${text}" and "${other}" overlap`);
    }
  });

  // ---- every letter is seen, and large enough
  const walker = document.createTreeWalker(player, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const one = text.parentElement;
    if (!text.data.trim() || !seen(one) || one.closest("title, option")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    if (box.width < 1) continue;
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (size < 10.99) faults.push(`"${text.data.slice(0, 40)}" is written in ${size} px`);
    let cut = one;
    while (cut !== player && ["visible", ""].includes(getComputedStyle(cut).overflowX)) cut = cut.parentElement;
    const style = getComputedStyle(cut);
    const limits = cut.getBoundingClientRect();
    const unseen = box.top >= limits.bottom - 4; // the style hides what has no room at all
    const across = Math.max(limits.left - box.left, box.right - limits.right);
    const down = Math.max(limits.top - box.top, box.bottom - limits.bottom);
    if (across > 2 && !unseen && !moves(style, "X")) faults.push(`"${text.data.slice(0, 60)}" is cut off in ${name(cut)}`);
    if (down > 4 && !unseen && !moves(style, "Y")) faults.push(`"${text.data.slice(0, 60)}" is cut off below in ${name(cut)}`);
  }
  return [...new Set(faults)];
}
