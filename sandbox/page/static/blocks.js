// Block Kit as DOM: messages, modals and App Home share these.

import { h } from "./dom.js";
import { element, inputId } from "./elements.js";
import { mrkdwn, textObject } from "./mrkdwn.js";
import { picture } from "./pictures.js";
import { richText } from "./richtext.js";

const RENDERERS = {
  section,
  header: (block, place) => h("h3.block.header", null, textObject(block.text, place.names)),
  divider: () => h("hr.block"),
  context,
  actions: (block, place) =>
    h("div.block.actions", null, block.elements.map((item) => element(item, block, place))),
  image: (block, place) =>
    h("figure.block.image", null, block.title && h("figcaption", null, textObject(block.title, place.names)), picture(block)),
  input,
  rich_text: (block, place) => h("div.block.rich-text", null, richText(block, place.names)),
  markdown: (block, place) => h("div.block.text", null, mrkdwn(block.text.replaceAll("**", "*"), place.names)),
};

/** Render blocks; `place` is where they stand: `{store, names, surface, values, errors, where}`. */
export function blocks(list, place) {
  return list.map((block, index) => {
    const render = RENDERERS[block.type];
    const node = render ? render(block, place) : h("p.block.unknown", null, `(a ${block.type} block)`);
    // a message that is edited may bring new ids; in a modal the id is what keeps typed text in place
    node.patchKey = place.surface === "modal" ? block.block_id : `${block.type}-${index}`;
    return node;
  });
}

function section(block, place) {
  return h(
    "div.block.section",
    null,
    h(
      "div.words",
      null,
      block.text && h("div.text", null, textObject(block.text, place.names)),
      block.fields && h("div.fields", null, block.fields.map((field) => h("div", null, textObject(field, place.names)))),
    ),
    block.accessory && h("div.accessory", null, element(block.accessory, block, place)),
  );
}

function context(block, place) {
  const items = block.elements.map((item) =>
    item.type === "image" ? picture(item, true) : h("span", null, textObject(item, place.names)),
  );
  return h("div.block.context", null, items);
}

function input(block, place) {
  const error = place.errors?.[block.block_id];
  const id = inputId(block, block.element, place);
  const group = ["radio_buttons", "checkboxes"].includes(block.element.type);
  const label = [
    textObject(block.label, place.names),
    block.optional && h("span.optional", null, " (optional)"),
  ];
  const body = [
    element(block.element, block, place, { invalid: Boolean(error), describedby: `${id}-hint` }),
    h(
      "div",
      { id: `${id}-hint` },
      error && h("p.error", { role: "alert", "data-testid": `error-${block.block_id}` }, error),
      block.hint && h("p.hint", null, textObject(block.hint, place.names)),
    ),
  ];
  if (group) return h("fieldset.block.input", null, h("legend", null, label), body);
  return h("div.block.input", null, h("label", { for: id }, label), body);
}
