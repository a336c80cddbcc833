// A menu that one types into: the chosen ones stand before the field, the offered ones in a list below it.

import { h } from "./dom.js";

/**
 * Make a menu. `chosen` are `{value, label}`, `many` says whether several can be; `find(typed)` gives the offered
 * ones or a promise of them, from `least` characters on; `choose(values)` tells what is chosen from now on.
 */
export function combobox({ id, marks, placeholder, chosen, many, least, find, choose, store }) {
  const open = store.ui.combo === id;
  const { typed, offered, at } = store.options[id] || { typed: "", offered: [], at: 0 };
  const free = offered.filter(({ value }) => !chosen.some((one) => one.value === value));
  const note = (changes) => {
    store.options[id] = { typed, offered, at, ...store.options[id], ...changes };
  };
  const close = () => store.ui.combo === id && store.set({ combo: null });
  const look = async (text) => {
    note({ typed: text, at: 0 });
    if (text.length < least) return close();
    store.set({ combo: id });
    const found = await find(text);
    if (store.options[id].typed !== text) return; // a later answer is on its way
    note({ offered: found });
    store.onChange();
  };
  const take = (option, input) => {
    input.value = "";
    note({ typed: "", offered: [], at: 0 });
    store.set({ combo: null });
    choose(many ? [...chosen.map((one) => one.value), option.value] : [option.value]);
    input.focus();
  };
  const drop = (value) => choose(chosen.map((one) => one.value).filter((one) => one !== value));
  const move = (step) => {
    note({ at: (at + step + free.length) % Math.max(free.length, 1) });
    store.onChange();
  };
  const onkeydown = (event) => {
    const input = event.currentTarget;
    if (event.key === "ArrowDown" && !open) look(input.value);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && open && free[at]) take(free[at], input);
    else if (event.key === "Escape" && open) close();
    else if (event.key === "Backspace" && !input.value && chosen.length) return drop(chosen.at(-1).value);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return h(
    "div.combo",
    { key: id },
    h(
      "div.field",
      { onclick: (event) => event.currentTarget.querySelector("input").focus() },
      chosen.map((one) =>
        h("span.token", { key: one.value }, h("span", null, one.label),
          h("button", { type: "button", "aria-label": `Remove ${one.label}`, onclick: () => drop(one.value) }, "✕")),
      ),
      h("input", {
        ...marks, key: "input", type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list",
        "aria-expanded": String(open), "aria-controls": `${id}-list`, placeholder: chosen.length ? "" : placeholder,
        "aria-activedescendant": open && free[at] ? `${id}-${at}` : null,
        oninput: (event) => look(event.currentTarget.value),
        onclick: (event) => open || look(event.currentTarget.value),
        onblur: close, onkeydown,
      }),
    ),
    open && list(id, free, at, (option, event) => take(option, event.currentTarget.closest(".combo").querySelector("input"))),
  );
}

function list(id, free, at, take) {
  const entries = free.map((option, index) =>
    h("li", {
      id: `${id}-${index}`, role: "option", "aria-selected": String(index === at), key: option.value,
      // before the field loses the focus
      onmousedown: (event) => { event.preventDefault(); take(option, event); },
    }, option.label),
  );
  return h("ul", { id: `${id}-list`, role: "listbox", key: "list" }, entries.length ? entries : h("li.none", { key: "none" }, "No matches"));
}
