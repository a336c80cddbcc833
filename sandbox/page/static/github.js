// The GitHub panel: the repository's pull requests, and a button for everything that can happen to one.

import { h, icon } from "./dom.js";
import { menu } from "./menu.js";

const BRANCH = "M6 4v12M6 4a1.6 1.6 0 100 .1M6 16a1.6 1.6 0 100 .1M14 7a1.6 1.6 0 100 .1M14 8.500c0 3-8 2-8 5";

const ACTS = [
  { act: "request_review", label: "Request review", when: ["open", "draft"], ask: "reviewer" },
  { act: "approve", label: "Approve", when: ["open"] },
  { act: "request_changes", label: "Request changes", when: ["open"], ask: "Please cover the empty file too." },
  { act: "comment", label: "Comment", when: ["open", "draft", "closed", "merged"], ask: "Nice! How does this behave offline?" },
  { act: "bot_comment", label: "A bot comments", when: ["open", "draft"] },
  { act: "label", label: "Add a label", when: ["open", "draft"], ask: "urgent", field: "Label" },
  { act: "retarget", label: "Change the base", when: ["open", "draft"], ask: "release/next", field: "Branch" },
  { act: "fail_ci", label: "Fail CI", when: ["open", "draft"] },
  { act: "fix_ci", label: "Pass CI", when: ["open", "draft"] },
  { act: "push", label: "Push a commit", when: ["open", "draft"] },
  { act: "convert_to_draft", label: "Convert to draft", when: ["open"] },
  { act: "ready_for_review", label: "Ready for review", when: ["draft"] },
  { act: "enqueue", label: "Add to merge queue", when: ["open"] },
  { act: "dequeue", label: "Fail in merge queue", when: ["open"] },
  { act: "merge", label: "Merge", when: ["open"], style: "primary" },
  { act: "close", label: "Close", when: ["open", "draft"] },
  { act: "reopen", label: "Reopen", when: ["closed"] },
];
const VERDICTS = { approved: "✓", changes_requested: "±", commented: "💬", dismissed: "–" };

/** Render the panel. */
export function github(store) {
  const { github: hub } = store.data;
  const repositories = hub.repositories.filter((repo) => repo.pulls.length > 0 || hub.repositories.length === 1);
  return h(
    "div.github",
    { key: "github" },
    h("div.tools", { key: "tools" },
      h("label", { for: "actor" }, "Acting as"),
      h("select", {
        id: "actor", "data-testid": "gh-actor", value: store.ui.actor,
        onchange: (event) => store.set({ actor: event.currentTarget.value }),
      },
        h("option", { value: "" }, "whoever fits"),
        people(hub).map((login) => h("option", { value: login }, login)),
      ),
      menu("gh-open", "Open a pull request…", null, openings(store, hub), store, "gh-open"),
      menu("gh-configure", "Configuration file…", null, files(store, hub), store, "gh-configure"),
    ),
    (repositories.length ? repositories : hub.repositories.slice(0, 1)).map((repo) => repository(repo, store)),
  );
}

function people(hub) {
  return hub.people.filter((person) => person.type === "User" && person.login !== "patchforge-bot").map((person) => person.login);
}

function repository(repo, store) {
  const chosen = store.ui.pull ?? `${repo.full_name}#${repo.pulls[0]?.number}`;
  return h(
    "section",
    { key: repo.full_name },
    h("h3", null, icon(BRANCH), repo.full_name),
    repo.pulls.length === 0 && h("p.empty", null, "No pull request is open yet."),
    h("ul.pulls", null, repo.pulls.map((pull) => row(repo, pull, chosen === `${repo.full_name}#${pull.number}`, store))),
  );
}

function row(repo, pull, open, store) {
  const id = `${repo.full_name}#${pull.number}`;
  return h(
    "li.pull",
    { key: id, "data-testid": `pull-${pull.number}`, class: `pull${open ? " open" : ""}` },
    h(
      "button.title",
      { type: "button", "aria-expanded": String(open), onclick: () => store.set({ pull: open ? "" : id }) },
      h(`span.state.${pull.state}`, null, pull.queued ? "queued" : pull.state),
      h("span.words", null, h("b", null, pull.title), h("small", null, `#${pull.number} by ${pull.author ?? "ghost"}`)),
    ),
    open && details(repo, pull, store),
  );
}

