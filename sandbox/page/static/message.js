// One message, as it stands in a channel, a direct message or a thread.

import { blocks } from "./blocks.js";
import { now, written } from "./clock.js";
import { h, icon } from "./dom.js";
import { emoji } from "./emoji.js";
import { ago, mrkdwn } from "./mrkdwn.js";
import { initials } from "./pictures.js";
import { displayName } from "./state.js";

const ANVIL = "M7 5h7v.8c1.500 0 3-.3 4-.8-.5 2.700-2.500 4.300-5 4.600v.6c0 1.300.9 2.500 2.300 3V15H6v-1.800c1.400-.5 2.300-1.700 2.300-3v-.6H7z M2 5.500h4v4C3.800 9.300 2.300 7.800 2 5.500z";
const GROUPED_SECONDS = 300;

/** Render messages, oldest first; `inThread` leaves the reply links out. */
export function messageList(messages, store, inThread = false) {
  const shown = messages.filter((message) => !store.dismissed.has(message.ts));
  return shown.map((message, index) => messageRow(message, shown[index - 1], store, inThread));
}

function messageRow(message, before, store, inThread) {
  const parts = [!inThread && day(message, before), article(message, grouped(message, before), store, inThread)];
  return h("li", { key: message.ts }, parts);
}

function article(message, follows, store, inThread) {
  const at = when(message);
  const clock = written(at, { hour: "2-digit", minute: "2-digit" });
  const kinds = [follows && "follows", message.ephemeral && "ephemeral", message.deleted && "deleted"];
  return h(
    "article",
    {
      class: ["message", ...kinds.filter(Boolean)].join(" "),
      "data-testid": `message-${message.ts}`,
      "aria-label": `${name(message, store)} at ${clock}`,
    },
    message.ephemeral && whisper(message, store),
    h("div.gutter", null, follows ? h("time.mini", { "aria-hidden": "true" }, clock) : avatar(message, store)),
    h(
      "div.content",
      null,
      !follows &&
        h(
          "header",
          null,
          h("strong.author", null, name(message, store)),
          message.is_bot && h("span.badge", null, "APP"),
          h("time", { datetime: at.toISOString(), title: written(at) }, clock),
        ),
      !inThread && message.thread_ts && broadcast(message, store),
      body(message, store, inThread),
      unfurls(message, store, inThread),
      reactions(message, store),
      !inThread && message.reply_count > 0 && replies(message, store),
      !inThread && !message.ephemeral && !message.reply_count && !message.thread_ts && !message.deleted && replyButton(message, store),
    ),
  );
}

function body(message, store, inThread) {
  if (message.deleted) return h("p.text.gone", null, "This message was deleted.");
  const edited = message.edited && [" ", h("span.edited", null, "(edited)")];
  if (!message.blocks?.length) return h("div.text", null, mrkdwn(message.text, store.names), edited);
  return h("div.blocks", null, blocks(message.blocks, place(message, store, inThread)), edited);
}

/** Tell to which thread a reply belongs that is shown in the channel as well. */
function broadcast(message, store) {
  const parent = store.message(message.channel, message.thread_ts);
  return parent && h("p.broadcast", null, "replied to a thread: ",
    h("button.plain", { type: "button", onclick: () => openThread(parent, store) }, parent.text));
}

function unfurls(message, store, inThread) {
  const shown = (message.attachments || []).filter((one) => one.blocks?.length);
  if (message.deleted || shown.length === 0) return null;
  return shown.map((one) =>
    h("aside.unfurl", { key: one.from_url, "aria-label": "Preview", title: one.from_url }, blocks(one.blocks, place(message, store, inThread))),
  );
}

function place(message, store, inThread) {
  return {
    store,
    names: store.names,
    surface: inThread ? "thread" : "message",
    values: message.values,
    where: { channel: message.channel, ts: message.ts },
  };
}

function whisper(message, store) {
  return h(
    "p.whisper",
    null,
    "Only visible to you ",
    h(
      "button.plain",
      { type: "button", "data-testid": `dismiss-${message.ts}`, onclick: () => store.hide(message.ts) },
      "Dismiss",
    ),
  );
}

function reactions(message, store) {
  if (!message.reactions?.length) return null;
  const who = (users) => users.map((id) => store.names.user(id) ?? id).join(", ");
  return h(
    "ul.reactions",
    { "aria-label": "Reactions" },
    message.reactions.map((one) =>
      h("li", { title: `${who(one.users)} reacted with :${one.name}:` }, `${emoji(one.name)} `, h("b", null, String(one.count))),
    ),
  );
}

function replies(message, store) {
  const people = [...new Set(message.replies.map((reply) => reply.user))].slice(0, 4);
  const bot = store.data.slack.bot.user_id;
  const last = message.replies.at(-1);
  return h(
    "button.replies",
    { type: "button", "data-testid": `thread-open-${message.ts}`, onclick: () => openThread(message, store) },
    people.map((id) => (id === bot ? botFace("tiny") : face(store.names.user(id) ?? id, id, "tiny"))),
    h("b", null, message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`),
    last && h("span", null, `Last reply ${ago(when(last))}`),
  );
}

function replyButton(message, store) {
  return h(
    "button.hover",
    { type: "button", "aria-label": "Reply in thread", title: "Reply in thread", onclick: () => openThread(message, store) },
    "💬",
  );
}

function openThread(message, store) {
  const thread = { channel: message.channel, ts: message.ts };
  store.set({ thread, ...(store.narrow && { rail: null }) }, () => document.querySelector("#thread textarea")?.focus());
}

function day(message, before) {
  const style = { weekday: "long", day: "numeric", month: "long" };
  const label = written(when(message), style);
  if (before && written(when(before), style) === label) return null;
  return h("div.day", null, h("span", null, written(now(), style) === label ? "Today" : label));
}

function grouped(message, before) {
  return Boolean(
    before && before.user === message.user && before.ephemeral === message.ephemeral && !message.ephemeral &&
      Number(message.ts) - Number(before.ts) < GROUPED_SECONDS && !before.reply_count && !message.is_bot,
  );
}

function name(message, store) {
  return displayName(store.data.slack.users.find((user) => user.id === message.user)) || message.username || "Unknown";
}

function avatar(message, store) {
  return message.is_bot ? botFace() : face(name(message, store), message.user);
}

/** A square with a person's initials, in a colour of their own. */
export function face(label, id, kind = "") {
  const hue = [...String(id)].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 12, 7);
  return h(`span.face.hue-${hue}${kind ? `.${kind}` : ""}`, { "aria-hidden": "true" }, initials(label));
}

/** The app's square, with its anvil. */
export function botFace(kind = "") {
  return h(`span.face.bot${kind ? `.${kind}` : ""}`, { "aria-hidden": "true" }, icon(ANVIL));
}

function when(message) {
  return new Date(Number(message.ts) * 1000);
}
