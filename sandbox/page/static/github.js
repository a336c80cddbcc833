// The GitHub panel: the repository's pull requests, and a button for everything that can happen to one.

import { h, icon } from "./dom.js";
import { menu } from "./menu.js";

const BRANCH = "M6 4v12M6 4a1.6 1.6 0 100 .1M6 16a1.6 1.6 0 100 .1M14 7a1.6 1.6 0 100 .1M14 8.500c0 3-8 2-8 5";

const LIVING = ["open", "draft"];
const ACTS = {
  Review: [
    { act: "request_review", label: "Request", when: LIVING, ask: "reviewer" },
    { act: "remove_request", label: "Withdraw", when: LIVING, ask: "requested" },
    { act: "approve", label: "Approve", when: ["open"] },
    { act: "request_changes", label: "Request changes", when: ["open"], ask: "Please cover the empty file too." },
    { act: "remarks", label: "3 remarks", when: LIVING, title: "A review with three comments on lines" },
  ],
  Talk: [
    { act: "comment", label: "Comment", when: [...LIVING, "closed", "merged"], ask: "Nice! How does this behave offline?" },
    { act: "bot_comment", label: "A bot comments", when: LIVING },
  ],
  Checks: [
    { act: "fail_ci", label: "Fail", when: LIVING },
    { act: "fix_ci", label: "Pass", when: LIVING },
  ],
  Change: [
    { act: "push", label: "Push", when: LIVING },
    { act: "convert_to_draft", label: "To draft", when: ["open"] },
    { act: "ready_for_review", label: "Ready for review", when: ["draft"] },
    { act: "label", label: "Add label", when: LIVING, ask: "urgent", field: "Label" },
    { act: "unlabel", label: "Remove label", when: LIVING, ask: "labels" },
    { act: "retitle", label: "Title", when: LIVING, ask: "title", field: "Title" },
    { act: "retarget", label: "Base", when: LIVING, ask: "release/next", field: "Branch that it goes into" },
    { act: "conflict", label: "Conflict", when: LIVING, title: "Somebody changes the same file in the base" },
    { act: "resolve", label: "Resolve", when: LIVING, title: "Somebody takes that back" },
  ],
  End: [
    { act: "merge", label: "Merge", when: ["open"], style: "primary" },
    { act: "enqueue", label: "Queue", when: ["open"], queued: false, title: "Add to the merge queue" },
    { act: "dequeue", label: "Fail in queue", when: ["open"], queued: true },
    { act: "leave_queue", label: "Leave queue", when: ["open"], queued: true },
    { act: "close", label: "Close", when: LIVING },
    { act: "reopen", label: "Reopen", when: ["closed"] },
  ],
};
const VERDICTS = { approved: "✓", changes_requested: "±", commented: "💬", dismissed: "–" };

/** Render the panel. */
export function github(store) {
  const { github: hub } = store.data;
  const repositories = hub.repositories.filter((repo) => repo.pulls.length > 0);
  const [first] = repositories;
  const chosen = store.ui.pull ?? (first && `${first.full_name}#${first.pulls[0].number}`);
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
      h("span.pair", null,
        menu("gh-configure", "Push a file…", null, files(store, hub), store, "gh-configure"),
        menu("gh-repository", "Repository…", null, places(store, hub), store, "gh-repository")),
    ),
    store.data.codes.map((code) => activation(code, store)),
    (repositories.length ? repositories : hub.repositories.slice(0, 1)).map((repo) => repository(repo, chosen, store)),
  );
}

/** Offer to type in a code that the bot has shown, as one does on GitHub's own page. */
function activation(code, store) {
  const { github: hub, slack } = store.data;
  const known = people(hub);
  const login = store.ui.actor || known.find((one) => one === slack.viewer.name) || known[0];
  const go = (act) => store.act("github", { act, repo: "", code, by: login }, `gh-${act}`);
  return h("section.activation", { key: code, "data-testid": "gh-activation" },
    h("p", null, "PatchForge asks who you are: ", h("code", null, code)),
    h("div.acts", null,
      h("button.button.small.primary", { type: "button", "data-testid": "gh-authorize", onclick: () => go("authorize") }, `Authorize as ${login}`),
      h("button.button.small", { type: "button", "data-testid": "gh-deny", onclick: () => go("deny") }, "Cancel")));
}

function people(hub, type = "User") {
  return hub.people.filter((person) => person.type === type && person.login !== "patchforge-bot").map((person) => person.login);
}

function repository(repo, chosen, store) {
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
  return h(
    "div.details",
    null,
    h("p.facts", null,
      h("span.plus", null, `+${pull.additions}`), " ", h("span.minus", null, `−${pull.deletions}`),
      ` in ${pull.changed_files} ${pull.changed_files === 1 ? "file" : "files"}, into `, h("code", null, pull.base)),
    marks(pull),
    h("dl.kinds", null, Object.entries(ACTS).map(([kind, acts]) => group(kind, acts, repo, pull, store)), paste(pull, store)),
  );
}

