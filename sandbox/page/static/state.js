// What the page knows: the sandbox's state as the server tells it, and what this person has open.

import { setClock } from "./clock.js";

const KEPT = "patchforge-sandbox";

/** Holds `data` (the server's last word) and `ui` (what is open here); calls `onChange` after each change. */
export class Store {
  constructor(onChange) {
    this.data = null;
    this.online = true;
    this.toasts = [];
    this.busy = new Set();
    this.seen = {};
    this.options = {};
    this.typing = new Map();
    this.drafts = {};
    this.dismissed = new Set();
    this.afterwards = [];
    this.follow = null;
    this.onChange = onChange;
    this.shownToasts = null;
    this.loading = null;
    this.again = false;
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "{}");
    this.ui = {
      viewer: kept.viewer || "",
      place: kept.place || null, // {kind: "channel", id} or {kind: "app"}
      tab: "home",
      thread: null, // {channel, ts}
      rail: kept.rail === undefined ? "github" : kept.rail,
      menu: null,
      combo: null,
      confirm: null,
      ask: null,
      mail: null,
      mailView: "html",
      pull: null,
      actor: "",
      sidebar: false,
    };
  }

  /** Follow the server's event stream; every event is a reason to look again. */
  listen() {
    const events = new EventSource("/events");
    events.onmessage = () => this.refresh();
    events.onopen = () => this.connection(true);
    events.onerror = () => this.connection(false);
  }

  /** Fetch the state; calls that come while one runs are answered by one more. */
  async refresh() {
    this.again = true;
    if (this.loading) return this.loading;
    this.loading = this.load();
    try {
      await this.loading;
    } finally {
      this.loading = null;
    }
  }

  async load() {
    while (this.again) {
      this.again = false;
      try {
        const answer = await fetch(`/state?viewer=${encodeURIComponent(this.ui.viewer)}`);
        if (answer.ok) this.take(await answer.json());
      } catch {
        this.connection(false);
      }
    }
  }

  take(data) {
    this.data = data;
    setClock(data.clock.now, data.slack.viewer.tz);
    this.ui.viewer = data.slack.viewer.id;
    const known = new Set(data.slack.toasts.map((toast) => toast.id));
    for (const toast of data.slack.toasts) {
      if (this.shownToasts && !this.shownToasts.has(toast.id)) this.toast(toast.text, "bad");
    }
    this.shownToasts = known;
    if (!this.place()) this.ui.place = { kind: "channel", id: firstChannel(data.slack) };
    this.lead();
    this.onChange();
  }

  /** Play the story, and go where it happens until the person goes somewhere else. */
  play() {
    this.follow = this.rooms().map(newest).reduce((a, b) => (a > b ? a : b), "");
    this.set({ rail: "story", thread: null });
    return this.act("play");
  }

  /** Show the channel of the story's first card, and its thread once something is said there. */
  lead() {
    if (this.follow === null) return;
    const { channels } = this.data.slack;
    const cards = channels.flatMap((channel) => channel.messages.filter((one) => one.is_bot && !one.ephemeral));
    const card = cards.find((message) => message.ts > this.follow);
    if (!card) return;
    this.ui.place = { kind: "channel", id: card.channel };
    if (!card.reply_count) return;
    if (!this.narrow) this.ui.thread = { channel: card.channel, ts: card.ts };
    this.follow = null;
  }

  connection(online) {
    if (this.online === online) return;
    this.online = online;
    this.onChange();
    if (online) this.refresh();
  }

  /** Change what is open and show it; `then` runs when it is shown, to move the focus there. */
  set(changes, then = null) {
    if (then) this.afterwards.push(then);
    Object.assign(this.ui, changes);
    const { viewer, place, rail } = this.ui;
    sessionStorage.setItem(KEPT, JSON.stringify({ viewer, place, rail }));
    this.onChange();
  }

  /** See the workspace as another member. */
  become(viewer) {
    this.shownToasts = null;
    this.set({ viewer, thread: null, menu: null, confirm: null });
    // a tab that is looked at is asked for anew, as when one opens it
    return this.ui.place?.kind === "app" && this.ui.tab === "home" ? this.act("open_home") : this.refresh();
  }

  /** Read as another member what the bot has written to them alone. */
  visit(viewer) {
    this.follow = null;
    this.set({ place: { kind: "app" }, tab: "messages", sidebar: false });
    return this.become(viewer);
  }

  /** The channel, direct message or app that is open, or null when it is not there for this viewer. */
  place() {
    const place = this.ui.place;
    if (place?.kind === "app") return this.data.slack.dms.find((dm) => dm.user === this.data.slack.bot.user_id) || {};
    return this.data.slack.channels.find((channel) => channel.id === place?.id) || null;
  }

  /** Tell whether thread and panel do not fit beside each other. */
  get narrow() {
    return window.innerWidth <= 1240;
  }

  /** Open a channel or the app. */
  go(place) {
    this.follow = null;
    this.set({ place, thread: null, menu: null, sidebar: false });
    if (place.kind === "app" && this.ui.tab === "home") this.act("open_home");
  }

  /** Say where one is. */
  placeName() {
    return this.ui.place?.kind === "app" ? "PatchForge" : `#${this.place()?.name ?? ""}`;
  }

  /** Tell whether a conversation has something newer than was last looked at. */
  unread(room) {
    const key = `${this.ui.viewer}/${room.id}`;
    // what was said to a person alone before one became them is new to them
    return newest(room) > (this.seen[key] ?? (room.id.startsWith("D") ? "" : newest(room)));
  }

  /** List the other people to whom the bot has written alone what nobody has looked at. */
  written() {
    const { direct, slack } = this.data;
    return direct.filter(({ user, room, ts }) => user !== slack.viewer.id && ts > (this.seen[`${user}/${room}`] ?? ""));
  }

  /** Note that what is open has been looked at; the others keep what was seen first. */
  look() {
    const open = this.place()?.id;
    for (const room of this.rooms()) {
      const key = `${this.ui.viewer}/${room.id}`;
      const fresh = room.id === open && !(this.ui.place.kind === "app" && this.ui.tab === "home");
      if (fresh || !(key in this.seen || room.id.startsWith("D"))) this.seen[key] = newest(room);
    }
  }

  rooms() {
    return [...this.data.slack.channels, ...this.data.slack.dms];
  }

  /** Words for people who listen to the page: the newest message that has not been told yet. */
  news() {
    const room = this.place();
    const last = room?.messages?.flatMap((message) => [message, ...message.replies]).reduce(later, null);
    const key = `${this.ui.viewer}/${room?.id}`;
    const told = this.told;
    this.told = { key, ts: last?.ts ?? "" };
    if (!last || told?.key !== key || last.ts <= told.ts) return null;
    return `${this.names.user(last.user) ?? last.username}: ${last.text.slice(0, 200)}`;
  }

  /** Hide a message that only this person sees. */
  hide(ts) {
    this.dismissed.add(ts);
    this.onChange();
  }

  /** Find a message by channel and timestamp, replies included. */
  message(channel, ts) {
    const room = this.rooms().find(({ id }) => id === channel);
    return room?.messages.find((message) => message.ts === ts) || null;
  }

  /** Resolve the names in a text. */
  get names() {
    const { users, channels, groups } = this.data.slack;
    return {
      group: (id) => groups.find((group) => group.id === id.split("|")[0])?.handle,
      user: (id) => displayName(users.find((user) => user.id === id)),
      channel: (id) => channels.find((channel) => channel.id === id)?.name,
    };
  }

  /** Ask the server to do something as this viewer; says what went wrong and returns its answer. */
  async act(kind, details = {}, busy = null) {
    if (busy) {
      if (this.busy.has(busy)) return { ok: false };
      this.busy.add(busy);
      this.onChange();
    }
    let answer;
    try {
      const response = await fetch("/act", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ kind, viewer: this.ui.viewer, ...details }),
      });
      answer = await response.json();
    } catch {
      answer = { ok: false, error: "The sandbox does not answer. Is it still running?" };
    }
    this.busy.delete(busy);
    if (!answer.ok && answer.error) this.toast(answer.error, "bad");
    await this.refresh();
    return answer;
  }

  /** Show a notice for some seconds. */
  toast(text, tone = "plain") {
    const toast = { id: crypto.randomUUID(), text, tone };
    this.toasts.push(toast);
    this.onChange();
    setTimeout(() => this.dismiss(toast.id), 9000);
  }

  dismiss(id) {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
    this.onChange();
  }
}

function newest(room) {
  return room.messages.reduce((ts, message) => [ts, message.ts, ...message.replies.map((reply) => reply.ts)].reduce((a, b) => (a > b ? a : b)), "");
}

function later(found, message) {
  return found && found.ts > message.ts ? found : message;
}

function firstChannel(slack) {
  const own = slack.channels.filter((channel) => channel.is_member);
  return (own.find((channel) => channel.bot_is_member) || own[0] || slack.channels[0])?.id;
}

/** The name that people see. */
export function displayName(user) {
  return user && (user.real_name || user.name);
}
