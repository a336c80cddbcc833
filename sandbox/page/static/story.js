// The story: what is played, step by step, and how far it got.

import { h, icon } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

const SIGNS = { running: " ", done: "✓", failed: "✕" };
const PLAY = "M6 4l10 6-10 6z";

/** Render the list of steps with their progress. */
export function story(store) {
  const { steps } = store.data.story;
  return h(
    "div.story",
    { key: "story" },
    steps.every((step) => step.status === "waiting") && h("p.intro", { key: "intro" }, "A pull request travels from “review requested” to a release note in a contributor’s mailbox. Every step is done and checked for real, by the same bot that would serve your own workspace."),
    h("ol.steps", { key: "steps", "aria-label": "Steps of the story" }, steps.map((step, index) =>
      h(
        `li.step.${step.status}`,
        { key: `step-${index}`, "data-testid": "story-step", "data-status": step.status, "aria-current": step.status === "running" ? "step" : null },
        h("span.sign", { "aria-hidden": "true" }, SIGNS[step.status] || String(index + 1)),
        h("span.words", null,
          h("b", null, step.title, h("span.sr", null, ` (${step.status})`)),
          step.detail && h("small", null, mrkdwn(step.detail, store.names))),
        step.seconds !== null && step.status !== "waiting" && h("time", null, took(step.seconds)),
      ),
    )),
  );
}

function took(seconds) {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

/** Say how far the story is, in a few words. */
export function progress(store) {
  const { steps } = store.data.story;
  const done = steps.filter((step) => step.status === "done").length;
  if (steps.some((step) => step.status === "failed")) return `failed at ${done + 1} of ${steps.length}`;
  return done ? `${done} of ${steps.length}` : "";
}

/** Render the button that plays it. */
export function playButton(store, running) {
  return h(
    "button.button.play",
    {
      type: "button", disabled: running, "data-testid": "play-story",
      onclick: () => store.play(),
    },
    icon(PLAY),
    running ? "Playing…" : "Play the whole story",
  );
}