function group(kind, acts, repo, pull, store) {
  const fitting = acts.filter((act) => act.when.includes(pull.state) && (act.queued ?? pull.queued) === pull.queued && possible(act, pull));
  return fitting.length > 0 && [
    h("dt", null, kind),
    h("dd.acts", null, fitting.map((act) =>
      h("button.button.small", {
        type: "button", class: `button small ${act.style || ""}`, "data-testid": `gh-${act.act}`, title: act.title,
        "aria-busy": store.busy.has(`gh-${act.act}-${pull.number}`) && "true",
        onclick: () => perform(act, repo, pull, store),
      }, act.label))),
  ];
}

function possible(act, pull) {
  if (act.ask === "requested") return requested(pull).length > 0;
  if (act.ask === "labels") return pull.labels.length > 0;
  return true;
}

function requested(pull) {
  return [...pull.requested_reviewers, ...pull.requested_teams];
}

/** Offer to write the address of the pull request into the open channel, as people do. */
function paste(pull, store) {
  const room = store.ui.place?.kind === "channel" && store.place();
  if (!room?.is_member || room.is_archived) return null;
  return [h("dt", null, "Slack"), h("dd.acts", null, h("button.button.small", {
    type: "button", "data-testid": "gh-paste", onclick: () => store.act("say", { channel: room.id, text: pull.html_url }),
  }, `Paste its link in #${room.name}`))];
}

function marks(pull) {
  const latest = new Map(pull.reviews.filter((review) => review.author).map((review) => [review.author, review.state]));
  const reviewers = [
    ...[...latest].filter(([login]) => !pull.requested_reviewers.includes(login)).map(([login, state]) => chip(state, `${VERDICTS[state] ?? "?"} ${login}`, state.replaceAll("_", " "))),
    ...requested(pull).map((name) => chip("waiting", `⏳ ${name}`, "review requested")),
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
  return store.set({ ask: { title: `${act.label}: #${pull.number}`, button: act.label, fields: [field(act, pull, store)], go } });
}

function field(act, pull, store) {
  if (act.ask === "reviewer") return { name: "reviewer", label: "Who should review?", options: reviewers(pull, store) };
  if (act.ask === "requested") return { name: "reviewer", label: "Whose review is no longer needed?", options: requested(pull) };
  if (act.ask === "labels") return { name: "body", label: "Label", options: pull.labels };
  const value = act.ask === "title" ? pull.title : act.ask;
  return { name: "body", label: act.field || "Comment", value, multiline: !act.field };
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
  const askable = ["nobody yet", ...people(hub), ...hub.teams.map((team) => team.slug)];
  const fields = [
    { name: "title", label: "Title", value: "Say what is wrong when a currency is unknown" },
    { name: "by", label: "Author", options: [...people(hub), ...people(hub, "Bot")], value: store.ui.actor || people(hub)[0] },
    { name: "reviewer", label: "Ask for a review by", options: askable },
    { name: "path", label: "Changes the file", value: "payments/money.py" },
    { name: "base", label: "Goes into", value: hub.repositories[0].default_branch },
    { name: "draft", label: "As a draft", options: ["no", "yes"] },
    { name: "fork", label: "From a fork of the author", options: ["no", "yes"] },
  ];
  const own = () => store.set({ ask: { title: "Open a pull request", button: "Open", fields, go: open } });
  return [...prepared, { label: "Something else…", testid: "gh-open-own", go: own }];
}

function files(store, hub) {
  const repo = hub.repositories[0].full_name;
  const push = (act, what) => () => store.act("github", { act, repo, what, by: store.ui.actor }, `gh-${act}`);
  return [
    { label: ".patchforge.yml", testid: "gh-configure-right", go: push("configure", "right") },
    { label: ".patchforge.yml with a mistake", testid: "gh-configure-wrong", go: push("configure", "wrong") },
    { label: "Remove .patchforge.yml", testid: "gh-configure-gone", go: push("configure", "gone") },
    { label: "Propose .patchforge.yml", testid: "gh-propose-right", go: push("propose", "right") },
    { label: "Propose it with a mistake", testid: "gh-propose-wrong", go: push("propose", "wrong") },
    { label: "CODEOWNERS", testid: "gh-owners-right", go: push("owners", "right") },
    { label: "Remove CODEOWNERS", testid: "gh-owners-gone", go: push("owners", "gone") },
  ];
}

function places(store, hub) {
  const { full_name: repo } = hub.repositories[0];
  const go = (answers) => store.act("github", { act: "rename", repo, by: store.ui.actor, ...answers }, "gh-rename");
  const fields = [{ name: "name", label: "New name", value: `${repo.split("/")[1]}-v2` }];
  const more = { label: "Add eight more", testid: "gh-add_repositories", go: () => store.act("github", { act: "add_repositories", repo, by: store.ui.actor }, "gh-add") };
  return [
    { label: "Rename…", testid: "gh-rename", go: () => store.set({ ask: { title: `Rename ${repo}`, button: "Rename", fields, go } }) },
    ...(hub.repositories.length > 1 ? [] : [more]),
  ];
}
