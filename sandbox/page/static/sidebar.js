// The left side: workspace, channels, the app.

import { h, icon } from "./dom.js";
import { botFace, face } from "./message.js";

const LOCK = "M6 9V7a4 4 0 018 0v2M5 9h10v8H5z";

/** Render the workspace's name and the places one can go. */
export function sidebar(store) {
  const { slack } = store.data;
  const joined = slack.channels.filter((channel) => channel.is_member && !channel.is_archived);
  const others = slack.channels.filter((channel) => !channel.is_member || channel.is_archived);
  const written = store.written();
  return [
    h("div.workspace", { key: "workspace" }, botFace("small"), h("span", null, slack.team.name)),
    h("nav", { key: "places", "aria-label": "Channels and apps" },
      group("Channels", [...joined.map((channel) => room(channel, store)), newChannel(store)]),
      others.length > 0 && group("Not joined", others.map((channel) => room(channel, store))),
      group("Apps", [app(store)]),
      written.length > 0 && group("PatchForge wrote to", written.map(({ user }) => inbox(user, store))),
    ),
    h("p.note", { key: "note" }, "Everything here runs on your own computer. Nothing leaves it."),
  ];
}

function group(title, items) {
  return h("section", { key: title }, h("h2", null, title), h("ul", null, items));
}

function room(channel, store) {
  const open = store.ui.place?.kind === "channel" && store.ui.place.id === channel.id;
  const fresh = !open && channel.is_member && store.unread(channel);
  return place(channel.name, channel.is_private ? icon(LOCK, "private") : h("span.hash", null, "#"), open, fresh, `channel-${channel.name}`, () =>
    store.go({ kind: "channel", id: channel.id }),
  );
}

function app(store) {
  const dm = store.data.slack.dms[0];
  const open = store.ui.place?.kind === "app";
  const fresh = !open && dm && store.unread(dm);
  return place("PatchForge", botFace("tiny"), open, fresh, "app-patchforge", () =>
    store.go({ kind: "app" }),
  );
}

/** Lead to what the bot has written to somebody else alone. */
function inbox(user, store) {
  const label = store.names.user(user);
  return place(label, face(label, user, "tiny"), false, true, `inbox-${user}`, () => store.visit(user));
}

function newChannel(store) {
  const go = async (answers) => {
    const { channel } = await store.act("channel", answers);
    if (channel) store.go({ kind: "channel", id: channel });
  };
  const fields = [{ name: "name", label: "Name; everybody and PatchForge will be in it", value: "backend" }];
  return place("Add a channel", h("span.hash", null, "+"), false, false, "channel-add", () =>
    store.set({ ask: { title: "Add a channel", button: "Add", fields, go } }),
  );
}

function place(label, sign, open, fresh, testid, onclick) {
  return h(
    "li",
    { key: testid },
    h(
      "button.place",
      { type: "button", "aria-current": open ? "page" : null, class: `place${fresh ? " fresh" : ""}`, "data-testid": testid, onclick },
      sign,
      h("span.name", null, label),
      fresh && h("span.dot", null, h("span.sr", null, "unread")),
    ),
  );
}
