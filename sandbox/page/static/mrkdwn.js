// Slack's mrkdwn and rich text as DOM nodes: whatever is not recognised stays text.

import { now, written } from "./clock.js";
import { h, safeUrl } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";

const BLOCK = /```([\s\S]*?)```/g;
const TOKEN = /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+-]+):/g;
const STYLES = [
  ["*", "strong"],
  ["_", "em"],
  ["~", "s"],
];

/** Turn mrkdwn into nodes; `names` resolves users and channels: `{user(id), channel(id)}`. */
export function mrkdwn(text, names) {
  const nodes = [];
  let at = 0;
  for (const code of text.matchAll(BLOCK)) {
    nodes.push(...lines(text.slice(at, code.index), names));
    nodes.push(h("pre", null, h("code", null, unescape(code[1].replace(/^\n|\n$/g, "")))));
    at = code.index + code[0].length;
  }
  nodes.push(...lines(text.slice(at), names));
  return nodes;
}

/** Turn a text object (`mrkdwn` or `plain_text`) or a string into nodes. */
export function textObject(text, names) {
  if (!text) return [];
  if (typeof text === "string") return mrkdwn(text, names);
  return text.type === "mrkdwn" ? mrkdwn(text.text, names) : [withEmoji(text.text)];
}

function lines(text, names) {
  const nodes = [];
  let quote = null;
  const all = text.split("\n");
  all.forEach((line, index) => {
    const quoted = /^(?:>|&gt;) ?(.*)$/.exec(line);
    if (quoted) {
      if (quote) quote.append(h("br"));
      else nodes.push((quote = h("blockquote")));
      quote.append(...inline(quoted[1], names));
      return;
    }
    quote = null;
    nodes.push(...inline(line, names));
    if (index < all.length - 1) nodes.push(h("br"));
  });
  return nodes;
}

function inline(text, names) {
  // links, code and emoji become placeholders first, so that a * inside one of them styles nothing
  const made = [];
  const flat = text.replace(/\uE000/g, "").replace(TOKEN, (whole, angle, code, short) => {
    if (code !== undefined) made.push(h("code", null, unescape(code)));
    else if (angle !== undefined) made.push(reference(angle, names));
    else if (emoji(short) === whole) return whole;
    else made.push(h("span.emoji", { role: "img", "aria-label": short.replaceAll("_", " ") }, emoji(short)));
    return `\uE000${made.length - 1}\uE000`;
  });
  return styled(flat, made, 0);
}

function styled(text, made, from) {
  if (from >= STYLES.length) return fill(text, made);
  const [mark, tag] = STYLES[from];
  const m = mark === "*" ? "\\*" : mark;
  const pattern = new RegExp(`(^|[\\s\\p{P}~\\uE000])${m}(?=[^\\s${m}])([^${m}\\n]*?[^\\s${m}])${m}(?![\\p{L}\\p{N}])`, "gu");
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const start = match.index + match[1].length;
    nodes.push(...styled(text.slice(at, start), made, from + 1));
    nodes.push(h(tag, null, styled(match[2], made, from + 1)));
    at = match.index + match[0].length;
  }
  nodes.push(...styled(text.slice(at), made, from + 1));
  return nodes;
}

function fill(text, made) {
  return text.split("\uE000").map((part, index) => (index % 2 ? made[Number(part)] : unescape(part)));
}

function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function reference(inner, names) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inner.slice(bar + 1));
  if (target.startsWith("@")) return mention(`@${names.user(target.slice(1)) ?? (label || target.slice(1))}`);
  if (target.startsWith("#")) return mention(`#${names.channel(target.slice(1)) ?? (label || target.slice(1))}`);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!subteam^")) return mention(`@${names.group(target.slice(9)) ?? (label || "team")}`);
  if (target.startsWith("!")) return mention(`@${target.slice(1)}`, true);
  return link(unescape(target), label) ?? document.createTextNode(`<${unescape(inner)}>`);
}

/** Make a link that opens elsewhere, or null when the address is no web or mail address. */
export function link(url, label, spec = "a") {
  const href = safeUrl(url);
  return href && h(spec, { href, target: "_blank", rel: "noopener noreferrer" }, withEmoji(label || href));
}

function mention(text, loud = false) {
  return h(loud ? "span.mention.loud" : "span.mention", null, text);
}

const DATE_STYLES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

function date(target, fallback) {
  const [, stamp, pattern, url] = target.split("^");
  const at = new Date(Number(stamp) * 1000);
  if (Number.isNaN(at.getTime()) || !pattern) return document.createTextNode(fallback);
  const text = pattern.replace(/\{(\w+?)(?:_pretty)?\}/g, (whole, name) => {
    if (name === "ago") return ago(at);
    const style = DATE_STYLES[name];
    return style ? written(at, style) : whole;
  });
  const time = h("time", { datetime: at.toISOString(), title: written(at) }, text);
  const href = url && safeUrl(url);
  return href ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, time) : time;
}

/** Say how long ago a moment was, in one unit. */
export function ago(at) {
  const seconds = Math.max(0, (now() - at) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}
