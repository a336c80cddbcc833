// Builds DOM trees from plain calls and patches the page with them. Text only ever becomes a text node.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element: `h("p.note", {id: "a", onclick: fn}, "text", child)`.
 * A property that starts with "on" is a listener, `key` names the node among its siblings,
 * false and null leave an attribute out.
 */
export function h(spec, props, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  const { value, ...rest } = props || {};
  for (const [name, given] of Object.entries(rest)) set(node, name, given);
  append(node, children);
  if (value !== undefined) set(node, "value", value); // a select takes its value once it has options
  return node;
}

/** Make a 20 × 20 line drawing from SVG path data. */
export function icon(path, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  if (label) svg.setAttribute("aria-label", label);
  else svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** Let only web and mail addresses become links. */
export function safeUrl(url) {
  return /^(https?:\/\/|mailto:)/i.test(String(url)) ? String(url) : null;
}

/** Change `target`'s children into `children`, keeping nodes, focus, typed text and scroll positions. */
export function patch(target, ...children) {
  const wanted = document.createElement("div");
  append(wanted, children);
  patchChildren(target, wanted);
}

function set(node, name, value) {
  if (name.startsWith("on")) {
    listen(node, name.slice(2), value);
  } else if (name === "key") {
    node.patchKey = String(value);
  } else if (name === "value" && "value" in node) {
    node.value = value ?? "";
    node.givenValue = value ?? "";
  } else if (name === "checked") {
    node.checked = Boolean(value);
    node.givenChecked = Boolean(value);
  } else if (value !== false && value !== null && value !== undefined) {
    node.setAttribute(name === "class" ? "class" : name, value === true ? "" : String(value));
  }
}

function listen(node, type, listener) {
  node.listeners ||= {};
  if (!(type in node.listeners)) node.addEventListener(type, dispatch);
  node.listeners[type] = listener;
}

function dispatch(event) {
  event.currentTarget.listeners[event.type]?.(event);
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

function patchChildren(live, wanted) {
  const keyed = new Map();
  for (const child of live.childNodes) if (child.patchKey) keyed.set(child.patchKey, child);
  const staying = new Set([...wanted.childNodes].map((child) => child.patchKey).filter(Boolean));
  let cursor = live.firstChild;
  const drop = () => {
    const after = cursor.nextSibling;
    cursor.remove();
    cursor = after;
  };
  for (const next of [...wanted.childNodes]) {
    let match = next.patchKey ? keyed.get(next.patchKey) : cursor;
    if (match && !alike(match, next)) match = null;
    if (!match) {
      live.insertBefore(next, cursor);
      continue;
    }
    // what stands before it and goes away goes first: a node that is moved would lose the focus
    while (cursor && cursor !== match && !staying.has(cursor.patchKey)) drop();
    if (match === cursor) cursor = cursor.nextSibling;
    else live.insertBefore(match, cursor);
    patchNode(match, next);
  }
  while (cursor) drop();
}

function alike(live, wanted) {
  return live.nodeName === wanted.nodeName && live.patchKey === wanted.patchKey;
}

function patchNode(live, wanted) {
  if (live.nodeType !== Node.ELEMENT_NODE) {
    if (live.data !== wanted.data) live.data = wanted.data;
    return;
  }
  for (const { name } of [...live.attributes]) {
    // a dialog's and a disclosure's "open" belongs to the person using it
    if (!wanted.hasAttribute(name) && name !== "open") live.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (live.getAttribute(name) !== value) live.setAttribute(name, value);
  }
  for (const type of Object.keys(live.listeners || {})) {
    if (!wanted.listeners?.[type]) live.listeners[type] = undefined;
  }
  for (const [type, listener] of Object.entries(wanted.listeners || {})) listen(live, type, listener);
  patchChildren(live, wanted);
  // what a person has typed or ticked stays, unless the given value itself is a new one
  if ("givenValue" in wanted && live.givenValue !== wanted.givenValue) {
    const typing = "live" in live.dataset && live === document.activeElement;
    if (live.value !== wanted.givenValue && !typing) live.value = wanted.givenValue;
    live.givenValue = wanted.givenValue;
  }
  if ("givenChecked" in wanted && live.givenChecked !== wanted.givenChecked) {
    live.checked = wanted.givenChecked;
    live.givenChecked = wanted.givenChecked;
  }
}
