// The middle: a channel or the app's own tabs, and the thread beside it.

import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { h, icon } from "./dom.js";
import { botFace, messageList } from "./message.js";
import { displayName } from "./state.js";

const CLOSE = "M5 5l10 10M15 5L5 15";

/** Render what is open in the middle. */
export function main(store) {
  const place = store.place();
  if (store.ui.place?.kind === "app") return app(store, place);
  return place ? channel(store, place) : [h("p.empty", null, "There is no channel yet.")];
}

function channel(store, room) {
  const closed = room.is_archived
    ? "This channel is archived."
    : !room.is_member && `You are not a member of #${room.name}. Join it, or choose another person above.`;
  return [
    h("header.bar", { key: "bar" },
      h("h1", null, `${room.is_private ? "🔒 " : "# "}${room.name}`),
      h("p.topic", null, room.topic || `${room.members.length} members`),
      room.bot_is_member
        ? h("span.presence", null, "PatchForge is here")
        : h("button.button.small", {
            type: "button", "data-testid": "invite-bot",
            onclick: () => store.act("invite", { channel: room.id }),
          }, "Add PatchForge"),
      room.is_member && !room.is_archived && h("button.button.small", {
        type: "button", "data-testid": "leave", title: `Leave #${room.name}`, onclick: () => store.act("leave", { channel: room.id }),
      }, "Leave"),
    ),
    log(room, store, room.messages, `main-${room.id}`,
      h("p.empty", null, `This is the very beginning of #${room.name}. Press “Play the whole story”, or type `, h("code", null, "/patchforge help"), ". To begin by hand: ",
        h("code", null, `/patchforge subscribe ${store.data.github.repositories[0]?.full_name ?? "owner/repo"}`), ", then open a pull request in the GitHub panel.")),
    closed && !room.is_archived && h("p.joining", { key: "join" }, h("button.button.small", {
      type: "button", "data-testid": "join", onclick: () => store.act("join", { channel: room.id }),
    }, `Join #${room.name}`)),
    composer(room, store, { label: `Message #${room.name}, or type / for commands`, disabled: closed }),
  ];
}

function log(room, store, messages, key, empty) {
  return h(
    "div.log",
    { key, tabindex: "0", role: "region", "aria-label": "Messages", "data-stick": "true" },
    messages.length ? h("ol.messages", null, messageList(messages, store)) : empty,
  );
}

function app(store, dm) {
  const tab = store.ui.tab;
  const tabButton = (id, label) =>
    h("button", {
      type: "button", role: "tab", id: `${id}-tab`, "data-testid": `${id}-tab`, "aria-selected": String(tab === id),
      "aria-controls": "app-panel",
      onclick: () => {
        store.set({ tab: id });
        if (id === "home") store.act("open_home");
      },
    }, label);
  return [
    h("header.bar.app", { key: "bar" },
      h("h1", null, botFace("small"), "PatchForge"),
      h("div.tabs", { role: "tablist", "aria-label": "PatchForge" }, tabButton("home", "Home"), tabButton("messages", "Messages")),
    ),
    tab === "home" ? home(store) : messages(store, dm),
  ];
}

function home(store) {
  const view = store.data.slack.home;
  const place = view && { store, names: store.names, surface: "home", values: view.values, where: { view: view.id } };
  return h(
    "div.log.home",
    { key: "home", id: "app-panel", role: "tabpanel", "aria-labelledby": "home-tab", tabindex: "0", "data-testid": "home" },
    view ? h("div.sheet", null, blocks(view.blocks, place))
      : h("p.empty", null, "PatchForge has not published a Home tab for this person yet."),
  );
}

function messages(store, dm) {
  if (!dm.id) return h("p.empty", { key: "no-dm", id: "app-panel", role: "tabpanel" }, "No messages from PatchForge yet.");
  return h("div.stack", { key: "dm", id: "app-panel", role: "tabpanel", "aria-labelledby": "messages-tab" },
    log(dm, store, dm.messages, `dm-${dm.id}`, h("p.empty", null, "No messages from PatchForge yet.")),
    composer(dm, store, { label: "Message PatchForge" }),
  );
}

/** Render the open thread, or nothing. */
export function thread(store) {
  const open = store.ui.thread;
  const parent = open && store.message(open.channel, open.ts);
  if (!parent) return null;
  const room = store.rooms().find(({ id }) => id === open.channel);
  const member = room.is_member !== false && !room.is_archived;
  const count = parent.reply_count === 1 ? "1 reply" : `${parent.reply_count} replies`;
  const author = displayName(store.data.slack.users.find((user) => user.id === store.ui.viewer));
  return [
    h("header.bar", { key: "bar" },
      h("h2", null, "Thread"),
      h("p.topic", null, room.name ? `#${room.name}` : "PatchForge"),
      h("button.close", {
        type: "button", "aria-label": "Close thread", "data-testid": "thread-close", onclick: () => store.set({ thread: null }),
      }, icon(CLOSE)),
    ),
    h("div.log", { key: `thread-${open.ts}`, tabindex: "0", role: "region", "aria-label": "Thread", "data-stick": "true" },
      h("ol.messages", { key: "parent" }, messageList([parent], store, true)),
      h("div.tally", { key: "tally" }, h("span", null, count)),
      h("ol.messages", { key: "replies" }, messageList(parent.replies, store, true)),
    ),
    composer(room, store, {
      label: `Reply as ${author}`, thread: open.ts, disabled: !member && "You cannot write here.",
    }),
  ];
}
