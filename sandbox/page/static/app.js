// Puts the panes together: one render for every change of the state.

import { main, thread } from "./channel.js";
import { dialogs, showDialogs } from "./dialogs.js";
import { h, patch } from "./dom.js";
import { github } from "./github.js";
import { mailbox } from "./mailbox.js";
import { sidebar } from "./sidebar.js";
import { Store } from "./state.js";
import { story } from "./story.js";
import { topbar } from "./topbar.js";

const RAILS = { github, mail: mailbox, story };
const TITLES = { github: "GitHub", mail: "Mailbox", story: "The story" };

function start() {
  let planned = false;
  const store = new Store(() => {
    if (planned) return;
    planned = true;
    // one render for all changes of a moment, also in a hidden tab
    queueMicrotask(() => {
      planned = false;
      if (store.data) render(store);
    });
  });
  document.addEventListener("keydown", (event) => onKey(event, store));
  document.addEventListener("click", (event) => onClick(event, store));
  store.listen();
  store.refresh();
}

function render(store) {
  const bottoms = atBottom();
  store.look();
  patch(part("topbar"), topbar(store));
  patch(part("sidebar"), sidebar(store));
  patch(part("main"), main(store));
  const side = thread(store);
  part("thread").hidden = !side;
  patch(part("thread"), side);
  const rail = store.ui.rail;
  part("rail").hidden = !rail;
  patch(part("rail"), rail && [h("h2", { key: "title" }, TITLES[rail]), RAILS[rail](store)]);
  const before = document.activeElement;
  const covered = part("dialogs").childElementCount > 0;
  patch(part("dialogs"), dialogs(store));
  if (!covered && part("dialogs").childElementCount) store.returnTo = before;
  patch(part("toasts"), toasts(store));
  document.body.classList.toggle("sidebar-open", store.ui.sidebar);
  document.title = `${store.placeName()} – PatchForge sandbox`;
  showDialogs(part("dialogs"));
  if (covered && !part("dialogs").childElementCount && store.returnTo?.isConnected) store.returnTo.focus();
  stayAtBottom(bottoms);
  follow(store);
  for (const then of store.afterwards.splice(0)) then();
  part("live").textContent = store.news() ?? part("live").textContent;
}

/** Keep the step of the story in view that has just begun or ended. */
function follow(store) {
  const reached = [...document.querySelectorAll(".step:not(.waiting)")];
  const mark = `${reached.length} ${reached.at(-1)?.dataset.status}`;
  if (mark !== store.reached) reached.at(-1)?.scrollIntoView({ block: "nearest" });
  store.reached = mark;
}

function part(name) {
  return document.getElementById(name);
}

/** Remember which lists were scrolled to their end; a list that is new counts as one. */
function atBottom() {
  const lists = [...document.querySelectorAll("[data-stick]")];
  return new Map(lists.map((list) => [list, list.scrollHeight - list.scrollTop - list.clientHeight < 60]));
}

function stayAtBottom(before) {
  for (const list of document.querySelectorAll("[data-stick]")) {
    if (before.get(list) !== false) list.scrollTop = list.scrollHeight;
  }
}

function toasts(store) {
  const offline = !store.online && { id: "offline", text: "The sandbox has stopped. Start it again to go on.", tone: "bad" };
  return [offline, ...store.toasts].filter(Boolean).map((toast) =>
    h("div.toast", { key: toast.id, role: "alert", "data-testid": "toast", class: `toast ${toast.tone}` },
      h("span", null, toast.text),
      toast.id !== "offline" && h("button.plain", { type: "button", "aria-label": "Dismiss", onclick: () => store.dismiss(toast.id) }, "✕"),
    ),
  );
}

function onKey(event, store) {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (store.ui.menu) store.set({ menu: null });
  else if (store.ui.thread) store.set({ thread: null });
}

function onClick(event, store) {
  if (store.ui.menu && !event.target.closest(".menu")) store.set({ menu: null });
}

start();