function details(repo, pull, store) {
  const acts = ACTS.filter((act) => act.when.includes(pull.state));
  return h(
    "div.details",
    null,
    h("p.facts", null,
      h("span.plus", null, `+${pull.additions}`), " ", h("span.minus", null, `−${pull.deletions}`),
      ` in ${pull.changed_files} ${pull.changed_files === 1 ? "file" : "files"}, into `, h("code", null, pull.base)),
    marks(pull),
    h("div.acts", null, acts.map((act) =>
      h("button.button.small", {
        type: "button", class: `button small ${act.style || ""}`, "data-testid": `gh-${act.act}`,
        "aria-busy": store.busy.has(`gh-${act.act}-${pull.number}`) && "true",
        onclick: () => perform(act, repo, pull, store),
      }, act.label),
    ), paste(pull, store)),
  );
}

/** Offer to write the address of the pull request into the open channel, as people do. */
function paste(pull, store) {
  const room = store.ui.place?.kind === "channel" && store.place();
  if (!room?.is_member || room.is_archived) return null;
  return h("button.button.small", {
    type: "button", "data-testid": "gh-paste", onclick: () => store.act("say", { channel: room.id, text: pull.html_url }),
  }, `Paste its link in #${room.name}`);
}

function marks(pull) {
  const latest = new Map(pull.reviews.filter((review) => review.author).map((review) => [review.author, review.state]));
  const reviewers = [
    ...[...latest].map(([login, state]) => chip(state, `${VERDICTS[state] ?? "?"} ${login}`, state.replaceAll("_", " "))),
    ...[...pull.requested_reviewers, ...pull.requested_teams]
      .filter((name) => !latest.has(name))
      .map((name) => chip("waiting", `⏳ ${name}`, "review requested")),
  ];
  const checks = pull.checks.map((check) => {
    const state = check.status === "completed" ? check.conclusion : "waiting";
    const sign = state === "success" ? "✓" : state === "waiting" ? "⏳" : "✕";
    return chip(state === "success" ? "approved" : state === "waiting" ? "waiting" : "changes_requested", `${sign} ${check.name}`, `check: ${state}`);
  });
  const labels = pull.labels.map((label) => chip("label", label, "label"));
  const all = [...reviewers, ...checks, ...labels];
  return all.length > 0 && h("ul.chips", null, all);
}

function chip(kind, text, title) {
  return h(`li.chip.${kind}`, { title }, text);
}

function perform(act, repo, pull, store) {
  const go = (answers = {}) =>
    store.act("github", { act: act.act, repo: repo.full_name, number: pull.number, by: store.ui.actor, ...answers }, `gh-${act.act}-${pull.number}`);
  if (!act.ask) return go();
  const fields = act.ask === "reviewer"
    ? [{ name: "reviewer", label: "Who should review?", options: reviewers(pull, store) }]
    : [{ name: "body", label: act.field || "Comment", value: act.ask, multiline: !act.field }];
  return store.set({ ask: { title: `${act.label}: #${pull.number}`, button: act.label, fields, go } });
}

function reviewers(pull, store) {
  const { github: hub } = store.data;
  return [...people(hub).filter((login) => login !== pull.author), ...hub.teams.map((team) => team.slug)];
}

function openings(store, hub) {
  const repo = hub.repositories[0].full_name;
  const open = (answers) => {
    store.set({ pull: null });
    return store.act("github", { act: "open", repo, ...answers }, "gh-open");
  };
  const prepared = store.data.prepared.map(({ index, title }) => ({
    label: title, testid: `gh-open-${index}`, go: () => open({ prepared: index }),
  }));
  const fields = [
    { name: "title", label: "Title", value: "Say what is wrong when a currency is unknown" },
    { name: "by", label: "Author", options: people(hub), value: store.ui.actor || people(hub)[0] },
    { name: "reviewer", label: "Ask for a review by", options: ["nobody yet", ...people(hub)], value: "nobody yet" },
  ];
  const own = () => store.set({ ask: { title: "Open a pull request", button: "Open", fields, go: open } });
  return [...prepared, { label: "Something else…", testid: "gh-open-own", go: own }];
}

function files(store, hub) {
  const repo = hub.repositories[0].full_name;
  const push = (what) => store.act("github", { act: "configure", repo, what, by: store.ui.actor }, "gh-configure");
  return [
    { label: "Push .patchforge.yml", testid: "gh-configure-right", go: () => push("right") },
    { label: "Push it with a mistake", testid: "gh-configure-wrong", go: () => push("wrong") },
    { label: "Remove it", testid: "gh-configure-gone", go: () => push("gone") },
  ];
}
