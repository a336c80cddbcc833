// The bar on top: the story, how the language model behaves, and which member one is.

import { now, written } from "./clock.js";
import { h, icon } from "./dom.js";
import { emoji } from "./emoji.js";
import { menu } from "./menu.js";
import { face } from "./message.js";
import { displayName } from "./state.js";
import { playButton, progress } from "./story.js";

const MENU = "M3 6h14M3 10h14M3 14h14";
const MODES = {
  good: "answers well",
  nonsense: "talks nonsense",
  slow: "is slow",
  down: "is down",
  rate_limited: "is rate-limited",
  obeys_injection: "obeys the prompt",
};
const SKIPS = {
  half_hour: "Let half an hour pass",
  two_hours: "Let two hours pass",
  tomorrow: "Go on tomorrow at 9:30",
  monday: "Go on next Monday at 9:30",
};
const TABS = { story: "Story", github: "GitHub", mail: "Mailbox" };

/** Render the bar. */
export function topbar(store) {
  const { slack, llm, story } = store.data;
  const viewer = slack.viewer;
  return [
    h("button.icon-button.only-small", {
      key: "menu", type: "button", "aria-label": "Channels", "aria-expanded": String(store.ui.sidebar),
      onclick: () => store.set({ sidebar: !store.ui.sidebar }),
    }, icon(MENU)),
    h("span.brand", { key: "brand" }, h("b", null, "PatchForge"), h("span", null, "sandbox")),
    h("div.middle", { key: "story" },
      playButton(store, story.running),
      h("span.progress", { "data-testid": "story-progress" }, progress(store)),
    ),
    store.data.clock.skips.length > 0 && passing(store),
    h("label.pick", { key: "llm" },
      h("span", { title: "The language model that drafts release notes" }, "Model"),
      h("select", { "data-testid": "llm-mode", value: llm.mode, onchange: (event) => store.act("llm", { mode: event.currentTarget.value }) },
        llm.modes.map((mode) => h("option", { value: mode }, MODES[mode] ?? mode))),
    ),
    h("label.pick.who", { key: "viewer" },
      h("span", null, "You are"),
      face(displayName(viewer), viewer.id, "small"),
      h("select", { "data-testid": "viewer-select", value: viewer.id, onchange: (event) => store.become(event.currentTarget.value) },
        slack.users.filter((user) => !user.is_bot).map((user) => h("option", { value: user.id }, displayName(user)))),
    ),
    h("button.icon-button.away", {
      key: "away", type: "button", "data-testid": "away", "aria-pressed": String(Boolean(viewer.status)),
      title: viewer.status ? "Be back: end your status “On vacation”" : "Be away: set your status to “On vacation”",
      onclick: () => store.act("status", { away: !viewer.status }, "away"),
    }, emoji("palm_tree")),
    h("div.rail-tabs", { key: "rails", role: "group", "aria-label": "Panels" },
      Object.entries(TABS).map(([id, label]) =>
        h("button", {
          type: "button", "aria-pressed": String(store.ui.rail === id), "data-testid": `panel-${id}`,
          onclick: () => store.set({ rail: store.ui.rail === id ? null : id, ...(store.narrow && { thread: null }) }),
        }, label, id === "mail" && store.data.mail.length > 0 && h("span.count", null, String(store.data.mail.length))),
      ),
    ),
  ];
}

/** Tell the sandbox's time, and offer to let some of it pass. */
function passing(store) {
  const entries = store.data.clock.skips.map((skip) => ({
    label: SKIPS[skip] ?? skip, testid: `skip-${skip}`, go: () => store.act("time", { skip }, "time"),
  }));
  const face = written(now(), { weekday: "short", hour: "2-digit", minute: "2-digit" });
  return h("div.passing", { key: "time" }, menu("time", `${face} ⏩`, "Let time pass", entries, store, "time"));
}
