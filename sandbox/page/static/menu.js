// A button with a menu under it: arrow keys move, Esc closes, focus goes back to the button.

import { h } from "./dom.js";

/** Make a menu; `entries` are `{label, go, testid}`, `id` tells the open one apart. */
export function menu(id, face, label, entries, store, testid = `menu-${id}`) {
  const open = store.ui.menu === id;
  const close = () => store.set({ menu: null });
  return h(
    "span.menu",
    { onkeydown: (event) => keys(event, close), key: `menu-${id}` },
    h(
      "button.button.small",
      {
        type: "button", "aria-haspopup": "menu", "aria-expanded": String(open), "aria-label": label,
        "data-testid": testid,
        onclick: (event) => {
          const holder = event.currentTarget.parentElement;
          store.set({ menu: open ? null : id }, () => holder.querySelector("[role=menuitem]")?.focus());
        },
      },
      face,
    ),
    open &&
      h(
        "div.entries",
        { role: "menu" },
        entries.map((entry) =>
          h("button", { type: "button", role: "menuitem", "data-testid": entry.testid, onclick: () => { close(); entry.go(); } }, entry.label),
        ),
      ),
  );
}

function keys(event, close) {
  const items = [...event.currentTarget.querySelectorAll("[role=menuitem]")];
  if (!items.length) return;
  const at = items.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    items[(at + step + items.length) % items.length].focus();
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    event.currentTarget.querySelector("button").focus();
    close();
  }
}
