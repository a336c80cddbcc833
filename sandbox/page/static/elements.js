// The interactive elements of Block Kit, and how their state is read back.

import { combobox } from "./combobox.js";
import { h, icon, safeUrl } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { menu } from "./menu.js";
import { picture } from "./pictures.js";

const OUT = "M8 5H5v10h10v-3M11 4h5v5M16 4l-7 7";
const TEXTS = {
  email_text_input: "email",
  url_text_input: "url",
  number_input: "number",
  datepicker: "date",
  timepicker: "time",
};

/** Name an input; a message may be shown in its channel and in its thread, so the surface is part of it. */
export function inputId(block, item, place) {
  return `${place.surface}-${place.where.view || place.where.ts}-${block.block_id}-${item.action_id}`;
}

/** Render one element of `block`; `aria` is `{invalid, describedby}` for inputs in modals. */
export function element(item, block, place, aria = {}) {
  if (item.type === "button" || item.type === "workflow_button") return button(item, block, place);
  if (item.type === "overflow") return overflow(item, block, place);
  if (item.type === "image") return picture(item);
  if (item.type === "radio_buttons" || item.type === "checkboxes") return choices(item, block, place, item.options);
  if (item.type.startsWith("multi_") || item.type === "external_select") return search(item, block, place, aria);
  if (item.type.endsWith("_select")) return select(item, block, place, aria);
  return field(item, block, place, aria);
}

/** Press a button, after the confirmation that it may ask for. */
function press(item, block, place) {
  confirmed(item, place, "click", { ...names(item, block, place), value: item.value });
}

/** Tell the bot what was chosen: an option's value, an id, a text, or several of them. */
function choose(item, block, place, choice) {
  confirmed(item, place, "select", { ...names(item, block, place), choice });
}

/** Tell of what is typed into a field: while the bot hears of it, only the latest text waits. */
async function tellLatest(item, block, place, text) {
  const { typing } = place.store;
  const id = inputId(block, item, place);
  const busy = typing.has(id);
  typing.set(id, text);
  if (busy) return;
  for (let told = null; told !== typing.get(id);) {
    told = typing.get(id);
    await place.store.act("select", { ...names(item, block, place), choice: told });
  }
  typing.delete(id);
}

function confirmed(item, place, kind, details) {
  // a button is pressed once at a time; of choices each one counts
  const go = () => place.store.act(kind, details, kind === "click" ? busyKey(item, place) : null);
  if (item.confirm) place.store.set({ confirm: { ...item.confirm, go } });
  else go();
}

function names(item, block, place) {
  return { ...place.where, block_id: block.block_id, action_id: item.action_id };
}

function busyKey(item, place) {
  return `${place.where.ts || place.where.view}:${item.action_id}:${item.value || ""}`;
}

function button(item, block, place) {
  const label = textObject(item.text, place.names);
  const busy = place.store.busy.has(busyKey(item, place));
  const face = {
    "data-testid": `button-${item.action_id}`,
    "data-action": item.action_id,
    "aria-label": item.accessibility_label,
    class: `button ${item.style || ""}`,
  };
  if (item.url) {
    const onclick = () => press({ ...item, confirm: null }, block, place);
    const out = icon(OUT);
    return h("a", { ...face, href: safeUrl(item.url), target: "_blank", rel: "noopener noreferrer", onclick }, label, out);
  }
  const onclick = () => press(item, block, place);
  return h("button", { ...face, type: "button", "aria-busy": busy && "true", onclick }, label);
}

function overflow(item, block, place) {
  const entries = item.options.map((option) => ({
    label: textObject(option.text, place.names),
    go: () => {
      if (option.url) window.open(option.url, "_blank", "noopener");
      choose(item, block, place, option.value);
    },
  }));
  const id = inputId(block, item, place);
  return menu(id, "⋯", "More actions", entries, place.store, `menu-${item.action_id}`);
}

function marks(item, block, place, aria) {
  return {
    id: inputId(block, item, place),
    "data-testid": `input-${item.action_id}`,
    "data-block": block.block_id,
    "data-action": item.action_id,
    "aria-invalid": aria.invalid && "true",
    "aria-describedby": aria.describedby,
    "aria-label": block.type === "input" ? null : (item.placeholder?.text ?? item.action_id),
  };
}

/** What is filled in now: the server's last word, else what the element starts with. */
function current(item, block, place) {
  return place.values?.[block.block_id]?.[item.action_id] || item;
}

function answersAtOnce(block) {
  return block.type !== "input" || block.dispatch_action;
}

function select(item, block, place, aria) {
  const options = optionsOf(item, place);
  const state = current(item, block, place);
  const chosen = state.selected_option ?? state.initial_option;
  const value =
    chosen?.value ?? state.selected_user ?? state.selected_channel ?? state.selected_conversation ??
    state.initial_user ?? state.initial_channel ?? state.initial_conversation ?? "";
  const onchange = (event) => answersAtOnce(block) && choose(item, block, place, event.currentTarget.value || null);
  return h(
    "select",
    { ...marks(item, block, place, aria), onchange, value, key: item.action_id },
    h("option", { value: "" }, item.placeholder?.text ?? "Choose…"),
    options.map((option) => h("option", { value: option.value }, textObject(option.text, place.names))),
  );
}

