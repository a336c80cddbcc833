// rich_text blocks: sections, lists, quotes and preformatted text.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link } from "./mrkdwn.js";

const SHELLS = {
  rich_text_section: (parts) => h("div.rich", null, parts),
  rich_text_quote: (parts) => h("blockquote", null, parts),
  rich_text_preformatted: (parts) => h("pre", null, h("code", null, parts)),
};

/** Render a rich_text block. */
export function richText(block, names) {
  return block.elements.map((element) => part(element, names));
}

function part(element, names) {
  if (element.type === "rich_text_list") {
    const items = element.elements.map((item) => h("li", null, leaves(item, names)));
    return h(element.style === "ordered" ? "ol" : "ul", { class: `rich indent-${element.indent || 0}` }, items);
  }
  return (SHELLS[element.type] || SHELLS.rich_text_section)(leaves(element, names));
}

function leaves(element, names) {
  return (element.elements || []).map((leaf) => styled(leaf, content(leaf, names)));
}

function content(leaf, names) {
  switch (leaf.type) {
    case "link":
      return link(leaf.url, leaf.text) ?? leaf.url;
    case "emoji":
      return h("span.emoji", { role: "img", "aria-label": leaf.name }, emoji(leaf.name));
    case "user":
      return h("span.mention", null, `@${names.user(leaf.user_id) ?? leaf.user_id}`);
    case "channel":
      return h("span.mention", null, `#${names.channel(leaf.channel_id) ?? leaf.channel_id}`);
    case "broadcast":
      return h("span.mention.loud", null, `@${leaf.range}`);
    default:
      return leaf.text ?? "";
  }
}

function styled(leaf, node) {
  const style = leaf.style || {};
  let made = node;
  if (style.code) made = h("code", null, made);
  if (style.strike) made = h("s", null, made);
  if (style.italic) made = h("em", null, made);
  if (style.bold) made = h("strong", null, made);
  return made;
}
