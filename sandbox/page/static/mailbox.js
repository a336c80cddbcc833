// The mailbox: what the bot has sent, for every recipient. An e-mail's HTML lives in a sandboxed frame only.

import { dialog } from "./dialogs.js";
import { h } from "./dom.js";
import { ago } from "./mrkdwn.js";
import { face } from "./message.js";

/** Render the list of e-mails, newest first. */
export function mailbox(store) {
  const mails = store.data.mail;
  if (!mails.length) {
    return h("p.empty", { key: "no-mail" }, "No e-mail yet. Approve a release note, and each contributor gets one.");
  }
  return h("ul.mails", { key: "mails", "aria-label": "E-mails" }, mails.map((mail) =>
    h("li", { key: `mail-${mail.id}` },
      h("button.mail", { type: "button", "data-testid": "mail-item", onclick: () => store.set({ mail: mail.id }) },
        face(mail.to[0] ?? "?", mail.to[0] ?? "?"),
        h("span.lines", null,
          h("span.line", null, h("b", null, mail.to.join(", ")), h("time", null, ago(new Date(mail.at * 1000)))),
          h("span.subject", null, mail.subject || "(no subject)"),
          h("span.preview", null, mail.text.replace(/\s+/g, " ").slice(0, 120)),
        ),
      ),
    ),
  ));
}

/** Render the e-mail that is open. */
export function mailReader(store) {
  const mail = store.data.mail.find(({ id }) => id === store.ui.mail);
  if (!mail) return null;
  const close = () => store.set({ mail: null });
  const html = store.ui.mailView === "html" && mail.html;
  const tab = (id, label) =>
    h("button", {
      type: "button", role: "tab", "aria-selected": String(Boolean(html) === (id === "html")), "data-testid": `mail-${id}`,
      disabled: id === "html" && !mail.html, onclick: () => store.set({ mailView: id }),
    }, label);
  return dialog(
    { key: `reader-${mail.id}`, testid: "mail-reader", title: mail.subject || "(no subject)", close, spec: "dialog.wide" },
    h("dl.envelope", null,
      h("dt", null, "From"), h("dd", null, mail.from),
      h("dt", null, "To"), h("dd", { "data-testid": "mail-to" }, mail.to.join(", ")),
    ),
    h("div.tabs", { role: "tablist", "aria-label": "Format" }, tab("html", "HTML"), tab("text", "Plain text")),
    html
      ? h("iframe", {
          key: "frame", title: "E-mail", src: `/mail/${mail.id}`, "data-testid": "mail-frame",
          sandbox: "allow-popups allow-popups-to-escape-sandbox",
        })
      : h("pre.letter", { key: "text", tabindex: "0", "data-testid": "mail-body" }, mail.text),
  );
}
