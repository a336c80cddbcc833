// What lies over the page: modals of the bot, confirmations, small questions, an open e-mail.

import { blocks } from "./blocks.js";
import { h, icon } from "./dom.js";
import { collect } from "./elements.js";
import { mailReader } from "./mailbox.js";
import { textObject } from "./mrkdwn.js";

const CLOSE = "M5 5l10 10M15 5L5 15";

/** Render every dialog that is open; `showDialogs` puts them on top after they are in the page. */
export function dialogs(store) {
  const modal = store.data.slack.modals.at(-1);
  return [
    modal && modalView(modal, store),
    store.ui.mail !== null && mailReader(store),
    store.ui.ask && question(store.ui.ask, store),
    store.ui.confirm && confirmation(store.ui.confirm, store),
  ];
}

/** Open dialogs that have just been rendered; the browser then keeps the focus inside. */
export function showDialogs(root) {
  for (const dialog of root.querySelectorAll("dialog:not([open])")) {
    dialog.showModal();
    dialog.querySelector("form input, form select, form textarea, [data-first]")?.focus();
  }
}

/** Make a dialog with a title; Esc and the cross call `close`. */
export function dialog({ key, testid, title, close, spec = "dialog" }, ...children) {
  return h(
    spec,
    {
      key, "data-testid": testid, "aria-label": typeof title === "string" ? title : null,
      "aria-labelledby": typeof title === "string" ? null : `${testid}-title`,
      oncancel: (event) => {
        event.preventDefault();
        close();
      },
    },
    h("header", null,
      h("h2", { id: `${testid}-title` }, title),
      h("button.close", { type: "button", "aria-label": "Close", "data-testid": `${testid}-close`, onclick: close }, icon(CLOSE)),
    ),
    children,
  );
}

function modalView(view, store) {
  const place = { store, names: store.names, surface: "modal", values: view.values, errors: view.errors, where: { view: view.id } };
  const close = () => store.act("close", { view: view.id });
  const busy = store.busy.has(`submit:${view.id}`);
  const onsubmit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    await store.act("submit", { view: view.id, values: collect(form, view.blocks, place) }, `submit:${view.id}`);
    form.querySelector("[aria-invalid=true]")?.focus();
  };
  return dialog(
    { key: view.id, testid: "modal", title: textObject(view.title, store.names), close, spec: "dialog.modal" },
    h("form", { onsubmit, novalidate: true },
      h("div.scroll", null, blocks(view.blocks, place)),
      h("footer", null,
        h("button.button", { type: "button", "data-testid": "modal-cancel", onclick: close }, textObject(view.close, store.names).length ? textObject(view.close, store.names) : view.submit ? "Cancel" : "Close"),
        view.submit && h("button.button.primary", { type: "submit", "data-testid": "modal-submit", "aria-busy": busy && "true" }, textObject(view.submit, store.names)),
      ),
    ),
  );
}

function confirmation(confirm, store) {
  const close = () => store.set({ confirm: null });
  const go = () => {
    close();
    confirm.go();
  };
  return dialog(
    { key: "confirm", testid: "confirm", title: textObject(confirm.title, store.names), close, spec: "dialog.small" },
    h("div.scroll", null, h("p.text", null, textObject(confirm.text, store.names))),
    h("footer", null,
      h("button.button", { type: "button", "data-testid": "confirm-deny", onclick: close }, textObject(confirm.deny, store.names)),
      h(`button.button.${confirm.style || "primary"}`, { type: "button", "data-testid": "confirm-yes", "data-first": true, onclick: go },
        textObject(confirm.confirm, store.names)),
    ),
  );
}

function question(ask, store) {
  const close = () => store.set({ ask: null });
  const onsubmit = (event) => {
    event.preventDefault();
    const answers = Object.fromEntries(new FormData(event.currentTarget));
    close();
    ask.go(answers);
  };
  return dialog(
    { key: "ask", testid: "ask", title: ask.title, close, spec: "dialog.small" },
    h("form", { onsubmit },
      h("div.scroll", null, ask.fields.map((field) => questionField(field))),
      h("footer", null,
        h("button.button", { type: "button", onclick: close }, "Cancel"),
        h("button.button.primary", { type: "submit", "data-testid": "ask-go" }, ask.button),
      ),
    ),
  );
}

function questionField(field) {
  const common = { id: `ask-field-${field.name}`, name: field.name, value: field.value ?? field.options?.[0] ?? "", required: !field.optional };
  const input = field.options
    ? h("select", common, field.options.map((option) => h("option", { value: option }, option)))
    : field.multiline
      ? h("textarea", { ...common, rows: 3 })
      : h("input", { ...common, type: "text", autocomplete: "off" });
  return h("div.block.input", { key: field.name }, h("label", { for: common.id }, field.label), input);
}
