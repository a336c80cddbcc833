// The box one writes in: Enter sends, "/" offers the bot's commands, Shift+Enter breaks the line.

import { h, icon } from "./dom.js";

const SEND = "M3 10l14-6-5 14-3-6z";

/** Render the box for a channel, or for a thread of it when `thread` is its timestamp. */
export function composer(channel, store, { label, thread = null, disabled = null }) {
  if (disabled) return h("p.composer.closed", { key: "composer" }, disabled);
  const id = `write-${channel.id}-${thread || "main"}`;
  const draft = store.drafts[id] ||= { text: "", pick: 0 };
  const found = offers(draft, store, thread);
  const keys = (event) => onKey(event, draft, found, () => send(event.currentTarget, draft, channel, thread, store), store);
  return h(
    "form.composer",
    {
      key: id,
      "data-testid": thread ? "thread-composer" : "composer",
      onsubmit: (event) => {
        event.preventDefault();
        send(event.currentTarget.querySelector("textarea"), draft, channel, thread, store);
      },
    },
    found.length > 0 && suggestions(id, found, draft, store),
    h("textarea", {
      id, key: "box", rows: 1, value: draft.text, "aria-label": label, placeholder: label, autocomplete: "off", spellcheck: "false",
      role: "combobox", "aria-expanded": String(found.length > 0), "aria-controls": `${id}-offers`,
      "aria-autocomplete": "list",
      "aria-activedescendant": found.length ? `${id}-offer-${draft.pick}` : null,
      onkeydown: keys,
      oninput: (event) => {
        Object.assign(draft, { text: event.currentTarget.value, pick: 0, closed: false });
        grow(event.currentTarget);
        store.onChange();
      },
    }),
    h("button.send", { key: "send", type: "submit", "aria-label": "Send", disabled: !draft.text.trim() }, icon(SEND)),
  );
}

function offers(draft, store, thread) {
  if (thread || draft.closed || !draft.text.startsWith("/") || draft.text.includes("\n")) return [];
  const typed = draft.text.toLowerCase();
  return store.data.commands.filter((offer) => offer.insert.toLowerCase().startsWith(typed) && offer.insert.trim() !== typed.trim());
}

function suggestions(id, found, draft, store) {
  return h(
    "ul.offers",
    { key: "offers", id: `${id}-offers`, role: "listbox", "aria-label": "Commands" },
    found.map((offer, index) =>
      h(
        "li",
        {
          id: `${id}-offer-${index}`, role: "option", "aria-selected": String(index === draft.pick),
          onmousedown: (event) => {
            event.preventDefault();
            take(document.getElementById(id), draft, offer, store);
          },
        },
        h("b", null, offer.insert.trim()),
        h("span.usage", null, offer.usage),
        h("small", null, offer.help),
      ),
    ),
  );
}

function onKey(event, draft, found, go, store) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (found.length && step) {
    event.preventDefault();
    draft.pick = (draft.pick + step + found.length) % found.length;
    store.onChange();
  } else if (found.length && (event.key === "Tab" || (event.key === "Enter" && found[draft.pick].usage)) && !event.shiftKey) {
    event.preventDefault();
    take(event.currentTarget, draft, found[draft.pick], store);
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (found.length) take(event.currentTarget, draft, found[draft.pick], store);
    go();
  } else if (event.key === "Escape" && found.length) {
    event.stopPropagation();
    draft.closed = true;
    store.onChange();
  }
}

function take(box, draft, offer, store) {
  box.value = draft.text = offer.insert;
  draft.pick = 0;
  box.focus();
  store.onChange();
}

function send(box, draft, channel, thread, store) {
  const text = draft.text.trim();
  if (!text) return;
  box.value = draft.text = "";
  grow(box);
  const command = /^(\/\S+)\s*([\s\S]*)$/.exec(text);
  if (command && !thread) store.act("command", { channel: channel.id, command: command[1], text: command[2] });
  else store.act("say", { channel: channel.id, text, thread_ts: thread });
}

function grow(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 180)}px`;
}
