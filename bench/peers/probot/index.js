// A Probot app as most are: each pull request is posted to Slack inline, before the webhook is answered.
// Nothing is kept: what is in memory when the process ends is lost. Node's fetch keeps its connections.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

import { Probot, createNodeMiddleware } from "probot";

const { SLACK_API_URL, SLACK_BOT_TOKEN, SLACK_CHANNEL, GITHUB_WEBHOOK_SECRET } = process.env;

async function post(text) {
  const response = await fetch(`${SLACK_API_URL}chat.postMessage`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${SLACK_BOT_TOKEN}`,
      "content-type": "application/json; charset=utf-8",
    },
    body: JSON.stringify({ channel: SLACK_CHANNEL, text }),
  });
  const answer = await response.json();
  if (!answer.ok) throw new Error(answer.error);
}

// Probot wants a key, though nothing here asks GitHub for anything.
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const probot = new Probot({ appId: 1, privateKey, secret: GITHUB_WEBHOOK_SECRET, logLevel: "error" });
const middleware = await createNodeMiddleware(
  (app) => {
    app.on("pull_request", async ({ payload }) => {
      const { html_url: url, number, title, user } = payload.pull_request;
      await post(`<${url}|#${number} ${title}> by ${user.login}`);
    });
  },
  { probot, webhooksPath: "/webhooks/github" },
);
const server = createServer((request, response) => {
  middleware(request, response, () => response.writeHead(404).end());
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