/** A menu to type into: what it offers stands in it, or the bot is asked. */
function search(item, block, place, aria) {
  const many = item.type.startsWith("multi_");
  const asks = item.type.endsWith("external_select");
  const own = asks ? [] : optionsOf(item, place).map(labelled);
  const state = current(item, block, place);
  const options = [...(state.selected_options ?? state.initial_options ?? []), state.selected_option ?? state.initial_option];
  const ids = state.selected_users ?? state.selected_channels ?? state.selected_conversations ??
    state.initial_users ?? state.initial_channels ?? state.initial_conversations ?? [];
  const chosen = [
    ...options.filter(Boolean).map(labelled),
    ...ids.map((id) => own.find(({ value }) => value === id) ?? { value: id, label: id }),
  ];
  const find = async (typed) => {
    if (!asks) return own.filter(({ label }) => label.toLowerCase().includes(typed.toLowerCase()));
    const found = await place.store.act("suggest", { ...names(item, block, place), query: typed });
    return (found.options || []).map(labelled);
  };
  return combobox({
    id: inputId(block, item, place), marks: marks(item, block, place, aria), chosen, many, find,
    placeholder: item.placeholder?.text ?? "Type to search",
    // Slack asks from three characters on, unless the menu says otherwise
    least: asks ? (item.min_query_length ?? 3) : 0,
    choose: (values) => choose(item, block, place, many ? values : (values[0] ?? null)),
    store: place.store,
  });
}

function labelled(option) {
  return { value: option.value, label: option.text.text };
}

function choices(item, block, place, options) {
  const state = current(item, block, place);
  const picked = [
    ...(state.selected_options ?? state.initial_options ?? []).map((option) => option.value),
    (state.selected_option ?? state.initial_option)?.value,
  ];
  const type = item.type === "radio_buttons" ? "radio" : "checkbox";
  const id = inputId(block, item, place);
  const onchange = (event) => {
    if (!answersAtOnce(block)) return;
    const ticked = [...event.currentTarget.querySelectorAll("input:checked")].map((box) => box.value);
    choose(item, block, place, type === "radio" ? ticked[0] : ticked);
  };
  return h(
    "div.choices",
    { ...marks(item, block, place, {}), role: type === "radio" ? "radiogroup" : "group", onchange },
    options.map((option) =>
      h(
        "label",
        null,
        h("input", { type, name: id, value: option.value, checked: picked.includes(option.value) }),
        h("span", null, textObject(option.text, place.names),
          option.description && h("small", null, textObject(option.description, place.names))),
      ),
    ),
  );
}

function field(item, block, place, aria) {
  const state = current(item, block, place);
  const value = state.value ?? state.selected_date ?? state.selected_time ??
    state.initial_value ?? state.initial_date ?? state.initial_time ?? "";
  const each = item.dispatch_action_config?.trigger_actions_on?.includes("on_character_entered");
  const say = each ? tellLatest : choose;
  const tell = (event) => answersAtOnce(block) && say(item, block, place, event.currentTarget.value);
  const common = {
    ...marks(item, block, place, aria), placeholder: item.placeholder?.text, value,
    maxlength: item.max_length, minlength: item.min_length,
    // what the bot says of one character comes when the next ones are typed already
    "data-live": each && answersAtOnce(block), [each ? "oninput" : "onchange"]: tell,
  };
  if (item.multiline) return h("textarea", { ...common, rows: 5 });
  return h("input", { ...common, type: TEXTS[item.type] || "text", autocomplete: "off" });
}

function optionsOf(item, place) {
  if (item.options) return item.options;
  if (item.option_groups) return item.option_groups.flatMap((group) => group.options);
  const { users, channels } = place.store.data.slack;
  const plain = (value, text) => ({ value, text: { type: "plain_text", text } });
  if (item.type.includes("users")) return users.filter((user) => !user.is_bot).map((user) => plain(user.id, user.real_name || user.name));
  return channels.filter((channel) => !channel.is_archived).map((channel) => plain(channel.id, `#${channel.name}`));
}

/** Read what is filled in under `root`: by block for inputs, by action elsewhere. */
export function collect(root, list, place) {
  const values = {};
  for (const block of list) {
    for (const item of [block.element, block.accessory, ...(block.elements || [])]) {
      const node = item?.action_id && root.querySelector(`#${CSS.escape(inputId(block, item, place))}`);
      if (!node) continue;
      const value = read(node, item);
      if (value !== undefined) values[block.type === "input" ? block.block_id : item.action_id] = value;
    }
  }
  return values;
}

function read(node, item) {
  if (node.classList.contains("choices")) {
    const ticked = [...node.querySelectorAll("input:checked")].map((box) => box.value);
    return item.type === "radio_buttons" ? (ticked[0] ?? null) : ticked;
  }
  // the server knows what was chosen
  if (node.getAttribute("role") === "combobox") return undefined;
  return node.value || null;
}
